//! The community of launchers without an overlay.

use super::community::Community;
use super::error::CommunityError;
use crate::overlay::context::Context;
use crate::wire::packet::CommunityId;

/// The [`CommunityLauncher::Overlay`](crate::CommunityLauncher::Overlay) of a launcher that has
/// none: it only prepares and finalizes, and nothing of it is on the network.
///
/// The attribute `#[launcher]` writes it. A value of this type cannot exist.
#[derive(Clone, Copy, Debug)]
pub enum NoOverlay {}

impl Community for NoOverlay {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0; 20]);
    const IS_NONE: bool = true;
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Err("a launcher without an overlay has no community".into())
    }
}
