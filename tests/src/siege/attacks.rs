//! The attacks, each with its pace. All of them go on at once until the attacker ends.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipv8_core::wire::{CommunityId, Style};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::sybils::honest;
use super::tap::Crossed;
use super::{
    DISCOVERY, EACH, INTRODUCED, NAMED, OVERLAYS, PUNCTURED, PUNCTURED_BY_NAME, SHARED_ID, SYBILS,
    ours, service, sybil, trackers,
};
use crate::attacker::{Forger, spoiled, with_slow_key};
use crate::desk::address;
use crate::places::{ABUSABLE, SPECIAL, anywhere};

/// The most captured datagrams that are kept; older ones are replaced.
const CAPTURED: usize = 256;
/// The number of the attacker's throw-away keys.
const KEYS: u16 = 62;
/// The number of the first of them.
const FIRST_KEY: u16 = 2_000;
/// The requests of one forged start.
const START: u16 = 31;

/// Sources in special ranges. The system drops datagrams from other such ranges itself.
const NOWHERE: [([u8; 4], u16); 4] = [
    ([169, 254, 169, 254], 4_000),
    ([192, 0, 2, 1], 4_000),
    ([198, 18, 0, 1], 4_000),
    ([203, 0, 113, 1], 4_000),
];

/// A datagram with its claimed source and its destination.
pub(super) type Forged = (SocketAddr, SocketAddr, Vec<u8>);

/// One of the attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Attack {
    /// Forged requests from many networks, to each node and tracker.
    Start,
    /// Requests in the name of one host.
    Named,
    /// Requests in the name of honest nodes, or from other ports of their hosts, that claim the LAN
    /// address of another one.
    HonestNames,
    /// Captured datagrams: from elsewhere, to other nodes, or both.
    Replays,
    /// Responses and pongs that no node asked for.
    Unsolicited,
    /// Similarity requests of strangers.
    Similarity,
    /// Puncture requests of strangers.
    Punctures,
    /// Puncture requests in the name of a tracker or of an honest node.
    NamedPunctures,
    /// Requests and pings in the name of the recipient, and from special ranges.
    Nowhere,
    /// Bad signatures.
    BadSignatures,
    /// Bad signatures on a slow curve.
    SlowSignatures,
}

impl Attack {
    pub(super) const ALL: [Self; 11] = [
        Self::Start,
        Self::Named,
        Self::HonestNames,
        Self::Replays,
        Self::Unsolicited,
        Self::Similarity,
        Self::Punctures,
        Self::NamedPunctures,
        Self::Nowhere,
        Self::BadSignatures,
        Self::SlowSignatures,
    ];

    /// Returns the time between two of its turns. A turn is one datagram, but for
    /// [`Attack::Start`].
    pub(super) const fn pause(self) -> Duration {
        Duration::from_millis(match self {
            Self::Start => 20_000,
            Self::Named => 20,
            Self::HonestNames | Self::Similarity => 200,
            Self::Replays => 50,
            Self::Unsolicited | Self::NamedPunctures | Self::Nowhere => 100,
            // Each takes ten times as long as in an optimised build.
            Self::SlowSignatures => 1_000,
            Self::Punctures => 10,
            Self::BadSignatures => 4,
        })
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Start => "forged_start",
            Self::Named => "in_the_name_of_a_victim",
            Self::HonestNames => "in_honest_names",
            Self::Replays => "replays",
            Self::Unsolicited => "unsolicited",
            Self::Similarity => "similarity",
            Self::Punctures => "punctures",
            Self::NamedPunctures => "punctures_in_honest_names",
            Self::Nowhere => "of_nowhere",
            Self::BadSignatures => "bad_signatures",
            Self::SlowSignatures => "slow_signatures",
        }
    }
}

/// Makes the datagrams of the attacks.
#[derive(Debug)]
pub(super) struct Attacks {
    rng: StdRng,
    captured: VecDeque<Crossed>,
    bad: Vec<Vec<u8>>,
    slow: Vec<u8>,
}

impl Attacks {
    pub(super) fn new(seed: u64) -> Self {
        let (to, from) = (ours(0), anywhere(9));
        let bad = (0..KEYS).map(|number| {
            let forger = forger(SHARED_ID, number);
            spoiled(&forger.request(Style::Old, to, from, number))
        });
        let good = forger(SHARED_ID, 0).request(Style::Old, to, from, 1);
        Self {
            rng: StdRng::seed_from_u64(seed),
            captured: VecDeque::new(),
            bad: bad.collect(),
            slow: with_slow_key(&good),
        }
    }

    /// Keeps a datagram to one of our nodes, to repeat it.
    pub(super) fn capture(&mut self, crossed: Crossed) {
        if self.captured.len() >= CAPTURED {
            self.captured.pop_front();
        }
        self.captured.push_back(crossed);
    }

