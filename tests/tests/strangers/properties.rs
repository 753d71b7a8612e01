//! Random sequences of valid, forged, replayed and unsolicited datagrams. The bounds hold whatever
//! the sequence.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::internals::introduction::IntroductionMessage;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::attacker::{Forger, is_puncture_request, is_response, read_introduction};
use ipv8_tests::desk::address;
use ipv8_tests::places::apart;
use ipv8_tests::quiet::Quiet;
use ipv8_tests::sim::QUIET;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::chaos::{DISCOVERY, FIRST_VICTIM, Move, SECOND, World, moves};

fn config(cases: u32, seed: u64) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(32, 1))]

    #[test]
    fn no_sequence_leads_past_a_cap(
        walking in any::<bool>(),
        moves in prop::collection::vec(moves(), 1..150),
    ) {
        let mut world = World::new(walking);
        for happening in &moves {
            world.makes(happening);
            world.check_caps()?;
        }
    }

    #[test]
    fn bytes_to_an_unproven_address_never_exceed_their_bound(
        walking in any::<bool>(),
        moves in prop::collection::vec(moves(), 1..150),
    ) {
        let mut world = World::new(walking);
        for happening in &moves {
            // A victim answers nothing.
            if !matches!(happening, Move::Answer { .. }) {
                world.makes(happening);
            }
        }
        world.arena.run_for(20 * SECOND);
        let asked = moves.iter().filter(|one| matches!(one, Move::PunctureRequest { .. }));
        world.check_victims(asked.count())?;
    }

    #[test]
    fn an_identifier_matches_only_from_the_host_that_was_asked(
        asked in 0..8_u16,
        answers in prop::collection::vec((any::<bool>(), 0..5_u8, any::<u16>()), 1..40),
    ) {
        let mut world = World::new(false);
        let (node, target) = (world.node, apart(400 + asked));
        let to = world.arena.address(node);
        world.arena.call::<Quiet, _>(node, QUIET, |_, cx| cx.walk_to(target));
        let (_, style, number) = world.open()[0];
        let nobody = (address("0.0.0.0:0"), address("0.0.0.0:0"));
        let mut keys = BTreeSet::new();
        for (nth, (other_style, kind, guess)) in (0..).zip(&answers) {
            let key = 100 + nth;
            let style = if *other_style { other(style) } else { style };
            let forger = Forger::new(QUIET, key);
            let (from, answer) = match kind {
                // From another host.
                0 => (apart(500 + nth), forger.response(style, to, target, nobody, number)),
                // From the asked host, but with another number.
                1 if *guess != number => (target, forger.response(style, to, target, nobody, *guess)),
                // For another overlay.
                2 => {
                    let forger = Forger::new(DISCOVERY, key);
                    (target, forger.response(style, to, target, nobody, number))
                }
                // Another kind of message with that number.
                3 => {
                    let forger = Forger::new(DISCOVERY, key);
                    (target, forger.similarity_response(vec![QUIET], number))
                }
                _ => (target, forger.puncture(style, target, to, number)),
            };
            world.arena.inject(from, to, &answer);
            keys.insert(key);
        }
        let network = world.arena.engine(node).network();
        prop_assert_eq!(network.verified_count(), 0);
        // The true answer still counts, from the address that was asked, if it was not guessed at
        // too often.
        let guesses = answers.iter().filter(|(_, kind, _)| *kind == 1).count();
        if guesses < 16 {
            let forger = Forger::new(QUIET, 99);
            let answer = forger.response(style, to, target, nobody, number);
            world.arena.inject(target, to, &answer);
            prop_assert!(world.arena.is_peer(node, QUIET, forger.public_key()));
        }
    }
}

fn other(style: Style) -> Style {
    match style {
        Style::Old => Style::New,
        Style::New => Style::Old,
    }
}

/// An answer to an honest peer: when, to whom, in which style, to which request.
type Seen = BTreeSet<(Duration, SocketAddr, bool, u16, SocketAddr)>;

/// Lets honest peers ask by a fixed plan while an attacker plays `moves`. Returns the answers to
/// the honest peers, and the times of the puncture requests to them.
fn honest_answers(moves: &[Move]) -> Seen {
    let mut world = World::new(false);
    let actors: Vec<_> = (1..=4).collect();
    world.arena.befriend(world.node, QUIET, &actors);
    world.arena.run_for(20 * SECOND);
    let start = world.arena.sent.len();
    let to = world.arena.address(world.node);
    let begin = world.arena.time();
    let mut moves = moves.iter();
    for number in 0..40_u16 {
        for happening in moves.by_ref().take(4) {
            world.makes(happening);
        }
        let own = 1 + number % 4;
        let request = Actor::new(own, apart(own)).request(QUIET, Style::Old, to, 1_000 + number);
        world.arena.inject(apart(own), to, &request);
        world.arena.run_for(SECOND / 2);
    }
    let sent = &world.arena.sent[start..];
    let answers = sent
        .iter()
        .filter(|sent| sent.machine == world.node && is_response(sent.id()));
    let seen = answers.filter_map(|sent| match read_introduction(&sent.bytes()) {
        Some((style, IntroductionMessage::Response(_, response))) => {
            let is_new = style == Style::New;
            let honest = (1..=4).any(|number| sent.to == apart(number));
            let number = response.identifier;
            honest.then_some((
                sent.at - begin,
                sent.to,
                is_new,
                number,
                response.destination,
            ))
        }
        _ => None,
    });
    seen.collect()
}

proptest! {
    #![proptest_config(config(24, 2))]

    /// The attacker only forges: it can take any source address but receives nothing.
    #[test]
    fn honest_peers_get_the_same_answers_with_and_without_an_attacker(
        moves in prop::collection::vec(moves(), 1..160),
    ) {
        let forged = |one: &Move| match one {
            // It has neither the keys nor, here, the addresses of the honest peers.
            Move::Request { signer, source, .. } | Move::Response { signer, source, .. }
            | Move::Puncture { signer, source, .. } | Move::SimilarityRequest { signer, source }
            | Move::SimilarityResponse { signer, source, .. } => *signer >= 12 && *source >= 12,
            Move::PunctureRequest { source, .. } => *source >= 12,
            _ => false,
        };
        let forged: Vec<_> = moves.into_iter().filter(forged).collect();
        let (without, with) = (honest_answers(&[]), honest_answers(&forged));
        prop_assert_eq!(without.len(), 40);
        prop_assert_eq!(without, with);
    }
}

/// Third parties are asked to puncture for peers only as often as the peers ask.
#[test]
fn puncture_requests_go_out_only_with_answers() {
    let mut world = World::new(false);
    world.arena.befriend(world.node, QUIET, &[1, 2, 3]);
    world.arena.sent.clear();
    let to = world.arena.address(world.node);
    for number in 0..200 {
        let forger = Forger::new(QUIET, 200 + number);
        let from = apart(FIRST_VICTIM + number % 50);
        let request = forger.request(Style::Old, to, from, number);
        world.arena.inject(from, to, &request);
        world.arena.run_for(SECOND / 10);
    }
    let count = |is: fn(u8) -> bool| {
        let sent = world.arena.sent.iter();
        let own = sent.filter(|sent| sent.machine == world.node && is(sent.id()));
        own.count()
    };
    assert!(count(is_puncture_request) <= count(is_response));
}
