//! A node with three overlays and its neighbours in virtual time. The input is a program of timed
//! events: datagrams of an attacker, calls of the node's user, and time that passes. Whatever the
//! program, the node keeps its bounds.

use std::time::Duration;

use ipv8_core::communities::{DiscoveryCommunity, PeriodicSimilarity};
use ipv8_core::engine::{OverlayConfig, Strategies};
use ipv8_core::internals::engine::{EngineConfig, Event};
use ipv8_core::overlay::DispersyBootstrapper;
use ipv8_core::prelude::*;
use ipv8_core::state::NetworkLimits;

use super::Meter;
use super::bytes::Bytes;
use super::known::known_key;
use super::ledger::Ledger;
use super::letters::Letters;
use super::places::{HOMES, place};
use crate::actor::Actor;
use crate::arena::Arena;
use crate::attacker::message_id;
use crate::desk::address;
use crate::probe::{Hello, Probe, ProbeSettings};
use crate::quiet::{Quiet, QuietId};
use crate::sent::Content;

/// The most events of a program, and the most virtual time.
const MOST_EVENTS: usize = 256;
const MOST_TIME: Duration = Duration::from_secs(120);

/// The most strategies of the node.
const MOST_STRATEGIES: usize = 8;

/// The bounds of a node with little room.
const LITTLE: NetworkLimits = NetworkLimits {
    max_addresses: 16,
    max_addresses_per_introducer: 6,
    max_peers: 8,
    max_services_per_peer: 4,
    max_foreign_services: 8,
    max_unverified_keys: 3,
    max_pending_changes: 64,
};

/// The most memory of the whole world, in bytes, with neighbours and tracker.
const MEMORY: u64 = 3 << 20;

/// The number of the tracker's address.
const TRACKER: u8 = 65;
const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;
const QUIET: CommunityId = <Quiet as Community>::COMMUNITY_ID;
const PROBE: CommunityId = <Probe as Community>::COMMUNITY_ID;
const OVERLAYS: [CommunityId; 3] = [DISCOVERY, QUIET, PROBE];

/// The kind of world that a program lives in.
#[derive(Clone, Copy)]
struct Kind {
    walks: bool,
    has_tracker: bool,
    has_little_room: bool,
    has_ipv6: bool,
    /// The number of neighbours that answer.
    neighbours: u8,
}

impl Kind {
    fn of(choice: u8) -> Self {
        Self {
            walks: choice & 1 != 0,
            has_tracker: choice & 2 != 0,
            has_little_room: choice & 4 != 0,
            has_ipv6: choice & 8 != 0,
            neighbours: (choice >> 4) % (HOMES + 1),
        }
    }

    fn max_peers(self) -> i32 {
        if self.has_little_room { 4 } else { 30 }
    }

    fn limits(self) -> NetworkLimits {
        if self.has_little_room {
            LITTLE
        } else {
            NetworkLimits::default()
        }
    }
}

struct World {
    kind: Kind,
    arena: Arena,
    node: usize,
    letters: Letters,
    ledger: Ledger,
    /// The timeouts and arrivals so far.
    steps: usize,
    /// `true` if the user made the node faster than usual.
    is_fast: bool,
}

/// Runs a program.
pub(super) fn run(data: &[u8], meter: Meter) {
    let used = meter(&mut || {
        let mut bytes = Bytes::new(data);
        let mut world = World::new(Kind::of(bytes.byte()));
        for _ in 0..MOST_EVENTS {
            if bytes.is_empty() {
                break;
            }
            world.happens(&mut bytes);
            world.check();
        }
        world.ends();
    });
    assert!(used <= MEMORY, "{used} bytes");
}

impl World {
    fn new(kind: Kind) -> Self {
        let mut arena = Arena::new(Duration::from_millis(20));
        let at = address("20.1.1.1:8090");
        let lan = if kind.has_ipv6 {
            address("[2a00:9::1]:8090")
        } else {
            at
        };
        let config = EngineConfig {
            network: kind.limits(),
            ..EngineConfig::new([1; 32])
        };
        let node = arena.add_engine(at, lan, &config);
        let mut ledger = Ledger::default();
        if kind.has_tracker {
            arena.add_tracker(place(TRACKER), 63);
        }
        // The node asks its tracker, whether it is there or not.
        ledger.trust(place(TRACKER).ip());
        for number in 0..kind.neighbours {
            arena.add_actor(Actor {
                key: known_key(1 + u16::from(number)).clone(),
                introduces: vec![(place(number + 1), place(number + 1))],
                ..Actor::new(0, place(number))
            });
        }
        for home in 0..HOMES {
            ledger.trust(place(home).ip());
        }
        let mut world = Self {
            kind,
            arena,
            node,
            letters: Letters::new(at, OVERLAYS.to_vec()),
            ledger,
            steps: 0,
            is_fast: false,
        };
        for overlay in 0..OVERLAYS.len() {
            world.load(overlay);
        }
        world
    }

