//! Why an engine refuses.

use crate::overlay::community::{CommunityError, MessageTableError};
use crate::wire::packet::CommunityId;

/// Why an overlay could not be added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// The engine has an overlay with this id.
    #[error("{community}: community id {id} is in use by {other}: give one of them another id")]
    DuplicateCommunity {
        /// The community refused.
        community: &'static str,
        /// The id.
        id: CommunityId,
        /// The community that has it.
        other: &'static str,
    },
    /// The engine has an overlay with this name.
    #[error("{community}: the name {name:?} is in use by {other}: give one of them another name")]
    DuplicateName {
        /// The community refused.
        community: &'static str,
        /// The name.
        name: String,
        /// The community that has it.
        other: &'static str,
    },
    /// Its message handlers contradict each other or IPv8.
    #[error("{community}: {}", join(errors))]
    Messages {
        /// The community refused.
        community: &'static str,
        /// All that is wrong.
        errors: Vec<MessageTableError>,
    },
    /// A target below -1.
    #[error(
        "{community}: target_peers = {target_peers} of {strategy}: use -1 for no limit, or 0 and above"
    )]
    Target {
        /// The community refused.
        community: &'static str,
        /// The strategy.
        strategy: &'static str,
        /// What was asked for.
        target_peers: i32,
    },
    /// A peer limit below -1.
    #[error("{community}: max_peers = {max_peers}: use -1 for no limit, or 0 and above")]
    MaxPeers {
        /// The community refused.
        community: &'static str,
        /// What was asked for.
        max_peers: i32,
    },
    /// [`Community::new`](crate::Community::new) failed.
    #[error("{community} could not be made: {error}")]
    Community {
        /// The community refused.
        community: &'static str,
        /// What it said.
        error: CommunityError,
    },
    /// [`Community::new`](crate::Community::new) or [`Community::started`](crate::Community::started) panicked.
    #[error("{community} panicked while it was being made")]
    Panicked {
        /// The community refused.
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

/// Why a call into an overlay had no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// There is no overlay of that id, or type, (any more).
    #[error("the overlay is not loaded: it was unloaded, or never launched")]
    NotLoaded,
    /// The overlay's community is of another type than the call is for.
    #[error("the overlay's community is of another type")]
    OtherCommunity,
    /// The call panicked.
    #[error("the call panicked; the node goes on")]
    Panicked,
}
