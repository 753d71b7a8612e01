//! Points of a curve: addition, doubling, and u·G + v·Q.
//!
//! Sums are kept in López–Dahab coordinates (x = X/Z, y = Y/Z²), which need no inversion. The
//! formulas hold for every point of the curve, including those outside the subgroup of the
//! generator: py-ipv8 accepts such keys, so their verdicts must match.

use std::sync::OnceLock;

use super::field::{Element, words_from_bytes};
use super::scalar::{Modulus, SignedDigits, Words};

/// The digit width of multiples of the generator, whose table lives as long as the program.
const GENERATOR_WIDTH: usize = 7;
/// The digit width of multiples of any other point, whose table is built for each verification.
const POINT_WIDTH: usize = 5;

/// A point other than the point at infinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::crypto) struct Affine<const M: usize, const N: usize> {
    pub(super) x: Element<M, N>,
    pub(super) y: Element<M, N>,
}

impl<const M: usize, const N: usize> Affine<M, N> {
    /// Returns `true` if y² + xy = x³ + ax² + 1.
    pub(super) fn is_on_curve(&self, a: bool) -> bool {
        let mut right = self.x.square().times(&self.x) + Element::ONE;
        if a {
            right = right + self.x.square();
        }
        self.y.square() + self.x.times(&self.y) == right
    }

    fn negate(&self) -> Self {
        Self {
            x: self.x,
            y: self.x + self.y,
        }
    }
}

/// A point in López–Dahab coordinates. It is the point at infinity exactly if z is zero.
#[derive(Clone, Copy)]
struct Projective<const M: usize, const N: usize> {
    x: Element<M, N>,
    y: Element<M, N>,
    z: Element<M, N>,
}

impl<const M: usize, const N: usize> Projective<M, N> {
    const INFINITY: Self = Self {
        x: Element::ONE,
        y: Element::ZERO,
        z: Element::ZERO,
    };

    fn from_affine(point: &Affine<M, N>) -> Self {
        Self {
            x: point.x,
            y: point.y,
            z: Element::ONE,
        }
    }

    /// Returns twice the point (Guide, algorithm 3.24 with b = 1).
    fn double(&self, a: bool) -> Self {
        let (x2, z2) = (self.x.square(), self.z.square());
        let z = x2.times(&z2);
        let z4 = z2.square();
        let x = x2.square() + z4;
        let mut factor = self.y.square() + z4;
        if a {
            factor = factor + z;
        }
        Self {
            x,
            y: z4.times(&z) + x.times(&factor),
            z,
        }
    }

    /// Returns the sum with an affine point (Guide, algorithm 3.25, and its exceptional cases).
    fn add(&self, point: &Affine<M, N>, a: bool) -> Self {
        if self.z.is_zero() {
            return Self::from_affine(point);
        }
        let y_difference = self.y + point.y.times(&self.z.square());
        let x_difference = self.x + point.x.times(&self.z);
        if x_difference.is_zero() {
            return if y_difference.is_zero() {
                self.double(a)
            } else {
                Self::INFINITY
            };
        }
        let c = self.z.times(&x_difference);
        let z = c.square();
        let d = point.x.times(&z);
        let mut inner = y_difference + x_difference.square();
        if a {
            inner = inner + c;
        }
        let x = y_difference.square() + c.times(&inner);
        let y =
            (d + x).times(&(y_difference.times(&c) + z)) + (point.x + point.y).times(&z.square());
        Self { x, y, z }
    }

    fn to_affine(self) -> Option<Affine<M, N>> {
        if self.z.is_zero() {
            return None;
        }
        let inverse = self.z.inverse();
        Some(Affine {
            x: self.x.times(&inverse),
            y: self.y.times(&inverse.square()),
        })
    }
}

/// The odd multiples P, 3P, 5P … of a point.
pub(super) struct Table<const M: usize, const N: usize>(Vec<Affine<M, N>>);

impl<const M: usize, const N: usize> Table<M, N> {
    fn new(point: &Affine<M, N>, width: usize, a: bool) -> Self {
        let count = 1 << (width - 2);
        let Some(twice) = Projective::from_affine(point).double(a).to_affine() else {
            // Every odd multiple of a point of order two is the point itself.
            return Self(vec![*point; count]);
        };
        let mut multiples = vec![Projective::from_affine(point)];
        for i in 1..count {
            multiples.push(multiples[i - 1].add(&twice, a));
        }
        Self(to_affine_together(&multiples))
    }

    /// Returns `digit` times the point. The digit is odd and below 2^(width - 1) in size.
    fn multiple(&self, digit: i8) -> Affine<M, N> {
        let point = self.0[usize::from(digit.unsigned_abs()) / 2];
        if digit < 0 { point.negate() } else { point }
    }
}

/// Returns the affine forms, computed with a single inversion (Montgomery's trick).
///
/// None of the points may be at infinity. Odd multiples below the order never are, because the
/// orders of points are 2, 4, a large prime, or products of these.
fn to_affine_together<const M: usize, const N: usize>(
    points: &[Projective<M, N>],
) -> Vec<Affine<M, N>> {
    // before[i] is the product of the z of all points before point i.
    let mut before = Vec::with_capacity(points.len());
    let mut product = Element::ONE;
    for point in points {
        before.push(product);
        product = product.times(&point.z);
    }
    let mut inverse = product.inverse();
    let mut affine = Vec::with_capacity(points.len());
    for (point, before) in points.iter().zip(&before).rev() {
        let z = inverse.times(before);
        inverse = inverse.times(&point.z);
        affine.push(Affine {
            x: point.x.times(&z),
            y: point.y.times(&z.square()),
        });
    }
    affine.reverse();
    affine
}

