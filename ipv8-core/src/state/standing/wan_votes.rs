//! Our address in the internet, as others see it.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crate::crypto::Mid;
use crate::wire::address::UNSPECIFIED;
use crate::wire::host_group::HostGroup;
use crate::wire::scope::Scope;

/// The number of voters whose last vote counts.
const VOTERS: usize = 32;

/// The number of equal votes that settle the estimate, or change a settled one.
const SETTLED: usize = 3;

/// The time for which a vote counts, and in which one voter can change its mind once.
const MEMORY: Duration = Duration::from_secs(600);

/// The time for which a doubted estimate is not settled.
const DOUBT: Duration = Duration::from_secs(60);

/// The least time between two doubts.
const DOUBT_PAUSE: Duration = Duration::from_secs(300);

/// The number of equal votes that end the trial of a change.
const CONFIRMED: usize = 2 * SETTLED;

/// The last vote of one voter.
#[derive(Clone, Debug)]
struct Vote {
    provider: HostGroup,
    key: Mid,
    seen: SocketAddr,
    at: Instant,
    /// The number of votes before it.
    number: u64,
    /// The host that the voter named before, if it changed its mind.
    changed: Option<(IpAddr, Instant)>,
}

/// A change of a settled estimate, made by three voters that all named the old host before.
#[derive(Clone, Copy, Debug)]
struct Change {
    from: IpAddr,
    to: IpAddr,
    at: Instant,
    /// The number of the first of the three votes.
    since: u64,
}

/// Our WAN address, estimated from the answers of peers and trackers (protocol 4.5).
///
/// Each network of one provider, and each key, has one vote. The most votes decide until three
/// agree; from then on the estimate is *settled*. It then changes if most voters name another host,
/// or at once if the last three voters all named it before and now name the same other host. Such a
/// quick change is on trial for a minute, or until six voters agree: the estimate is not settled,
/// and the first voter that names the old host again refutes it. After that there is no other quick
/// change for ten minutes. So a real change is seen within three answers of peers that know us, and
/// liars that are fewer than the others change the estimate for one answer at most.
#[derive(Clone, Debug)]
pub(crate) struct WanVotes {
    /// The last vote is last.
    votes: Vec<Vote>,
    /// The number of votes so far.
    count: u64,
    estimate: SocketAddr,
    settled: bool,
    /// `true` if the estimate was set by hand.
    fixed: bool,
    /// The quick change that is on trial.
    change: Option<Change>,
    /// The time at which the last quick change was refuted.
    refuted: Option<Instant>,
    /// The providers of strangers that see us elsewhere, since the last doubt.
    dissent: Vec<(HostGroup, Instant)>,
    /// The time of the last doubt.
    doubted: Option<Instant>,
}

impl Default for WanVotes {
    fn default() -> Self {
        Self {
            votes: Vec::new(),
            count: 0,
            estimate: UNSPECIFIED,
            settled: false,
            fixed: false,
            change: None,
            refuted: None,
            dissent: Vec::new(),
            doubted: None,
        }
    }
}

impl WanVotes {
    /// Returns the estimate; `0.0.0.0:0` before the first vote.
    pub(crate) fn estimate(&self) -> SocketAddr {
        self.estimate
    }

    /// Returns `true` if the estimate was set by hand, or if at least three voters agree, one of
    /// them voted a short time ago, no change is on trial, and there is no doubt.
    pub(crate) fn is_settled(&self, now: Instant) -> bool {
        let has_fresh = self
            .votes
            .last()
            .is_some_and(|vote| is_recent(vote.at, now));
        let is_sure = self.change.is_none() && !self.is_doubted(now);
        self.fixed || (self.settled && has_fresh && is_sure)
    }

    fn is_doubted(&self, now: Instant) -> bool {
        self.doubted
            .is_some_and(|at| now.saturating_duration_since(at) < DOUBT)
    }

    /// Notes that a node at `source`, which is not a peer, sees us elsewhere. Three of different
    /// providers raise a doubt: the estimate may be old, or the work of liars that came first. It
    /// is not settled for a minute then, so that new nodes can become peers and vote. There is one
    /// doubt in five minutes at most, so that liars cannot keep the estimate in doubt.
    pub(crate) fn note_dissent(&mut self, source: SocketAddr, now: Instant) {
        let provider = HostGroup::provider(source.ip());
        self.dissent
            .retain(|(other, at)| *other != provider && is_recent(*at, now));
        self.dissent.push((provider, now));
        let rests = self
            .doubted
            .is_some_and(|at| now.saturating_duration_since(at) < DOUBT_PAUSE);
        if self.dissent.len() >= SETTLED && !rests {
            self.dissent.clear();
            self.doubted = Some(now);
        }
    }

