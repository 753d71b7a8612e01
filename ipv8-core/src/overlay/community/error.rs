//! The error of a community.

/// The error type of [`Community::new`](super::Community::new) and of actions: any error.
pub type CommunityError = Box<dyn std::error::Error + Send + Sync>;
