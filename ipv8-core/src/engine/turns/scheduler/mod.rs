//! Decides whose turn it is and when the next turn begins.
//!
//! The scheduler is data only: it calls nothing, reads no clock and knows nothing about a turn that
//! is in progress. Start with [`Scheduler`].
//!
//! Each strategy gets one turn per interval: the walk interval, or an interval of its own. All
//! turns together are evenly spaced on a *grid*. With `n` strategies of the walk interval `w`, one
//! turn begins every `w / n`; with different intervals, one begins every
//! `1 / (1/w1 + 1/w2 + …)` ([`Scheduler::gap`]).
//!
//! *Periods* decide whose turn it is. A strategy has one turn in each period, and a period is as
//! long as its interval. Among the strategies whose period has begun, the one whose period ends
//! first goes first. Strategies with the same interval therefore take turns in a fixed order. A
//! strategy with an interval of its own is early or late by less than its interval, and on average
//! by nothing.
//!
//! These rules keep the socket calm:
//!
//! - A late turn does not move the turns after it. Missed turns are not made up for in a burst: the
//!   order and the grid stay, and the lost grid points are lost for all strategies alike.
//! - While steps take more time than there is, the scheduler pauses after each step for as long as
//!   the step took ([`Scheduler::rest`]).
//! - Two turns are always at least half of [`Scheduler::gap`] apart, and at least [`MIN_GAP`] / 2.
//!   The same distance separates the last datagram of a step from the next turn.
//! - Adding, removing, pausing or re-timing a strategy does not disturb the others: over any
//!   stretch of time each keeps the number of turns its interval calls for (+1/-2), however often
//!   that happens. The remaining fraction of the current gap is kept and rescaled to the new gap,
//!   and the periods of the other strategies stay. A new strategy has its first turn after all
//!   others had one. Time spent paused does not count. While a strategy is behind by more than its
//!   period, turns come after three quarters of a gap.
//!
//! Adding, removing or changing a strategy and taking a turn cost the logarithm of the number of
//! strategies. [`Scheduler::set_interval`], [`Scheduler::restart`] and [`Scheduler::remove`] visit
//! every strategy.

mod clock;
mod entry;
mod grid;
mod order;
mod rates;
mod schedule;
mod table;

#[cfg(test)]
mod tests;

pub use rates::MIN_GAP;
pub use schedule::{Scheduled, Scheduler};
