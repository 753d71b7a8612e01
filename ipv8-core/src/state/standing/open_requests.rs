//! Introduction requests that wait for their response.

use std::collections::{HashMap, VecDeque};
use std::net::{SocketAddr, SocketAddrV4};
use std::time::{Duration, Instant};

use rand::{Rng, RngExt};

use crate::support::hashing::OwnState;
use crate::wire::scope::canonical;

/// The time in which a response counts. Strategies give up earlier, but a late peer is a peer.
pub(super) const OPEN_TIME: Duration = Duration::from_secs(10);

/// The maximum number of open requests of one overlay; a further one expels the oldest. A walker
/// has at most a few dozen.
const MAX_OPEN: usize = 1_024;

/// The number of responses with a wrong identifier from a host after which our requests to it are
/// forgotten. An attacker who guesses then hits one of 65,536 identifiers in at most 0.8 % of the
/// cases; with a lower number, a few forged responses would keep an honest host from answering.
const MAX_WRONG: u16 = 512;

/// The number of answered identifiers that are remembered, for strategies that look in their next
/// step.
const ANSWERED: usize = 64;

/// The budget that a request uses until it is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Charge {
    /// None: the address is proven, or was named by our own configuration.
    #[default]
    None,
    /// A walk to an introduced host.
    Walk,
    /// A request to a contact.
    Probe,
}

/// A request that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The address that the request went to.
    pub(crate) to: SocketAddr,
    /// The LAN or WAN address of the same node, if we heard of it. It may answer from there.
    pub(crate) twin: Option<SocketAddr>,
    /// The LAN address that a contact at `to` claims.
    pub(crate) lan: Option<SocketAddrV4>,
    /// What it costs until it is answered.
    pub(crate) charge: Charge,
}

#[derive(Clone, Debug)]
struct Open {
    asked: Asked,
    at: Instant,
    wrong: u16,
    /// The number of its answers so far.
    answers: u8,
}

impl Asked {
    /// Returns a request to an address of which nothing else is known.
    pub(crate) fn at(to: SocketAddr) -> Self {
        Self {
            to,
            twin: None,
            lan: None,
            charge: Charge::None,
        }
    }
}

impl Open {
    /// Returns `true` if a response from `source` can answer the request: it comes from the address
    /// asked, from another port of that host (a NAT may change it), or from the twin.
    fn is_from(&self, source: SocketAddr) -> bool {
        canonical(source).ip() == canonical(self.asked.to).ip()
            || self
                .asked
                .twin
                .is_some_and(|twin| canonical(twin) == canonical(source))
    }
}

/// The requests of the last [`OPEN_TIME`] that were not answered, by identifier.
///
/// py-ipv8 uses its message counter as the identifier, which every receiver of a packet knows, and
/// accepts any response. Here the identifier is random, and the response must come from the host
/// that was asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenRequests {
    open: HashMap<u16, Open, OwnState>,
    /// The identifiers, oldest first; also those of answered requests.
    order: VecDeque<(Instant, u16)>,
    /// The last identifiers that were answered.
    answered: VecDeque<u16>,
}

impl OpenRequests {
    /// Adds a request, and returns the identifier that it must carry.
    pub(crate) fn open(
        &mut self,
        asked: Asked,
        now: Instant,
        rng: &mut (impl Rng + ?Sized),
    ) -> u16 {
        self.expire(now);
        while self.order.len() >= MAX_OPEN {
            self.forget_oldest();
        }
        // This ends, because few of the identifiers are in use.
        let mut identifier = rng.random::<u16>();
        while self.open.contains_key(&identifier) {
            identifier = rng.random();
        }
        self.add(identifier, asked, now);
        identifier
    }

    /// Adds a request with this identifier.
    pub(super) fn add(&mut self, identifier: u16, asked: Asked, now: Instant) {
        let open = Open {
            asked,
            at: now,
            wrong: 0,
            answers: 0,
        };
        self.open.insert(identifier, open);
        self.order.push_back((now, identifier));
    }

    /// Returns `true` if the request with this identifier is among the last ones that were
    /// answered.
    pub(super) fn was_answered(&self, identifier: u16) -> bool {
        self.answered.contains(&identifier)
    }

    /// Returns `true` if a response from `source` with this identifier answers an open request.
    pub(super) fn is_answer(&self, identifier: u16, source: SocketAddr, now: Instant) -> bool {
        let open = self.open.get(&identifier);
        open.is_some_and(|open| open.is_from(source) && !is_late(open.at, now))
    }

    /// Closes the request that a response from `source` answers. `None` if it answers none.
    pub(super) fn close(
        &mut self,
        identifier: u16,
        source: SocketAddr,
        now: Instant,
    ) -> Option<Asked> {
        if !self.is_answer(identifier, source, now) {
            self.count_wrong(source);
            return None;
        }
        if self.answered.len() >= ANSWERED {
            self.answered.pop_front();
        }
        self.answered.push_back(identifier);
        Some(self.open.remove(&identifier)?.asked)
    }