    /// Sets the estimate. Votes no longer change it, unless it is `0.0.0.0:0`.
    pub(crate) fn set(&mut self, wan: SocketAddr) {
        *self = Self {
            estimate: wan,
            fixed: wan != UNSPECIFIED,
            ..Self::default()
        };
    }

    /// Counts the vote of the node with the key `key` at the proven address `voter`, which sees us
    /// at `seen`.
    pub(crate) fn vote(&mut self, voter: SocketAddr, key: Mid, seen: SocketAddr, now: Instant) {
        if self.fixed || !is_plausible(voter, seen) {
            return;
        }
        let provider = HostGroup::provider(voter.ip());
        let is_same = |vote: &Vote| vote.key == key || vote.provider == provider;
        self.votes.retain(|vote| is_recent(vote.at, now));
        let before = self.votes.iter().rfind(|vote| vote.key == key).cloned();
        self.votes.retain(|vote| !is_same(vote));
        let changed = before.and_then(|before| match before.seen.ip() == seen.ip() {
            true => before.changed,
            false if before.changed.is_some_and(|(_, at)| is_recent(at, now)) => {
                // A voter that changes its mind all the time does not count.
                before.changed.map(|(_, at)| (seen.ip(), at))
            }
            false => Some((before.seen.ip(), now)),
        });
        if self.votes.len() >= VOTERS {
            self.votes.remove(0);
        }
        self.votes.push(Vote {
            provider,
            key,
            seen,
            at: now,
            number: self.count,
            changed,
        });
        self.count += 1;
        self.try_change(now);
        self.decide(now);
    }

    /// Starts the trial of a quick change, or ends it.
    fn try_change(&mut self, now: Instant) {
        let is_open = self.refuted.is_none_or(|at| !is_recent(at, now));
        let Some(change) = self.change else {
            self.change = self.converts(now).filter(|_| self.settled && is_open);
            return;
        };
        let since = self.votes.iter().filter(|vote| vote.number >= change.since);
        let count = |host| since.clone().filter(|vote| vote.seen.ip() == host).count();
        if count(change.from) > 0 {
            (self.change, self.refuted) = (None, Some(now));
        } else if count(change.to) >= CONFIRMED || now.saturating_duration_since(change.at) >= DOUBT
        {
            self.change = None;
            // The other votes are older than the change.
            self.votes.retain(|vote| vote.number >= change.since);
        }
    }

    fn decide(&mut self, now: Instant) {
        let current = self.estimate.ip();
        let best = self.most_named();
        let count = self.named(best);
        let is_clear = count >= SETTLED && count * 2 > self.votes.len();
        let is_open = !self.settled || self.is_doubted(now);
        let host = match self.change {
            Some(change) => change.to,
            None if is_clear || is_open => best,
            None => current,
        };
        self.settled |= self.named(host) >= SETTLED;
        self.estimate = SocketAddr::new(host, self.port_of(host));
    }

    fn named(&self, host: IpAddr) -> usize {
        self.votes
            .iter()
            .filter(|vote| vote.seen.ip() == host)
            .count()
    }

    /// Returns the host with the most votes; of several, the last one named.
    fn most_named(&self) -> IpAddr {
        let hosts = self.votes.iter().map(|vote| vote.seen.ip());
        let best = hosts.max_by_key(|host| self.named(*host));
        best.unwrap_or(UNSPECIFIED.ip())
    }

    /// Returns the change to the host that the last three voters agree on, if all of them named the
    /// estimate before.
    fn converts(&self, now: Instant) -> Option<Change> {
        let (from, to) = (self.estimate.ip(), self.votes.last()?.seen.ip());
        let mut last = self.votes.iter().rev().take(SETTLED);
        let all = last.clone().all(|vote| {
            let before = vote.changed.map(|(before, _)| before);
            vote.seen.ip() == to && before == Some(from)
        });
        let first = last.nth(SETTLED - 1).filter(|_| all)?;
        Some(Change {
            from,
            to,
            at: now,
            since: first.number,
        })
    }

    /// Returns the port that most voters see at this host; of several, the last one seen.
    fn port_of(&self, host: IpAddr) -> u16 {
        let seen = self.votes.iter().map(|vote| vote.seen);
        let ports = seen
            .filter(|seen| seen.ip() == host)
            .map(|seen| seen.port());
        let count = |port: u16| ports.clone().filter(|other| *other == port).count();
        let best = ports.clone().max_by_key(|port| count(*port));
        best.unwrap_or(self.estimate.port())
    }
}

