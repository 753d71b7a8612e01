//! A bound on how often something happens for one key.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::{Duration, Instant};

use crate::support::hashing::StrangersState;

/// The maximum number of uses that one quota remembers; beyond it the oldest is forgotten.
const REMEMBERED: usize = 4_096;

/// At most `limit` uses for each key within `window`.
#[derive(Clone, Debug)]
pub(super) struct Quota<K> {
    limit: usize,
    window: Duration,
    /// The times of the uses of each key, oldest first; never empty.
    used: HashMap<K, VecDeque<Instant>, StrangersState>,
    /// All uses, oldest first, and those that were given back.
    order: VecDeque<(Instant, K)>,
}

impl<K: Copy + Eq + Hash> Quota<K> {
    pub(super) fn new(limit: usize, window: Duration) -> Self {
        Self {
            limit,
            window,
            used: HashMap::default(),
            order: VecDeque::new(),
        }
    }

    /// Returns `true` if the key can be used at `now`.
    pub(super) fn has_room(&self, key: &K, now: Instant) -> bool {
        let is_recent = |at: &&Instant| now.saturating_duration_since(**at) < self.window;
        let used = self.used.get(key);
        used.is_none_or(|times| times.iter().filter(is_recent).count() < self.limit)
    }

    /// Uses the key at `now`. Returns `false`, and counts nothing, if its quota is used up.
    pub(super) fn take(&mut self, key: K, now: Instant) -> bool {
        self.expire(now);
        if !self.has_room(&key, now) {
            return false;
        }
        if self.order.len() >= REMEMBERED {
            self.forget_oldest();
        }
        self.used.entry(key).or_default().push_back(now);
        self.order.push_back((now, key));
        true
    }

    /// Gives the last use of the key back: it does not count any more.
    pub(super) fn give_back(&mut self, key: &K) {
        if let Some(times) = self.used.get_mut(key) {
            times.pop_back();
            if times.is_empty() {
                self.used.remove(key);
            }
        }
    }

    fn expire(&mut self, now: Instant) {
        while let Some((at, _)) = self.order.front()
            && now.saturating_duration_since(*at) >= self.window
        {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((at, key)) = self.order.pop_front() else {
            return;
        };
        let Some(times) = self.used.get_mut(&key) else {
            return;
        };
        // A use that was given back is no longer here.
        if times.front() == Some(&at) {
            times.pop_front();
        }
        if times.is_empty() {
            self.used.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_key_is_used_at_most_as_often_as_its_quota_says() {
        let (mut quota, start) = (Quota::new(2, SECOND), Instant::now());
        assert!(quota.take(1, start) && quota.take(1, start + SECOND / 2));
        assert!(!quota.take(1, start + SECOND - Duration::from_nanos(1)));
        assert!(quota.take(2, start + SECOND / 2), "another key has its own");
        assert!(quota.take(1, start + SECOND));
        assert!(
            !quota.take(1, start + SECOND),
            "the second use still counts"
        );
        assert!(quota.take(1, start + SECOND * 3 / 2));
    }

    #[test]
    fn a_use_that_is_given_back_does_not_count() {
        let (mut quota, start) = (Quota::new(1, SECOND), Instant::now());
        assert!(quota.take(1, start) && !quota.has_room(&1, start));
        quota.give_back(&1);
        assert!(quota.used.is_empty() && quota.take(1, start + SECOND / 2));
        assert!(
            !quota.take(1, start + SECOND),
            "the second use is half a second old"
        );
        assert!(quota.take(1, start + SECOND * 3 / 2));
    }

    #[test]
    fn the_memory_is_bounded_and_returns_to_zero() {
        let (mut quota, start) = (Quota::new(1, SECOND), Instant::now());
        for key in 0..3 * REMEMBERED {
            assert!(quota.take(key, start));
        }
        assert_eq!(
            (quota.order.len(), quota.used.len()),
            (REMEMBERED, REMEMBERED)
        );
        assert!(quota.take(0, start + SECOND));
        assert_eq!((quota.order.len(), quota.used.len()), (1, 1));
    }
}
