//! The keys that sign often, with their decompressed points.

use std::hash::BuildHasher;

use ed25519_dalek::VerifyingKey;
use hashbrown::HashTable;

use super::PublicKey;
use super::ed25519::{BIN_LENGTH, ed25519_half};
use crate::support::hashing::StrangersState;

/// How many keys each of the two generations of [`Points`] holds: what a table of 2,048 entries takes before it grows.
const GENERATION: usize = 1_792;

/// Ed25519 points of keys whose signatures were good, so that the next signature of such a key is verified without decompressing
/// its point anew, a tenth of a verification, and without reading and hashing the key.
///
/// Bounded: it holds the last 1,792 keys at least, twice as many at most, which is more than one node hears from regularly, in 0.9 MB
/// at most, and half of that again for keys that nobody else holds. It has no influence on any verdict. Whoever verifies on several
/// cores has one for each.
#[derive(Debug, Default)]
pub struct Points {
    recent: HashTable<Known>,
    older: HashTable<Known>,
    hasher: StrangersState,
}

/// A key, and its Ed25519 point.
#[derive(Debug)]
struct Known {
    key: PublicKey,
    point: VerifyingKey,
}

impl Known {
    fn is(&self, encoded: &[u8; 32]) -> bool {
        self.point.as_bytes() == encoded
    }
}

impl Points {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many points are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.recent.len() + self.older.len()
    }

    /// Whether none is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key with just these bytes, if it is held.
    pub(super) fn key(&self, bytes: &[u8]) -> Option<&PublicKey> {
        let bin: &[u8; BIN_LENGTH] = bytes.try_into().ok()?;
        let encoded = ed25519_half(bin);
        let hash = hash(&self.hasher, encoded);
        let recent = self.recent.find(hash, |known| known.is(encoded));
        let known = recent.or_else(|| self.older.find(hash, |known| known.is(encoded)))?;
        // Another key can have the same point, and another X25519 half.
        (known.key.as_bytes() == bytes).then_some(&known.key)
    }

    /// The point with this encoding, if it is held.
    pub(super) fn get(&mut self, encoded: &[u8; 32]) -> Option<&VerifyingKey> {
        let hash = hash(&self.hasher, encoded);
        if self.recent.find(hash, |known| known.is(encoded)).is_none() {
            let older = self.older.find_entry(hash, |known| known.is(encoded));
            let (known, _) = older.ok()?.remove();
            self.insert(hash, known);
        }
        let known = self.recent.find(hash, |known| known.is(encoded))?;
        Some(&known.point)
    }

    /// Holds a key whose signature was good, and its point, which is not held: nobody else can take the place of those.
    pub(super) fn keep(&mut self, key: PublicKey, point: VerifyingKey) {
        let hash = hash(&self.hasher, point.as_bytes());
        self.insert(hash, Known { key, point });
    }

    fn insert(&mut self, at: u64, known: Known) {
        if self.recent.len() >= GENERATION {
            self.older = std::mem::take(&mut self.recent);
        }
        let hasher = &self.hasher;
        let hash = |known: &Known| hash(hasher, known.point.as_bytes());
        self.recent.insert_unique(at, known, hash);
    }
}

/// Of half of the encoding: nobody can make two points for which that is the same.
fn hash(hasher: &StrangersState, encoded: &[u8; 32]) -> u64 {
    let half = encoded.first_chunk().copied().unwrap_or_default();
    hasher.hash_one(u128::from_le_bytes(half))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::PrivateKey;
    use super::super::ed25519::join;
    use super::super::error::Role;
    use super::*;

    /// The key with this number, with an X25519 half of its own, and its point.
    fn known(number: usize) -> (PublicKey, VerifyingKey) {
        let mut bin =
            *b"LibNaCLSK:0000000000000000000000000000000000000000000000000000000000000000";
        bin[66..].copy_from_slice(&number.to_le_bytes());
        let key = PrivateKey::from_bytes(&bin).unwrap().public_key().clone();
        let point = VerifyingKey::from_bytes(key.as_bytes().last_chunk().unwrap()).unwrap();
        (key, point)
    }

    #[test]
    fn whoever_signs_often_stays_and_there_is_a_bound() {
        let mut points = Points::new();
        let keep = |points: &mut Points, number| {
            let (key, point) = known(number);
            points.keep(key, point);
        };
        let (often, point) = known(0);
        points.keep(often.clone(), point);
        for number in 1..3 * GENERATION {
            keep(&mut points, number);
            if number % 1_000 == 0 {
                assert_eq!(points.key(often.as_bytes()), Some(&often), "{number}");
                assert_eq!(points.get(point.as_bytes()), Some(&point), "{number}");
            }
            assert!(points.len() <= 2 * GENERATION);
        }
        assert!(points.get(known(1).1.as_bytes()).is_none());
        assert!(points.key(known(1).0.as_bytes()).is_none());
        let last = known(3 * GENERATION - GENERATION);
        assert!(points.key(last.0.as_bytes()).is_some());
        assert!(points.get(last.1.as_bytes()).is_some());
    }

    #[test]
    fn a_key_with_the_point_of_another_one_is_not_taken_for_it() {
        let mut points = Points::new();
        let (key, point) = known(1);
        points.keep(key.clone(), point);
        let other = join(Role::Public, &[7; 32], point.as_bytes());
        assert_eq!(points.key(&other), None);
        let longer = [key.as_bytes(), &[0]].concat();
        assert_eq!(points.key(&longer), None);
        assert_eq!(points.key(key.as_bytes()), Some(&key));
        let other = PublicKey::from_bytes_with(&points, &other).unwrap();
        assert_eq!(other.as_bytes()[10..42], [7; 32]);
    }
}
