//! The decompressed points of keys that sign often.

use std::collections::HashMap;

use ed25519_dalek::VerifyingKey;

/// How many points each of the two generations of [`Points`] holds: what a table of 2,048 entries takes before it grows.
const GENERATION: usize = 1_792;

/// Ed25519 points of keys whose signatures were good, so that the next signature of such a key is verified without decompressing
/// its point anew: a tenth of a verification.
///
/// Bounded: it holds the last 1,792 keys at least, twice as many at most, which is more than one node hears from regularly, in 0.9 MB
/// at most. It has no influence on any verdict. Whoever verifies on several cores has one for each.
#[derive(Debug, Default)]
pub struct Points {
    recent: HashMap<[u8; 32], VerifyingKey>,
    older: HashMap<[u8; 32], VerifyingKey>,
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

    /// The point with this encoding, if it is held.
    pub(super) fn get(&mut self, encoded: &[u8; 32]) -> Option<&VerifyingKey> {
        if !self.recent.contains_key(encoded) {
            let point = self.older.remove(encoded)?;
            self.keep(point);
        }
        self.recent.get(encoded)
    }

    /// Holds the point of a key whose signature was good: nobody else can take the place of those.
    pub(super) fn keep(&mut self, point: VerifyingKey) {
        if self.recent.len() >= GENERATION {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(point.to_bytes(), point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;

    #[test]
    fn whoever_signs_often_stays_and_there_is_a_bound() {
        let mut points = Points::new();
        let point = |number: usize| {
            let mut seed = [0; 32];
            seed[..8].copy_from_slice(&number.to_le_bytes());
            SigningKey::from_bytes(&seed).verifying_key()
        };
        let often = point(0);
        points.keep(often);
        for number in 1..3 * GENERATION {
            points.keep(point(number));
            if number % 1_000 == 0 {
                assert_eq!(points.get(often.as_bytes()), Some(&often), "{number}");
            }
            assert!(points.len() <= 2 * GENERATION);
        }
        assert!(points.get(point(1).as_bytes()).is_none());
        assert!(
            points
                .get(point(3 * GENERATION - GENERATION).as_bytes())
                .is_some()
        );
    }
}
