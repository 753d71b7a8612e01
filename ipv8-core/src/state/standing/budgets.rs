//! What other nodes can make this node send, in all overlays together.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::open_requests::Charge;
use super::quota::Quota;
use crate::state::stats::Budget;
use crate::wire::host_group::HostGroup;
use crate::wire::packet::CommunityId;
use crate::wire::scope::Scope;

const SECOND: Duration = Duration::from_secs(1);

/// The punctures in a second for one peer, for one tracker, and for all strangers together.
const PUNCTURES: [usize; 3] = [2, 10, 5];

/// The punctures in a second for all peers together: source addresses can be forged, and our peers'
/// addresses are no secret.
const PUNCTURES_OF_PEERS: usize = 20;

/// The least time between two punctures to one address.
const PUNCTURE_PAUSE: Duration = Duration::from_secs(5);

/// The answers in a second to the strangers of one site, and to the address of one peer. Each
/// causes about 400 bytes: a response to the site, and a puncture by the introduced peer. Together
/// these are at most 20 kB.
const ANSWERS_OF_SITE: usize = 48;

/// What one answer causes, in bytes.
const BYTES_OF_ANSWER: usize = 400;

/// The requests in a minute to one host of the internet that has not answered them.
const WALKS_TO_HOST: usize = 4;

/// The requests in [`PROBE_TIME`] to the contacts of one site that have not answered them.
const PROBES_OF_SITE: usize = 4;

const PROBE_TIME: Duration = Duration::from_secs(10);

/// The requests in a second to contacts that no strategy asks, in all overlays.
const PROBES_IN_ALL: usize = 16;

/// Who asks for a puncture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    Peer,
    Tracker,
    Stranger,
}

/// The bounds of what a node sends because of others, and what was used of them.
#[derive(Clone, Debug)]
pub(crate) struct Budgets {
    /// `true` if introductions to ports of common services are left alone.
    pub(crate) avoids_services: bool,
    punctures_of_peer: Quota<SocketAddr>,
    punctures_of_peers: Quota<()>,
    punctures_of_tracker: Quota<SocketAddr>,
    punctures_of_strangers: Quota<()>,
    punctures_to: Quota<SocketAddr>,
    answers_to: Quota<(SocketAddr, CommunityId)>,
    answers_of_site: Quota<HostGroup>,
    answers_to_peer: Quota<SocketAddr>,
    walks_to: Quota<IpAddr>,
    probes_of_site: Quota<HostGroup>,
    probes: Quota<()>,
}

impl Default for Budgets {
    fn default() -> Self {
        let [peer, tracker, strangers] = PUNCTURES;
        Self {
            avoids_services: true,
            punctures_of_peer: Quota::new(peer, SECOND),
            punctures_of_peers: Quota::new(PUNCTURES_OF_PEERS, SECOND),
            punctures_of_tracker: Quota::new(tracker, SECOND),
            punctures_of_strangers: Quota::new(strangers, SECOND),
            punctures_to: Quota::new(1, PUNCTURE_PAUSE),
            answers_to: Quota::new(1, SECOND),
            answers_of_site: Quota::new(ANSWERS_OF_SITE, SECOND),
            answers_to_peer: Quota::new(ANSWERS_OF_SITE, SECOND),
            walks_to: Quota::new(WALKS_TO_HOST, 60 * SECOND),
            probes_of_site: Quota::new(PROBES_OF_SITE, PROBE_TIME),
            probes: Quota::new(PROBES_IN_ALL, SECOND),
        }
    }
}

impl Budgets {
    /// Counts a puncture to `target` for the node at `source`. Returns `false` if none is needed,
    /// because one was sent a moment ago. Nodes on this machine can ask as often as they like.
    ///
    /// # Errors
    ///
    /// The budget that is used up.
    pub(crate) fn takes_puncture(
        &mut self,
        asker: Asker,
        source: SocketAddr,
        target: SocketAddr,
        now: Instant,
    ) -> Result<bool, Budget> {
        if !self.punctures_to.has_room(&target, now) {
            return Ok(false);
        }
        match asker {
            _ if Scope::of(source.ip()) == Scope::Loopback => {}
            Asker::Peer => {
                check(
                    self.punctures_of_peers.has_room(&(), now),
                    Budget::PuncturesOfPeers,
                )?;
                check(
                    self.punctures_of_peer.take(source, now),
                    Budget::PuncturesOfPeer,
                )?;
                self.punctures_of_peers.take((), now);
            }
            Asker::Tracker => {
                check(
                    self.punctures_of_tracker.take(source, now),
                    Budget::PuncturesOfTracker,
                )?;
            }
            Asker::Stranger => {
                check(
                    self.punctures_of_strangers.take((), now),
                    Budget::PuncturesOfStrangers,
                )?;
            }
        }
        Ok(self.punctures_to.take(target, now))
    }