    /// Loads an overlay, if it is not loaded.
    fn load(&mut self, overlay: usize) {
        if self
            .arena
            .engine(self.node)
            .overlay(OVERLAYS[overlay])
            .is_some()
        {
            return;
        }
        let node = self.node;
        let mut config = OverlayConfig {
            max_peers: Some(self.kind.max_peers()),
            ..OverlayConfig::new(known_key(0).clone())
        };
        if self.kind.has_tracker {
            config.bootstrappers = DispersyBootstrapper::new([place(TRACKER)]).into();
        }
        let walks = self.kind.walks;
        match overlay {
            0 => {
                let mut strategies = Strategies::new();
                if walks {
                    strategies.add::<RandomChurn>(-1, |_| {});
                    strategies.add::<PeriodicSimilarity>(-1, |_| {});
                }
                self.arena
                    .add_overlay::<DiscoveryCommunity>(node, config, (), strategies);
            }
            1 => {
                let mut strategies = Strategies::new();
                if walks {
                    strategies.add::<RandomWalk>(20, |_| {});
                }
                self.arena
                    .add_overlay::<Quiet>(node, config, QuietId::default(), strategies);
            }
            _ => {
                config.own_network = true;
                let mut strategies = Strategies::new();
                if walks {
                    strategies.add::<EdgeWalk>(20, |_| {});
                }
                let settings = ProbeSettings::default();
                self.arena
                    .add_overlay::<Probe>(node, config, settings, strategies);
            }
        }
    }

    fn happens(&mut self, bytes: &mut Bytes<'_>) {
        match bytes.byte() % 8 {
            0 => self.pass(bytes.milliseconds() / 8),
            1 => self.control(bytes),
            _ => {
                if let Some(letter) = self.letters.next(bytes) {
                    let id = message_id(&letter.bytes);
                    self.ledger.came(letter.from, id, letter.bytes.len());
                    let to = self.arena.address(self.node);
                    self.arena.inject(letter.from, to, &letter.bytes);
                }
            }
        }
        self.note();
    }

    /// Lets time pass, until the end of the program's time.
    fn pass(&mut self, time: Duration) {
        let end = (self.arena.time() + time).min(MOST_TIME);
        while self.arena.step(end.saturating_sub(self.arena.time())) {
            self.steps += 1;
            self.note();
        }
    }

    /// Books the datagrams since the last call.
    fn note(&mut self) {
        let at = self.arena.address(self.node);
        for sent in std::mem::take(&mut self.arena.sent) {
            if sent.machine == self.node {
                self.ledger.went(sent.to, sent.id(), sent.length(), sent.at);
                if let Content::Unsealed(packet) = sent.content {
                    self.letters.note_sent(sent.to, packet);
                }
            } else if sent.to == at {
                self.ledger.came(sent.from, sent.id(), sent.length());
            }
        }
        for (_, machine, event) in std::mem::take(&mut self.arena.events) {
            if let Event::PeerAdded { peer, .. } = event
                && machine == self.node
            {
                assert_ne!(peer.key(), known_key(0).public_key(), "its own peer");
            }
        }
    }

    /// A call of the node's user.
    fn control(&mut self, bytes: &mut Bytes<'_>) {
        let (node, now) = (self.node, self.arena.now());
        let (kind, number) = (bytes.byte() % 12, bytes.byte());
        let engine = self.arena.engine_mut(node);
        let strategies = engine.strategies();
        let id = strategies
            .get(usize::from(number) % strategies.len().max(1))
            .map(|one| one.id);
        let interval = Duration::from_millis(50 + 10 * u64::from(bytes.byte()));
        match (kind, id) {
            (0, Some(id)) => engine.pause_strategy(id, now).expect("it is there"),
            (1, Some(id)) => engine.resume_strategy(id, now).expect("it is there"),
            (2, Some(id)) => engine.remove_strategy(id, now).expect("it is there"),
            (3, Some(id)) => engine
                .set_strategy_interval(id, Some(interval), now)
                .expect("a good interval"),
            (4, Some(id)) => engine
                .set_target_peers(id, i32::from(number) - 1)
                .expect("a good target"),
            (5, _) => engine
                .set_walk_interval(interval, now)
                .expect("a good interval"),
            (6, _) => {
                engine.unload_overlay(OVERLAYS[usize::from(number) % 3], now);
            }
            (7, _) => self.load(usize::from(number) % 3),
            (8, _) if strategies.len() < MOST_STRATEGIES => self.add_strategy(number),
            (9, _) => self.walk_to(number),
            (10, _) => self.greet(number),
            _ => {}
        }
        self.is_fast |= matches!(kind, 3 | 5);
        self.arena.drain(node);
    }

