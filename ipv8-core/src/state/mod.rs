//! What a node remembers: peers and their addresses, pending requests, tasks, timers, queued
//! datagrams and counters.
//!
//! These are plain data structures: no overlay, no clock, no callback. The caller passes in the
//! time. Start with [`peer`], then [`network`], the graph of known peers and addresses.

pub mod network;
pub mod outbox;
pub mod peer;
pub mod request_cache;
pub mod stats;
pub mod tasks;
pub mod timers;
