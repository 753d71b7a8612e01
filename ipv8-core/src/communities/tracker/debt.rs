//! Budgets that refill with time.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// What was taken from a budget and is not refilled yet, as the time when it will be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Debt(Option<Instant>);

impl Debt {
    /// Returns `true` if the debt is smaller than `most`.
    pub(super) fn is_below(&self, most: Duration, now: Instant) -> bool {
        self.0.is_none_or(|refilled| refilled < now + most)
    }

    /// Returns the first time at which [`Debt::is_below`] is true; `None` if it always was.
    pub(super) fn below_at(&self, most: Duration) -> Option<Instant> {
        let at = self.0?.checked_sub(most)?;
        Some(at + Duration::from_nanos(1))
    }

    /// Adds to the debt. `cost` is the time that it takes to refill.
    pub(super) fn add(&mut self, cost: Duration, now: Instant) {
        self.0 = Some(self.0.map_or(now, |refilled| refilled.max(now)) + cost);
    }
}

/// Returns the time in which `amount` is refilled at `rate` a second.
pub(super) fn refill(amount: u64, rate: u64) -> Duration {
    Duration::from_nanos(amount.saturating_mul(1_000_000_000) / rate.max(1))
}

/// The debts of many parties. Bounded: it forgets those that owe nothing new for the longest time.
#[derive(Debug)]
pub(super) struct Debts<K> {
    recent: HashMap<K, Debt>,
    older: HashMap<K, Debt>,
    /// The number of parties in each of the two tables.
    most: usize,
}

impl<K: Hash + Eq> Debts<K> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            recent: HashMap::new(),
            older: HashMap::new(),
            most,
        }
    }

    /// Returns `true` if this party's debt is smaller than `most`.
    pub(super) fn is_below<Q>(&self, party: &Q, most: Duration, now: Instant) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let debt = self.recent.get(party).or_else(|| self.older.get(party));
        debt.is_none_or(|debt| debt.is_below(most, now))
    }

    pub(super) fn add(&mut self, party: K, cost: Duration, now: Instant) {
        if let Some(debt) = self.recent.get_mut(&party) {
            debt.add(cost, now);
            return;
        }
        let mut debt = self.older.remove(&party).unwrap_or_default();
        debt.add(cost, now);
        if self.recent.len() >= self.most {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(party, debt);
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.recent.len() + self.older.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_refills_at_its_rate_and_never_beyond_its_burst() {
        let start = Instant::now();
        let (cost, burst) = (refill(1, 10), Duration::from_millis(300));
        let mut debt = Debt::default();
        let mut taken = 0;
        for millisecond in 0..=2_000 {
            let now = start + Duration::from_millis(1_000 + millisecond);
            if debt.is_below(burst, now) {
                debt.add(cost, now);
                taken += 1;
            }
        }
        assert_eq!(taken, 3 + 20);
        let due = debt.below_at(burst);
        assert!(due.is_some_and(|due| debt.is_below(burst, due)));
        assert!(due.is_some_and(|due| !debt.is_below(burst, due - cost)));
        assert_eq!(Debt::default().below_at(burst), None);
    }

    #[test]
    fn parties_have_budgets_of_their_own_and_the_table_is_bounded() {
        let now = Instant::now();
        let mut debts = Debts::new(100);
        let second = Duration::from_secs(1);
        for party in 0..1_000 {
            assert!(debts.is_below(&party, second, now));
            debts.add(party, second, now);
            assert!(!debts.is_below(&party, second, now));
            // One that keeps taking is never forgotten.
            debts.add(0, second, now);
            assert!(!debts.is_below(&0, second, now));
            assert!(debts.len() <= 200);
        }
    }
}
