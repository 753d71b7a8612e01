//! The way of a datagram through a node: taken from the socket into a bounded inbox, opened, handled, sealed, sent.
//!
//! `intake` brings them from the sockets, `inbox` is where admitted datagrams wait, `piece` what is worked on at a time, `pool` does
//! pieces on several cores, `order` brings the results back in order. Little work is done on the spot, by the node's own task: then
//! nothing of this is seen.

mod inbox;
mod intake;
mod order;
mod piece;
mod pool;
mod traffic;

pub use inbox::InboxStats;
pub(super) use traffic::Pipeline;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
