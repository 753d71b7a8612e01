//! How much of a core signatures may take: those of strangers, those of trackers, and those on
//! deprecated curves. Exact in the time that the caller passes.

use std::hash::BuildHasher;
use std::time::{Duration, Instant};

use super::lane::LaneId;
use super::origin::Origin;
use crate::engine::{Signature, Ticket};
use crate::support::hashing::StrangersState;
use crate::wire::scope::is_loopback;

/// Strangers and contacts on curve25519: a quarter of a core, and an eighth of that for one site.
const UNKNOWN: Shares = Shares {
    all: Share::new(4, Duration::from_millis(50)),
    each: Share::new(32, Duration::from_micros(6_250)),
};

/// Answers of trackers to our questions, on any curve: a tenth of a core, and half of that for one
/// address. A thousand overlays that start together may ask a tracker with a deprecated curve.
const TRACKERS: Shares = Shares {
    all: Share::new(10, Duration::from_millis(250)),
    each: Share::new(20, Duration::from_millis(125)),
};

/// Peers and answers on deprecated curves: a fifth of a core, and a quarter of that for one
/// address. Programs with py-ipv8 use such keys.
const OLD_KNOWN: Shares = Shares {
    all: Share::new(5, Duration::from_millis(200)),
    each: Share::new(20, Duration::from_millis(50)),
};

/// Strangers and contacts on deprecated curves: a hundredth of a core, half of it for
/// one site. A newcomer needs one signature before it is asked.
const OLD_UNKNOWN: Shares = Shares {
    all: Share::new(100, Duration::from_millis(50)),
    each: Share::new(200, Duration::from_millis(10)),
};

/// Budgets of single senders in one fund. Senders that happen to share one only get less.
const SENDERS: usize = 1_024;

/// A part of a core.
#[derive(Clone, Copy, Debug)]
struct Share {
    /// One `part`th of the time.
    part: u32,
    /// The work that may be done at once after a rest.
    burst: Duration,
}

/// The part of all senders together, and of each.
#[derive(Clone, Copy, Debug)]
struct Shares {
    all: Share,
    each: Share,
}

impl Share {
    const fn new(part: u32, burst: Duration) -> Self {
        Self { part, burst }
    }

    /// Returns the time at which everything is paid for if `cost` is spent now. `spent_until` is
    /// that time without it. If it is too early, returns when `cost` can be spent as an error.
    fn spend(
        self,
        spent_until: Option<Instant>,
        cost: Duration,
        now: Instant,
    ) -> Result<Instant, Instant> {
        let start = spent_until.map_or(now, |until| until.max(now));
        let end = start + cost * self.part;
        // More than a burst at once could never be paid for.
        let most = now + (self.burst * self.part).max(cost * self.part);
        match end <= most {
            true => Ok(end),
            false => Err(now + (end - most)),
        }
    }

    /// Returns the most that [`spend`](Self::spend) allows now.
    fn left(self, spent_until: Option<Instant>, now: Instant) -> Duration {
        let spent = spent_until.map_or(Duration::ZERO, |until| {
            until.saturating_duration_since(now) / self.part
        });
        self.burst.saturating_sub(spent)
    }
}

/// The answer to a request to check a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Check it: its cost is spent.
    Check,
    /// Nothing was spent: this sender has to wait until then.
    SenderWaits(Instant),
    /// Nothing was spent: all senders of the lane have to wait until then.
    AllWait(Instant),
}

/// The time that one kind of signatures took.
#[derive(Debug)]
struct Fund {
    shares: Shares,
    all: Option<Instant>,
    /// By hash of the sender; empty before the first use.
    senders: Vec<Option<Instant>>,
}

impl Fund {
    const fn new(shares: Shares) -> Self {
        Self {
            shares,
            all: None,
            senders: Vec::new(),
        }
    }

