//! When strategies may send: whose turn it is, how a step's datagrams are spread, and whether the
//! node keeps up.
//!
//! Nothing here calls a strategy, sends a datagram or knows an overlay; it only decides when. Start
//! with [`scheduler`], then [`pacing`] and [`health`].

pub(crate) mod health;
pub(crate) mod pacing;
pub(crate) mod scheduler;
