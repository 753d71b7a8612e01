//! How much of a core signatures may take: a share for those of strangers, and small ones for those
//! on deprecated curves. Exact in the time that the caller passes.

use std::hash::BuildHasher;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::origin::Origin;
use crate::engine::{Signature, Ticket};
use crate::state::stats::Class;
use crate::support::hashing::StrangersState;
use crate::wire::scope::is_loopback;

/// Strangers and contacts together: a quarter of a core.
const STRANGERS: Share = Share {
    part: 4,
    burst: Duration::from_millis(50),
};

/// One site: an eighth of [`STRANGERS`].
const GROUP: Share = Share {
    part: 32,
    burst: Duration::from_micros(6_250),
};

/// Deprecated curves: a hundredth of a core for peers and answers, a hundredth for contacts and
/// strangers.
const LEGACY: Share = Share {
    part: 100,
    burst: Duration::from_millis(50),
};

/// The addresses of trackers, which are public and can be forged: a tenth of a core. A thousand
/// overlays that start together may ask a tracker that answers on a deprecated curve.
const TRACKERS: Share = Share {
    part: 10,
    burst: Duration::from_millis(250),
};

/// Budgets of sites. Sites that happen to share one only get less.
const GROUPS: usize = 1_024;

/// A part of a core.
#[derive(Clone, Copy, Debug)]
struct Share {
    /// One `part`th of the time.
    part: u32,
    /// The work that may be done at once after a rest.
    burst: Duration,
}

impl Share {
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
}

/// The answer to a request to check a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Check it: its cost is spent.
    Check,
    /// Nothing was spent: this site has to wait until then.
    GroupWaits(Instant),
    /// Nothing was spent: all strangers and contacts have to wait until then.
    AllWait(Instant),
}

/// What signatures cost so far.
#[derive(Debug, Default)]
pub(super) struct Budget {
    strangers: Option<Instant>,
    /// By hash of the site; empty before the first use.
    groups: Vec<Option<Instant>>,
    hasher: StrangersState,
    /// Deprecated curves: of peers and answers, of contacts and strangers.
    legacy: [Option<Instant>; 2],
    trackers: Option<Instant>,
}

impl Budget {
    /// Spends the cost of a signature that must be checked at once or never: on a deprecated curve,
    /// or from the address of a tracker. Returns `false` if that is too much.
    pub(super) fn spend_at_once(&mut self, ticket: &Ticket, now: Instant) -> bool {
        let [known, unknown] = &mut self.legacy;
        let (share, spent) = match (ticket.signature(), ticket.class()) {
            (Signature::None, _) => return true,
            (Signature::Curve25519, Class::Tracker) if is_loopback(&ticket.source()) => {
                return true;
            }
            (_, Class::Tracker) => (TRACKERS, &mut self.trackers),
            (Signature::Curve25519, _) => return true,
            (Signature::Legacy(_), Class::Answer | Class::Peer) => (LEGACY, known),
            (Signature::Legacy(_), Class::Contact | Class::Stranger) => (LEGACY, unknown),
        };
        match share.spend(*spent, ticket.signature().cost(), now) {
            Ok(until) => {
                *spent = Some(until);
                true
            }
            Err(_) => false,
        }
    }