    fn spend(&mut self, cost: Duration, sender: u64, now: Instant) -> Verdict {
        let all = match self.shares.all.spend(self.all, cost, now) {
            Ok(until) => until,
            Err(ready) => return Verdict::AllWait(ready),
        };
        if self.senders.is_empty() {
            self.senders = vec![None; SENDERS];
        }
        let index = usize::try_from(sender % SENDERS as u64).unwrap_or(0);
        let Some(each) = self.senders.get_mut(index) else {
            return Verdict::Check;
        };
        match self.shares.each.spend(*each, cost, now) {
            Ok(until) => {
                (self.all, *each) = (Some(all), Some(until));
                Verdict::Check
            }
            Err(ready) => Verdict::SenderWaits(ready),
        }
    }
}

/// What signatures cost so far.
#[derive(Debug)]
pub(super) struct Budget {
    unknown: Fund,
    trackers: Fund,
    old_known: Fund,
    old_unknown: Fund,
    hasher: StrangersState,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            unknown: Fund::new(UNKNOWN),
            trackers: Fund::new(TRACKERS),
            old_known: Fund::new(OLD_KNOWN),
            old_unknown: Fund::new(OLD_UNKNOWN),
            hasher: StrangersState::default(),
        }
    }
}

impl Budget {
    /// Returns `true` if signatures of this lane have a budget.
    pub(super) const fn limits(lane: LaneId) -> bool {
        !matches!(lane, LaneId::Answers | LaneId::Peers)
    }

    /// Spends the cost of the signature of a datagram in this lane. Nothing of this machine is
    /// limited: a program here can take the processor anyway, and no other machine can use its
    /// addresses.
    pub(super) fn spend(&mut self, lane: LaneId, ticket: &Ticket, now: Instant) -> Verdict {
        let (signature, source) = (ticket.signature(), ticket.source());
        if signature == Signature::None || is_loopback(&source) {
            return Verdict::Check;
        }
        let sender = self.hasher.hash_one(Origin::of(ticket));
        let fund = match lane {
            LaneId::Answers | LaneId::Peers => return Verdict::Check,
            LaneId::Contacts | LaneId::Strangers => &mut self.unknown,
            LaneId::Trackers => &mut self.trackers,
            LaneId::OldKnown => &mut self.old_known,
            LaneId::OldUnknown => &mut self.old_unknown,
        };
        fund.spend(signature.cost(), sender, now)
    }

