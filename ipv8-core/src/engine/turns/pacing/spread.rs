//! When each datagram of one step leaves.

use std::time::{Duration, Instant};

use super::config::PacingConfig;

/// The distance between two groups, unless the slot is short.
pub(super) const GROUP: Duration = Duration::from_millis(1);

/// The shortest distance between two groups, however short the slot is, so that the driver has time
/// for everything else.
const SHORTEST_GROUP: Duration = Duration::from_micros(100);

/// The longest distance between two datagrams of a step: slow enough for any receiver.
const WIDEST: Duration = Duration::from_millis(1);

/// How the datagrams of one step are spread over its slot.
#[derive(Debug)]
pub(super) struct Spread {
    burst: usize,
    /// The distance between two datagrams beyond the burst, to fill the share of the slot.
    spacing: Duration,
    /// The distance between two datagrams at the full rate.
    cost: Duration,
    /// The part of the budget that earlier steps used, as time.
    debt: Duration,
    pub(super) group: Duration,
}

impl Spread {
    /// Spreads `sent` datagrams at the time `now`, with turns `gap` apart. Earlier steps have used
    /// the budget until `paid`.
    pub(super) fn new(
        config: &PacingConfig,
        sent: usize,
        gap: Duration,
        paid: Option<Instant>,
        now: Instant,
    ) -> Self {
        let window = gap.mul_f64(config.share);
        let beyond = u32::try_from(sent.saturating_sub(config.burst)).unwrap_or(u32::MAX);
        let group = if window.is_zero() { GROUP } else { window / 4 };
        Self {
            burst: config.burst,
            spacing: (window / beyond.max(1)).min(WIDEST),
            cost: Duration::from_secs(1) / config.rate,
            debt: paid.map_or(Duration::ZERO, |paid| paid.saturating_duration_since(now)),
            group: group.clamp(SHORTEST_GROUP, GROUP),
        }
    }

    /// Returns how long the datagram at `index` waits: until the end of the group in which it is
    /// due.
    pub(super) fn wait(&self, index: usize) -> Duration {
        let beyond = times(self.spacing, (index + 1).saturating_sub(self.burst));
        let credit = times(self.cost, self.burst - 1);
        let budget = (self.debt + times(self.cost, index)).saturating_sub(credit);
        let wait = beyond.max(budget).as_nanos();
        let group = self.group.as_nanos();
        Duration::from_nanos(u64::try_from(wait.div_ceil(group) * group).unwrap_or(u64::MAX))
    }

    /// Returns until when `sent` datagrams from `now` on use the budget.
    pub(super) fn paid(&self, sent: usize, now: Instant) -> Instant {
        now + self.debt + times(self.cost, sent)
    }

    /// Returns the highest number of datagrams in one group.
    pub(super) fn per_group(&self) -> usize {
        let each = self.spacing.max(self.cost).as_nanos().max(1);
        usize::try_from(self.group.as_nanos().div_ceil(each)).unwrap_or(usize::MAX)
    }
}

fn times(duration: Duration, count: usize) -> Duration {
    duration.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}
