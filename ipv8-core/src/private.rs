//! What generated code names and nobody should write.

use crate::crypto::PrivateKey;
use crate::launch::LaunchError;
use crate::node::{Ipv8, OverlayHandle};
use crate::overlay::community::{Community, CommunityError};
use crate::overlay::context::Context;
use crate::wire::packet::CommunityId;

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

/// A `#[walk_strategy]` or `#[bootstrapper]` without options. Each closure that does nothing would be built anew.
pub fn unchanged<T>(_: &mut T) {}

/// One `#[precondition]`; so that a closure need not name its type.
pub fn condition<S>(session: &S, holds: impl FnOnce(&S) -> bool) -> bool {
    holds(session)
}

/// `#[my_peer]`.
pub fn own_key<S, K: Into<Option<PrivateKey>>>(
    session: &S,
    key: impl FnOnce(&S) -> K,
) -> Option<PrivateKey> {
    key(session).into()
}

/// A `#[prepare]` that does not wait.
pub fn prepared<S>(
    ipv8: &Ipv8,
    session: &mut S,
    hook: impl FnOnce(&Ipv8, &mut S) -> Result<(), LaunchError>,
) -> Result<(), LaunchError> {
    hook(ipv8, session)
}

/// A `#[finalize]` that does not wait.
pub fn finalized<S, C>(
    ipv8: &Ipv8,
    session: &mut S,
    overlay: &OverlayHandle<C>,
    hook: impl FnOnce(&Ipv8, &mut S, &OverlayHandle<C>) -> Result<(), LaunchError>,
) -> Result<(), LaunchError> {
    hook(ipv8, session, overlay)
}