    /// Counts an answer to a request from `source`. The address of a peer can be forged too, so it
    /// gets as much as a site of strangers. Programs on this machine are not limited: they can
    /// reach each other without our help.
    ///
    /// # Errors
    ///
    /// The budget that is used up: do not answer.
    pub(crate) fn takes_answer(
        &mut self,
        source: SocketAddr,
        overlay: CommunityId,
        is_peer: bool,
        now: Instant,
    ) -> Result<(), Budget> {
        if Scope::of(source.ip()) == Scope::Loopback {
            return Ok(());
        }
        if is_peer {
            return check(
                self.answers_to_peer.take(source, now),
                Budget::AnswersToPeer,
            );
        }
        let (address, site) = ((source, overlay), HostGroup::site(source.ip()));
        check(
            self.answers_to.has_room(&address, now),
            Budget::AnswersToStranger,
        )?;
        check(self.answers_of_site.take(site, now), Budget::AnswersToSite)?;
        self.answers_to.take(address, now);
        Ok(())
    }

    /// Counts a response of `length` bytes to a request of a community's own, to an address that is
    /// not proven, with the answers to that site.
    ///
    /// # Errors
    ///
    /// The budget that is used up: do not send the response.
    pub(crate) fn takes_response(
        &mut self,
        to: SocketAddr,
        length: usize,
        now: Instant,
    ) -> Result<(), Budget> {
        if Scope::of(to.ip()) == Scope::Loopback {
            return Ok(());
        }
        let site = HostGroup::site(to.ip());
        let uses = length.div_ceil(BYTES_OF_ANSWER);
        let is_within = (0..uses).all(|_| self.answers_of_site.take(site, now));
        check(is_within, Budget::AnswersToSite)
    }

    /// Returns `true` if a request may be sent to a host that has not proven anything.
    pub(crate) fn allows_walk(&self, host: IpAddr, now: Instant) -> bool {
        Scope::of(host) == Scope::Loopback || self.walks_to.has_room(&host, now)
    }

    /// Counts a request to a host that has not proven anything.
    pub(crate) fn note_walk(&mut self, host: IpAddr, now: Instant) {
        if Scope::of(host) != Scope::Loopback {
            self.walks_to.take(host, now);
        }
    }

    /// Returns `true` if a contact on this host may be asked to prove itself.
    pub(crate) fn allows_probe(&self, host: IpAddr, now: Instant) -> bool {
        Scope::of(host) == Scope::Loopback
            || self.probes_of_site.has_room(&HostGroup::site(host), now)
    }

    /// Counts a request to a contact on this host.
    pub(crate) fn note_probe(&mut self, host: IpAddr, now: Instant) {
        if Scope::of(host) != Scope::Loopback {
            self.probes_of_site.take(HostGroup::site(host), now);
        }
    }

    /// Returns `true` if the engine may ask a contact that no strategy asks, and counts it.
    pub(crate) fn takes_engine_probe(&mut self, now: Instant) -> bool {
        self.probes.take((), now)
    }

    /// Notes that a host answered a request: that request does not count any more.
    pub(crate) fn note_answered(&mut self, host: IpAddr, charge: Charge) {
        match charge {
            Charge::None => {}
            Charge::Walk => self.walks_to.give_back(&host),
            Charge::Probe => self.probes_of_site.give_back(&HostGroup::site(host)),
        }
    }
}

