//! Arithmetic in the binary fields GF(2^163), GF(2^233), GF(2^409) and GF(2^571).
//!
//! An element is a polynomial over GF(2) of degree below M: bit i of word w is the coefficient of
//! x^(64w + i). Addition is XOR; products are carry-less and reduced by the field polynomials of
//! SEC 2.

use std::ops::Add;

/// The number of words of a product in the largest field.
const WIDE: usize = 2 * 9;

/// Returns the exponents below `m` of the polynomial that defines GF(2^m) (SEC 2, section 3).
const fn lower_terms(m: usize) -> &'static [usize] {
    match m {
        163 => &[7, 6, 3, 0],
        233 => &[74, 0],
        409 => &[87, 0],
        571 => &[10, 5, 2, 0],
        _ => panic!("there is no such field"),
    }
}

/// An element of GF(2^M) in N words, always reduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::crypto) struct Element<const M: usize, const N: usize>([u64; N]);

impl<const M: usize, const N: usize> Element<M, N> {
    const LOWER_TERMS: &'static [usize] = lower_terms(M);
    /// The length of an element in octet strings, in bytes.
    pub(super) const BYTES: usize = M.div_ceil(8);
    pub(super) const ZERO: Self = Self([0; N]);
    pub(super) const ONE: Self = {
        let mut words = [0; N];
        words[0] = 1;
        Self(words)
    };

    /// Returns the element with these words, lowest first. For constants, which are already
    /// reduced.
    pub(super) const fn from_words(words: [u64; N]) -> Self {
        Self(words)
    }

    /// Returns the words, lowest first.
    pub(super) const fn words(&self) -> &[u64; N] {
        &self.0
    }

    /// Reads BYTES big-endian bytes; `None` for another length, or for a polynomial of degree M or
    /// more (SEC 1, 2.3.6).
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::BYTES {
            return None;
        }
        let words = words_from_bytes(bytes)?;
        (words[N - 1] >> (M % 64) == 0).then_some(Self(words))
    }

    /// Appends BYTES big-endian bytes.
    pub(super) fn append_to(&self, bytes: &mut Vec<u8>) {
        let all = self.0.iter().rev().flat_map(|word| word.to_be_bytes());
        bytes.extend(all.skip(8 * N - Self::BYTES));
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0 == [0; N]
    }

    /// Returns the constant term of the polynomial.
    pub(super) fn lowest_bit(&self) -> bool {
        self.0[0] & 1 == 1
    }

    /// Returns the product. Left-to-right comb with windows of four bits (Guide, algorithm 2.36).
    pub(super) fn times(&self, other: &Self) -> Self {
        let multiples = other.small_multiples();
        let mut wide = [0; WIDE];
        for window in (0..16).rev() {
            for (start, word) in self.0.iter().enumerate() {
                let row = &multiples[(word >> (4 * window)) as usize & 15];
                for (sum, value) in wide[start..start + N].iter_mut().zip(row) {
                    *sum ^= value;
                }
            }
            if window > 0 {
                shift_left(&mut wide[..2 * N], 4);
            }
        }
        Self::reduce(wide)
    }

    /// Returns the products with all polynomials of degree below 4. The top word has room for three
    /// more bits in all four fields.
    fn small_multiples(&self) -> [[u64; N]; 16] {
        let mut rows = [[0; N]; 16];
        rows[1] = self.0;
        for i in 1..8 {
            let mut double = rows[i];
            shift_left(&mut double, 1);
            rows[2 * i] = double;
            rows[2 * i + 1] = (Self(double) + *self).0;
        }
        rows
    }

    /// Returns the square: a zero between every two bits, then reduced.
    pub(super) fn square(&self) -> Self {
        let mut wide = [0; WIDE];
        for (pair, word) in wide.chunks_exact_mut(2).zip(&self.0) {
            pair[0] = spread(*word as u32);
            pair[1] = spread((*word >> 32) as u32);
        }
        Self::reduce(wide)
    }

    fn square_times(&self, count: usize) -> Self {
        (0..count).fold(*self, |value, _| value.square())
    }

    /// Returns the inverse, and zero for zero: a^(2^M - 2) by the chain of Itoh and Tsujii.
    pub(super) fn inverse(&self) -> Self {
        // Invariant: power = self^(2^exponent - 1).
        let mut power = *self;
        let mut exponent = 1;
        for bit in (0..(M - 1).ilog2()).rev() {
            power = power.square_times(exponent).times(&power);
            exponent *= 2;
            if (M - 1) >> bit & 1 == 1 {
                power = power.square().times(self);
                exponent += 1;
            }
        }
        power.square()
    }

    /// Returns the half-trace: a z with z² + z = self, if there is one (Guide, section 3.6.2; M is
    /// odd).
    pub(super) fn half_trace(&self) -> Self {
        let mut term = *self;
        let mut sum = *self;
        for _ in 0..(M - 1) / 2 {
            term = term.square_times(2);
            sum = sum + term;
        }
        sum
    }

    /// Returns the remainder of a product, which uses at most 2N words.
    fn reduce(mut wide: [u64; WIDE]) -> Self {
        // The gap between M and the next term is wider than a word, so no word is folded onto
        // itself.
        for i in (N..2 * N).rev() {
            let word = wide[i];
            for term in Self::LOWER_TERMS {
                add_shifted(&mut wide, word, 64 * i - M + term);
            }
        }
        let excess = wide[N - 1] >> (M % 64);
        wide[N - 1] ^= excess << (M % 64);
        for term in Self::LOWER_TERMS {
            add_shifted(&mut wide, excess, *term);
        }
        let mut words = [0; N];
        words.copy_from_slice(&wide[..N]);
        Self(words)
    }
}

