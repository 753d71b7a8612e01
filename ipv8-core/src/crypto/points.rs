//! The keys that sign often, with their decompressed points.

use std::hash::BuildHasher;

use ed25519_dalek::VerifyingKey;
use hashbrown::HashTable;

use super::ed25519::{BIN_LENGTH, ed25519_half, is_signature};
use super::error::KeyError;
use super::public::PublicKey;
use crate::support::hashing::StrangersState;

/// The number of keys in each of the two generations of [`Points`]: what a table of 2,048 entries
/// holds before it grows.
const GENERATION: usize = 1_792;

/// A cache of keys with good signatures and their decompressed Ed25519 points.
///
/// It saves decompressing the point (a tenth of the time of a verification), and parsing and
/// hashing the key, for the next signature of the same key. It never changes a verdict.
///
/// Bounded: it holds the last 1,792 to 3,584 keys, more than one node hears from regularly, in at
/// most 0.9 MB, plus half of that for keys that are stored nowhere else. Each core that verifies
/// has a cache of its own.
#[derive(Debug, Default)]
pub struct Points {
    recent: HashTable<Known>,
    older: HashTable<Known>,
    hasher: StrangersState,
}

/// A key and its Ed25519 point.
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
    /// Returns an empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of stored points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.recent.len() + self.older.len()
    }

    /// Returns `true` if no point is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Like [`PublicKey::from_bytes`], but returns the stored key if there is one, which takes less
    /// time and no memory.
    pub(crate) fn parse_key(&self, bytes: &[u8]) -> Result<PublicKey, KeyError> {
        match self.key(bytes) {
            Some(key) => Ok(key.clone()),
            None => PublicKey::from_bytes(bytes),
        }
    }

    /// Like [`PublicKey::verify`], but in less time for a key with a stored point. Stores the key
    /// and its point if the signature is good.
    pub(crate) fn verify(&mut self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        let Some(encoded) = key.ed25519_public() else {
            return key.verify(message, signature);
        };
        if let Some(point) = self.get(encoded) {
            return is_signature(point, message, signature);
        }
        let Ok(point) = VerifyingKey::from_bytes(encoded) else {
            return false;
        };
        let is_good = is_signature(&point, message, signature);
        if is_good {
            self.keep(key.clone(), point);
        }
        is_good
    }

    /// Returns the stored key with these bytes.
    fn key(&self, bytes: &[u8]) -> Option<&PublicKey> {
        let bin: &[u8; BIN_LENGTH] = bytes.try_into().ok()?;
        let encoded = ed25519_half(bin);
        let hash = hash(&self.hasher, encoded);
        let recent = self.recent.find(hash, |known| known.is(encoded));
        let known = recent.or_else(|| self.older.find(hash, |known| known.is(encoded)))?;
        // A different key can have the same point and another X25519 half.
        (known.key.as_bytes() == bytes).then_some(&known.key)
    }

    /// Returns the point with this encoding, if it is stored.
    fn get(&mut self, encoded: &[u8; 32]) -> Option<&VerifyingKey> {
        let hash = hash(&self.hasher, encoded);
        if self.recent.find(hash, |known| known.is(encoded)).is_none() {
            let older = self.older.find_entry(hash, |known| known.is(encoded));
            let (known, _) = older.ok()?.remove();
            self.insert(hash, known);
        }
        let known = self.recent.find(hash, |known| known.is(encoded))?;
        Some(&known.point)
    }

    /// Stores a key whose signature was good, and its point, which is not stored yet.
    ///
    /// Only good signatures store keys, so that a peer without the private key cannot displace one.
    fn keep(&mut self, key: PublicKey, point: VerifyingKey) {
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

/// Hashes half of the encoding: a peer cannot make two points with the same half.
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

    /// Returns the key with this number, with an X25519 half of its own, and its point.
    fn known(number: usize) -> (PublicKey, VerifyingKey) {
        let mut bin =
            *b"LibNaCLSK:0000000000000000000000000000000000000000000000000000000000000000";
        bin[66..].copy_from_slice(&number.to_le_bytes());
        let key = PrivateKey::from_bytes(&bin).unwrap().public_key().clone();
        let point = VerifyingKey::from_bytes(key.as_bytes().last_chunk().unwrap()).unwrap();
        (key, point)
    }

    #[test]
    fn a_key_that_signs_often_stays_and_the_cache_is_bounded() {
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
    fn a_key_with_the_point_of_another_key_is_a_different_key() {
        let mut points = Points::new();
        let (key, point) = known(1);
        points.keep(key.clone(), point);
        let other = join(Role::Public, &[7; 32], point.as_bytes());
        assert_eq!(points.key(&other), None);
        let longer = [key.as_bytes(), &[0]].concat();
        assert_eq!(points.key(&longer), None);
        assert_eq!(points.key(key.as_bytes()), Some(&key));
        let other = points.parse_key(&other).unwrap();
        assert_eq!(other.as_bytes()[10..42], [7; 32]);
    }
}
