//! The errors of an engine.

use crate::engine::overlays::StrategyId;
use crate::overlay::community::{CommunityError, MessageTableError};
use crate::wire::packet::CommunityId;

/// Why an overlay could not be added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// The node has an overlay with this id.
    #[error(
        "{community}: community id {id} is in use by {other}: use a different id for one of them"
    )]
    DuplicateCommunity {
        /// The rejected community.
        community: &'static str,
        /// The id.
        id: CommunityId,
        /// The community that has it.
        other: &'static str,
    },
    /// The node has an overlay with this name.
    #[error(
        "{community}: the name {name:?} is in use by {other}: use a different name for one of them"
    )]
    DuplicateName {
        /// The rejected community.
        community: &'static str,
        /// The name.
        name: String,
        /// The community that has it.
        other: &'static str,
    },
    /// Its message handlers contradict each other or IPv8.
    #[error("{community}: {}", join(errors))]
    Messages {
        /// The rejected community.
        community: &'static str,
        /// All errors in its table of messages.
        errors: Vec<MessageTableError>,
    },
    /// The target of a strategy is below -1.
    #[error(
        "{community}: invalid target_peers {target_peers} of {strategy}: expected -1 (no limit), 0 or more"
    )]
    Target {
        /// The rejected community.
        community: &'static str,
        /// The strategy.
        strategy: &'static str,
        /// The invalid target.
        target_peers: i32,
    },
    /// The peer limit is below -1.
    #[error("{community}: invalid max_peers {max_peers}: expected -1 (no limit), 0 or more")]
    MaxPeers {
        /// The rejected community.
        community: &'static str,
        /// The invalid limit.
        max_peers: i32,
    },
    /// [`Community::new`](crate::Community::new) failed.
    #[error("could not create {community}: {error}")]
    Community {
        /// The rejected community.
        community: &'static str,
        /// The error it returned.
        error: CommunityError,
    },
    /// [`Community::new`](crate::Community::new) or
    /// [`Community::started`](crate::Community::started) panicked.
    #[error("{community} panicked while it was being created")]
    Panicked {
        /// The rejected community.
        community: &'static str,
    },
}

fn join(errors: &[MessageTableError]) -> String {
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// Why a call into an overlay has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// There is no overlay with this id or type, or not any more.
    #[error("the overlay is not loaded: it was unloaded or never launched")]
    NotLoaded,
    /// The overlay's community is of another type than the call expects.
    #[error("the overlay's community is of another type")]
    OtherCommunity,
    /// The call panicked.
    #[error("the call panicked; the node keeps running")]
    Panicked,
}

/// Why a strategy was not changed.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// There is no such strategy, or not any more.
    #[error("no strategy with id {0}: it was removed, or its overlay was unloaded")]
    NoStrategy(StrategyId),
    /// The target is below -1.
    #[error("invalid target_peers {0}: expected -1 (no limit), 0 or more")]
    Target(i32),
    /// The interval, in seconds, is not above 0 and at most 3600.
    #[error("invalid interval of {0} seconds: expected more than 0 and at most 3600")]
    Interval(f64),
}