    fn add_strategy(&mut self, number: u8) {
        let now = self.arena.now();
        let mut strategies = Strategies::<Quiet>::new();
        match number % 3 {
            0 => strategies.add::<RandomWalk>(-1, |walk| walk.window_size = 20),
            1 => strategies.add::<EdgeWalk>(-1, |walk| walk.edge_timeout = 1.0),
            _ => strategies.add::<RandomWalk>(5, |walk| walk.reset_chance = 255),
        };
        // The overlay may be unloaded.
        let _ = self
            .arena
            .engine_mut(self.node)
            .add_strategies(QUIET, strategies, now);
    }

    /// The user asks a neighbour, who has answered or will.
    fn walk_to(&mut self, number: u8) {
        let (node, now) = (self.node, self.arena.now());
        let home = place(number % HOMES);
        // The overlay may be unloaded.
        let _ = self
            .arena
            .engine_mut(node)
            .call::<Quiet, _>(QUIET, now, |_, cx| cx.walk_to(home));
    }

    /// The user's community writes to all its peers.
    fn greet(&mut self, number: u8) {
        let (node, now) = (self.node, self.arena.now());
        let text = "hello ".repeat(usize::from(number % 8));
        let greet = |_: &mut Probe, cx: &mut Context<'_>| {
            let peers: Vec<_> = cx.peers().cloned().collect();
            for peer in peers {
                let text = text.clone();
                // A long list of peers may fill the queue.
                let _ = cx.send(&peer, &Hello { text });
            }
        };
        let _ = self.arena.engine_mut(node).call(PROBE, now, greet);
    }

    fn check(&self) {
        let engine = self.arena.engine(self.node);
        assert_eq!((engine.stats().panics, engine.events_lost()), (0, 0));
        let limits = self.kind.limits();
        for network in engine.networks() {
            assert!(network.verified_count() <= limits.max_peers);
            // Verified peers add up to three addresses each.
            let addresses = limits.max_addresses + 3 * limits.max_peers;
            assert!(network.address_count() <= addresses);
            assert!(!network.is_verified(known_key(0).public_key()));
        }
        for overlay in engine.overlays() {
            assert!(overlay.peers as i64 <= i64::from(self.kind.max_peers()));
            assert!(overlay.contacts <= 128);
        }
        let trackers = usize::from(self.kind.has_tracker);
        self.ledger.check(self.arena.time(), trackers);
        self.check_work();
    }

    /// Checks that each datagram, and each second, makes little work.
    fn check_work(&self) {
        let seconds = 1 + self.arena.time().as_secs() as usize;
        let rate = if self.is_fast { 20 } else { 2 };
        let turns = seconds * rate * MOST_STRATEGIES;
        // A request causes an answer, a puncture request and a similarity request; a response
        // causes a walk. A step sends up to 16 datagrams at once.
        let allowed = 8 * self.ledger.letters + 17 * turns + 16 * seconds + 64;
        assert!(
            self.ledger.sent <= allowed,
            "{} datagrams",
            self.ledger.sent
        );
        let steps = 4 * self.ledger.letters + 4 * self.ledger.sent + 20 * turns + 64;
        assert!(self.steps <= steps, "{} steps", self.steps);
    }

    /// Without further events all questions end, and nothing is left after unloading.
    fn ends(&mut self) {
        self.pass(Duration::from_secs(12));
        self.check();
        let now = self.arena.now();
        self.arena.engine_mut(self.node).unload_all(now);
        self.arena.drain(self.node);
        self.note();
        let engine = self.arena.engine(self.node);
        assert_eq!(engine.poll_timeout(), None, "a timeout is left");
    }
}
