//! How late turns begin, whether the node is overloaded, and how far intervals are stretched then.

use std::time::{Duration, Instant};

use crate::support::serial;

/// How long the worst lag is remembered.
pub const LAG_MEMORY: Duration = Duration::from_secs(10);

/// Upper bound on the slowdown factor, regardless of the configured limit.
pub const MOST_SLOWDOWN: f64 = 10.0;

/// A lag below this is never overload, however short the gap is: systems are late by a few
/// milliseconds all the time.
pub const LEAST_LAG: Duration = Duration::from_millis(20);

/// Consecutive late turns after which the node counts as overloaded.
const LATE: u32 = 2;

/// Consecutive on-time turns or probes after which it no longer does.
const ON_TIME: u32 = 4;

/// The number of probes per walk interval while the node is overloaded or slowed down.
const PROBES: u32 = 16;

/// How a node keeps up with its turns. The *lag* of a turn is how long after its time it begins.
///
/// While no strategy takes turns there is no lag to measure. (py-ipv8 has the drift of
/// `walk_interval`; Tribler scales the interval by it.)
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Health {
    /// The lag of the last turn or probe.
    ///
    /// A probe is a moment at which the node only measures how late it is. There are 16 probes per
    /// walk interval while the node is overloaded or slowed down.
    #[serde(serialize_with = "serial::seconds")]
    pub lag: Duration,
    /// The smoothed lag: each new lag counts for one eighth.
    #[serde(serialize_with = "serial::seconds")]
    pub smoothed: Duration,
    /// The longest lag of the last 10 to 20 seconds.
    #[serde(serialize_with = "serial::seconds")]
    pub worst: Duration,
    /// `true` after two consecutive late turns, until four consecutive turns or probes were on time
    /// and the last step was shorter than the gap (or no strategy takes turns): about a quarter of
    /// a walk interval after the load ends.
    ///
    /// A turn is late if its lag is at least the gap between two turns. A lag below 20 ms is never
    /// late. A lag of 20 ms or more is always late if it is at least a tenth of the walk interval.
    pub overloaded: bool,
    /// How many times longer than configured all intervals are: 1 unless the node may scale them
    /// ([`Ipv8::set_walk_scaling`](crate::Ipv8::set_walk_scaling)).
    pub slowdown: f64,
    /// The number of turns that were skipped since the node was created.
    pub missed_turns: u64,
}

/// Derives [`Health`] from the lag of each turn.
#[derive(Debug)]
pub(crate) struct Monitor {
    lag: Duration,
    smoothed: Duration,
    /// The time of the first lag, the longest lag since then, and the longest lag of the period
    /// before.
    worst: Option<(Instant, Duration, Duration)>,
    overloaded: bool,
    /// Consecutive late turns.
    late: u32,
    /// Consecutive on-time turns or probes.
    on_time: u32,
    /// The duration of the last step.
    step: Duration,
    probe: Option<Instant>,
    /// The highest allowed slowdown.
    most: f64,
    slowdown: f64,
}

/// The configured times that a lag is judged against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// The walk interval.
    pub(crate) interval: Duration,
    /// The gap between two turns without any slowdown.
    pub(crate) gap: Duration,
}

impl Wanted {
    /// Returns the lag from which on a turn is late.
    fn limit(self) -> Duration {
        let most = LEAST_LAG.max(self.interval / 10);
        self.gap.clamp(LEAST_LAG, most)
    }
}

impl Monitor {
    pub(crate) fn new(longest: Option<Duration>, interval: Duration) -> Self {
        Self {
            lag: Duration::ZERO,
            smoothed: Duration::ZERO,
            worst: None,
            overloaded: false,
            late: 0,
            on_time: 0,
            step: Duration::ZERO,
            probe: None,
            most: most_slowdown(longest, interval),
            slowdown: 1.0,
        }
    }

    /// Returns the time of the next probe.
    pub(crate) fn probe(&self) -> Option<Instant> {
        self.probe
    }

    pub(crate) fn is_overloaded(&self) -> bool {
        self.overloaded
    }

    pub(crate) fn slowdown(&self) -> f64 {
        self.slowdown
    }

    /// Fits the highest allowed slowdown to the longest allowed walk interval.
    pub(crate) fn set_longest(&mut self, longest: Option<Duration>, interval: Duration) {
        self.most = most_slowdown(longest, interval);
        self.slowdown = self.slowdown.min(self.most);
    }

    /// Notes the duration of the last step.
    pub(crate) fn note_step(&mut self, took: Duration) {
        self.step = took;
    }

    /// Takes the probe if its time has come, and returns how late it is.
    pub(crate) fn take_probe(&mut self, now: Instant) -> Option<Duration> {
        let probe = self.probe.take_if(|probe| *probe <= now)?;
        Some(now - probe)
    }

    /// Notes the lag of a turn or probe that began at `now`.
    pub(crate) fn note_lag(&mut self, lag: Duration, wanted: Wanted, now: Instant) {
        self.lag = lag;
        self.smoothed = (self.smoothed * 7 + lag) / 8;
        self.remember(lag, now);
        if lag >= wanted.limit() {
            (self.late, self.on_time) = (self.late.saturating_add(1), 0);
        } else {
            (self.late, self.on_time) = (0, self.on_time.saturating_add(1));
        }
        if self.late >= LATE {
            self.overloaded = true;
        } else if self.on_time >= ON_TIME && self.step <= wanted.gap {
            self.overloaded = false;
        }
        self.scale(wanted);
        let watches = self.overloaded || self.slowdown > 1.0;
        self.probe = watches.then(|| now + wanted.interval / PROBES);
    }

    fn remember(&mut self, lag: Duration, now: Instant) {
        let worst = self.worst.get_or_insert((now, lag, Duration::ZERO));
        let age = now.saturating_duration_since(worst.0);
        if age >= LAG_MEMORY * 2 {
            *worst = (now, lag, Duration::ZERO);
        } else if age >= LAG_MEMORY {
            *worst = (now, lag, worst.1);
        } else {
            worst.1 = worst.1.max(lag);
        }
    }

    /// Doubles the slowdown after a late turn while the node is overloaded, and halves it after an
    /// on-time one. Keeps it high enough that steps like the last one take at most half of the
    /// time.
    fn scale(&mut self, wanted: Wanted) {
        let steps = 2.0 * self.step.as_secs_f64() / wanted.gap.as_secs_f64();
        if self.late > 0 && self.overloaded {
            self.slowdown = (self.slowdown * 2.0).max(steps);
        } else if self.late == 0 && self.slowdown > 1.0 {
            let halved = self.slowdown / 2.0;
            self.slowdown = if halved < 1.1 { 1.0 } else { halved }.max(steps);
        }
        self.slowdown = self.slowdown.clamp(1.0, self.most);
    }

    pub(crate) fn health(&self, missed_turns: u64) -> Health {
        let worst = self.worst.map(|(_, new, old)| new.max(old));
        Health {
            lag: self.lag,
            smoothed: self.smoothed,
            worst: worst.unwrap_or_default(),
            overloaded: self.overloaded,
            slowdown: self.slowdown,
            missed_turns,
        }
    }
}

fn most_slowdown(longest: Option<Duration>, interval: Duration) -> f64 {
    let most = longest.map(|longest| longest.as_secs_f64() / interval.as_secs_f64().max(1e-9));
    most.unwrap_or(1.0).clamp(1.0, MOST_SLOWDOWN)
}
