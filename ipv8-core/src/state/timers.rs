//! Deadlines with values, on the clock of the caller.
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Converts seconds as py-ipv8 writes them (`3.0`); negative values and NaN count as zero.
pub(crate) fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or(if value > 0.0 {
        Duration::MAX
    } else {
        Duration::ZERO
    })
}

/// The id of a timer, unique within its [`Timers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimerId {
    at: Instant,
    number: u64,
}

impl TimerId {
    /// Returns the deadline of this timer.
    pub fn at(self) -> Instant {
        self.at
    }
}

/// Timers ordered by their deadline; equal deadlines keep the order of insertion.
///
/// Reads no clock: a timer fires when [`Timers::pop_expired`] is called with a time at or after its
/// deadline. Inserting, cancelling and popping take logarithmic time.
#[derive(Clone, Debug)]
pub struct Timers<T> {
    queue: BTreeMap<TimerId, T>,
    next_number: u64,
}

impl<T> Default for Timers<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Timers<T> {
    /// Returns an empty queue.
    pub const fn new() -> Self {
        Self {
            queue: BTreeMap::new(),
            next_number: 0,
        }
    }

    /// Sets a timer for `at`. A time in the past is due at once.
    pub fn insert(&mut self, at: Instant, value: T) -> TimerId {
        let id = TimerId {
            at,
            number: self.next_number,
        };
        self.next_number += 1;
        self.queue.insert(id, value);
        id
    }

    /// Cancels a timer and returns its value; `None` if it was popped or cancelled before.
    pub fn cancel(&mut self, id: TimerId) -> Option<T> {
        self.queue.remove(&id)
    }

    /// Returns the value of a pending timer.
    pub fn get(&self, id: TimerId) -> Option<&T> {
        self.queue.get(&id)
    }

    /// Returns the earliest deadline.
    pub fn next(&self) -> Option<Instant> {
        self.queue.first_key_value().map(|(id, _)| id.at)
    }

    /// Removes the earliest timer that is due at `now` and returns its deadline and value.
    pub fn pop_expired(&mut self, now: Instant) -> Option<(Instant, T)> {
        let first = self.queue.first_entry()?;
        if first.key().at > now {
            return None;
        }
        let (id, value) = first.remove_entry();
        Some((id.at, value))
    }

    /// Returns the number of pending timers.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Returns `true` if no timer is pending.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Removes all timers.
    pub fn clear(&mut self) {
        self.queue.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn timers_fire_in_order_of_deadline_then_insertion() {
        let start = Instant::now();
        let later = start + Duration::from_secs(1);
        let mut timers = Timers::new();
        timers.insert(later, "b");
        timers.insert(start, "a");
        timers.insert(later, "c");
        assert_eq!(timers.next(), Some(start));
        assert_eq!(timers.pop_expired(start), Some((start, "a")));
        assert_eq!(timers.pop_expired(start), None);
        assert_eq!(timers.pop_expired(later), Some((later, "b")));
        assert_eq!(timers.pop_expired(later), Some((later, "c")));
        assert_eq!(timers.next(), None);
        assert!(timers.is_empty());
    }

    #[test]
    fn a_cancelled_timer_never_fires() {
        let start = Instant::now();
        let mut timers = Timers::new();
        let first = timers.insert(start, 1);
        let second = timers.insert(start, 2);
        assert_eq!(first.at(), start);
        assert_eq!(timers.get(first), Some(&1));
        assert_eq!(timers.cancel(first), Some(1));
        assert_eq!(timers.cancel(first), None);
        assert_eq!(timers.len(), 1);
        assert_eq!(timers.pop_expired(start), Some((start, 2)));
        assert_eq!(timers.cancel(second), None);
        timers.insert(start, 3);
        timers.clear();
        assert_eq!(timers.pop_expired(start), None);
    }
}