    /// Spends the cost of a signature of a contact or stranger, except for those of this machine.
    pub(super) fn spend(
        &mut self,
        signature: Signature,
        source: &SocketAddr,
        now: Instant,
    ) -> Verdict {
        if signature == Signature::None || is_loopback(source) {
            return Verdict::Check;
        }
        let cost = signature.cost();
        let all = match STRANGERS.spend(self.strangers, cost, now) {
            Ok(until) => until,
            Err(ready) => return Verdict::AllWait(ready),
        };
        if self.groups.is_empty() {
            self.groups = vec![None; GROUPS];
        }
        let hash = self.hasher.hash_one(Origin::site(source));
        let index = usize::try_from(hash % GROUPS as u64).unwrap_or(0);
        let Some(group) = self.groups.get_mut(index) else {
            return Verdict::Check;
        };
        match GROUP.spend(*group, cost, now) {
            Ok(until) => {
                *group = Some(until);
                self.strangers = Some(all);
                Verdict::Check
            }
            Err(ready) => Verdict::GroupWaits(ready),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::crypto::Curve;
    use crate::node::pipeline::tests::unsigned_ticket;

    const SECOND: Duration = Duration::from_secs(1);

    fn source(group: u32) -> SocketAddr {
        SocketAddr::from(((0x0a00_0000 + group * 256).to_be_bytes(), 1_000))
    }

    fn ticket(class: Class, signature: Signature) -> Ticket {
        static ANY: LazyLock<Ticket> = LazyLock::new(unsigned_ticket);
        ANY.changed(class, source(1), 1, signature)
    }

    /// Returns the number of signature checks that the budget grants in `time`, if senders in this
    /// many groups always ask for another one.
    fn checks(groups: u32, signature: Signature, time: Duration) -> u32 {
        let (mut budget, mut now) = (Budget::default(), Instant::now());
        let end = now + time;
        let (mut done, mut group) = (0, 0);
        while now < end {
            let mut wait = None;
            for _ in 0..groups {
                group = (group + 1) % groups;
                match budget.spend(signature, &source(group), now) {
                    Verdict::Check => {
                        done += 1;
                        wait = Some(now);
                    }
                    Verdict::AllWait(ready) | Verdict::GroupWaits(ready) => {
                        assert!(ready > now);
                        wait = Some(wait.map_or(ready, |wait: Instant| wait.min(ready)));
                    }
                }
            }
            now = wait.unwrap();
        }
        done
    }

    #[test]
    fn strangers_use_a_quarter_of_a_core_and_one_group_an_eighth_of_that() {
        let cost = Signature::Curve25519.cost();
        let most = |part: u32, share: Share| {
            (10 * SECOND / part + share.burst).as_nanos() / cost.as_nanos()
        };
        let all = u128::from(checks(1_000, Signature::Curve25519, 10 * SECOND));
        assert!(
            all <= most(4, STRANGERS) + 1 && all >= most(4, STRANGERS) - 1,
            "{all}"
        );
        let one = u128::from(checks(1, Signature::Curve25519, 10 * SECOND));
        assert!(
            one <= most(32, GROUP) + 1 && one >= most(32, GROUP) - 1,
            "{one}"
        );
    }

    #[test]
    fn old_curves_use_two_hundredths_of_a_core_and_trackers_a_tenth_more() {
        let signature = Signature::Legacy(Curve::Sect571k1);
        let (mut budget, start) = (Budget::default(), Instant::now());
        let mut spent = |class| {
            let done = (0..10_000_u32).filter(|number| {
                let ticket = ticket(class, signature);
                budget.spend_at_once(&ticket, start + *number * Duration::from_millis(1))
            });
            signature.cost() * u32::try_from(done.count()).unwrap()
        };
        let near = |time: Duration, wanted: u64| {
            let wanted = Duration::from_millis(wanted);
            time <= wanted + signature.cost() && time + 2 * signature.cost() >= wanted
        };
        assert!(near(spent(Class::Stranger), 100 + 50));
        assert_eq!(
            spent(Class::Contact),
            Duration::ZERO,
            "shared with strangers"
        );
        assert!(near(spent(Class::Peer), 100 + 50));
        assert_eq!(spent(Class::Answer), Duration::ZERO, "shared with peers");
        assert!(near(spent(Class::Tracker), 1_000 + 250));
    }

    #[test]
    fn this_machine_is_exempt_except_for_old_curves() {
        let (mut budget, now) = (Budget::default(), Instant::now());
        let here = "127.0.0.1:1".parse().unwrap();
        for _ in 0..100_000 {
            assert_eq!(
                budget.spend(Signature::Curve25519, &here, now),
                Verdict::Check
            );
        }
        let old = Signature::Legacy(Curve::Sect571k1);
        let ticket = unsigned_ticket().changed(Class::Stranger, here, 1, old);
        let done = (0..100).filter(|_| budget.spend_at_once(&ticket, now));
        assert_eq!(done.count(), 31);
    }
}
