//! The cost of single calls of the engine, without a socket. Each line of the input asks for one
//! figure, as in `python/inside.py`.

use std::hint::black_box;
use std::io::BufRead;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use ipv8_core::crypto::PrivateKey;
use ipv8_core::internals::engine::{Engine, EngineConfig, Event, Input, Output, OverlayConfig};
use ipv8_core::prelude::*;
use ipv8_core::state::NetworkLimits;
use serde_json::{Value, json};

use super::node::Plain;
use super::say;
use crate::Result;
use ipv8_examples::measure::compare::figures::Spread;
use ipv8_examples::measure::compare::population::{Population, unhex};

/// The name of this measured process.
pub(super) const NAME: &str = "inside";

const INTRODUCERS: usize = 20;
/// Number of edge walk steps that are not measured: one finds neighbours, six begin one edge each.
const WARM_UP: usize = 7;
/// Time between two steps, in virtual time. It is so short that no edge times out during a
/// measurement.
const WALK_INTERVAL: Duration = Duration::from_millis(100);
/// Number of calls that are timed together, where one call is too short for the clock.
const BLOCK: u32 = 1_000;

/// Answers until the end of the input.
pub(super) fn run() -> Result<()> {
    let mut population = Population::default();
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        let number = |name: &str| question[name].as_u64().unwrap_or_default() as usize;
        let (addresses, steps) = (number("addresses"), number("steps"));
        let answer = match question["do"].as_str().unwrap_or_default() {
            "random-walk" => {
                let mut walk = RandomWalk::default();
                (walk.timeout, walk.window_size, walk.reset_chance) = (1e6, 0, 0);
                // As many as a step of py-ipv8 sends.
                walk.requests_per_step = 1;
                World::new(&mut population, INTRODUCERS, addresses, walk)?.steps(0, steps)?
            }
            "edge-walk" => {
                let walk = EdgeWalk::default();
                World::new(&mut population, INTRODUCERS, addresses, walk)?.steps(WARM_UP, steps)?
            }
            "lookup" => {
                let world = World::new(&mut population, number("peers"), 0, Rest)?;
                json!({"seconds": world.lookup(number("count"))?})
            }
            "hostile" => {
                let datagram = question["datagram"]
                    .as_str()
                    .and_then(unhex)
                    .ok_or("no datagram")?;
                let mut world = World::new(&mut population, INTRODUCERS, 0, Rest)?;
                json!({"seconds": world.hostile(&datagram, number("count"))?})
            }
            other => return Err(format!("unknown figure `{other}`").into()),
        };
        say(&answer)?;
    }
    Ok(())
}

/// A strategy that does nothing.
struct Rest;

impl DiscoveryStrategy<Plain> for Rest {
    fn take_step(&mut self, _community: &mut Plain, _cx: &mut Context<'_>) {}
}

/// A node with one overlay, one strategy, known peers, and addresses that these peers introduced.
struct World {
    engine: Engine,
    now: Instant,
}

impl World {
    fn new(
        population: &mut Population,
        peers: usize,
        addresses: usize,
        strategy: impl DiscoveryStrategy<Plain>,
    ) -> Result<Self> {
        let now = Instant::now();
        let mut config = EngineConfig::new([1; 32]);
        config.walk_interval = WALK_INTERVAL;
        config.network = NetworkLimits {
            max_addresses: addresses.max(1) * 2,
            max_addresses_per_introducer: addresses.max(1) * 2,
            ..NetworkLimits::default()
        };
        let mut engine = Engine::new(&config);
        let key = PrivateKey::from_bytes(&[b"LibNaCLSK:".as_slice(), &[9; 64]].concat())?;
        let overlay = OverlayConfig {
            max_peers: Some(-1),
            ..OverlayConfig::new(key)
        };
        let mut strategies = Strategies::new();
        strategies.add_strategy(-1, strategy);
        let id = engine.add_overlay::<Plain>(overlay, (), strategies, now)?;
        let keys = population.keys(peers).iter().zip(0_u32..);
        let known: Vec<Peer> = keys
            .map(|(key, number)| {
                let host = 0x0b00_0000 + (number / 250) * 256 + number % 250 + 1;
                Peer::new(key.public_key().clone(), at(host), now)
            })
            .collect();
        let network = engine.network_mut();
        for peer in &known {
            network.add_peer_of(peer, id);
        }
        for (number, introducer) in (0..addresses as u32).zip(known.iter().cycle()) {
            network.discover_address(introducer, address(number), Some(id), false);
        }
        let mut world = Self { engine, now };
        world.drain();
        Ok(world)
    }

