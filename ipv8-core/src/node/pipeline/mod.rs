//! The path of a datagram through a node: received into a bounded inbox, opened, handled, sealed,
//! sent.
//!
//! Handling is the engine's part; this folder decides only when and on which core the rest runs.
//! Start with `traffic`. `intake` moves datagrams from the sockets into the `inbox`. A `piece` is
//! the unit of work. The `inbox` decides what comes next and what is dropped. The `pool` opens and
//! seals pieces on several cores, and `order` restores their order. Little work is done at once by
//! the node's own task, without the pool.

mod inbox;
mod intake;
mod order;
mod piece;
mod pool;
mod traffic;

pub use inbox::{ClassStats, InboxStats};
pub(super) use traffic::Pipeline;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
