//! Descriptions of the overlays and strategies of a running node.

use std::any::TypeId;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::engine::overlays::{StrategyId, StrategyName};
use crate::support::serial;
use crate::wire::packet::CommunityId;

/// Whether a strategy steps when it has a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StrategyStatus {
    /// It steps.
    Running,
    /// Its overlay has its target peers: its turns are skipped.
    AtTarget,
    /// It has no turns until it is resumed.
    Paused,
}

/// A strategy of a running node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StrategyInfo {
    /// Its id, for as long as the node runs.
    pub id: StrategyId,
    /// Its overlay.
    #[serde(serialize_with = "serial::text")]
    pub overlay: CommunityId,
    /// The overlay's community type, without path.
    pub community: &'static str,
    /// Its index among the overlay's strategies; it changes when one before it is removed.
    pub index: usize,
    /// Its name within its overlay: its type, without path, and a number if there are several.
    pub name: StrategyName,
    /// The number of peers that are enough; -1: no target.
    pub target_peers: i32,
    /// Whether it steps.
    pub status: StrategyStatus,
    /// The time in which it gets one turn.
    #[serde(serialize_with = "serial::seconds")]
    pub interval: Duration,
    /// `true` if `interval` is its own, `false` if it is the walk interval.
    pub has_own_interval: bool,
    /// Its last step, without skipped turns; not serialized.
    #[serde(skip)]
    pub last_step: Option<Instant>,
    /// The number of its steps, those that panicked included.
    pub steps: u64,
    /// The number of its turns that were skipped because of its target.
    pub skipped: u64,
    /// The number of its steps that panicked.
    pub panics: u64,
}

/// An overlay of a running node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OverlayInfo {
    /// Its community id.
    #[serde(serialize_with = "serial::text")]
    pub id: CommunityId,
    /// Its name: its launcher's, or [`OverlayConfig::name`](crate::engine::OverlayConfig::name).
    pub name: String,
    /// Its community type, without path.
    pub community: &'static str,
    /// `true` if it has a peer graph of its own.
    pub own_network: bool,
    /// The number of its verified peers.
    pub peers: usize,
    /// The number of its contacts: keys that signed something and have not proven their address.
    pub contacts: usize,
    /// The most peers that it has; -1: no limit.
    pub max_peers: i32,
    /// Its community type; not serialized.
    #[serde(skip)]
    pub community_type: TypeId,
    /// Its strategies, in order.
    pub strategies: Vec<StrategyInfo>,
    /// The types of its bootstrappers, without path, in order.
    pub bootstrappers: Vec<&'static str>,
}