fn is_recent(at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(at) < MEMORY
}

/// Returns `true` if a node at `voter` can see us at `seen`: at an address of the internet, or of
/// the machine that both are on. An address of a private network is never our WAN address.
fn is_plausible(voter: SocketAddr, seen: SocketAddr) -> bool {
    match Scope::of(seen.ip()) {
        Scope::Global => true,
        scope @ (Scope::Loopback | Scope::Shared | Scope::LinkLocal) => {
            Scope::of(voter.ip()) == scope
        }
        Scope::Private | Scope::Special => false,
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::*;

    const OURS: SocketAddr = host([45, 0, 0, 1]);
    const NEW: SocketAddr = host([46, 0, 0, 1]);
    const LIE: SocketAddr = host([66, 6, 6, 6]);

    const fn host([a, b, c, d]: [u8; 4]) -> SocketAddr {
        SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::new(a, b, c, d)), 8090)
    }

    fn vote(votes: &mut WanVotes, voter: u8, seen: SocketAddr, now: Instant) {
        votes.vote(host([20, voter, 0, 1]), Mid::from([voter; 20]), seen, now);
    }

    #[test]
    fn liars_that_are_fewer_never_change_a_settled_estimate() {
        for seed in 0..20 {
            let (mut votes, mut now) = (WanVotes::default(), Instant::now());
            let mut rng = StdRng::seed_from_u64(seed);
            for voter in 9..12 {
                vote(&mut votes, voter, OURS, now);
            }
            assert!(votes.is_settled(now));
            for round in 0..10_000 {
                let voter = rng.random_range(0..30);
                let seen = if voter < 9 { LIE } else { OURS };
                now += Duration::from_millis(500);
                vote(&mut votes, voter, seen, now);
                assert_eq!(votes.estimate(), OURS, "seed {seed}, round {round}");
            }
        }
    }

    #[test]
    fn liars_that_change_their_mind_all_the_time_convince_nobody() {
        let (mut votes, mut now) = (WanVotes::default(), Instant::now());
        let mut rng = StdRng::seed_from_u64(1);
        for voter in 0..30 {
            vote(&mut votes, voter, OURS, now);
        }
        // Each liar has used up its change of mind.
        for voter in 0..9 {
            vote(&mut votes, voter, LIE, now);
            vote(&mut votes, voter + 9, OURS, now);
        }
        for _ in 0..1_000 {
            now += Duration::from_millis(500);
            let voter = rng.random_range(0..30);
            let seen = if voter < 9 && rng.random_bool(0.5) {
                LIE
            } else {
                OURS
            };
            vote(&mut votes, voter, seen, now);
            assert_eq!(votes.estimate(), OURS);
        }
    }

    #[test]
    fn a_real_change_is_seen_within_three_answers_of_peers_that_know_us() {
        let (mut votes, now) = (WanVotes::default(), Instant::now());
        for voter in 0..30 {
            vote(&mut votes, voter, OURS, now);
        }
        for (voter, expected) in [(3, OURS), (9, OURS), (12, NEW), (13, NEW)] {
            vote(&mut votes, voter, NEW, now);
            assert_eq!(votes.estimate(), expected);
        }
    }

    #[test]
    fn a_quick_change_is_on_trial_and_confirmed_by_more_votes_or_a_minute() {
        for by_time in [false, true] {
            let (mut votes, mut now) = (WanVotes::default(), Instant::now());
            for voter in 0..30 {
                vote(&mut votes, voter, OURS, now);
            }
            for voter in 0..3 {
                vote(&mut votes, voter, NEW, now);
            }
            assert!(!votes.is_settled(now));
            if by_time {
                now += DOUBT;
            }
            for voter in if by_time { 3..4 } else { 3..6 } {
                vote(&mut votes, voter, NEW, now);
            }
            assert!(votes.is_settled(now));
            // The votes from before the change are gone.
            vote(&mut votes, 20, OURS, now);
            assert_eq!(votes.estimate(), NEW);
        }
    }

    #[test]
    fn three_liars_that_told_the_truth_before_change_the_estimate_for_one_answer_at_most() {
        let (mut votes, mut now) = (WanVotes::default(), Instant::now());
        for voter in 0..30 {
            vote(&mut votes, voter, OURS, now);
        }
        for voter in 0..3 {
            vote(&mut votes, voter, LIE, now);
        }
        assert!(!votes.is_settled(now), "nothing depends on it yet");
        vote(&mut votes, 7, OURS, now);
        assert_eq!((votes.estimate(), votes.is_settled(now)), (OURS, true));
        // Others with fresh keys tell the truth first, too.
        for round in 0..20_u8 {
            now += Duration::from_secs(25);
            for seen in [OURS, LIE] {
                for voter in 40..43 {
                    let (key, from) = (Mid::from([100 + round; 20]), host([20, voter, 0, 1]));
                    let key = if voter == 40 {
                        key
                    } else {
                        Mid::from([voter + 60 + round; 20])
                    };
                    votes.vote(from, key, seen, now);
                    assert_eq!(votes.estimate(), OURS);
                }
            }
            vote(&mut votes, 8 + round, OURS, now);
        }
    }

    #[test]
    fn strangers_cannot_keep_the_estimate_in_doubt() {
        let (mut votes, mut now) = (WanVotes::default(), Instant::now());
        for voter in 0..30 {
            vote(&mut votes, voter, OURS, now);
        }
        let mut doubted = 0;
        for second in 0..500_u16 {
            now += Duration::from_secs(1);
            votes.note_dissent(host([66, second.to_be_bytes()[1], 0, 1]), now);
            doubted += usize::from(!votes.is_settled(now));
        }
        assert!((60..=120).contains(&doubted), "{doubted} of 500 seconds");
    }

    #[test]
    fn one_provider_and_one_key_have_one_vote() {
        let (mut votes, now) = (WanVotes::default(), Instant::now());
        for voter in 0..3 {
            vote(&mut votes, voter, OURS, now);
        }
        for number in 50..199 {
            votes.vote(host([66, 6, number, 1]), Mid::from([number; 20]), LIE, now);
        }
        for number in 10..200 {
            votes.vote(host([20, number, 0, 1]), Mid::from([200; 20]), LIE, now);
        }
        assert_eq!(votes.estimate(), OURS);
        assert_eq!(votes.votes.len(), 5);
    }

    #[test]
    fn before_it_is_settled_the_most_votes_decide() {
        let (mut votes, now) = (WanVotes::default(), Instant::now());
        vote(&mut votes, 1, LIE, now);
        assert_eq!((votes.estimate(), votes.is_settled(now)), (LIE, false));
        vote(&mut votes, 2, OURS, now);
        vote(&mut votes, 3, OURS, now);
        assert_eq!((votes.estimate(), votes.is_settled(now)), (OURS, false));
        vote(&mut votes, 4, OURS, now);
        assert!(votes.is_settled(now));
    }

    #[test]
    fn strangers_that_see_us_elsewhere_raise_a_doubt_and_change_nothing() {
        let (mut votes, now) = (WanVotes::default(), Instant::now());
        for voter in 0..3 {
            vote(&mut votes, voter, LIE, now);
        }
        for (number, settled) in [(10, true), (10, true), (11, true), (12, false)] {
            votes.note_dissent(host([20, number, 0, 1]), now);
            assert_eq!(votes.is_settled(now), settled, "{number}");
        }
        assert_eq!(votes.estimate(), LIE);
        // Now the strangers can become peers and vote.
        for voter in 10..14 {
            vote(&mut votes, voter, OURS, now);
        }
        assert_eq!(votes.estimate(), OURS);
        assert!(votes.is_settled(now + DOUBT));
        assert!(!votes.is_settled(now + MEMORY), "the votes are old");
    }

    #[test]
    fn the_port_is_the_one_that_most_voters_see() {
        let (mut votes, now) = (WanVotes::default(), Instant::now());
        for (voter, port) in [(1, 1), (2, 2), (3, 1), (4, 3)] {
            vote(&mut votes, voter, SocketAddr::new(OURS.ip(), port), now);
        }
        assert_eq!(votes.estimate().port(), 1);
    }

    #[test]
    fn private_addresses_and_a_fixed_estimate_are_not_voted_on() {
        let (mut votes, now) = (WanVotes::default(), Instant::now());
        for seen in [
            [192, 168, 1, 1],
            [10, 0, 0, 1],
            [127, 0, 0, 1],
            [224, 0, 0, 1],
        ] {
            vote(&mut votes, 1, host(seen), now);
        }
        assert_eq!(votes.estimate(), UNSPECIFIED);
        let local = host([127, 0, 0, 1]);
        votes.vote(local, Mid::from([1; 20]), local, now);
        assert_eq!(votes.estimate(), local);
        votes.set(NEW);
        vote(&mut votes, 2, OURS, now);
        assert!(votes.is_settled(now) && votes.estimate() == NEW);
    }
}
