//! Requests with a typed response, each bound to the peer that was asked.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Instant;

use rand::{Rng, RngExt};

use super::error::{DEFAULT_CAPACITY, RANDOM_TRIES, RequestCacheError};
use crate::crypto::PublicKey;
use crate::state::timers::{TimerId, Timers};

/// The peer whose response counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The peer with this key: the response must be signed by it.
    Key(PublicKey),
    /// The peer at this address: the response must come from it.
    Address(SocketAddr),
}

/// The sender of a response.
#[derive(Clone, Copy, Debug)]
pub struct Answerer<'a> {
    /// The key that signed the response, if it is signed.
    pub key: Option<&'a PublicKey>,
    /// The source address.
    pub source: SocketAddr,
}

impl Asked {
    fn is(&self, answerer: Answerer<'_>) -> bool {
        match self {
            Self::Key(key) => answerer.key == Some(key),
            Self::Address(address) => answerer.source == *address,
        }
    }
}

/// The message id of the response, and its identifier.
type Identity = (u8, u64);

#[derive(Debug)]
struct Entry<T> {
    asked: Asked,
    value: T,
    timer: TimerId,
}

/// Pending requests for responses of a certain message id. Bounded, and reads no clock.
#[derive(Debug)]
pub struct Pending<T> {
    entries: HashMap<Identity, Entry<T>>,
    timers: Timers<Identity>,
    capacity: usize,
    shut_down: bool,
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self::new(DEFAULT_CAPACITY)
    }
}

