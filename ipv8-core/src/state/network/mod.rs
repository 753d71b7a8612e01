//! The graph of peers: known addresses and their introducers, verified peers, and services.
//!
//! The overlays of a node share one graph. [`PeerGraph`] holds it and keeps its indexes right;
//! [`Network`] is the read-only view that communities and strategies get. Start with `graph`;
//! `peers`, `introduced` and `walkable` answer questions; `verified` (peers), `known` (addresses)
//! and `service` (services) change the graph. Nothing here knows an overlay, a clock or a socket.

mod addresses;
mod caps;
mod changes;
mod fresh;
mod graph;
mod idle;
mod introduced;
mod introductions;
mod known;
mod limits;
mod owners;
mod peers;
mod providers;
mod record;
mod sampling;
mod scoped;
mod service;
mod services;
mod slab;
mod snapshot;
mod table;
mod verified;
mod view;
mod walkable;

#[cfg(test)]
mod tests;

pub use changes::PeerChange;
pub use fresh::IntroducerId;
pub use graph::PeerGraph;
pub(crate) use introductions::Introductions;
pub use limits::{NetworkLimits, NetworkStats};
pub use snapshot::LoadedSnapshot;
pub(crate) use snapshot::{SnapshotEntries, snapshot_bytes};
pub use view::Network;
