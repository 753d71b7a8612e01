//! What waits for an answer: py-ipv8's request cache without its tasks and futures.
mod pending;

pub use pending::{Answerer, Asked, Pending};

use crate::state::timers::{TimerId, Timers};
use rand::{Rng, RngExt};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use thiserror::Error;

/// How long an entry waits unless its maker says otherwise (protocol 11).
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// How many entries may wait at once unless configured: answers beyond this are not worth their memory.
pub const DEFAULT_CAPACITY: usize = 4096;

/// How often a random number is drawn before the free ones are searched in order.
const RANDOM_TRIES: usize = 1000;

/// Why an entry was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RequestCacheError {
    /// The pair of prefix and number is waiting already, or no number of the prefix is free.
    #[error("this request is waiting already")]
    InUse,
    /// As many entries as the cache may hold are waiting.
    #[error("too many requests are waiting")]
    Full,
    /// The cache was shut down.
    #[error("the request cache is shut down")]
    ShutDown,
}

type Identity = (&'static str, u16);

#[derive(Clone, Debug)]
struct Entry<T> {
    value: T,
    timer: TimerId,
}

/// Requests that wait for an answer, each named by a prefix (what is asked) and a 16-bit number (protocol 11).
///
/// Bounded, and reads no clock: the owner takes what is overdue with [`RequestCache::expired`].
#[derive(Clone, Debug)]
pub struct RequestCache<T> {
    entries: HashMap<Identity, Entry<T>>,
    timers: Timers<Identity>,
    capacity: usize,
    turned_away: u64,
    shut_down: bool,
}

impl<T> Default for RequestCache<T> {
    fn default() -> Self {
        Self::new(DEFAULT_CAPACITY)
    }
}

impl<T> RequestCache<T> {
    /// An empty cache for at most `capacity` entries.
    pub fn new(capacity: usize) -> Self {
        Self {
            entries: HashMap::new(),
            timers: Timers::new(),
            capacity,
            turned_away: 0,
            shut_down: false,
        }
    }

    /// Lets `value` wait under `prefix` and `number` until `deadline` (usually now + [`DEFAULT_TIMEOUT`]); gives `number` back.
    ///
    /// # Errors
    /// See [`RequestCacheError`]; the cache is as it was.
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

    /// Lets `value` wait under a random number that is free for `prefix`, and gives that number.
    ///
    /// Draws up to 1000 times from all 65,536 numbers, then takes the first free one after a random start.
    ///
    /// # Errors
    /// See [`RequestCacheError`]; the cache is as it was.
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

    fn check_room(&mut self) -> Result<(), RequestCacheError> {
        if self.shut_down {
            return Err(RequestCacheError::ShutDown);
        }
        if self.entries.len() >= self.capacity {
            self.turned_away += 1;
            return Err(RequestCacheError::Full);
        }
        Ok(())
    }

    /// Ends the wait and gives what waited; `None` when there is no such entry, as for a late or unasked answer.
    pub fn pop(&mut self, prefix: &'static str, number: u16) -> Option<T> {
        let entry = self.entries.remove(&(prefix, number))?;
        self.timers.cancel(entry.timer);
        Some(entry.value)
    }

    /// Whether such an entry waits.
    pub fn has(&self, prefix: &'static str, number: u16) -> bool {
        self.entries.contains_key(&(prefix, number))
    }

    /// What waits under this name.
    pub fn get(&self, prefix: &'static str, number: u16) -> Option<&T> {
        self.entries
            .get(&(prefix, number))
            .map(|entry| &entry.value)
    }

    /// Like [`RequestCache::get`], to change it.
    pub fn get_mut(&mut self, prefix: &'static str, number: u16) -> Option<&mut T> {
        self.entries
            .get_mut(&(prefix, number))
            .map(|entry| &mut entry.value)
    }

    /// Removes, as it is iterated, every entry whose deadline is not after `now`, earliest first.
    pub fn expired(&mut self, now: Instant) -> impl Iterator<Item = (&'static str, u16, T)> + '_ {
        std::iter::from_fn(move || {
            let (_, identity) = self.timers.pop_expired(now)?;
            let entry = self.entries.remove(&identity)?;
            Some((identity.0, identity.1, entry.value))
        })
    }

    /// The earliest deadline.
    pub fn next_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// How many entries wait.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many entries were refused because the cache was full.
    pub fn turned_away(&self) -> u64 {
        self.turned_away
    }

    /// Forgets all entries; new ones are taken as before.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.timers.clear();
    }

    /// Forgets all entries and refuses new ones from now on.
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

    fn later(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn an_entry_is_found_by_prefix_and_number_until_popped() {
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
    fn overdue_entries_come_out_earliest_first() {
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
    fn a_full_cache_turns_away_and_counts() {
        let now = Instant::now();
        let mut cache = RequestCache::new(1);
        assert!(cache.add("x", 1, now, ()).is_ok());
        assert_eq!(cache.add("x", 2, now, ()), Err(RequestCacheError::Full));
        assert_eq!(cache.turned_away(), 1);
        cache.clear();
        assert!(cache.add("x", 2, now, ()).is_ok());
        cache.shutdown();
        assert!(cache.is_empty());
        assert_eq!(cache.add("x", 2, now, ()), Err(RequestCacheError::ShutDown));
    }

    #[test]
    fn random_numbers_use_up_all_65536_and_then_say_so() {
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
