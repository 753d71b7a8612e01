//! Calls into a community from outside of the engine.

use std::any::TypeId;
use std::net::SocketAddr;
use std::time::Instant;

use crate::engine::errors::CallError;
use crate::engine::event::Callback;
use crate::engine::overlays::AnyCall;
use crate::engine::state_machine::Engine;
use crate::overlay::community::Community;
use crate::overlay::context::Context;
use crate::state::watch::Work;
use crate::wire::packet::CommunityId;

impl Engine {
    /// Calls `call` with the community of the overlay `id`.
    ///
    /// # Errors
    ///
    /// [`CallError`] if there is no such overlay or `call` panicked.
    pub fn call<C: Community, R>(
        &mut self,
        id: CommunityId,
        now: Instant,
        call: impl FnOnce(&mut C, &mut Context<'_>) -> R,
    ) -> Result<R, CallError> {
        let (mut call, mut result) = (Some(call), None);
        self.call_erased((id, TypeId::of::<C>()), now, &mut |community, cx| {
            if let (Some(call), Some(community)) = (call.take(), community.downcast_mut()) {
                result = Some(call(community, cx));
            }
        })?;
        result.ok_or(CallError::NotLoaded)
    }

    /// Like [`call`](Self::call), for the overlay `id` whose community has this type.
    ///
    /// # Errors
    ///
    /// Those of [`call`](Self::call).
    pub(crate) fn call_erased(
        &mut self,
        (id, community_type): (CommunityId, TypeId),
        now: Instant,
        call: &mut AnyCall<'_>,
    ) -> Result<(), CallError> {
        let overlay = self.overlays.get_mut(&id);
        let overlay = overlay.filter(|overlay| overlay.community_type() == community_type);
        let overlay = overlay.ok_or(CallError::NotLoaded)?;
        let begun = self.shared.enter(id, Work::Call);
        let result = overlay.with(&mut self.shared, now, call);
        self.shared.leave(begun);
        if result.is_err() {
            self.report_panic(id, Callback::Call);
        }
        self.settle(now);
        result.map_err(|_| CallError::Panicked)
    }

    /// Returns the community of the overlay `id`, or `None` if there is no such overlay or its
    /// community is not a `C`.
    #[must_use]
    pub fn community<C: Community>(&self, id: CommunityId) -> Option<&C> {
        self.overlays.get(&id)?.downcast_ref()
    }

    /// Sets the WAN estimate of an overlay before it has met a peer, for tests and simulators.
    /// Returns `false` if there is no such overlay.
    pub fn set_estimated_wan(&mut self, id: CommunityId, wan: SocketAddr) -> bool {
        let Some(overlay) = self.overlays.get_mut(&id) else {
            return false;
        };
        overlay.state_mut().set_estimated_wan(wan);
        true
    }
}