impl<const M: usize, const N: usize> Add for Element<M, N> {
    type Output = Self;

    // Adding coefficients modulo 2 is XOR.
    #[expect(clippy::suspicious_arithmetic_impl)]
    fn add(mut self, other: Self) -> Self {
        for (word, value) in self.0.iter_mut().zip(&other.0) {
            *word ^= value;
        }
        self
    }
}

/// Returns big-endian bytes as N words, lowest first; `None` if they do not fit.
pub(super) fn words_from_bytes<const N: usize>(bytes: &[u8]) -> Option<[u64; N]> {
    let mut words = [0; N];
    for (i, byte) in bytes.iter().rev().enumerate() {
        match words.get_mut(i / 8) {
            Some(word) => *word |= u64::from(*byte) << (8 * (i % 8)),
            None if *byte == 0 => {}
            None => return None,
        }
    }
    Some(words)
}

#[inline(always)]
fn add_shifted(wide: &mut [u64; WIDE], word: u64, bits: usize) {
    wide[bits / 64] ^= word << (bits % 64);
    if !bits.is_multiple_of(64) {
        wide[bits / 64 + 1] ^= word >> (64 - bits % 64);
    }
}

/// Multiplies by x^`bits`, `bits` from 1 to 63. Bits that overflow the top word are lost.
#[inline(always)]
fn shift_left(words: &mut [u64], bits: u32) {
    let mut carry = 0;
    for word in words {
        let next = *word >> (64 - bits);
        *word = *word << bits | carry;
        carry = next;
    }
}