/// A curve y² + xy = x³ + ax² + 1 and the generator of its subgroup of prime order.
pub(super) struct Parameters<const M: usize, const N: usize> {
    /// The coefficient a: 1 for K-163, else 0.
    pub(super) a: bool,
    pub(super) generator: Affine<M, N>,
    /// The order of the generator.
    pub(super) order: Modulus<N>,
    /// The odd multiples of the generator, computed when first needed.
    pub(super) generator_table: OnceLock<Table<M, N>>,
}

impl<const M: usize, const N: usize> Parameters<M, N> {
    /// Returns u·G, plus v·Q if given; `None` for the point at infinity. Both numbers must be
    /// reduced.
    ///
    /// Both products share one chain of doublings, in signed digits (Guide, algorithm 3.51,
    /// "interleaving").
    pub(super) fn combine(
        &self,
        u: &Words<N>,
        v_and_q: Option<(&Words<N>, &Affine<M, N>)>,
    ) -> Option<Affine<M, N>> {
        let table = self
            .generator_table
            .get_or_init(|| Table::new(&self.generator, GENERATOR_WIDTH, self.a));
        let digits = SignedDigits::new(u, GENERATOR_WIDTH);
        let other = v_and_q.map(|(v, q)| {
            (
                SignedDigits::new(v, POINT_WIDTH),
                Table::new(q, POINT_WIDTH, self.a),
            )
        });
        let mut sum = Projective::INFINITY;
        for place in (0..=M).rev() {
            sum = sum.double(self.a);
            if digits.at(place) != 0 {
                sum = sum.add(&table.multiple(digits.at(place)), self.a);
            }
            if let Some((digits, table)) = &other
                && digits.at(place) != 0
            {
                sum = sum.add(&table.multiple(digits.at(place)), self.a);
            }
        }
        sum.to_affine()
    }

    /// Returns the public point of a private number (big-endian); `None` if it is zero modulo the
    /// order or longer than N words.
    pub(super) fn public_point(&self, number: &[u8]) -> Option<Affine<M, N>> {
        let number = words_from_bytes(number)?;
        self.combine(&self.order.reduce(&number), None)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::curves::{SECT163K1, SECT233K1, SECT409K1, SECT571K1};
    use super::*;

    fn number<const N: usize>(value: u64) -> Words<N> {
        let mut words = [0; N];
        words[0] = value;
        words
    }

    /// Adds and doubles by the definition, and compares with `combine`.
    fn is_a_group<const M: usize, const N: usize>(curve: &Parameters<M, N>) {
        let g = curve.generator;
        assert!(g.is_on_curve(curve.a));
        let order = &curve.order;
        assert_eq!(curve.combine(&[0; N], None), None);
        assert_eq!(curve.combine(&number(1), None), Some(g));
        let mut sum = Projective::INFINITY;
        for i in 1..=70 {
            sum = sum.add(&g, curve.a);
            let point = sum.to_affine().unwrap();
            assert!(point.is_on_curve(curve.a));
            // Multiplying is slow without optimisation, so this checks only some numbers, including
            // the ends of the tables.
            if [1, 2, 3, 8, 15, 16, 17, 31, 33, 63, 64, 65].contains(&i) {
                assert_eq!(curve.combine(&number(i), None), Some(point), "{i}");
                let other = curve.combine(&[0; N], Some((&number(i), &g)));
                assert_eq!(other, Some(point), "{i}");
            }
            assert!(sum.add(&point.negate(), curve.a).to_affine().is_none());
            assert_eq!(
                sum.add(&point, curve.a).to_affine(),
                sum.double(curve.a).to_affine()
            );
        }
        // (order - 1)·G = -G, and adding G once more gives infinity.
        let mut minus_one = order.0;
        minus_one[0] -= 1;
        assert_eq!(curve.combine(&minus_one, None), Some(g.negate()));
        assert_eq!(curve.combine(&minus_one, Some((&number(1), &g))), None);
        assert_eq!(curve.combine(&number(1), Some((&minus_one, &g))), None);
    }

    /// (0, 1) has order two: its odd multiples are itself, the even ones infinity.
    fn order_two_works<const M: usize, const N: usize>(curve: &Parameters<M, N>) {
        let two = Affine {
            x: Element::ZERO,
            y: Element::ONE,
        };
        assert!(two.is_on_curve(curve.a));
        for i in 0..9 {
            let expected = (i % 2 == 1).then_some(two);
            assert_eq!(curve.combine(&[0; N], Some((&number(i), &two))), expected);
        }
    }

    /// The points with x = 1 have order four on the curves with a = 0: doubling them gives (0, 1).
    fn order_four_works<const M: usize, const N: usize>(curve: &Parameters<M, N>) {
        let four = Affine {
            x: Element::ONE,
            y: Element::ZERO,
        };
        assert!(four.is_on_curve(curve.a));
        for i in 0..9 {
            let two = Affine {
                x: Element::ZERO,
                y: Element::ONE,
            };
            let expected = [None, Some(four), Some(two), Some(four.negate())][i % 4];
            assert_eq!(
                curve.combine(&[0; N], Some((&number(i as u64), &four))),
                expected
            );
        }
    }

    #[test]
    fn the_curves_are_groups() {
        is_a_group(&SECT163K1);
        is_a_group(&SECT233K1);
        is_a_group(&SECT409K1);
        is_a_group(&SECT571K1);
    }

    #[test]
    fn points_outside_the_subgroup_are_multiplied_correctly() {
        order_two_works(&SECT163K1);
        order_two_works(&SECT571K1);
        order_four_works(&SECT233K1);
        order_four_works(&SECT409K1);
        order_four_works(&SECT571K1);
    }
}
