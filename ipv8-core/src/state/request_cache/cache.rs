//! Requests with a prefix and a 16-bit number: py-ipv8's request cache without its tasks and
//! futures.

use std::collections::HashMap;
use std::time::Instant;

use rand::{Rng, RngExt};

use super::error::{DEFAULT_CAPACITY, RANDOM_TRIES, RequestCacheError};
use crate::state::timers::{TimerId, Timers};

type Identity = (&'static str, u16);

#[derive(Clone, Debug)]
struct Entry<T> {
    value: T,
    timer: TimerId,
}

/// Pending requests, each with a prefix (the kind of request) and a 16-bit number (protocol 11).
///
/// Bounded, and reads no clock: the owner removes overdue requests with [`RequestCache::expired`].
#[derive(Clone, Debug)]
pub struct RequestCache<T> {
    entries: HashMap<Identity, Entry<T>>,
    timers: Timers<Identity>,
    capacity: usize,
    shut_down: bool,
}

impl<T> Default for RequestCache<T> {
    fn default() -> Self {
        Self::new(DEFAULT_CAPACITY)
    }
}

impl<T> RequestCache<T> {
    /// Returns an empty cache for at most `capacity` requests.
    pub fn new(capacity: usize) -> Self {
        Self {
            entries: HashMap::new(),
            timers: Timers::new(),
            capacity,
            shut_down: false,
        }
    }

    /// Adds a request with `value` under `prefix` and `number` until `deadline` (usually now +
    /// `DEFAULT_TIMEOUT`). Returns `number`.
    ///
    /// # Errors
    /// See [`RequestCacheError`]; nothing changes then.
    pub fn add(
        &mut self,
        prefix: &'static str,
        number: u16,
        deadline: Instant,
        value: T,
    ) -> Result<u16, RequestCacheError> {
        self.check_room()?;
        if self.has(prefix, number) {
            return Err(RequestCacheError::InUse);
        }
        let identity = (prefix, number);
        let timer = self.timers.insert(deadline, identity);
        self.entries.insert(identity, Entry { value, timer });
        Ok(number)
    }

    /// Adds a request with `value` under a random number that is free for `prefix`. Returns the
    /// number.
    ///
    /// It draws up to 1000 times from all 65,536 numbers, then takes the first free number after a
    /// random start.
    ///
    /// # Errors
    /// See [`RequestCacheError`]; nothing changes then.
    pub fn add_random<R: Rng + ?Sized>(
        &mut self,
        prefix: &'static str,
        deadline: Instant,
        value: T,
        rng: &mut R,
    ) -> Result<u16, RequestCacheError> {
        self.check_room()?;
        let drawn = (0..RANDOM_TRIES)
            .map(|_| rng.random::<u16>())
            .find(|number| !self.has(prefix, *number));
        let number = drawn.or_else(|| {
            let start = rng.random::<u16>();
            (0..=u16::MAX)
                .map(|step| start.wrapping_add(step))
                .find(|number| !self.has(prefix, *number))
        });
        self.add(
            prefix,
            number.ok_or(RequestCacheError::InUse)?,
            deadline,
            value,
        )
    }

    fn check_room(&self) -> Result<(), RequestCacheError> {
        if self.shut_down {
            return Err(RequestCacheError::ShutDown);
        }
        if self.entries.len() >= self.capacity {
            return Err(RequestCacheError::Full);
        }
        Ok(())
    }

    /// Removes a request and returns its value; `None` if there is none, as for a late or
    /// unsolicited response.
    pub fn pop(&mut self, prefix: &'static str, number: u16) -> Option<T> {
        let entry = self.entries.remove(&(prefix, number))?;
        self.timers.cancel(entry.timer);
        Some(entry.value)
    }

    /// Returns `true` if such a request is pending.
    pub fn has(&self, prefix: &'static str, number: u16) -> bool {
        self.entries.contains_key(&(prefix, number))
    }

    /// Returns the value of a pending request.
    pub fn get(&self, prefix: &'static str, number: u16) -> Option<&T> {
        self.entries
            .get(&(prefix, number))
            .map(|entry| &entry.value)
    }

    /// Mutable version of [`RequestCache::get`].
    pub fn get_mut(&mut self, prefix: &'static str, number: u16) -> Option<&mut T> {
        self.entries
            .get_mut(&(prefix, number))
            .map(|entry| &mut entry.value)
    }

    /// Removes every request whose deadline is not after `now`, earliest first, while the iterator
    /// runs.
    pub fn expired(&mut self, now: Instant) -> impl Iterator<Item = (&'static str, u16, T)> + '_ {
        std::iter::from_fn(move || {
            let (_, identity) = self.timers.pop_expired(now)?;
            let entry = self.entries.remove(&identity)?;
            Some((identity.0, identity.1, entry.value))
        })
    }

    /// Returns the earliest deadline.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Returns the number of pending requests.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns `true` if no request is pending.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes all requests; new ones are still accepted.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.timers.clear();
    }

    /// Removes all requests and refuses new ones.
    pub fn shutdown(&mut self) {
        self.clear();
        self.shut_down = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::time::Duration;

    fn later(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn a_request_is_found_by_prefix_and_number_until_popped() {
        let now = Instant::now();
        let mut cache = RequestCache::default();
        assert_eq!(cache.add("ping", 7, later(now, 10), 'a'), Ok(7));
        assert_eq!(
            cache.add("ping", 7, later(now, 10), 'b'),
            Err(RequestCacheError::InUse)
        );
        assert_eq!(cache.add("find", 7, later(now, 5), 'c'), Ok(7));
        assert!(cache.has("ping", 7) && !cache.has("ping", 8));
        if let Some(value) = cache.get_mut("ping", 7) {
            *value = 'd';
        }
        assert_eq!(cache.get("ping", 7), Some(&'d'));
        assert_eq!(cache.pop("ping", 7), Some('d'));
        assert_eq!(cache.pop("ping", 7), None);
        assert_eq!(cache.len(), 1);
        assert_eq!(cache.next_timeout(), Some(later(now, 5)));
    }

    #[test]
    fn overdue_requests_are_removed_earliest_first() {
        let now = Instant::now();
        let mut cache = RequestCache::default();
        for (number, seconds) in [(1, 3), (2, 1), (3, 2)] {
            assert!(
                cache
                    .add("x", number, later(now, seconds), number * 10)
                    .is_ok()
            );
        }
        assert_eq!(cache.pop("x", 3), Some(30));
        assert_eq!(cache.expired(now).count(), 0);
        let out: Vec<_> = cache.expired(later(now, 3)).collect();
        assert_eq!(out, [("x", 2, 20), ("x", 1, 10)]);
        assert!(cache.is_empty() && cache.next_timeout().is_none());
    }

    #[test]
    fn a_full_cache_refuses_requests() {
        let now = Instant::now();
        let mut cache = RequestCache::new(1);
        assert!(cache.add("x", 1, now, ()).is_ok());
        assert_eq!(cache.add("x", 2, now, ()), Err(RequestCacheError::Full));
        cache.clear();
        assert!(cache.add("x", 2, now, ()).is_ok());
        cache.shutdown();
        assert!(cache.is_empty());
        assert_eq!(cache.add("x", 2, now, ()), Err(RequestCacheError::ShutDown));
    }

    #[test]
    fn random_numbers_use_all_65536_and_then_fail() {
        let now = Instant::now();
        let mut rng = StdRng::seed_from_u64(1);
        let mut cache = RequestCache::new(100_000);
        for _ in 0..65_536 {
            assert!(cache.add_random("x", now, (), &mut rng).is_ok());
        }
        assert_eq!(
            cache.add_random("x", now, (), &mut rng),
            Err(RequestCacheError::InUse)
        );
        assert!(cache.pop("x", 4711).is_some());
        assert_eq!(cache.add_random("x", now, (), &mut rng), Ok(4711));
        assert!(cache.add_random("y", now, (), &mut rng).is_ok());
    }
}
