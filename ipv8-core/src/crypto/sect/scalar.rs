//! Numbers modulo the order of a curve's generator, and their signed digits.
//!
//! Simple rather than fast: all of it takes a few percent of a verification.

/// A number in N words, lowest first.
pub(super) type Words<const N: usize> = [u64; N];

/// An odd prime modulus that leaves at least one bit of its N words free.
#[derive(Debug)]
pub(super) struct Modulus<const N: usize>(pub(super) Words<N>);

impl<const N: usize> Modulus<N> {
    /// Returns `true` if 0 < number < modulus, as ECDSA requires of r and s.
    pub(super) fn is_unit(&self, number: &Words<N>) -> bool {
        *number != [0; N] && is_less(number, &self.0)
    }

    /// Returns the remainder of any number that fits into the words.
    pub(super) fn reduce(&self, number: &Words<N>) -> Words<N> {
        self.multiply(number, &one())
    }

    /// Returns a · b modulo the modulus, by doubling and adding. b must be reduced, a may be any
    /// number.
    pub(super) fn multiply(&self, a: &Words<N>, b: &Words<N>) -> Words<N> {
        let mut product = [0; N];
        for bit in (0..64 * N).rev() {
            product = self.add(&product, &product);
            if a[bit / 64] >> (bit % 64) & 1 == 1 {
                product = self.add(&product, b);
            }
        }
        product
    }

    /// Returns the inverse of a unit, by the binary extended Euclidean algorithm (Guide, algorithm
    /// 2.22).
    pub(super) fn invert(&self, unit: &Words<N>) -> Words<N> {
        // Invariants: u ≡ unit · x and v ≡ unit · y.
        let (mut u, mut v) = (*unit, self.0);
        let (mut x, mut y) = (one(), [0; N]);
        while u != one() && v != one() {
            self.drop_twos(&mut u, &mut x);
            self.drop_twos(&mut v, &mut y);
            if is_less(&u, &v) {
                v = subtract(&v, &u);
                y = self.subtract(&y, &x);
            } else {
                u = subtract(&u, &v);
                x = self.subtract(&x, &y);
            }
        }
        if u == one() { x } else { y }
    }

    fn drop_twos(&self, number: &mut Words<N>, factor: &mut Words<N>) {
        while number[0] & 1 == 0 {
            *number = halve(number);
            if factor[0] & 1 == 1 {
                *factor = add(factor, &self.0);
            }
            *factor = halve(factor);
        }
    }

    fn add(&self, a: &Words<N>, b: &Words<N>) -> Words<N> {
        let sum = add(a, b);
        if is_less(&sum, &self.0) {
            sum
        } else {
            subtract(&sum, &self.0)
        }
    }

    fn subtract(&self, a: &Words<N>, b: &Words<N>) -> Words<N> {
        if is_less(a, b) {
            subtract(&add(a, &self.0), b)
        } else {
            subtract(a, b)
        }
    }
}

fn one<const N: usize>() -> Words<N> {
    let mut words = [0; N];
    words[0] = 1;
    words
}

fn is_less<const N: usize>(a: &Words<N>, b: &Words<N>) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

fn add<const N: usize>(a: &Words<N>, b: &Words<N>) -> Words<N> {
    let mut carry = false;
    std::array::from_fn(|i| {
        let (sum, over) = a[i].overflowing_add(b[i]);
        let (sum, over_again) = sum.overflowing_add(u64::from(carry));
        carry = over || over_again;
        sum
    })
}

fn subtract<const N: usize>(a: &Words<N>, b: &Words<N>) -> Words<N> {
    let mut borrow = false;
    std::array::from_fn(|i| {
        let (rest, under) = a[i].overflowing_sub(b[i]);
        let (rest, under_again) = rest.overflowing_sub(u64::from(borrow));
        borrow = under || under_again;
        rest
    })
}

fn halve<const N: usize>(number: &Words<N>) -> Words<N> {
    std::array::from_fn(|i| number[i] >> 1 | number.get(i + 1).map_or(0, |next| next << 63))
}

