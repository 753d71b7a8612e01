//! The hash of tables that strangers fill, and that are asked several times for each datagram.
//!
//! The standard library's (SipHash) takes 150 to 200 instructions for a mid or an address; this takes a third.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// The prime 2^61 - 1, modulo which it is quick to multiply.
const PRIME: u64 = (1 << 61) - 1;

/// What is hashed as a polynomial of 32-bit numbers, at a secret point, modulo a prime; then spread over 64 bits by a secret multiply and
/// add (Carter and Wegman; Dietzfelbinger).
///
/// Whatever two values of `n` times 32 bits somebody chooses who does not know the secret, they have the same hash with a
/// probability of `n` in 2^61: nobody can fill one place of a table on purpose. Each table has secrets of its own, and nothing
/// depends on the order that follows from them.
#[derive(Clone, Debug)]
pub struct Polynomial {
    point: u64,
    factor: u128,
    start: u128,
}

impl Default for Polynomial {
    fn default() -> Self {
        let random = RandomState::new();
        let wide = |number: u8| {
            u128::from(random.hash_one((number, 1))) << 64
                | u128::from(random.hash_one((number, 0)))
        };
        Self {
            point: random.hash_one(2_u8) % PRIME,
            factor: wide(0),
            start: wide(1),
        }
    }
}

impl BuildHasher for Polynomial {
    type Hasher = PolynomialHasher;

    fn build_hasher(&self) -> PolynomialHasher {
        PolynomialHasher {
            secret: self.clone(),
            // So that leading zeros count.
            value: 1,
        }
    }
}

/// See [`Polynomial`].
#[derive(Clone, Debug)]
pub struct PolynomialHasher {
    secret: Polynomial,
    /// Below the prime and a bit: no sum of it and a 32-bit number overflows.
    value: u64,
}

impl Hasher for PolynomialHasher {
    fn finish(&self) -> u64 {
        let value = self.value % PRIME;
        let spread = self.secret.factor.wrapping_mul(u128::from(value));
        high(spread.wrapping_add(self.secret.start))
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.write_u32(u32::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut last = [0; 4];
            for (byte, into) in rest.iter().zip(&mut last) {
                *into = *byte;
            }
            self.write_u32(u32::from_le_bytes(last));
        }
    }

    #[inline]
    fn write_u8(&mut self, number: u8) {
        self.write_u32(number.into());
    }

    #[inline]
    fn write_u16(&mut self, number: u16) {
        self.write_u32(number.into());
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        let sum = self.value + u64::from(number);
        let product = u128::from(sum) * u128::from(self.secret.point);
        // 2^61 is 1 modulo the prime.
        let folded = (low(product) & PRIME) + low(product >> 61);
        self.value = folded.checked_sub(PRIME).unwrap_or(folded);
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.write(&number.to_le_bytes());
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}

#[allow(clippy::cast_possible_truncation)]
const fn low(number: u128) -> u64 {
    number as u64
}

const fn high(number: u128) -> u64 {
    low(number >> 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The polynomial by its definition, without any trick.
    fn by_definition(numbers: &[u32], point: u64) -> u128 {
        let prime = u128::from(PRIME);
        numbers.iter().fold(1, |value, number| {
            (value + u128::from(*number)) * u128::from(point) % prime
        })
    }

    proptest! {
        #[test]
        fn it_is_the_polynomial(numbers: Vec<u32>) {
            let secret = Polynomial::default();
            let mut hasher = secret.build_hasher();
            numbers.iter().for_each(|number| hasher.write_u32(*number));
            let value = by_definition(&numbers, secret.point);
            let spread = secret.factor.wrapping_mul(value).wrapping_add(secret.start);
            prop_assert_eq!(hasher.finish(), high(spread));
        }

        #[test]
        fn parts_make_no_difference(bytes: Vec<u8>, cut: prop::sample::Index) {
            let secret = Polynomial::default();
            let cut = cut.index(bytes.len() + 1) / 4 * 4;
            let hash = |parts: &[&[u8]]| {
                let mut hasher = secret.build_hasher();
                parts.iter().for_each(|part| hasher.write(part));
                hasher.finish()
            };
            prop_assert_eq!(hash(&[&bytes]), hash(&[&bytes[..cut], &bytes[cut..]]));
        }
    }

    #[test]
    fn numbers_in_a_row_share_no_place() {
        let secret = Polynomial::default();
        let mut places = vec![0_u32; 1 << 12];
        for number in 0..1_u32 << 12 {
            // Both halves of the hash are used for places.
            let hash = secret.hash_one(number);
            places[hash as usize % (1 << 12)] += 1;
        }
        assert!(places.iter().all(|many| *many < 40));
    }

    #[test]
    fn every_table_has_secrets_of_its_own() {
        let [one, other] = [(); 2].map(|()| Polynomial::default());
        assert_ne!(one.hash_one(7_u32), other.hash_one(7_u32));
        assert!(one.point < PRIME);
    }
}
