//! A community that does only what every community does.

use ipv8_core::overlay::Context;
use ipv8_core::overlay::{Community, CommunityError};
use ipv8_core::wire::CommunityId;

/// A community without messages of its own; its id is a setting.
pub struct Quiet;

/// The id of a [`Quiet`] community.
#[derive(Clone, Copy, Debug)]
pub struct QuietId(pub CommunityId);

impl Default for QuietId {
    fn default() -> Self {
        Self(Quiet::COMMUNITY_ID)
    }
}

impl Community for Quiet {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"a quiet community id");
    type Settings = QuietId;

    fn new(_settings: QuietId, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn community_id(settings: &QuietId) -> CommunityId {
        settings.0
    }
}
