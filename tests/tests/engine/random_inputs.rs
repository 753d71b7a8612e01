//! Random sequences of all kinds of inputs to an engine. The engine never panics, keeps its bounds,
//! and asks for a timeout only when there is something to do.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::internals::context::{Interfaces, LocalAddresses};
use ipv8_core::internals::engine::{Engine, EngineConfig, Event, Input, Output, OverlayConfig};
use ipv8_core::internals::outbox::OUTBOX_LIMIT;
use ipv8_core::overlay::DispersyBootstrapper;
use ipv8_core::prelude::*;
use ipv8_core::state::NetworkLimits;
use ipv8_core::wire::{IntroductionResponse, Style};
use ipv8_tests::desk::{address, identifier_of, key, sealed_styled};
use ipv8_tests::probe::{Probe, ProbeSettings, Stamp, Trap};
use ipv8_tests::samples::{Sample, samples};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const LIMITS: NetworkLimits = NetworkLimits {
    max_addresses: 16,
    max_addresses_per_introducer: 6,
    max_peers: 8,
    max_services_per_peer: 4,
    max_foreign_services: 8,
    max_unverified_keys: 3,
    max_pending_changes: 64,
};

const SIGNERS: u16 = 12;

/// The number of latest requests of the engine that can be answered.
const LATEST: usize = 16;

/// The peer limit of each overlay.
const MAX_PEERS: i32 = 4;

/// An event in the life of an engine. Numbers choose among the available samples and addresses.
#[derive(Clone, Debug)]
enum Happening {
    /// A datagram of the pool, for one of the overlays, from any signer and any source address.
    Datagram {
        overlay: u8,
        sample: usize,
        signer: u16,
        source: u8,
    },
    /// A datagram of the pool with one byte changed, possibly cut there.
    Damaged {
        overlay: u8,
        sample: usize,
        signer: u16,
        at: usize,
        change: u8,
        cut: bool,
    },
    /// The answer to one of the latest requests, from the address asked, signed by any signer.
    Answer {
        request: usize,
        signer: u16,
        introduced: u8,
        seen: u8,
    },
    /// Random bytes after a valid prefix.
    Noise {
        overlay: u8,
        bytes: Vec<u8>,
    },
    /// The driver waits for the next timeout and handles it.
    Wait,
    /// Time passes, and the driver oversleeps.
    Oversleep(u16),
    /// `Flushed`, whether the engine waits for it or not.
    Flushed,
    Load(u8),
    Unload(u8),
    Walk {
        overlay: u8,
        kind: u8,
    },
    Call {
        overlay: u8,
        kind: u8,
        number: u8,
    },
    Forget(u8),
    Move(u8),
}

fn happening() -> impl Strategy<Value = Happening> {
    let overlay = || 0..3_u8;
    prop_oneof![
        8 => (overlay(), any::<usize>(), 0..SIGNERS, any::<u8>())
            .prop_map(|(overlay, sample, signer, source)| Happening::Datagram { overlay, sample, signer, source }),
        4 => (overlay(), any::<usize>(), 0..SIGNERS, any::<usize>(), 1..=255_u8, any::<bool>()).prop_map(
            |(overlay, sample, signer, at, change, cut)| Happening::Damaged { overlay, sample, signer, at, change, cut }
        ),
        8 => (any::<usize>(), 0..SIGNERS, any::<u8>(), any::<u8>())
            .prop_map(|(request, signer, introduced, seen)| Happening::Answer { request, signer, introduced, seen }),
        2 => (overlay(), prop::collection::vec(any::<u8>(), 0..80))
            .prop_map(|(overlay, bytes)| Happening::Noise { overlay, bytes }),
        8 => Just(Happening::Wait),
        2 => any::<u16>().prop_map(Happening::Oversleep),
        1 => Just(Happening::Flushed),
        2 => overlay().prop_map(Happening::Load),
        1 => overlay().prop_map(Happening::Unload),
        2 => (overlay(), 0..4_u8).prop_map(|(overlay, kind)| Happening::Walk { overlay, kind }),
        4 => (overlay(), 0..9_u8, any::<u8>()).prop_map(|(overlay, kind, number)| Happening::Call { overlay, kind, number }),
        1 => any::<u8>().prop_map(Happening::Forget),
        1 => any::<u8>().prop_map(Happening::Move),
    ]
}