impl<T> Pending<T> {
    /// Returns an empty table for at most `capacity` requests.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            entries: HashMap::new(),
            timers: Timers::new(),
            capacity,
            shut_down: false,
        }
    }

    /// Adds a request that waits until `deadline` for a response with the message id `response`,
    /// under a random number up to `greatest` that no other request for that response has. Returns
    /// the number.
    ///
    /// # Errors
    ///
    /// See [`RequestCacheError`]; nothing changes then.
    pub fn add<R: Rng + ?Sized>(
        &mut self,
        response: u8,
        greatest: u64,
        asked: Asked,
        deadline: Instant,
        value: T,
        rng: &mut R,
    ) -> Result<u64, RequestCacheError> {
        if self.shut_down {
            return Err(RequestCacheError::ShutDown);
        }
        if self.entries.len() >= self.capacity {
            return Err(RequestCacheError::Full);
        }
        let number = self.free_number(response, greatest, rng);
        let Some(number) = number else {
            return Err(RequestCacheError::InUse);
        };
        let identity = (response, number);
        let timer = self.timers.insert(deadline, identity);
        let entry = Entry {
            asked,
            value,
            timer,
        };
        self.entries.insert(identity, entry);
        Ok(number)
    }

    fn free_number<R: Rng + ?Sized>(
        &self,
        response: u8,
        greatest: u64,
        rng: &mut R,
    ) -> Option<u64> {
        let is_free = |number: &u64| !self.entries.contains_key(&(response, *number));
        let drawn = (0..RANDOM_TRIES).map(|_| rng.random_range(0..=greatest));
        // If a thousand draws find no free number, there are few numbers, so they can be tried in
        // order.
        { drawn }
            .find(is_free)
            .or_else(|| (0..=greatest.min(u64::from(u16::MAX))).find(is_free))
    }

    /// Removes the request that this response answers and returns its value.
    ///
    /// Returns `None` if no request has that number (the response is late, repeated or
    /// unsolicited), or if another peer was asked; the request then stays pending.
    pub fn take(&mut self, response: u8, number: u64, answerer: Answerer<'_>) -> Option<T> {
        let entry = self.entries.get(&(response, number))?;
        if !entry.asked.is(answerer) {
            return None;
        }
        self.cancel(response, number)
    }

    /// Removes a request, whichever peer was asked.
    pub fn cancel(&mut self, response: u8, number: u64) -> Option<T> {
        let entry = self.entries.remove(&(response, number))?;
        self.timers.cancel(entry.timer);
        Some(entry.value)
    }

    /// Removes up to `most` requests that are overdue at `now`, earliest first.
    pub fn expired(&mut self, most: usize, now: Instant) -> Vec<T> {
        let overdue = std::iter::from_fn(|| self.timers.pop_expired(now)).take(most);
        let overdue: Vec<_> = overdue.map(|(_, identity)| identity).collect();
        let entries = overdue.iter().filter_map(|one| self.entries.remove(one));
        entries.map(|entry| entry.value).collect()
    }

    /// Removes all requests, earliest deadline first, and refuses new ones.
    pub fn shut_down(&mut self) -> Vec<T> {
        self.shut_down = true;
        self.timers.clear();
        let mut left: Vec<_> = self.entries.drain().map(|(_, entry)| entry).collect();
        left.sort_by_key(|entry| entry.timer);
        left.into_iter().map(|entry| entry.value).collect()
    }

    /// Returns the earliest deadline.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Returns the number of pending requests.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns `true` if no request is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::PrivateKey;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::time::Duration;

    const FROM: &str = "10.0.0.1:1";

    fn source(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    fn key(seed: u64) -> PublicKey {
        PrivateKey::generate(&mut StdRng::seed_from_u64(seed))
            .public_key()
            .clone()
    }

    #[test]
    fn only_the_asked_peer_can_answer() {
        let (now, mut rng) = (Instant::now(), StdRng::seed_from_u64(1));
        let (asked, other) = (key(1), key(2));
        let mut pending = Pending::default();
        let deadline = now + Duration::from_secs(10);
        let by_key = pending
            .add(
                2,
                0xffff,
                Asked::Key(asked.clone()),
                deadline,
                'k',
                &mut rng,
            )
            .expect("there is room");
        let by_address = Asked::Address(source(FROM));
        let by_address = pending
            .add(2, u64::MAX, by_address, deadline, 'a', &mut rng)
            .expect("there is room");
        let from = |key, text| Answerer {
            key,
            source: source(text),
        };
        assert_eq!(pending.take(2, by_key, from(Some(&other), FROM)), None);
        assert_eq!(pending.take(2, by_key, from(None, FROM)), None);
        assert_eq!(pending.take(3, by_key, from(Some(&asked), FROM)), None);
        assert_eq!(pending.take(2, by_address, from(None, "10.0.0.1:2")), None);
        assert_eq!(pending.len(), 2, "none of these responses counted");
        let elsewhere = from(Some(&asked), "10.9.9.9:9");
        assert_eq!(pending.take(2, by_key, elsewhere), Some('k'));
        assert_eq!(pending.take(2, by_key, elsewhere), None, "only once");
        assert_eq!(pending.take(2, by_address, from(None, FROM)), Some('a'));
        assert_eq!(pending.next_timeout(), None);
    }

    #[test]
    fn each_response_id_has_its_own_numbers_and_fails_without_a_free_one() {
        let (now, mut rng) = (Instant::now(), StdRng::seed_from_u64(1));
        let asked = Asked::Address(source(FROM));
        let mut pending = Pending::new(1_000);
        let mut add = |pending: &mut Pending<()>, response| {
            pending.add(response, 255, asked.clone(), now, (), &mut rng)
        };
        for _ in 0..256 {
            assert!(add(&mut pending, 1).is_ok());
        }
        assert_eq!(add(&mut pending, 1), Err(RequestCacheError::InUse));
        assert!(add(&mut pending, 2).is_ok());
        assert_eq!(pending.len(), 257);
        assert_eq!(pending.cancel(1, 77), Some(()));
        assert_eq!(add(&mut pending, 1), Ok(77));
        let mut full = Pending::new(0);
        assert_eq!(add(&mut full, 1), Err(RequestCacheError::Full));
    }

    #[test]
    fn requests_are_removed_earliest_first_when_overdue_and_at_shutdown() {
        let (now, mut rng) = (Instant::now(), StdRng::seed_from_u64(1));
        let asked = Asked::Address(source(FROM));
        let mut pending = Pending::default();
        for seconds in [3, 1, 4, 2] {
            let deadline = now + Duration::from_secs(seconds);
            let added = pending.add(1, 0xffff, asked.clone(), deadline, seconds, &mut rng);
            assert!(added.is_ok());
        }
        assert_eq!(pending.expired(9, now), [0_u64; 0]);
        assert_eq!(pending.expired(1, now + Duration::from_secs(2)), [1]);
        assert_eq!(pending.expired(9, now + Duration::from_secs(2)), [2]);
        assert_eq!(pending.shut_down(), [3, 4]);
        let late = pending.add(1, 0xffff, asked, now, 5, &mut rng);
        assert_eq!(late, Err(RequestCacheError::ShutDown));
        assert!(pending.is_empty() && pending.next_timeout().is_none());
    }
}
