//! Options by name, of strategies, bootstrappers and settings: a value that is set is read back, a
//! refused one changes nothing, and an engine with those options works.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::communities::{DiscoveryCommunity, PeriodicSimilarity};
use ipv8_core::config::Config;
use ipv8_core::engine::{OverlayConfig, PacingConfig, Strategies};
use ipv8_core::internals::context::{Interfaces, LocalAddresses};
use ipv8_core::internals::engine::{Engine, EngineConfig, Input, Output};
use ipv8_core::internals::options::Value;
use ipv8_core::overlay::{Bootstrappers, DispersyBootstrapper, UdpBroadcastBootstrapper};
use ipv8_core::prelude::*;
use ipv8_core::state::NetworkLimits;

use super::Meter;
use super::bytes::Bytes;
use super::configured::Settings;
use super::known::known_key;
use crate::actor::Actor;
use crate::desk::address;

/// The virtual time for which an engine works with its options, in seconds and in walk intervals.
const TIME: Duration = Duration::from_secs(3);
const INTERVALS: f64 = 100.0;

/// The most timeouts in that time: turns, held datagrams, slices of beacons, and timers.
const MOST_TIMEOUTS: usize = 10_000;

/// The most beacons in that time, at their highest rate.
const MOST_BEACONS: usize = 10_000 * 4;

/// Everything that has options by name.
#[derive(Default)]
struct All {
    walk: RandomWalk,
    edge: EdgeWalk,
    churn: RandomChurn,
    similarity: PeriodicSimilarity,
    dispersy: DispersyBootstrapper,
    broadcast: UdpBroadcastBootstrapper,
    settings: Settings,
    config: Config,
    limits: NetworkLimits,
    pacing: PacingConfig,
}

impl All {
    fn of(&mut self, number: usize) -> &mut dyn Options {
        match number {
            0 => &mut self.walk,
            1 => &mut self.edge,
            2 => &mut self.churn,
            3 => &mut self.similarity,
            4 => &mut self.dispersy,
            5 => &mut self.broadcast,
            6 => &mut self.settings,
            7 => &mut self.config,
            8 => &mut self.limits,
            _ => &mut self.pacing,
        }
    }
}

/// Sets options by a program, then lets an engine work with them.
pub(super) fn run(data: &[u8], _meter: Meter) {
    let mut bytes = Bytes::new(data);
    let mut all = All::default();
    let mut is_changed = false;
    for _ in 0..16 {
        if bytes.is_empty() {
            break;
        }
        let options = all.of(bytes.below(10));
        is_changed |= set(options, &mut bytes);
    }
    if is_changed {
        work(all);
    }
}

/// Sets one option. Returns `true` if it was accepted.
fn set(options: &mut dyn Options, bytes: &mut Bytes<'_>) -> bool {
    let known = options.option_types();
    let choice = bytes.byte();
    let name = match known.get(usize::from(choice)) {
        Some(known) => known.name.to_owned(),
        None => String::from_utf8_lossy(bytes.short_piece()).into_owned(),
    };
    let text = bytes.short_piece();
    let Ok(value) = serde_json::from_slice::<Value>(text) else {
        return false;
    };
    let before = options.options();
    match options.set_option(&name, &value) {
        Ok(()) => {
            let read = options.option(&name).expect("a known option");
            options
                .set_option(&name, &read)
                .expect("its own value is accepted");
            assert_eq!(options.option(&name), Ok(read));
            assert!(
                options
                    .out_of_range()
                    .iter()
                    .all(|error| error.name() != name)
            );
            true
        }
        Err(error) => {
            assert_eq!(error.name(), name);
            assert!(!error.to_string().is_empty());
            assert_eq!(
                options.options(),
                before,
                "a refused value changes something"
            );
            false
        }
    }
}

fn work(all: All) {
    let now = Instant::now();
    let time = TIME.min(Duration::from_secs_f64(
        INTERVALS * all.config.walk_interval,
    ));
    let mut engine = engine(&all, now);
    let mut bootstrappers = Bootstrappers::new();
    bootstrappers.add_bootstrapper(all.dispersy);
    bootstrappers.add_bootstrapper(all.broadcast);
    let mut strategies = Strategies::new();
    strategies
        .add_strategy(-1, all.walk)
        .add_strategy(-1, all.edge)
        .add_strategy(-1, all.churn)
        .add_strategy(-1, all.similarity);
    let config = OverlayConfig {
        bootstrappers,
        max_peers: all.config.max_peers,
        ..OverlayConfig::new(known_key(0).clone())
    };
    engine
        .add_overlay::<DiscoveryCommunity>(config, (), strategies, now)
        .expect("the overlay is made");
    drive(&mut engine, now, time);
    assert_eq!(engine.stats().panics, 0);
}

fn engine(all: &All, now: Instant) -> Engine {
    let mut engine = Engine::new(&EngineConfig {
        walk_interval: Duration::from_secs_f64(all.config.walk_interval),
        walk_scaling: all.config.walk_scaling_limit.map(Duration::from_secs_f64),
        network: all.limits.clone(),
        max_datagram: all.config.max_datagram,
        avoid_service_ports: all.config.avoid_service_ports,
        pacing: all.pacing.clone(),
        ..EngineConfig::new([1; 32])
    });
    let lan = address("20.0.0.1:8090");
    let local = LocalAddresses {
        lan,
        interfaces: Interfaces {
            ipv4: true,
            ipv6: false,
        },
        beacon: Some(address("20.0.0.1:4000")),
        ..LocalAddresses::default()
    };
    engine.handle(Input::LocalAddresses(local), now);
    let snapshot = [1, 20, 1, 1, 1, 16, 0, 1, 20, 2, 1, 1, 16, 0];
    engine.network_mut().load_snapshot(&snapshot);
    engine
}

/// Does the work of a driver: peers at two addresses answer, names have an address.
fn drive(engine: &mut Engine, start: Instant, time: Duration) {
    let mut peers: Vec<_> = (1..=2_u8)
        .map(|number| Actor {
            key: known_key(u16::from(number)).clone(),
            ..Actor::new(0, SocketAddr::from(([20, number, 1, 1], 0x1000)))
        })
        .collect();
    let (mut now, mut timeouts, mut beacons) = (start, 0, 0);
    loop {
        let mut answers = Vec::new();
        while let Some(output) = engine.poll_output() {
            match output {
                Output::Send(outgoing) => {
                    let found = peers.iter_mut().find(|peer| peer.at == outgoing.to);
                    if let Some(peer) = found {
                        let datagram = outgoing.packet.seal();
                        let said = peer.hear(address("20.0.0.1:8090"), &datagram);
                        answers.extend(said.into_iter().map(|(_, bytes)| (peer.at, bytes)));
                    }
                }
                Output::Resolve(lookup) => {
                    let found = Ok(vec![address("20.3.1.1:4096")]);
                    engine.handle(Input::Resolved(lookup, found), now);
                }
                Output::Beacon(_) => beacons += 1,
                _ => {}
            }
        }
        engine.handle(Input::Flushed, now);
        for (from, answer) in answers {
            if let Some(ticket) = engine.admit(from, &answer) {
                engine.handle(Input::Opened(ticket.open(&answer)), now);
            }
        }
        let next = engine.poll_timeout();
        let Some(next) = next.filter(|next| *next <= start + time) else {
            break;
        };
        now = now.max(next);
        engine.handle(Input::Timeout, now);
        timeouts += 1;
        assert!(timeouts <= MOST_TIMEOUTS, "it never rests");
    }
    assert!(beacons <= MOST_BEACONS, "{beacons} beacons");
}
