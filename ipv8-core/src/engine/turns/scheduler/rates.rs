//! The number of turns that all running strategies together need per second.

use std::collections::BTreeMap;
use std::time::Duration;

/// The shortest time between two turns, on average, so that no number of strategies makes the node
/// spin.
///
/// A shorter interval counts as this long. Intervals that are too short together are all stretched
/// alike: 10,000 strategies can have a turn every 0.1 s.
pub const MIN_GAP: Duration = Duration::from_micros(10);

/// Turns per second times 2^80. Whole numbers, so that adding a rate and subtracting it again
/// leaves exactly zero.
const UNIT: u128 = 1_000_000_000 << 80;

/// The rates of the running strategies.
#[derive(Debug)]
pub(super) struct Rates {
    interval: Duration,
    /// The rate of one strategy with the common interval.
    rate: u128,
    /// The number of strategies without an interval of their own.
    common: u32,
    /// The number of strategies with each own interval.
    own: BTreeMap<Duration, u32>,
    own_rate: u128,
}

impl Rates {
    /// Returns rates without strategies. `interval` is the common interval.
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            interval,
            rate: rate_of(at_least_min_gap(interval)),
            common: 0,
            own: BTreeMap::new(),
            own_rate: 0,
        }
    }

    /// Returns the interval of the strategies without one of their own.
    pub(super) fn interval(&self) -> Duration {
        self.interval
    }

    /// Changes the interval of the strategies without one of their own.
    pub(super) fn set_interval(&mut self, interval: Duration) {
        (self.interval, self.rate) = (interval, rate_of(at_least_min_gap(interval)));
    }

    /// Counts one more running strategy, with its own interval or the common one.
    pub(super) fn add(&mut self, own: Option<Duration>) {
        let Some(own) = own.map(at_least_min_gap) else {
            self.common += 1;
            return;
        };
        *self.own.entry(own).or_default() += 1;
        self.own_rate += rate_of(own);
    }

    /// Counts one running strategy less.
    pub(super) fn subtract(&mut self, own: Option<Duration>) {
        let Some(own) = own.map(at_least_min_gap) else {
            self.common -= 1;
            return;
        };
        self.own_rate -= rate_of(own);
        if let Some(count) = self.own.get_mut(&own) {
            *count -= 1;
            if *count == 0 {
                self.own.remove(&own);
            }
        }
    }

    /// Returns `true` if any strategy runs.
    pub(super) fn any(&self) -> bool {
        self.common > 0 || !self.own.is_empty()
    }

    /// Returns the gap at which every running strategy gets one turn per interval, and the number
    /// of turns per second that makes.
    pub(super) fn wanted(&self) -> (Duration, f64) {
        let common = at_least_min_gap(self.interval);
        let mut same = self
            .own
            .first_key_value()
            .map(|(own, count)| (*own, *count));
        let mut rate = self.own_rate;
        if self.common > 0 {
            rate += u128::from(self.common) * self.rate;
            same = match same {
                None => Some((common, self.common)),
                Some((own, count)) if own == common => Some((own, count + self.common)),
                Some(_) => None,
            };
        }
        let per_second = rate as f64 / (1_u128 << 80) as f64;
        let gap = match same {
            _ if !self.any() => self.interval,
            Some((interval, count)) if self.own.len() <= 1 => interval / count,
            _ => Duration::from_secs_f64(1.0 / per_second),
        };
        (gap, per_second)
    }
}

/// Returns the interval, or [`MIN_GAP`] if it is shorter than that.
pub(super) fn at_least_min_gap(interval: Duration) -> Duration {
    interval.max(MIN_GAP)
}

fn rate_of(interval: Duration) -> u128 {
    UNIT / interval.as_nanos().max(1)
}