/// Panics every other step.
#[derive(Default)]
struct Moody(bool);

impl<C: Community> DiscoveryStrategy<C> for Moody {
    fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
        cx.get_new_introduction();
        self.0 = !self.0;
        assert!(self.0, "a mood");
    }
}

/// An introduction request that the engine sent.
struct Asked {
    overlay: CommunityId,
    to: SocketAddr,
    style: Style,
    identifier: u16,
}

struct World {
    engine: Engine,
    now: Instant,
    /// The latest requests, at most [`LATEST`].
    asked: Vec<Asked>,
    pool: Vec<Vec<Vec<Sample>>>,
}

fn id(overlay: u8) -> CommunityId {
    CommunityId::from_bytes([0xa0 + overlay; 20])
}

fn somewhere(number: u8) -> SocketAddr {
    match number {
        0..=9 => SocketAddr::from(([20, 0, 0, number], 2000)),
        10..=19 => SocketAddr::from(([192, 168, 0, number], 2000)),
        20..=24 => SocketAddr::new(
            "2a00::1".parse().expect("an address"),
            2000 + u16::from(number),
        ),
        25 => address("0.0.0.0:0"),
        26 => address("10.1.1.1:8090"),
        _ => SocketAddr::from(([30, 0, number, 1], u16::from(number))),
    }
}

impl World {
    fn new() -> Self {
        let now = Instant::now();
        let mut config = EngineConfig::new([7; 32]);
        config.network = LIMITS;
        // Signer 0 is the node itself.
        let pool = (0..3).map(|overlay| {
            (0..SIGNERS)
                .map(|signer| samples(id(overlay), &key(signer)))
                .collect()
        });
        Self {
            engine: Engine::new(&config),
            now,
            asked: Vec::new(),
            pool: pool.collect(),
        }
    }

    fn sample(&self, overlay: u8, signer: u16, sample: usize) -> Vec<u8> {
        let samples = &self.pool[usize::from(overlay)][usize::from(signer)];
        samples[sample % samples.len()].bytes.clone()
    }

    fn receive(&mut self, source: SocketAddr, datagram: &[u8]) {
        let before = self.engine.stats().clone();
        if let Some(ticket) = self.engine.admit(source, datagram) {
            self.engine
                .handle(Input::Opened(ticket.open(datagram)), self.now);
        }
        let after = self.engine.stats();
        assert_eq!(after.datagrams_in, before.datagrams_in + 1);
    }

    /// Passes in the answer to a request.
    fn answer(&mut self, request: usize, signer: u16, introduced: u8, seen: u8) {
        if self.asked.is_empty() {
            return;
        }
        let asked = &self.asked[request % self.asked.len()];
        // The old style cannot carry IPv6 addresses.
        let carries = |address: &SocketAddr| asked.style == Style::New || address.is_ipv4();
        let none = address("0.0.0.0:0");
        let [introduced, seen] = [introduced, seen].map(somewhere);
        let [introduced, seen] =
            [introduced, seen].map(|one| if carries(&one) { one } else { none });
        let mut response = IntroductionResponse::new(seen, none, none, asked.identifier);
        response.wan_introduction = introduced;
        let datagram = sealed_styled(asked.overlay, &key(signer), asked.style, response);
        self.receive(asked.to, &datagram);
    }

    /// Remembers an introduction request of the engine.
    fn note_request(&mut self, to: SocketAddr, datagram: &[u8]) {
        let style = match datagram[22] {
            246 => Style::Old,
            234 => Style::New,
            _ => return,
        };
        self.asked.push(Asked {
            overlay: CommunityId::from_bytes(*datagram[2..].first_chunk().expect("20 bytes")),
            to,
            style,
            identifier: identifier_of(datagram),
        });
        if self.asked.len() > LATEST {
            self.asked.remove(0);
        }
    }

