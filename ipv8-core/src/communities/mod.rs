//! Overlays that come with the library: the discovery community, and the tracker.
//!
//! They use the same [`Community`](crate::Community) trait and [`Context`](crate::Context) as any
//! other overlay, or, like the tracker, drive the parts of an overlay themselves. Nothing here
//! opens a socket or reads a clock. Start with [`DiscoveryCommunity`].

pub(crate) mod discovery;
pub(crate) mod tracker;

pub use discovery::{DiscoveryCommunity, PeriodicSimilarity};
pub use tracker::{ChurnConfig, TrackerLimits, TrackerStats};
