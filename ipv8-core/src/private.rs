//! What generated code names and nobody should write.

use crate::community::{Community, CommunityError};
use crate::context::Context;
use crate::packet::CommunityId;

/// Stands in for the community of a launcher whose attributes are wrong, so that one mistake is one
/// error. Cannot be made.
#[derive(Debug)]
pub enum NoOverlay {}

impl Community for NoOverlay {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0; 20]);
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Err("the launcher has no overlay".into())
    }
}