    /// Seals the outgoing datagrams and discards them. Returns the numbers of datagrams and of
    /// reported steps.
    fn drain(&mut self) -> (usize, usize) {
        let (mut datagrams, mut steps) = (0, 0);
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Send(outgoing) => {
                    black_box(outgoing.packet.seal());
                    datagrams += 1;
                }
                Output::Event(Event::Step(_)) => steps += 1,
                _ => {}
            }
        }
        self.engine.handle(Input::Flushed, self.now);
        (datagrams, steps)
    }

    /// Returns the time of the median step and the mean number of datagrams of a step. Everything
    /// until the next step belongs to a step.
    fn steps(&mut self, warm_up: usize, count: usize) -> Result<Value> {
        let mut steps: Vec<(f64, usize)> = Vec::new();
        while steps.len() <= warm_up + count {
            self.now = self
                .engine
                .poll_timeout()
                .ok_or("no strategy waits for a turn")?;
            let start = Instant::now();
            self.engine.handle(Input::Timeout, self.now);
            let (datagrams, reported) = self.drain();
            let took = start.elapsed().as_secs_f64();
            match steps.last_mut() {
                Some(step) if reported == 0 => *step = (step.0 + took, step.1 + datagrams),
                _ => steps.push((took, datagrams)),
            }
        }
        let counted = &steps[warm_up..warm_up + count];
        let seconds = Spread::of(counted.iter().map(|(seconds, _)| *seconds)).ok_or("no steps")?;
        let datagrams: usize = counted.iter().map(|(_, datagrams)| datagrams).sum();
        Ok(json!({"seconds": seconds.median, "datagrams": datagrams as f64 / count as f64}))
    }

    fn lookup(&self, count: usize) -> Result<f64> {
        let network = self.engine.network();
        let mut number = 0;
        blocks(count, || {
            number += 1;
            black_box(network.verified_by_address(&address(black_box(number))));
        })
    }

    /// Measures everything that happens to a datagram after it was received.
    fn hostile(&mut self, datagram: &[u8], count: usize) -> Result<f64> {
        let (stranger, now) = (at(0x7f09_0909), self.now);
        let seconds = blocks(count, || {
            if let Some(ticket) = self.engine.admit(stranger, black_box(datagram)) {
                let opened = ticket.open(datagram);
                self.engine.handle(Input::Opened(opened), now);
            }
        });
        match self.engine.poll_output() {
            Some(Output::Send(_)) => Err("a hostile datagram was answered".into()),
            _ => seconds,
        }
    }
}

/// Returns the seconds of one call: the median of `count` blocks of calls.
fn blocks(count: usize, mut call: impl FnMut()) -> Result<f64> {
    let times = (0..count).map(|_| {
        let start = Instant::now();
        for _ in 0..BLOCK {
            call();
        }
        start.elapsed().as_secs_f64() / f64::from(BLOCK)
    });
    Ok(Spread::of(times).ok_or("no calls")?.median)
}

/// Returns address `number`.
fn address(number: u32) -> SocketAddr {
    at(0x0a00_0000 + number % 0x0100_0000)
}

fn at(host: u32) -> SocketAddr {
    SocketAddr::new(Ipv4Addr::from(host).into(), 1_024)
}
