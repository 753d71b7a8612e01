//! How time passes for the strategies: lost turns hold it up, and too many turns stretch it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::MIN_GAP;

/// The time of the strategies, in nanoseconds.
///
/// While nothing is stretched it is the clock's time, less what was lost, to the nanosecond.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// A moment on both clocks; `None` before there was one.
    anchor: Option<(Instant, i64)>,
    /// How many times slower than the clock it goes, less one.
    slower: f64,
}

impl Pace {
    fn anchor(&self, otherwise: Instant) -> (Instant, i64) {
        self.anchor.unwrap_or((otherwise, 0))
    }

    /// Which time of the strategies it is at `at`.
    pub(super) fn time(&self, at: Instant) -> i64 {
        let (anchor, time) = self.anchor(at);
        let passed = nanoseconds(at.saturating_duration_since(anchor))
            .saturating_sub(nanoseconds(anchor.saturating_duration_since(at)));
        time.saturating_add(scaled(passed, 1.0 / self.stretch()))
    }

    /// When it is `time` for the strategies; not later for an earlier time.
    pub(super) fn instant(&self, time: i64) -> Option<Instant> {
        let (anchor, zero) = self.anchor?;
        let ahead = scaled(time.saturating_sub(zero), self.stretch());
        let distance = Duration::from_nanos(ahead.unsigned_abs());
        match ahead {
            0.. => Some(anchor + distance),
            // Not every clock reaches back far enough; then it is as if it were not so long ago.
            _ => Some(anchor.checked_sub(distance).unwrap_or(anchor)),
        }
    }

    /// The last time that has come at `at`.
    pub(super) fn last_time(&self, at: Instant) -> i64 {
        // Rounding may have put it off by a nanosecond or, stretched, by some.
        let mut time = self.time(at).saturating_add(1);
        while self.instant(time).is_some_and(|instant| instant > at) {
            time -= 1;
        }
        time
    }

    /// Starts to count, if it did not.
    pub(super) fn start(&mut self, now: Instant) {
        self.anchor.get_or_insert((now, 0));
    }

    /// No time passes for the strategies in the next `lost`.
    pub(super) fn lose(&mut self, lost: Duration) {
        if let Some((anchor, _)) = &mut self.anchor {
            *anchor += lost;
        }
    }

    /// How many times slower than the clock it goes; 1 or more.
    pub(super) fn stretch(&self) -> f64 {
        1.0 + self.slower
    }

    /// Goes so many times slower than the clock from `now` on.
    pub(super) fn set_stretch(&mut self, stretch: f64, now: Instant) {
        let slower = (stretch - 1.0).max(0.0);
        if slower.to_bits() != self.slower.to_bits() {
            let time = self.time(now);
            (self.anchor, self.slower) = (Some((now, time)), slower);
        }
    }
}

/// The duration in nanoseconds; of more than 292 years, those.
pub(super) fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

fn scaled(time: i64, by: f64) -> i64 {
    if by.to_bits() == 1.0_f64.to_bits() {
        time
    } else {
        // Saturates; a fraction of a nanosecond is nobody's turn.
        (time as f64 * by).round() as i64
    }
}

/// Turns per second times 2^80: whole numbers, so that what is added and taken away leaves no rest.
const UNIT: u128 = 1_000_000_000 << 80;

/// How many strategies run, and how many turns they want together.
#[derive(Debug)]
pub(super) struct Rates {
    interval: Duration,
    /// How many turns a strategy of that interval wants.
    rate: u128,
    /// How many there are without an interval of their own.
    common: u32,
    own: BTreeMap<Duration, u32>,
    own_rate: u128,
}

impl Rates {
    /// Nobody yet; whoever has no interval of its own has this one.
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            interval,
            rate: rate_of(period_of(interval)),
            common: 0,
            own: BTreeMap::new(),
            own_rate: 0,
        }
    }

    /// The interval of those without one of their own.
    pub(super) fn interval(&self) -> Duration {
        self.interval
    }

    /// Changes that interval.
    pub(super) fn set_interval(&mut self, interval: Duration) {
        (self.interval, self.rate) = (interval, rate_of(period_of(interval)));
    }

    /// One more runs, with this interval of its own or the common one.
    pub(super) fn add(&mut self, own: Option<Duration>) {
        let Some(own) = own.map(period_of) else {
            self.common += 1;
            return;
        };
        *self.own.entry(own).or_default() += 1;
        self.own_rate += rate_of(own);
    }

    /// One less runs.
    pub(super) fn subtract(&mut self, own: Option<Duration>) {
        let Some(own) = own.map(period_of) else {
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

    /// Whether anybody runs.
    pub(super) fn any(&self) -> bool {
        self.common > 0 || !self.own.is_empty()
    }

    /// The gap at which everybody who runs gets a turn per interval, and how many turns that makes in a second.
    pub(super) fn wanted(&self) -> (Duration, f64) {
        let common = period_of(self.interval);
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
            Some((period, count)) if self.own.len() <= 1 => period / count,
            _ => Duration::from_secs_f64(1.0 / per_second),
        };
        (gap, per_second)
    }
}

/// The time in which a strategy with this interval wants a turn: not less than the time between any two turns.
pub(super) fn period_of(interval: Duration) -> Duration {
    interval.max(MIN_GAP)
}

fn rate_of(period: Duration) -> u128 {
    UNIT / period.as_nanos().max(1)
}
