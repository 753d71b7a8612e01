//! When strategies may send: whose turn it is, how a step's datagrams are spread, and what happens
//! under overload.
//!
//! Nothing here calls a strategy or sends a datagram; it only decides when. Start with
//! [`scheduler`], then [`pacing`].

pub(crate) mod pacing;
pub(crate) mod scheduler;