    /// Counts an answer to a request that can have several. Returns `false` if a message from
    /// `source` answers none, or if its request has had `most` answers.
    pub(crate) fn take_answer(
        &mut self,
        identifier: u16,
        source: SocketAddr,
        most: u8,
        now: Instant,
    ) -> bool {
        if !self.is_answer(identifier, source, now) {
            self.count_wrong(source);
            return false;
        }
        let open = self.open.get_mut(&identifier);
        open.is_some_and(|open| {
            open.answers = open.answers.saturating_add(1);
            open.answers <= most
        })
    }

    fn count_wrong(&mut self, source: SocketAddr) {
        self.open.retain(|_, open| {
            open.wrong += u16::from(open.is_from(source));
            open.wrong < MAX_WRONG
        });
    }

    fn expire(&mut self, now: Instant) {
        while let Some((at, _)) = self.order.front()
            && is_late(*at, now)
        {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((at, identifier)) = self.order.pop_front() else {
            return;
        };
        // The identifier may belong to a later request by now.
        if self.open.get(&identifier).is_some_and(|open| open.at == at) {
            self.open.remove(&identifier);
        }
    }
}

fn is_late(at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(at) > OPEN_TIME
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn at(host: u8, port: u16) -> SocketAddr {
        SocketAddr::from(([20, 0, 0, host], port))
    }

    fn asked(to: SocketAddr) -> Asked {
        Asked {
            twin: Some(SocketAddr::from(([192, 168, 0, 1], 5))),
            ..Asked::at(to)
        }
    }

    #[test]
    fn only_the_host_that_was_asked_or_its_twin_can_answer_and_only_once() {
        let (mut open, mut rng) = (OpenRequests::default(), StdRng::seed_from_u64(1));
        let now = Instant::now();
        let twin = SocketAddr::from(([192, 168, 0, 1], 5));
        for (source, counts) in [
            (at(1, 1), true),
            (at(1, 2), true),
            (twin, true),
            (at(2, 1), false),
            (SocketAddr::from(([192, 168, 0, 1], 6)), false),
        ] {
            let identifier = open.open(asked(at(1, 1)), now, &mut rng);
            assert_eq!(open.is_answer(identifier, source, now), counts, "{source}");
            assert!(!open.is_answer(identifier.wrapping_add(1), source, now));
            assert_eq!(open.close(identifier, source, now).is_some(), counts);
            assert_eq!(open.was_answered(identifier), counts);
            assert_eq!(open.close(identifier, at(1, 1), now).is_some(), !counts);
        }
    }

    #[test]
    fn a_late_response_answers_nothing() {
        let (mut open, mut rng) = (OpenRequests::default(), StdRng::seed_from_u64(2));
        let now = Instant::now();
        let identifier = open.open(asked(at(1, 1)), now, &mut rng);
        assert!(open.is_answer(identifier, at(1, 1), now + OPEN_TIME));
        assert!(!open.was_answered(identifier));
        let late = now + OPEN_TIME + Duration::from_nanos(1);
        assert!(!open.is_answer(identifier, at(1, 1), late));
        open.open(asked(at(2, 1)), late, &mut rng);
        assert_eq!((open.open.len(), open.order.len()), (1, 1));
    }

    #[test]
    fn a_request_with_several_answers_has_a_bounded_number_of_them() {
        let (mut open, mut rng) = (OpenRequests::default(), StdRng::seed_from_u64(5));
        let now = Instant::now();
        let identifier = open.open(Asked::at(at(1, 1)), now, &mut rng);
        let mut counts = |source| open.take_answer(identifier, source, 3, now);
        assert!(!counts(at(2, 1)));
        assert_eq!((0..10).filter(|_| counts(at(1, 1))).count(), 3);
    }

    #[test]
    fn guessing_closes_the_request() {
        let (mut open, mut rng) = (OpenRequests::default(), StdRng::seed_from_u64(3));
        let now = Instant::now();
        let identifier = open.open(asked(at(1, 1)), now, &mut rng);
        for wrong in 1..=MAX_WRONG {
            assert!(open.is_answer(identifier, at(1, 1), now), "{wrong}");
            let guess = identifier.wrapping_add(wrong);
            assert_eq!(
                open.close(guess, at(2, 1), now),
                None,
                "elsewhere, harmless"
            );
            assert_eq!(open.close(guess, at(1, 9), now), None);
        }
        assert!(!open.is_answer(identifier, at(1, 1), now));
    }

    #[test]
    fn the_number_of_open_requests_is_bounded() {
        let (mut open, mut rng) = (OpenRequests::default(), StdRng::seed_from_u64(4));
        let now = Instant::now();
        for _ in 0..70_000 {
            open.open(asked(at(1, 1)), now, &mut rng);
        }
        assert_eq!((open.open.len(), open.order.len()), (MAX_OPEN, MAX_OPEN));
    }
}