    /// Returns the datagrams of the turn with this number of an attack.
    pub(super) fn turn(&mut self, attack: Attack, turn: u16) -> Vec<Forged> {
        match attack {
            Attack::Start => return self.start(),
            Attack::Replays => return self.replay(turn).into_iter().collect(),
            _ => {}
        }
        let to = ours(turn % EACH);
        let (from, bytes) = match attack {
            Attack::Named => {
                let from = SocketAddr::from((NAMED, 7_000 + turn % 50));
                (from, self.request(turn, to, from, from))
            }
            Attack::HonestNames => self.in_an_honest_name(turn, to),
            Attack::Unsolicited => self.unsolicited(turn, to),
            Attack::Similarity => {
                let from = self.anywhere();
                let forger = forger(DISCOVERY, turn);
                let services = OVERLAYS.to_vec();
                (from, forger.similarity_request(from, services, turn))
            }
            Attack::Punctures => {
                let target = self.target();
                (self.anywhere(), self.puncture_request(turn, target))
            }
            Attack::NamedPunctures => {
                let [tracker, _] = trackers();
                let from = [tracker, self.other_than(to)][self.rng.random_range(0..2)];
                let target = self.port_of(PUNCTURED_BY_NAME);
                (from, self.puncture_request(turn, target))
            }
            Attack::Nowhere => self.in_no_name(turn, to),
            Attack::SlowSignatures => (self.anywhere(), self.slow.clone()),
            _ => {
                let bytes = self.bad[usize::from(turn) % self.bad.len()].clone();
                (self.anywhere(), bytes)
            }
        };
        vec![(from, to, bytes)]
    }

    fn start(&mut self) -> Vec<Forged> {
        let mut requests = Vec::new();
        for to in (0..EACH).map(ours).chain(trackers()) {
            for number in 0..START {
                let from = anywhere(1 + u32::from(number));
                requests.push((from, to, self.request(number, to, from, from)));
            }
        }
        requests
    }

    fn request(&mut self, turn: u16, to: SocketAddr, lan: SocketAddr, from: SocketAddr) -> Vec<u8> {
        let forger = forger(self.overlay(), turn);
        forger.request_with_lan(self.style(), to, lan, from, turn)
    }

    fn overlay(&mut self) -> CommunityId {
        OVERLAYS[self.rng.random_range(0..OVERLAYS.len())]
    }

    fn style(&mut self) -> Style {
        [Style::Old, Style::New][self.rng.random_range(0..2)]
    }

    /// Returns an address where no honest node is.
    fn elsewhere(&mut self) -> SocketAddr {
        match self.rng.random() {
            true => sybil(self.rng.random_range(0..SYBILS)),
            false => self.anywhere(),
        }
    }

    fn anywhere(&mut self) -> SocketAddr {
        anywhere(self.rng.random_range(1..400))
    }

    /// Returns the address of an honest node that is not at this one.
    fn other_than(&mut self, to: SocketAddr) -> SocketAddr {
        loop {
            let at = honest(self.rng.random_range(0..2 * EACH));
            if at != to {
                return at;
            }
        }
    }

    fn in_an_honest_name(&mut self, turn: u16, to: SocketAddr) -> (SocketAddr, Vec<u8>) {
        let mut from = self.other_than(to);
        if self.rng.random() {
            from.set_port(10_000 + turn % 1_000);
        }
        let claimed = self.other_than(to);
        (from, self.request(turn, to, claimed, from))
    }

    fn in_no_name(&mut self, turn: u16, to: SocketAddr) -> (SocketAddr, Vec<u8>) {
        let from = match self.rng.random() {
            true => to,
            false => NOWHERE[self.rng.random_range(0..NOWHERE.len())].into(),
        };
        let bytes = match self.rng.random() {
            true => self.request(turn, to, from, from),
            false => forger(DISCOVERY, turn).ping(turn),
        };
        (from, bytes)
    }

    fn replay(&mut self, turn: u16) -> Option<Forged> {
        if self.captured.is_empty() {
            return None;
        }
        let place = self.rng.random_range(0..self.captured.len());
        let Crossed {
            from, to, bytes, ..
        } = self.captured.get(place)?.clone();
        let elsewhere = self.elsewhere();
        let other = ours(self.rng.random_range(0..EACH));
        Some(match turn % 3 {
            0 => (elsewhere, to, bytes),
            1 => (from, other, bytes),
            _ => (elsewhere, other, bytes),
        })
    }

    fn unsolicited(&mut self, turn: u16, to: SocketAddr) -> (SocketAddr, Vec<u8>) {
        let from = [self.elsewhere(), self.other_than(to)][self.rng.random_range(0..2)];
        let number = self.rng.random();
        let forger = forger(self.overlay(), turn);
        let victim = SocketAddr::from((INTRODUCED, 5_000 + turn % 100));
        let bytes = match self.rng.random_range(0..4_u8) {
            0 => forger.similarity_response(OVERLAYS.to_vec(), number),
            1 => forger.pong(number),
            _ => forger.response(self.style(), to, from, (victim, victim), number),
        };
        (from, bytes)
    }

    fn puncture_request(&mut self, turn: u16, target: SocketAddr) -> Vec<u8> {
        let forger = forger(self.overlay(), turn);
        forger.puncture_request(self.style(), target, target, turn)
    }

    /// Returns an address of a victim, of a special range, or of another service.
    fn target(&mut self) -> SocketAddr {
        match self.rng.random_range(0..4_u8) {
            0 => address(SPECIAL[self.rng.random_range(0..SPECIAL.len())]),
            1 => service(ABUSABLE[self.rng.random_range(0..ABUSABLE.len())]),
            _ => self.port_of(PUNCTURED),
        }
    }

    fn port_of(&mut self, host: Ipv4Addr) -> SocketAddr {
        SocketAddr::from((host, self.rng.random_range(4_000..5_000)))
    }
}

/// Returns what makes datagrams with a throw-away key.
fn forger(overlay: CommunityId, number: u16) -> Forger {
    Forger::new(overlay, FIRST_KEY + number % KEYS)
}

/// Returns `true` for port 0 and the ports of other services.
pub(super) fn is_service(port: u16) -> bool {
    port == 0 || ABUSABLE.contains(&port)
}