/// Inserts a zero above each of the 32 bits.
fn spread(word: u32) -> u64 {
    let mut bits = u64::from(word);
    bits = (bits | bits << 16) & 0x0000_ffff_0000_ffff;
    bits = (bits | bits << 8) & 0x00ff_00ff_00ff_00ff;
    bits = (bits | bits << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    bits = (bits | bits << 2) & 0x3333_3333_3333_3333;
    (bits | bits << 1) & 0x5555_5555_5555_5555
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn element<const M: usize, const N: usize>(words: &[u64; 9]) -> Element<M, N> {
        let mut wide = [0; WIDE];
        wide[..N].copy_from_slice(&words[..N]);
        Element::reduce(wide)
    }

    /// Returns the product, computed bit by bit from the definition.
    fn slow_product<const M: usize, const N: usize>(
        a: &Element<M, N>,
        b: &Element<M, N>,
    ) -> Element<M, N> {
        let mut sum = Element::ZERO;
        for bit in (0..M).rev() {
            let overflow = sum.0[N - 1] >> ((M - 1) % 64) & 1 == 1;
            shift_left(&mut sum.0, 1);
            if overflow {
                sum.0[M / 64] ^= 1 << (M % 64);
                for term in lower_terms(M) {
                    sum.0[term / 64] ^= 1 << (term % 64);
                }
            }
            if a.0[bit / 64] >> (bit % 64) & 1 == 1 {
                sum = sum + *b;
            }
        }
        sum
    }

    fn obeys_the_laws<const M: usize, const N: usize>(a: &[u64; 9], b: &[u64; 9], c: &[u64; 9]) {
        let [a, b, c] = [a, b, c].map(element::<M, N>);
        assert_eq!(a.times(&b), b.times(&a));
        assert_eq!(a.times(&b), slow_product(&a, &b));
        assert_eq!(a.times(&b).times(&c), a.times(&b.times(&c)));
        assert_eq!(a.times(&(b + c)), a.times(&b) + a.times(&c));
        assert_eq!(a.square(), a.times(&a));
        assert_eq!((a + b).square(), a.square() + b.square());
        assert_eq!(a.square_times(M), a);
        assert_eq!(a + a, Element::ZERO);
        assert_eq!(a.times(&Element::ONE), a);
        if !a.is_zero() {
            assert_eq!(a.times(&a.inverse()), Element::ONE);
        }
        let solvable = a.square() + a;
        let root = solvable.half_trace();
        assert_eq!(root.square() + root, solvable);
        let mut bytes = Vec::new();
        a.append_to(&mut bytes);
        assert_eq!(bytes.len(), Element::<M, N>::BYTES);
        assert_eq!(Element::from_bytes(&bytes), Some(a));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn any_elements_obey_the_laws(a: [u64; 9], b: [u64; 9], c: [u64; 9]) {
            obeys_the_laws::<163, 3>(&a, &b, &c);
            obeys_the_laws::<233, 4>(&a, &b, &c);
            obeys_the_laws::<409, 7>(&a, &b, &c);
            obeys_the_laws::<571, 9>(&a, &b, &c);
        }
    }

    #[test]
    fn extreme_elements_obey_the_laws() {
        let words = [[0; 9], [u64::MAX; 9], [1, 0, 0, 0, 0, 0, 0, 0, 0]];
        for (a, b) in [(0, 0), (0, 1), (1, 1), (1, 2), (2, 0)] {
            obeys_the_laws::<163, 3>(&words[a], &words[b], &words[1]);
            obeys_the_laws::<233, 4>(&words[a], &words[b], &words[1]);
            obeys_the_laws::<409, 7>(&words[a], &words[b], &words[1]);
            obeys_the_laws::<571, 9>(&words[a], &words[b], &words[1]);
        }
        assert_eq!(Element::<163, 3>::ZERO.inverse(), Element::ZERO);
    }

    #[test]
    fn too_large_polynomials_are_refused() {
        let mut bytes = [0; 21];
        bytes[0] = 0x08;
        assert_eq!(Element::<163, 3>::from_bytes(&bytes), None);
        bytes[0] = 0x07;
        assert!(Element::<163, 3>::from_bytes(&bytes).is_some());
        assert_eq!(Element::<163, 3>::from_bytes(&bytes[1..]), None);
        assert_eq!(
            words_from_bytes::<1>(&[0, 0, 0, 0, 0, 0, 0, 0, 7]),
            Some([7])
        );
        assert_eq!(words_from_bytes::<1>(&[1, 0, 0, 0, 0, 0, 0, 0, 7]), None);
    }
}