    /// Returns the time that the signatures of a lane may take now, of all senders together.
    pub(super) fn left(&self, lane: LaneId, now: Instant) -> Duration {
        let fund = match lane {
            LaneId::Answers | LaneId::Peers => return Duration::MAX,
            LaneId::Contacts | LaneId::Strangers => &self.unknown,
            LaneId::Trackers => &self.trackers,
            LaneId::OldKnown => &self.old_known,
            LaneId::OldUnknown => &self.old_unknown,
        };
        fund.shares.all.left(fund.all, now)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::LazyLock;

    use super::*;
    use crate::crypto::Curve;
    use crate::node::pipeline::tests::unsigned_ticket;
    use crate::state::stats::Class;

    const OLD: Signature = Signature::Legacy(Curve::Sect571k1);

    fn ticket(class: Class, group: u32, signature: Signature) -> Ticket {
        static ANY: LazyLock<Ticket> = LazyLock::new(unsigned_ticket);
        let source = SocketAddr::from(((0x0a00_0000 + group * 256).to_be_bytes(), 1_000));
        ANY.changed(class, source, 1, signature)
    }

    /// Returns the time that the checks of ten seconds take, if senders of this class in this many
    /// groups always ask for another one.
    fn work(budget: &mut Budget, class: Class, groups: u32, signature: Signature) -> Duration {
        let mut now = Instant::now();
        let end = now + Duration::from_secs(10);
        let (mut done, mut group) = (0, 0);
        while now < end {
            let mut wait = None;
            for _ in 0..groups {
                group = (group + 1) % groups;
                let ticket = ticket(class, group, signature);
                match budget.spend(LaneId::of(&ticket), &ticket, now) {
                    Verdict::Check => {
                        done += 1;
                        wait = Some(now);
                    }
                    Verdict::AllWait(ready) | Verdict::SenderWaits(ready) => {
                        assert!(ready > now);
                        wait = Some(wait.map_or(ready, |wait: Instant| wait.min(ready)));
                    }
                }
            }
            now = wait.unwrap();
        }
        signature.cost() * done
    }

    /// Checks that all of a class use their shares in ten seconds, and that one uses its own.
    fn assert_shares(class: Class, signature: Signature, all: [u64; 2], one: [u64; 2]) {
        for (groups, [rate, burst]) in [(40, all), (1, one)] {
            let used = work(&mut Budget::default(), class, groups, signature);
            let most = Duration::from_micros(10 * rate + burst);
            let name = format!("{class}, {groups} groups: {used:?} of {most:?}");
            assert!(used <= most + 2 * signature.cost(), "{name}");
            assert!(used + 2 * signature.cost() >= most, "{name}");
        }
    }

    #[test]
    fn strangers_use_a_quarter_of_a_core_and_one_site_an_eighth_of_that() {
        let signature = Signature::Curve25519;
        assert_shares(
            Class::Stranger,
            signature,
            [250_000, 50_000],
            [31_250, 6_250],
        );
    }

    #[test]
    fn trackers_use_a_tenth_of_a_core_and_one_of_them_half_of_that() {
        for signature in [Signature::Curve25519, OLD] {
            assert_shares(
                Class::Tracker,
                signature,
                [100_000, 250_000],
                [50_000, 125_000],
            );
        }
    }

    #[test]
    fn old_curves_use_a_fifth_of_a_core_for_peers_and_a_hundredth_for_strangers() {
        assert_shares(Class::Peer, OLD, [200_000, 200_000], [50_000, 50_000]);
        assert_shares(Class::Stranger, OLD, [10_000, 50_000], [5_000, 10_000]);
    }

    #[test]
    fn each_kind_of_signature_has_a_budget_of_its_own() {
        let mut budget = Budget::default();
        assert!(work(&mut budget, Class::Stranger, 9, OLD) > Duration::ZERO);
        // It is spent up to a moment ten seconds after the start, which is not over.
        for (class, signature, is_spent) in [
            (Class::Contact, OLD, true),
            (Class::Contact, Signature::Curve25519, false),
            (Class::Stranger, Signature::Curve25519, false),
            (Class::Tracker, OLD, false),
            (Class::Answer, OLD, false),
            (Class::Peer, OLD, false),
            (Class::Peer, Signature::Curve25519, false),
        ] {
            let ticket = ticket(class, 1, signature);
            let verdict = budget.spend(LaneId::of(&ticket), &ticket, Instant::now());
            assert_eq!(verdict != Verdict::Check, is_spent, "{class}");
        }
    }

    #[test]
    fn what_is_left_can_be_spent_and_no_more() {
        let (mut budget, now) = (Budget::default(), Instant::now());
        let cost = Signature::Curve25519.cost();
        assert_eq!(budget.left(LaneId::Peers, now), Duration::MAX);
        assert_eq!(budget.left(LaneId::Strangers, now), UNKNOWN.all.burst);
        let mut left = UNKNOWN.all.burst;
        for group in 0.. {
            let ticket = ticket(Class::Stranger, group, Signature::Curve25519);
            match budget.spend(LaneId::Strangers, &ticket, now) {
                Verdict::Check => left -= cost,
                Verdict::SenderWaits(_) => {}
                Verdict::AllWait(_) => break,
            }
            assert_eq!(budget.left(LaneId::Strangers, now), left);
        }
        assert!(left < cost);
        let later = now + Duration::from_millis(40);
        assert_eq!(
            budget.left(LaneId::Contacts, later),
            left + Duration::from_millis(10)
        );
    }

    #[test]
    fn this_machine_is_exempt() {
        let (mut budget, now) = (Budget::default(), Instant::now());
        let here = "127.0.0.1:1".parse().unwrap();
        for class in Class::ALL {
            for signature in [Signature::Curve25519, OLD] {
                let ticket = ticket(class, 1, signature).changed(class, here, 1, signature);
                let verdicts = (0..10_000).map(|_| budget.spend(LaneId::of(&ticket), &ticket, now));
                assert!({ verdicts }.all(|verdict| verdict == Verdict::Check));
            }
        }
    }
}
