//! One send budget for the socket: the datagrams of a large step are spread over its slot.
//!
//! The *slot* of a step is the gap from its turn to the next. This module only decides when a
//! datagram leaves; the engine queues and sends. Start with [`PacingConfig`], then [`Pacer`].
//!
//! The first [`PacingConfig::burst`] datagrams of a step leave at once. The rest is held and
//! released by time, evenly over the first part of the slot ([`PacingConfig::share`]), in groups
//! about a millisecond apart because timers are no finer. The next turn waits for the last held
//! datagram, and half a gap longer (see [`scheduler`](super::scheduler)). Over several steps the
//! rate never exceeds [`PacingConfig::rate`]; a step whose slot is too short at that rate delays
//! the next turns, which are lost and not made up for. A late release does not catch up: the number
//! of datagrams it may release at once is bounded, and the rest moves.
//!
//! Only steps are paced. Answers, requests of handles and tasks leave at once and use none of the
//! budget. The order per destination is kept all the same. When something else is sent to a
//! destination with up to a burst of held datagrams, those are brought forward. With more held
//! datagrams, the new one waits behind them.
//!
//! Removing a strategy or unloading its overlay does not take back what it sent. When the node
//! stops, held datagrams leave at their times for up to a second; the rest is dropped and counted
//! ([`DropReason::Stopped`]).
//!
//! Times measured from the sending of a message, such as the timeout of a request or the round trip
//! of a ping, start when the step sends it, before it is held.
//!
//! [`DropReason::Stopped`]: crate::state::stats::DropReason::Stopped

mod config;
mod held;
mod pacer;
mod spread;
mod stats;

#[cfg(test)]
mod tests;

pub use config::{PacingConfig, PacingError};
pub use pacer::{Paced, Pacer};
pub use stats::PacingStats;
