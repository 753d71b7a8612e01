//! Anything that strangers and peers can do to a node, as a sequence of moves, and the bounds that
//! hold whatever the sequence.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::engine::{OverlayConfig, Strategies};
use ipv8_core::internals::introduction::IntroductionMessage;
use ipv8_core::prelude::*;
use ipv8_core::wire::Style;
use ipv8_tests::actor::Actor;
use ipv8_tests::arena::Arena;
use ipv8_tests::attacker::{Forger, is_puncture, is_request, read_introduction};
use ipv8_tests::desk::{address, overlay_config};
use ipv8_tests::places::{apart, crowded};
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::sim::QUIET;
use proptest::prelude::*;

pub(crate) const SECOND: Duration = Duration::from_secs(1);
const DELAY: Duration = Duration::from_millis(20);
const MAX_PEERS: usize = 4;
pub(crate) const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;
/// Peers that answer; further keys belong to the attacker.
const ACTORS: u16 = 12;
const VICTIMS: u16 = 4;
pub(crate) const FIRST_VICTIM: u16 = 300;

/// A datagram of the attacker, or something that happens meanwhile. Numbers choose keys, addresses
/// and overlays.
#[derive(Clone, Debug)]
pub(crate) enum Move {
    Request {
        signer: u16,
        source: u16,
        new: bool,
        lan: u16,
        overlay: bool,
    },
    Response {
        signer: u16,
        source: u16,
        new: bool,
        number: u16,
        introduced: u16,
    },
    PunctureRequest {
        source: u16,
        target: u16,
        new: bool,
    },
    Puncture {
        signer: u16,
        source: u16,
        new: bool,
    },
    SimilarityRequest {
        signer: u16,
        source: u16,
    },
    SimilarityResponse {
        signer: u16,
        source: u16,
        number: u16,
    },
    /// Answers one of the node's open requests correctly, from the asked address or another one.
    Answer {
        signer: u16,
        which: usize,
        source: Option<u16>,
    },
    /// An honest peer asks.
    Honest(u16),
    /// The node asks an honest peer.
    Walk(u16),
    Wait(u16),
}

pub(crate) fn moves() -> impl Strategy<Value = Move> {
    let signer = || 0..40_u16;
    let source = || 0..40_u16;
    prop_oneof![
        6 => (signer(), source(), any::<bool>(), source(), any::<bool>()).prop_map(
            |(signer, source, new, lan, overlay)| Move::Request { signer, source, new, lan, overlay }
        ),
        3 => (signer(), source(), any::<bool>(), any::<u16>(), source()).prop_map(
            |(signer, source, new, number, introduced)| Move::Response { signer, source, new, number, introduced }
        ),
        2 => (source(), source(), any::<bool>())
            .prop_map(|(source, target, new)| Move::PunctureRequest { source, target, new }),
        2 => (signer(), source(), any::<bool>())
            .prop_map(|(signer, source, new)| Move::Puncture { signer, source, new }),
        3 => (signer(), source()).prop_map(|(signer, source)| Move::SimilarityRequest { signer, source }),
        2 => (signer(), source(), any::<u16>())
            .prop_map(|(signer, source, number)| Move::SimilarityResponse { signer, source, number }),
        3 => (signer(), any::<usize>(), prop::option::of(source()))
            .prop_map(|(signer, which, source)| Move::Answer { signer, which, source }),
        2 => (1..=ACTORS).prop_map(Move::Honest),
        1 => (1..=ACTORS).prop_map(Move::Walk),
        6 => (0..3_000_u16).prop_map(Move::Wait),
    ]
}

/// Returns the address of this number: those of the actors, then those of victims, then of others.
fn place(number: u16) -> SocketAddr {
    match number {
        0..=11 => apart(number + 1),
        12..=23 => apart(FIRST_VICTIM + number % VICTIMS),
        _ => crowded(66, number),
    }
}

/// A node with two overlays, and peers that it can find.
pub(crate) struct World {
    pub(crate) arena: Arena,
    pub(crate) node: usize,
    /// The bytes received from each address.
    paid: BTreeMap<SocketAddr, usize>,
}

impl World {
    pub(crate) fn new(walking: bool) -> Self {
        let mut arena = Arena::new(DELAY);
        let node = arena.add_node(address("20.1.1.1:8090"), 1);
        let config = || OverlayConfig {
            max_peers: Some(i32::try_from(MAX_PEERS).expect("small")),
            ..overlay_config(0)
        };
        let mut walk = Strategies::<Quiet>::new();
        let mut discover = Strategies::<DiscoveryCommunity>::new();
        if walking {
            walk.add::<RandomWalk>(-1, |_| {});
            discover.add::<EdgeWalk>(-1, |_| {});
            discover.add::<RandomChurn>(-1, |_| {});
        }
        arena.add_overlay::<Quiet>(node, config(), QuietId::default(), walk);
        arena.add_overlay::<DiscoveryCommunity>(node, config(), (), discover);
        for number in 1..=ACTORS {
            arena.add_actor(Actor::new(number, apart(number)));
        }
        Self {
            arena,
            node,
            paid: BTreeMap::new(),
        }
    }

    fn inject(&mut self, source: u16, datagram: &[u8]) {
        let from = place(source);
        *self.paid.entry(from).or_default() += datagram.len();
        let to = self.arena.address(self.node);
        self.arena.inject(from, to, datagram);
    }

