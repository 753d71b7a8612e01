//! Many keys of one attacker in few networks, against a network of honest nodes: what is left of
//! the honest ones in each list.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::crypto::PublicKey;
use ipv8_core::engine::{OverlayConfig, Strategies};
use ipv8_core::overlay::DispersyBootstrapper;
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::desk::{key, overlay_config};
use ipv8_tests::places::{apart, crowded};
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::QUIET;

const SECOND: Duration = Duration::from_secs(1);
const HONEST: u16 = 20;
const SYBILS: u16 = 200;
/// The /16 of the Sybils.
const NETS: u16 = 5;
const MAX_PEERS: usize = 30;
const TARGET: i32 = 20;
/// The virtual time of the attack, in rounds of five seconds.
const ROUNDS: u16 = 18;

/// The first machine.
const TRACKER: usize = 0;

struct Attack {
    arena: Arena,
    honest: Vec<usize>,
    sybils: Vec<usize>,
    /// The Sybils' requests are made once: signing them is most of what the attack costs.
    requests: HashMap<(usize, usize), Vec<u8>>,
}

fn sybil_at(number: u16) -> SocketAddr {
    crowded((number % NETS).to_be_bytes()[1] + 50, number)
}

impl Attack {
    /// A tracker, the honest nodes and the Sybils, which introduce each other.
    fn new(seed: u8, walk: fn(&mut Strategies<Quiet>)) -> Self {
        let mut arena = Arena::new(Duration::from_millis(20));
        let tracker = apart(0);
        arena.add_tracker(tracker, 0);
        let honest: Vec<_> = (1..=HONEST)
            .map(|number| {
                let own = number.to_be_bytes()[1];
                let node = arena.add_node(apart(number), seed.wrapping_mul(31).wrapping_add(own));
                let mut strategies = Strategies::new();
                walk(&mut strategies);
                let config = OverlayConfig {
                    max_peers: Some(i32::try_from(MAX_PEERS).expect("small")),
                    bootstrappers: DispersyBootstrapper::new([tracker]).into(),
                    ..overlay_config(number)
                };
                arena.add_overlay::<Quiet>(node, config, QuietId::default(), strategies);
                node
            })
            .collect();
        let sybils = (0..SYBILS)
            .map(|number| {
                let next = |step: u16| sybil_at((number + step * 7) % SYBILS);
                arena.add_actor(Actor {
                    introduces: (1..20).map(|step| (next(step), next(step))).collect(),
                    ..Actor::new(1_000 + number, sybil_at(number))
                })
            })
            .collect();
        Self {
            arena,
            honest,
            sybils,
            requests: HashMap::new(),
        }
    }

    fn ask(&mut self, sybil: usize, node: usize) {
        let arena = &mut self.arena;
        let (from, to) = (arena.address(sybil), arena.address(node));
        let request = self.requests.entry((sybil, node));
        let request =
            request.or_insert_with(|| arena.actor(sybil).request(QUIET, Style::Old, to, 1));
        arena.inject(from, to, request);
    }

    /// Every Sybil asks the tracker once a minute and each honest node every 20 seconds.
    fn run(&mut self) {
        for round in 0..ROUNDS {
            for at in 0..self.sybils.len() {
                let sybil = self.sybils[at];
                if round % 12 == 0 {
                    self.ask(sybil, TRACKER);
                }
                for node in 0..self.honest.len() {
                    if (at + node + usize::from(round)).is_multiple_of(4) {
                        self.ask(sybil, self.honest[node]);
                    }
                }
                self.arena.run_for(5 * SECOND / u32::from(SYBILS));
            }
            self.arena.sent.clear();
            self.arena.events.clear();
        }
    }

    /// Returns, for each honest node, the number of its honest peers and of all.
    fn shares(&self) -> Vec<(usize, usize)> {
        let keys: Vec<PublicKey> = (1..=HONEST)
            .map(|number| key(number).public_key().clone())
            .collect();
        let share = |node: &usize| {
            let network = self.arena.engine(*node).network();
            let all = network.peers_for_service(QUIET).count();
            let honest = network.peers_for_service(QUIET);
            let honest = honest.filter(|peer| keys.contains(peer.key()));
            (honest.count(), all)
        };
        self.honest.iter().map(share).collect()
    }
}

fn assert_honest_majority(walk: fn(&mut Strategies<Quiet>)) {
    let mut attack = Attack::new(1, walk);
    attack.run();
    let shares = attack.shares();
    let full = shares.iter().all(|(_, all)| *all <= MAX_PEERS);
    assert!(full, "lists within {MAX_PEERS}: {shares:?}");
    let connected = shares.iter().all(|(honest, _)| *honest > 0);
    assert!(connected, "a node has no honest peer: {shares:?}");
    let half = shares.iter().all(|(honest, all)| honest * 2 >= *all);
    assert!(half, "honest share below a half: {shares:?}");
}

#[test]
fn two_hundred_sybils_in_five_networks_fill_at_most_half_of_a_list() {
    assert_honest_majority(|strategies| {
        strategies.add::<RandomWalk>(TARGET, |_| {});
    });
}

#[test]
fn with_an_edge_walk_it_is_at_most_half_too() {
    assert_honest_majority(|strategies| {
        strategies.add::<RandomWalk>(TARGET, |_| {});
        strategies.add::<EdgeWalk>(TARGET, |_| {});
    });
}