fn check(has_room: bool, budget: Budget) -> Result<(), Budget> {
    if has_room { Ok(()) } else { Err(budget) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: [u8; 4]) -> SocketAddr {
        SocketAddr::from((host, 8090))
    }

    #[test]
    fn punctures_are_bounded_by_asker_and_by_target() {
        let (mut budgets, start) = (Budgets::default(), Instant::now());
        let mut count = |asker, from: u8, second: u64| {
            let targets = (0..200).map(|target| at([20, 0, from, target]));
            let now = start + SECOND * u32::try_from(second).unwrap_or_default();
            let sent = targets.filter(|to| {
                budgets.takes_puncture(asker, at([1, 1, 1, from]), *to, now) == Ok(true)
            });
            sent.count()
        };
        for second in 0..5 {
            assert_eq!(count(Asker::Peer, 1, second), 2);
            assert_eq!(count(Asker::Peer, 2, second), 2);
            assert_eq!(count(Asker::Tracker, 3, second), 10);
            assert_eq!(count(Asker::Stranger, 4, second), 5);
            assert_eq!(count(Asker::Stranger, 5, second), 0);
        }
        let target = at([30, 0, 0, 1]);
        let mut sent = 0;
        for tick in 0..100 {
            let now = start + SECOND * 60 + SECOND * tick / 2;
            let taken = budgets.takes_puncture(Asker::Peer, at([1, 1, 1, 9]), target, now);
            sent += usize::from(taken == Ok(true));
        }
        assert_eq!(sent, 10, "one in five seconds");
    }

    #[test]
    fn strangers_get_one_answer_a_second_and_a_site_twenty_kilobytes() {
        let (mut budgets, now) = (Budgets::default(), Instant::now());
        let [one, other] = [[1; 20], [2; 20]].map(CommunityId::from_bytes);
        assert!(
            budgets
                .takes_answer(at([1, 1, 1, 1]), one, false, now)
                .is_ok()
        );
        assert!(
            budgets
                .takes_answer(at([1, 1, 1, 1]), one, false, now)
                .is_err()
        );
        assert!(
            budgets
                .takes_answer(at([1, 1, 1, 1]), other, false, now)
                .is_ok(),
            "another overlay"
        );
        assert!(
            budgets
                .takes_answer(at([1, 1, 1, 1]), one, false, now + SECOND)
                .is_ok()
        );
        let site = |host| at([9, 9, 9, host]);
        let answered =
            (0..255).filter(|host| budgets.takes_answer(site(*host), one, false, now).is_ok());
        assert_eq!(answered.count(), ANSWERS_OF_SITE);
        let local = at([127, 0, 0, 1]);
        assert!((0..1_000).all(|_| budgets.takes_answer(local, one, false, now).is_ok()));
    }

    #[test]
    fn long_responses_use_as_much_as_several_answers() {
        let (mut budgets, now) = (Budgets::default(), Instant::now());
        let site = |host| at([9, 9, 9, host]);
        let sent = (0..255).filter(|host| budgets.takes_response(site(*host), 1_400, now).is_ok());
        let bytes = 1_400 * sent.count();
        assert!((15_000..20_000).contains(&bytes), "{bytes}");
        assert!(
            budgets
                .takes_answer(site(1), CommunityId::from_bytes([1; 20]), false, now)
                .is_err()
        );
        assert!(
            budgets.takes_response(at([9, 9, 8, 1]), 1_400, now).is_ok(),
            "another site"
        );
        let local = at([127, 0, 0, 1]);
        assert!((0..1_000).all(|_| budgets.takes_response(local, 1_400, now).is_ok()));
    }

    #[test]
    fn a_host_that_answers_can_be_asked_again() {
        let (mut budgets, now) = (Budgets::default(), Instant::now());
        let host = at([1, 1, 1, 1]).ip();
        for _ in 0..100 {
            assert!(budgets.allows_probe(host, now));
            budgets.note_walk(host, now);
            budgets.note_answered(host, Charge::Walk);
            budgets.note_probe(host, now);
            budgets.note_answered(host, Charge::Probe);
        }
        for _ in 0..WALKS_TO_HOST {
            assert!(budgets.allows_walk(host, now));
            budgets.note_walk(host, now);
            // Answers to other requests give nothing back.
            budgets.note_answered(host, Charge::None);
            budgets.note_answered(host, Charge::Probe);
        }
        assert!(!budgets.allows_walk(host, now + 59 * SECOND));
        assert!(budgets.allows_walk(host, now + 60 * SECOND));
    }
}
