//! The spread of a list of durations.

use std::time::Duration;

/// Minimum, median, 99th percentile and maximum of a list of durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Number of durations; at least 1.
    pub count: usize,
    /// The shortest duration.
    pub minimum: Duration,
    /// The median: half of the durations are at most this long.
    pub median: Duration,
    /// 99 of 100 durations are at most this long; the longest, if there are fewer than 100.
    pub p99: Duration,
    /// The longest duration.
    pub maximum: Duration,
}

impl Spread {
    /// Returns the spread of `durations`, in any order; `None` if there are none. Percentiles are
    /// by nearest rank: each is one of the durations.
    #[must_use]
    pub fn of(durations: impl IntoIterator<Item = Duration>) -> Option<Self> {
        let mut sorted: Vec<Duration> = durations.into_iter().collect();
        sorted.sort_unstable();
        Some(Self {
            count: sorted.len(),
            minimum: *sorted.first()?,
            median: percentile(&sorted, 50)?,
            p99: percentile(&sorted, 99)?,
            maximum: *sorted.last()?,
        })
    }
}

/// Returns the nearest rank, which counts from 1 and is rounded up.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milliseconds(values: impl IntoIterator<Item = u64>) -> impl Iterator<Item = Duration> {
        values.into_iter().map(Duration::from_millis)
    }

    #[test]
    fn nothing_has_no_spread() {
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn one_is_everything() {
        let one = Duration::from_millis(7);
        let spread = Spread::of([one]).unwrap();
        assert_eq!((spread.count, spread.minimum, spread.median), (1, one, one));
        assert_eq!((spread.p99, spread.maximum), (one, one));
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let spread = Spread::of(milliseconds((1..=200).rev())).unwrap();
        assert_eq!(spread.count, 200);
        let found = [spread.minimum, spread.median, spread.p99, spread.maximum];
        assert_eq!(
            found.to_vec(),
            milliseconds([1, 100, 198, 200]).collect::<Vec<_>>()
        );
        let few = Spread::of(milliseconds([30, 10, 20, 40])).unwrap();
        let found = [few.median, few.p99];
        assert_eq!(found.to_vec(), milliseconds([20, 40]).collect::<Vec<_>>());
    }
}
