//! Decides whether a cost grows with the size.

use serde::Serialize;

/// The largest rise that counts as flat: two runs never give the same figures.
pub const FLAT: f64 = 1.5;

/// The smallest size for logarithms: below it a logarithm would allow every rise.
pub const LEAST: f64 = 10.0;

/// The growth of a cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The cost was measured at one size only.
    OneSize,
    /// The cost never rises by more than [`FLAT`].
    Flat,
    /// The cost is flat and falls by more than [`FLAT`] somewhere.
    Falls,
    /// The cost never rises faster than the logarithm of the size; sizes below [`LEAST`] count as
    /// [`LEAST`].
    Logarithmic,
    /// The cost rises faster somewhere.
    Grows,
}

impl Verdict {
    /// Returns the verdict in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OneSize => "one size only, no verdict",
            Self::Flat => "flat",
            Self::Falls => "falls",
            Self::Logarithmic => "logarithmic",
            Self::Grows => "grows",
        }
    }
}

/// The worst rise and the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Growth {
    /// The cost at size `to` divided by the cost at the smaller size `from`: the largest such
    /// ratio. Below 1 if the cost only falls.
    pub ratio: f64,
    /// The smaller size.
    pub from: f64,
    /// The larger size.
    pub to: f64,
    /// The verdict.
    pub verdict: Verdict,
}

impl Growth {
    /// Judges costs at several sizes. `points` are pairs of size and cost, in order of size. Costs
    /// that are not above 0 are skipped; `None` if none is left.
    #[must_use]
    pub fn of(points: &[(f64, f64)]) -> Option<Self> {
        let measured = points
            .iter()
            .filter(|(_, cost)| cost.is_finite() && *cost > 0.0);
        let points: Vec<(f64, f64)> = measured.copied().collect();
        let rises = rises(&points);
        let Some(worst) = rises
            .iter()
            .max_by(|one, other| one.ratio.total_cmp(&other.ratio))
        else {
            let (size, _) = *points.first()?;
            return Some(Self {
                ratio: 1.0,
                from: size,
                to: size,
                verdict: Verdict::OneSize,
            });
        };
        let falls = rises.iter().any(|rise| rise.ratio * FLAT < 1.0);
        let verdict = match () {
            () if worst.ratio > FLAT && rises.iter().all(Rise::is_logarithmic) => {
                Verdict::Logarithmic
            }
            () if worst.ratio > FLAT => Verdict::Grows,
            () if falls => Verdict::Falls,
            () => Verdict::Flat,
        };
        let Rise { ratio, from, to } = *worst;
        Some(Self {
            ratio,
            from,
            to,
            verdict,
        })
    }
}

/// A rise from one size to a larger one.
#[derive(Clone, Copy)]
struct Rise {
    ratio: f64,
    from: f64,
    to: f64,
}

impl Rise {
    fn is_logarithmic(&self) -> bool {
        let [from, to] = [self.from, self.to].map(|size| size.max(LEAST).log10());
        // A cost that rises exactly like the logarithm must not fail by a rounding error.
        self.ratio <= (to / from).max(FLAT) * (1.0 + 1e-9)
    }
}

fn rises(points: &[(f64, f64)]) -> Vec<Rise> {
    let mut rises = Vec::new();
    for (number, (from, little)) in points.iter().enumerate() {
        for (to, much) in points.iter().skip(number + 1) {
            rises.push(Rise {
                ratio: much / little,
                from: *from,
                to: *to,
            });
        }
    }
    rises
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs the costs with the sizes 1, 10, 100 and so on.
    fn verdict(costs: &[f64]) -> Option<Verdict> {
        let sizes = std::iter::successors(Some(1.0), |size| Some(size * 10.0));
        let points: Vec<_> = sizes.zip(costs.iter().copied()).collect();
        Growth::of(&points).map(|growth| growth.verdict)
    }

    #[test]
    fn one_point_is_no_verdict() {
        assert_eq!(verdict(&[]), None);
        assert_eq!(verdict(&[7.0]), Some(Verdict::OneSize));
        assert_eq!(verdict(&[0.0, f64::NAN, 7.0]), Some(Verdict::OneSize));
        assert!(!Verdict::OneSize.name().contains("flat"));
    }

    #[test]
    fn a_rise_by_half_is_flat_and_a_higher_one_grows() {
        assert_eq!(verdict(&[10.0, 15.0, 12.0]), Some(Verdict::Flat));
        assert_eq!(verdict(&[10.0, 15.1]), Some(Verdict::Grows));
    }

    #[test]
    fn the_worst_point_counts_not_the_last() {
        let growth = Growth::of(&[(10.0, 8.0), (100.0, 4.0), (1e3, 40.0), (1e4, 8.0)]);
        let expected = Growth {
            ratio: 10.0,
            from: 100.0,
            to: 1e3,
            verdict: Verdict::Grows,
        };
        assert_eq!(growth, Some(expected));
    }

    #[test]
    fn a_logarithm_is_one_from_ten_on() {
        assert_eq!(
            verdict(&[10.0, 10.0, 20.0, 30.0, 40.0]),
            Some(Verdict::Logarithmic)
        );
        assert_eq!(
            verdict(&[10.0, 20.0, 20.0, 20.0, 20.0]),
            Some(Verdict::Grows)
        );
        // Four powers of ten, from 1 to 10,000, allow a fourfold rise.
        assert_eq!(
            verdict(&[10.0, 10.0, 20.0, 30.0, 41.0]),
            Some(Verdict::Grows)
        );
    }

    #[test]
    fn a_twelvefold_rise_is_not_logarithmic() {
        // An earlier bound was 1.25 times ln(1000)/ln(2).
        assert_eq!(verdict(&[10.0, 10.0, 10.0, 120.0]), Some(Verdict::Grows));
    }

    #[test]
    fn proportional_costs_grow() {
        assert_eq!(verdict(&[1.0, 10.0, 100.0, 1e3]), Some(Verdict::Grows));
        let sizes = [10.0_f64, 1e2, 1e3, 1e4];
        let roots: Vec<_> = sizes.iter().map(|size| (*size, size.sqrt())).collect();
        let growth = Growth::of(&roots).map(|growth| growth.verdict);
        assert_eq!(growth, Some(Verdict::Grows));
    }

    #[test]
    fn decreasing_costs_fall() {
        assert_eq!(verdict(&[40.0, 20.0, 19.0]), Some(Verdict::Falls));
        assert_eq!(verdict(&[40.0, 10.0, 40.0]), Some(Verdict::Grows));
    }
}
