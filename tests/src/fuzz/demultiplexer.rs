//! Datagrams on their way into an engine with three overlays and into a tracker, through the
//! functions that the driver calls.
//!
//! The input is a sequence of datagrams. Of some it has every byte. Others it only fills: the
//! target adds the prefix and signs, so that a signature does not stop them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::crypto::PrivateKey;
use ipv8_core::engine::{OverlayConfig, Strategies};
use ipv8_core::internals::context::LocalAddresses;
use ipv8_core::internals::crypto::Points;
use ipv8_core::internals::engine::{Engine, EngineConfig, Input, Output};
use ipv8_core::internals::tracker::{Tracker, TrackerSettings};
use ipv8_core::overlay::DispersyBootstrapper;
use ipv8_core::prelude::*;

use super::Meter;
use super::bytes::Bytes;
use super::every_format::EveryFormat;
use super::known::known_key;
use crate::desk::address;
use crate::probe::{Probe, ProbeSettings};

/// The most datagrams of one input.
const MOST: usize = 32;

/// Reading a datagram may allocate some small things, and a multiple of its length: the worst case
/// is a list of empty byte strings, of which each takes 2 bytes of input and 24 of memory.
fn allowance(length: usize) -> u64 {
    2_048 + 64 * length as u64
}

const OVERLAYS: [CommunityId; 4] = [
    <DiscoveryCommunity as Community>::COMMUNITY_ID,
    <Probe as Community>::COMMUNITY_ID,
    EveryFormat::COMMUNITY_ID,
    // No overlay of the node.
    CommunityId::from_bytes([0x0b; 20]),
];

struct World {
    engine: Engine,
    tracker: Tracker,
    points: Points,
    now: Instant,
}

/// Hands each datagram to the engine and to the tracker.
pub(super) fn run(data: &[u8], meter: Meter) {
    let mut bytes = Bytes::new(data);
    let mut world = World::new(bytes.byte());
    for _ in 0..MOST {
        if bytes.is_empty() {
            break;
        }
        let source = source(bytes.byte());
        let datagram = datagram(&mut bytes);
        world.receive(source, &datagram, meter);
        world.now += Duration::from_millis(u64::from(bytes.byte()));
    }
    assert_eq!(world.engine.stats().panics, 0);
}

fn source(choice: u8) -> SocketAddr {
    match choice {
        0 => address("127.0.0.1:6421"),
        1 => address("0.0.0.0:0"),
        2 => address("[2a00::1]:7"),
        3 => address("192.168.1.1:8090"),
        4 => address("[::ffff:20.1.1.1]:8090"),
        _ => SocketAddr::from(([20, choice % 8, 1, 1], 8_000 + u16::from(choice))),
    }
}

/// Returns the next datagram.
fn datagram(bytes: &mut Bytes<'_>) -> Vec<u8> {
    let kind = bytes.byte();
    if kind.is_multiple_of(4) {
        return bytes.piece().to_vec();
    }
    let mut datagram = bytes.pick(&OVERLAYS).prefix().to_vec();
    datagram.push(bytes.byte());
    if kind % 4 == 1 {
        datagram.extend(bytes.piece());
        return datagram;
    }
    let signer = known_key(u16::from(bytes.byte() % 8));
    let filler = if kind % 4 == 3 {
        bytes.short_piece()
    } else {
        &[]
    };
    sign(datagram, signer, filler, bytes.piece())
}

/// Appends a key, `filler` in the key's field, a body and the signature.
fn sign(mut datagram: Vec<u8>, signer: &PrivateKey, filler: &[u8], body: &[u8]) -> Vec<u8> {
    let key = [signer.public_key().as_bytes(), filler].concat();
    let length = u16::try_from(key.len()).unwrap_or(u16::MAX);
    datagram.extend(length.to_be_bytes());
    datagram.extend(key);
    datagram.extend(body);
    let signature = signer.sign(&datagram);
    datagram.extend(signature);
    datagram
}

impl World {
    fn new(seed: u8) -> Self {
        let now = Instant::now();
        let mut engine = Engine::new(&EngineConfig::new([seed; 32]));
        let local = LocalAddresses {
            lan: address("192.168.1.2:8090"),
            ..LocalAddresses::default()
        };
        engine.handle(Input::LocalAddresses(local.clone()), now);
        let config = || OverlayConfig {
            bootstrappers: DispersyBootstrapper::new([source(9)]).into(),
            max_peers: Some(4),
            ..OverlayConfig::new(known_key(0).clone())
        };
        engine
            .add_overlay::<DiscoveryCommunity>(config(), (), Strategies::new(), now)
            .and_then(|_| {
                let settings = ProbeSettings::default();
                engine.add_overlay::<Probe>(config(), settings, Strategies::new(), now)
            })
            .and_then(|_| engine.add_overlay::<EveryFormat>(config(), (), Strategies::new(), now))
            .expect("the overlays are made");
        let settings = TrackerSettings::default();
        let mut tracker = Tracker::new(known_key(0).clone(), settings, [seed; 32]);
        tracker.set_local_addresses(local);
        Self {
            engine,
            tracker,
            points: Points::new(),
            now,
        }
    }

    fn receive(&mut self, source: SocketAddr, datagram: &[u8], meter: Meter) {
        let before = self.engine.stats().clone();
        let mut opened = None;
        let used = meter(&mut || {
            let Some(mut ticket) = self.engine.admit(source, datagram) else {
                return;
            };
            self.engine.classify(&mut ticket, datagram, self.now);
            opened = Some(ticket.open_with(datagram, &mut self.points));
        });
        assert!(
            used <= allowance(datagram.len()),
            "{used} bytes for {}",
            datagram.len()
        );
        if let Some(opened) = opened {
            self.engine.handle(Input::Opened(opened), self.now);
        }
        let after = self.engine.stats();
        assert_eq!(after.datagrams_in, before.datagrams_in + 1);
        assert!(
            after.dropped() <= before.dropped() + 1,
            "one reason for each drop"
        );
        self.drain();
        let before = self.tracker.stats().clone();
        self.tracker.handle(source, datagram, self.now);
        while let Some(outgoing) = self.tracker.poll_output() {
            assert!(!outgoing.packet.seal().is_empty());
        }
        assert_eq!(self.tracker.stats().datagrams_in, before.datagrams_in + 1);
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            if let Output::Send(outgoing) = output {
                assert!(!outgoing.packet.seal().is_empty());
            }
        }
        self.engine.handle(Input::Flushed, self.now);
    }
}