    /// Returns the latest introduction requests of the node: destination, overlay and identifier.
    pub(crate) fn open(&self) -> Vec<(SocketAddr, Style, u16)> {
        let now = self.arena.time();
        let sent = self.arena.sent.iter().rev();
        let recent = sent.take_while(|sent| now - sent.at < 3 * SECOND);
        let requests = recent.filter(|sent| sent.machine == self.node && is_request(sent.id()));
        let read = requests
            .take(8)
            .filter_map(|sent| match read_introduction(&sent.bytes()) {
                Some((style, IntroductionMessage::Request(_, request))) => {
                    Some((sent.to, style, request.identifier))
                }
                _ => None,
            });
        read.collect()
    }

    #[allow(clippy::too_many_lines)]
    pub(crate) fn makes(&mut self, happening: &Move) {
        let to = self.arena.address(self.node);
        let style = |new: bool| if new { Style::New } else { Style::Old };
        let forger = |signer: u16| Forger::new(QUIET, 1 + signer);
        match *happening {
            Move::Request {
                signer,
                source,
                new,
                lan,
                overlay,
            } => {
                let overlay = if overlay { QUIET } else { DISCOVERY };
                let forger = Forger::new(overlay, 1 + signer);
                let (lan, wan) = (place(lan), place(source));
                let request = forger.request_with_lan(style(new), to, lan, wan, signer);
                self.inject(source, &request);
            }
            Move::Response {
                signer,
                source,
                new,
                number,
                introduced,
            } => {
                let (own, introduced) = (place(source), place(introduced));
                let pair = (introduced, introduced);
                let seen = address("66.6.6.6:6666");
                let response = forger(signer).response(style(new), seen, own, pair, number);
                self.inject(source, &response);
            }
            Move::PunctureRequest {
                source,
                target,
                new,
            } => {
                let target = place(target);
                let request = forger(0).puncture_request(style(new), target, target, 1);
                self.inject(source, &request);
            }
            Move::Puncture {
                signer,
                source,
                new,
            } => {
                let own = place(source);
                let puncture = forger(signer).puncture(style(new), own, own, signer);
                self.inject(source, &puncture);
            }
            Move::SimilarityRequest { signer, source } => {
                let forger = Forger::new(DISCOVERY, 1 + signer);
                let services = vec![QUIET, DISCOVERY];
                let request = forger.similarity_request(place(source), services, signer);
                self.inject(source, &request);
            }
            Move::SimilarityResponse {
                signer,
                source,
                number,
            } => {
                let forger = Forger::new(DISCOVERY, 1 + signer);
                let response = forger.similarity_response(vec![QUIET, DISCOVERY], number);
                self.inject(source, &response);
            }
            Move::Answer {
                signer,
                which,
                source,
            } => self.answer(signer, which, source),
            Move::Honest(number) => {
                let request = Actor::new(number, apart(number)).request(QUIET, Style::Old, to, 3);
                self.inject(number - 1, &request);
            }
            Move::Walk(number) => {
                let node = self.node;
                self.arena
                    .call::<Quiet, _>(node, QUIET, |_, cx| cx.walk_to(apart(number)));
            }
            Move::Wait(millis) => self.arena.run_for(Duration::from_millis(millis.into())),
        }
    }

    fn answer(&mut self, signer: u16, which: usize, source: Option<u16>) {
        let open = self.open();
        if open.is_empty() {
            return;
        }
        let (asked, style, number) = open[which % open.len()];
        let from = source.map_or(asked, place);
        let forger = Forger::new(QUIET, 1 + signer);
        let nobody = (address("0.0.0.0:0"), address("0.0.0.0:0"));
        let to = self.arena.address(self.node);
        let response = forger.response(style, to, from, nobody, number);
        *self.paid.entry(from).or_default() += response.len();
        self.arena.inject(from, to, &response);
    }

    pub(crate) fn check_caps(&self) -> Result<(), TestCaseError> {
        let network = self.arena.engine(self.node).network();
        for overlay in [QUIET, DISCOVERY] {
            let count = network.peer_count(overlay);
            prop_assert!(count <= MAX_PEERS, "{count} peers of {overlay}");
        }
        // Of two overlays, and those that only one message named.
        let all = network.verified_count();
        prop_assert!(all <= 2 * MAX_PEERS, "{all} peers in all");
        let known = network.address_count();
        prop_assert!(known <= 200, "{known} addresses");
        prop_assert_eq!(self.arena.engine(self.node).stats().panics, 0);
        Ok(())
    }

    /// Checks what reached the victims. None of them ever answers.
    pub(crate) fn check_victims(&self, punctures_asked: usize) -> Result<(), TestCaseError> {
        for number in 0..VICTIMS {
            let victim = apart(FIRST_VICTIM + number);
            let there = self.arena.sent.iter().filter(|sent| sent.to == victim);
            let (mut answers, mut punctures) = (0, 0);
            for sent in there {
                match sent.id() {
                    // Requests of ours have a bound of their own: four in a minute.
                    id if is_request(id) => {}
                    id if is_puncture(id) && sent.machine == self.node => punctures += 1,
                    _ => answers += sent.length(),
                }
            }
            let paid = self.paid.get(&victim).copied().unwrap_or_default();
            prop_assert!(
                answers * 10 <= paid * 21,
                "{answers} for {paid} to {victim}"
            );
            let seconds = self.arena.time().as_secs() as usize;
            let allowed = (1 + seconds / 5).min(punctures_asked);
            prop_assert!(punctures <= allowed, "{punctures} punctures to {victim}");
        }
        Ok(())
    }
}
