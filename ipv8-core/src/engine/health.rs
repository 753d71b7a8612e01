//! How late turns begin, what that says of the node, and what is done about it.

use std::time::{Duration, Instant};

use crate::engine::{ControlError, Engine, Event};

/// For how long the worst lag is remembered.
pub const LAG_MEMORY: Duration = Duration::from_secs(10);

/// At most so many times longer than configured do intervals become, whatever limit is configured.
pub const MOST_SLOWDOWN: f64 = 10.0;

/// A lag below this is never overload, however close turns are to each other: systems have other things to do, too.
pub const LEAST_LAG: Duration = Duration::from_millis(20);

/// So many turns one after the other that are too late, and a node is overloaded.
const LATE: u32 = 2;

/// So many turns (or probes) one after the other that are not, and it is no more.
const ON_TIME: u32 = 4;

/// How many probes there are in a walk interval, while the node is overloaded or slowed down.
const PROBES: u32 = 16;

/// How a node keeps up with its turns: its lag is how late they begin, against the grid on which they are evenly spread.
///
/// While nobody takes turns there is no lag to see. (py-ipv8 has the drift of `walk_interval`; Tribler scales the interval by it.)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Health {
    /// The lag of the last turn. While the node is overloaded or slowed down, there are probes besides, of which the later one counts: moments, 16 in a walk interval, at
    /// which it wants to be woken only to see how late that is.
    pub lag: Duration,
    /// The lag, smoothed: each new one counts an eighth.
    pub smoothed: Duration,
    /// The longest lag of the last 10 to 20 seconds ([`LAG_MEMORY`]).
    pub worst: Duration,
    /// Whether the node is overloaded. It is as soon as two turns in a row are too late, and no more when four in a row (turns or probes)
    /// are not and the last step took no longer than the time between two turns, or nobody takes turns any more: about a quarter of a
    /// walk interval after the load is gone.
    ///
    /// Too late is a turn that is late by the time between two turns or more, but never one that is late by less than [`LEAST_LAG`], and
    /// always one that is late by that and by a tenth of the walk interval.
    pub overloaded: bool,
    /// How many times longer than wanted all intervals are: 1 unless the node may scale them ([`Engine::set_walk_scaling`]).
    pub slowdown: f64,
    /// How many turns were given up so far.
    pub missed_turns: u64,
}

/// The figures from which [`Health`] is read.
#[derive(Debug)]
pub(super) struct Monitor {
    lag: Duration,
    smoothed: Duration,
    /// The longest lag since the first, and that of the same time before it.
    worst: Option<(Instant, Duration, Duration)>,
    overloaded: bool,
    /// How many were late, or on time, one after the other.
    late: u32,
    on_time: u32,
    /// How long the last step took.
    step: Duration,
    probe: Option<Instant>,
    /// To how many times its length an interval may be scaled.
    most: f64,
    slowdown: f64,
}

/// What is wanted of the turns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// The walk interval.
    pub(super) interval: Duration,
    /// The time between two turns, were nothing slowed down.
    pub(super) gap: Duration,
}

impl Wanted {
    /// The lag with which a turn is too late.
    fn limit(self) -> Duration {
        let most = LEAST_LAG.max(self.interval / 10);
        self.gap.clamp(LEAST_LAG, most)
    }
}

impl Monitor {
    pub(super) fn new(longest: Option<Duration>, interval: Duration) -> Self {
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

    /// When the node is to be woken only to see how late that is.
    pub(super) fn probe(&self) -> Option<Instant> {
        self.probe
    }

    pub(super) fn is_overloaded(&self) -> bool {
        self.overloaded
    }

    pub(super) fn slowdown(&self) -> f64 {
        self.slowdown
    }

    fn set_most(&mut self, most: f64) {
        self.most = most;
        self.slowdown = self.slowdown.min(self.most);
    }

    /// The last step took so long.
    pub(super) fn stepped(&mut self, took: Duration) {
        self.step = took;
    }

    /// How late the probe was, if its time has come.
    pub(super) fn take_probe(&mut self, now: Instant) -> Option<Duration> {
        let probe = self.probe.take_if(|probe| *probe <= now)?;
        Some(now - probe)
    }

    /// Something that was due began so late, at `now`.
    pub(super) fn note(&mut self, lag: Duration, wanted: Wanted, now: Instant) {
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

    /// Twice as slow with everything that is late while the node is overloaded, half as slow with everything that is not; but not so
    /// fast that steps like the last one would take more than half of the time.
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

    pub(super) fn health(&self, missed_turns: u64) -> Health {
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

impl Engine {
    /// How this node keeps up with its turns.
    #[must_use]
    pub fn health(&self) -> Health {
        self.monitor.health(self.scheduler.missed())
    }

    /// How long the walk interval may become while the node is overloaded; `None`: it is never scaled.
    #[must_use]
    pub fn walk_scaling(&self) -> Option<Duration> {
        self.walk_scaling
    }

    /// Lets the node make all intervals longer while it is overloaded ([`Health::overloaded`]), in proportion, until the walk interval is
    /// `longest`, at most [`MOST_SLOWDOWN`] times what it is configured to be. `None`, the default: never. Each turn or probe that is late
    /// doubles them, each that is not halves them: a quarter of a walk interval after the load is gone they are what they were.
    ///
    /// # Errors
    ///
    /// [`ControlError::Interval`] for 0 and above [`LONGEST_INTERVAL`](super::LONGEST_INTERVAL).
    pub fn set_walk_scaling(
        &mut self,
        longest: Option<Duration>,
        now: Instant,
    ) -> Result<(), ControlError> {
        longest.map_or(Ok(()), super::control::check)?;
        self.walk_scaling = longest;
        self.fit_scaling(now);
        Ok(())
    }

    /// Fits the greatest slowdown to the walk interval.
    pub(super) fn fit_scaling(&mut self, now: Instant) {
        let most = most_slowdown(self.walk_scaling, self.scheduler.interval());
        self.monitor.set_most(most);
        self.slow_down(now);
    }

    fn slow_down(&mut self, now: Instant) {
        let slowdown = self.monitor.slowdown();
        if slowdown.to_bits() != self.scheduler.slowdown().to_bits() {
            self.scheduler.set_slowdown(slowdown, now);
        }
    }

    /// Something that was due began so late.
    pub(super) fn note_lag(&mut self, lag: Duration, now: Instant) {
        let was = self.monitor.is_overloaded();
        if self.scheduler.next_time().is_none() && !self.scheduler.is_awaiting_flush() {
            // Nobody takes turns any more: how long the last step took says nothing of what is to come.
            self.monitor.stepped(Duration::ZERO);
        }
        let gap = self.scheduler.gap().div_f64(self.scheduler.slowdown());
        let interval = self.scheduler.interval();
        self.monitor.note(lag, Wanted { interval, gap }, now);
        self.slow_down(now);
        if was != self.monitor.is_overloaded() {
            let health = self.health();
            self.emit(Event::Health(health));
        }
    }
}