    fn load<const N: u8>(&mut self) {
        let mut strategies = Strategies::new();
        strategies
            .add::<RandomWalk>(5, |_| {})
            .add::<Moody>(-1, |_| {});
        let config = OverlayConfig {
            max_peers: Some(MAX_PEERS),
            bootstrappers: DispersyBootstrapper::new([somewhere(1), somewhere(21)]).into(),
            ..OverlayConfig::new(key(0))
        };
        let traps = if N == 2 {
            vec![Trap::PeerAdded, Trap::Message, Trap::Unload]
        } else {
            vec![]
        };
        let settings = ProbeSettings {
            traps,
            ..ProbeSettings::default()
        };
        let there = self.engine.find_overlay::<Probe<N>>().is_some();
        let added = self
            .engine
            .add_overlay::<Probe<N>>(config, settings, strategies, self.now);
        assert_eq!(added.is_err(), there);
    }

    fn walk<const N: u8>(&mut self, kind: u8) {
        let mut strategies = Strategies::<Probe<N>>::new();
        match kind {
            0 => strategies.add::<RandomWalk>(-1, |walk| walk.window_size = 0),
            1 => strategies.add::<EdgeWalk>(3, |walk| walk.edge_timeout = 0.1),
            2 => strategies.add::<EdgeWalk>(-1, |walk| walk.neighborhood_size = 0),
            _ => strategies.add::<RandomWalk>(-2, |_| {}),
        };
        let added = self.engine.add_strategies(id(N), strategies, self.now);
        assert_eq!(added.is_ok_and(|added| added.is_err()), kind == 3);
    }

    fn call<const N: u8>(&mut self, kind: u8, number: u8) {
        let place = somewhere(number);
        let called = self
            .engine
            .call::<Probe<N>, _>(id(N), self.now, |_, cx| match kind {
                0 => cx.walk_to(place),
                1 => cx.get_new_introduction(),
                2 => cx.bootstrap(),
                3 => drop(cx.add_request(
                    "ask",
                    Duration::from_millis(u64::from(number) * 50),
                    0_u32,
                )),
                4 => drop(cx.pop_request::<u32>("ask", u16::from(number))),
                5 => {
                    let peer = cx.network().verified_by_address(&place).cloned();
                    if let Some(peer) = peer {
                        cx.forget_peer(&peer);
                    }
                }
                6 => drop(cx.send_to(
                    place,
                    &Stamp {
                        number: 1,
                        data: vec![0; usize::from(number)],
                    },
                )),
                7 => cx.blacklist(place),
                _ => panic!("a call"),
            });
        assert_eq!(
            called.is_ok(),
            kind < 8 && self.engine.find_overlay::<Probe<N>>().is_some()
        );
    }

    fn happens(&mut self, happening: &Happening) {
        macro_rules! each {
            ($overlay:expr, $method:ident($($argument:expr),*)) => {
                match $overlay {
                    0 => self.$method::<0>($($argument),*),
                    1 => self.$method::<1>($($argument),*),
                    _ => self.$method::<2>($($argument),*),
                }
            };
        }
        match happening {
            Happening::Datagram {
                overlay,
                sample,
                signer,
                source,
            } => {
                let datagram = self.sample(*overlay, *signer, *sample);
                self.receive(somewhere(*source), &datagram);
            }
            Happening::Damaged {
                overlay,
                sample,
                signer,
                at,
                change,
                cut,
            } => {
                let mut datagram = self.sample(*overlay, *signer, *sample);
                let at = at % datagram.len();
                datagram[at] ^= change;
                if *cut {
                    datagram.truncate(at);
                }
                self.receive(somewhere(*change), &datagram);
            }
            Happening::Answer {
                request,
                signer,
                introduced,
                seen,
            } => self.answer(*request, *signer, *introduced, *seen),
            Happening::Noise { overlay, bytes } => {
                let mut datagram = id(*overlay).prefix().to_vec();
                datagram.extend(bytes);
                self.receive(somewhere(*overlay), &datagram);
            }
            Happening::Wait => self.wait(),
            Happening::Oversleep(milliseconds) => {
                self.now += Duration::from_millis(u64::from(*milliseconds));
                self.engine.handle(Input::Timeout, self.now);
            }
            Happening::Flushed => self.engine.handle(Input::Flushed, self.now),
            Happening::Load(overlay) => each!(overlay, load()),
            Happening::Unload(overlay) => drop(self.engine.unload_overlay(id(*overlay), self.now)),
            Happening::Walk { overlay, kind } => each!(overlay, walk(*kind)),
            Happening::Call {
                overlay,
                kind,
                number,
            } => each!(overlay, call(*kind, *number)),
            Happening::Forget(number) => drop(
                self.engine
                    .network_mut()
                    .remove_address(&somewhere(*number)),
            ),
            Happening::Move(number) => {
                let local = LocalAddresses {
                    lan: somewhere(*number),
                    ipv6: Some(somewhere(20)),
                    interfaces: Interfaces {
                        ipv4: true,
                        ipv6: number % 2 == 0,
                    },
                    lan_hosts: vec![[192, 168, 0, *number].into()],
                    on_every_host: number % 5 == 0,
                    beacon: (number % 3 == 0).then(|| somewhere(*number)),
                };
                self.engine.handle(Input::LocalAddresses(local), self.now);
            }
        }
    }