/// One digit for each bit of the longest number, and one for the carry.
const DIGITS: usize = 64 * 9 + 1;

/// The signed digits of a number, lowest first: each is zero or odd, and of `WIDTH` neighbouring
/// digits at most one is not zero.
pub(super) struct SignedDigits([i8; DIGITS]);

impl SignedDigits {
    /// Returns the width-`width` non-adjacent form (Guide, algorithm 3.35). Digits are below
    /// 2^(width - 1) in size; `width` is 2 to 7.
    pub(super) fn new<const N: usize>(number: &Words<N>, width: usize) -> Self {
        let mut digits = [0; DIGITS];
        let mut carry = 0;
        let mut at = 0;
        while at <= 64 * N {
            let window = bits(number, at, width) + carry;
            if window & 1 == 0 {
                at += 1;
                continue;
            }
            carry = i16::from(window > 1 << (width - 1));
            // The size is below 2^6, so the cast loses nothing.
            digits[at] = (window - (carry << width)) as i8;
            at += width;
        }
        Self(digits)
    }

    /// Returns the digit worth 2^`place`.
    pub(super) fn at(&self, place: usize) -> i8 {
        self.0[place]
    }
}

/// Returns `count` bits from `at` on, with zeros past the end.
fn bits<const N: usize>(number: &Words<N>, at: usize, count: usize) -> i16 {
    let word = |i: usize| number.get(i).copied().unwrap_or(0);
    let two = u128::from(word(at / 64)) | u128::from(word(at / 64 + 1)) << 64;
    (two >> (at % 64)) as i16 & ((1 << count) - 1)
}

#[cfg(test)]
mod tests {
    use super::super::curves::{SECT163K1, SECT571K1};
    use super::*;
    use proptest::prelude::*;

    /// Adds up digit · 2^place modulo the modulus.
    fn value<const N: usize>(modulus: &Modulus<N>, digits: &SignedDigits) -> Words<N> {
        (0..=64 * N).rev().fold([0; N], |sum, place| {
            let sum = modulus.add(&sum, &sum);
            let digit = digits.at(place);
            let mut size = [0; N];
            size[0] = u64::from(digit.unsigned_abs());
            if digit < 0 {
                modulus.subtract(&sum, &size)
            } else {
                modulus.add(&sum, &size)
            }
        })
    }

    fn obeys_the_laws<const N: usize>(modulus: &Modulus<N>, a: Words<N>, b: Words<N>) {
        let (a, b) = (modulus.reduce(&a), modulus.reduce(&b));
        assert!(is_less(&a, &modulus.0));
        assert_eq!(modulus.multiply(&a, &b), modulus.multiply(&b, &a));
        assert_eq!(modulus.subtract(&modulus.add(&a, &b), &b), a);
        if modulus.is_unit(&a) {
            assert_eq!(modulus.multiply(&a, &modulus.invert(&a)), one());
        }
        for width in 2..=7 {
            let digits = SignedDigits::new(&a, width);
            assert_eq!(value(modulus, &digits), a, "width {width}");
            for place in 0..=64 * N {
                let digit = digits.at(place);
                assert!(digit == 0 || digit & 1 == 1 && digit.unsigned_abs() < 1 << (width - 1));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn any_numbers_obey_the_laws(a: [u64; 3], b: [u64; 3], c: [u64; 9], d: [u64; 9]) {
            obeys_the_laws(&SECT163K1.order, a, b);
            obeys_the_laws(&SECT571K1.order, c, d);
        }
    }

    #[test]
    fn extreme_numbers_obey_the_laws() {
        let order = &SECT163K1.order;
        obeys_the_laws(order, [0; 3], [u64::MAX; 3]);
        assert_eq!(order.reduce(&order.0), [0; 3]);
        assert!(!order.is_unit(&order.0) && !order.is_unit(&[0; 3]));
        assert!(order.is_unit(&subtract(&order.0, &one())));
    }
}