    /// Handles the next timeout exactly at its time, and checks that the engine had work to do.
    fn wait(&mut self) {
        let Some(at) = self.engine.poll_timeout() else {
            return;
        };
        self.now = self.now.max(at);
        self.engine.handle(Input::Timeout, self.now);
        let next = self.engine.poll_timeout();
        let events = self.drain();
        assert!(
            next != Some(at) || events > 0,
            "woken for nothing at {at:?}"
        );
    }

    /// Takes all outputs, checks their bounds, and handles `Flushed`. Returns the number of events.
    fn drain(&mut self) -> usize {
        let (mut sent, mut events) = (0, 0);
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Send(outgoing) => {
                    sent += 1;
                    assert!(ipv8_core::internals::outbox::is_sendable(&outgoing.to));
                    let datagram = outgoing.packet.seal();
                    assert!(datagram.len() < 1500);
                    self.note_request(outgoing.to, &datagram);
                }
                Output::Event(event) => {
                    events += 1;
                    if let Event::PeerAdded { peer, .. } = event {
                        assert_ne!(peer.key(), key(0).public_key(), "its own peer");
                    }
                }
                other => panic!("unexpected output {other:?}"),
            }
        }
        assert!(sent <= OUTBOX_LIMIT);
        self.engine.handle(Input::Flushed, self.now);
        events
    }

    fn check(&self) {
        let network = self.engine.network();
        assert!(network.verified_count() <= LIMITS.max_peers);
        // Verified peers add up to three addresses each.
        assert!(network.address_count() <= LIMITS.max_addresses + 3 * LIMITS.max_peers);
        assert!(!network.is_verified(key(0).public_key()));
        for overlay in 0..3 {
            let service = id(overlay);
            let peers = network.peer_count(service);
            assert_eq!(peers, network.peers_for_service(service).count());
            assert!(peers <= usize::try_from(MAX_PEERS).expect("small"));
            assert_eq!(
                network.walkable_count(service),
                network.walkable_addresses(service).count()
            );
            for walkable in network.walkable_addresses(service) {
                assert!(!network.is_blacklisted(&walkable));
            }
        }
        assert_eq!(self.engine.events_lost(), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn the_engine_survives_random_inputs(happenings in prop::collection::vec(happening(), 1..120)) {
        let mut world = World::new();
        world.load::<0>();
        for happening in &happenings {
            world.happens(happening);
            world.drain();
            world.check();
        }
        // Without further events the engine only takes its turns: no storm of timeouts, and all
        // requests end.
        let end = world.now + Duration::from_secs(20);
        let mut timeouts = 0;
        while world.engine.poll_timeout().is_some_and(|at| at <= end) {
            world.wait();
            world.check();
            timeouts += 1;
            prop_assert!(timeouts < 10_000, "it never rests");
        }
        world.engine.unload_all(world.now);
        world.drain();
        prop_assert_eq!(world.engine.poll_timeout(), None, "no timeout is left after unloading");
    }
}

#[test]
fn an_answer_in_the_random_world_makes_a_peer() {
    // Otherwise the test above would never have peers.
    let mut world = World::new();
    world.load::<0>();
    for number in 1..=6 {
        world.call::<0>(0, number);
        world.drain();
        world.happens(&Happening::Answer {
            request: world.asked.len() - 1,
            signer: u16::from(number),
            introduced: 30 + number,
            seen: 9,
        });
        world.drain();
        world.check();
    }
    assert_eq!(world.engine.network().peer_count(id(0)), 4);
}
