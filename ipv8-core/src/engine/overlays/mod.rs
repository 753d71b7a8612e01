//! One overlay: a community with its strategies, and the place where their types are erased.
//!
//! The engine holds overlays of any community type; it talks to them through `AnyOverlay`. This
//! is the only module that erases types.

mod available;
mod strategies;
mod typed;

use std::any::{Any, TypeId};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

pub use available::{DEFAULT_TARGET_PEERS, UnknownStrategy};
pub(crate) use strategies::StrategyState;
pub use strategies::{Strategies, StrategyId, StrategyName};
pub(crate) use typed::Overlay;

use crate::overlay::bootstrap::{Lookup, LookupError};
use crate::overlay::community::{Community, OpenMessage, OpenedMessage};
use crate::overlay::context::{FinishedTask, OverlayState, Shared, TaskEvent};
use crate::overlay::introduction::OpenedIntroduction;
use crate::state::peer::Peer;
use crate::state::stats::DropReason;
pub(crate) use crate::support::type_name::short_type_name;

impl dyn AnyOverlay {
    /// The overlay with its type again; `None` when its community is no `C`.
    pub(crate) fn downcast_mut<C: Community>(&mut self) -> Option<&mut Overlay<C>> {
        self.as_any_mut().downcast_mut()
    }

    /// As [`Self::downcast_mut`], to look at.
    pub(crate) fn downcast_ref<C: Community>(&self) -> Option<&Overlay<C>> {
        self.as_any().downcast_ref()
    }
}

/// A datagram that was opened, of whichever kind.
pub(crate) enum OpenedBody {
    Introduction(OpenedIntroduction),
    Message(u8, OpenedMessage),
    Beacon,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepOutcome {
    /// At or above its target, or removed meanwhile: nothing was called.
    Skipped,
    Taken,
    Panicked,
}

/// What [`AnyOverlay::expire_requests`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expired {
    /// How many requests were overdue.
    pub(crate) requests: usize,
    /// How often the community panicked when it was told.
    pub(crate) panics: usize,
}

/// A call into the user's code panicked; what it left behind may be half done.
#[derive(Debug)]
pub(crate) struct Panicked;

/// An overlay whose community type is erased.
pub(crate) trait AnyOverlay: Send {
    fn state(&self) -> &OverlayState;
    fn state_mut(&mut self) -> &mut OverlayState;
    /// The short name of the community's type.
    fn community(&self) -> &'static str;
    fn community_type(&self) -> TypeId;
    /// How to read the message `id`, and whether that verifies a signature.
    fn opener(&self, id: u8) -> Option<(OpenMessage, bool)>;
    /// How many strategies there are.
    fn strategy_count(&self) -> usize;
    /// The state of the strategy at this place, from 0.
    fn strategy_at(&self, index: usize) -> Option<&StrategyState>;
    /// The strategy `id`, with its place among the strategies.
    fn strategy(&self, id: StrategyId) -> Option<(usize, &StrategyState)>;
    fn strategy_mut(&mut self, id: StrategyId) -> Option<&mut StrategyState>;
    /// Takes a strategy out; it is given back to be dropped.
    fn remove_strategy(&mut self, id: StrategyId) -> Option<(StrategyState, Box<dyn Any>)>;
    fn started(&mut self, shared: &mut Shared, now: Instant) -> Result<(), Panicked>;
    fn unload(&mut self, shared: &mut Shared, now: Instant) -> Result<(), Panicked>;
    fn deliver(
        &mut self,
        source: SocketAddr,
        body: OpenedBody,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<Result<(), DropReason>, Panicked>;
    fn take_step(&mut self, id: StrategyId, shared: &mut Shared, now: Instant) -> StepOutcome;
    fn peer_added(
        &mut self,
        peer: &Peer,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<(), Panicked>;
    /// A peer of whatever overlay has come (`added`) or gone.
    fn network_peer(
        &mut self,
        peer: &Peer,
        added: bool,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<(), Panicked>;
    fn peer_removed(
        &mut self,
        peer: &Peer,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<(), Panicked>;
    /// Wakes the bootstrappers whose time has come and tells the community of the requests that are
    /// overdue, at most so many; the others are due at the next input.
    fn expire_requests(&mut self, shared: &mut Shared, most: usize, now: Instant) -> Expired;
    /// Tells the bootstrapper at `index` what became of a name it asked for.
    fn resolved(
        &mut self,
        index: usize,
        lookup: &Lookup,
        found: Result<&[SocketAddr], &LookupError>,
        shared: &mut Shared,
        now: Instant,
    );
    /// Runs the tasks that are due, `most` of them at most; how many those were, and which panicked or have been running for long.
    fn run_tasks(
        &mut self,
        shared: &mut Shared,
        most: usize,
        now: Instant,
    ) -> (usize, Vec<TaskEvent>);
    /// Takes in what a future came to.
    fn finish_task(
        &mut self,
        finished: FinishedTask,
        shared: &mut Shared,
        now: Instant,
    ) -> Option<TaskEvent>;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

/// Runs code of the user. A panic there must not take the other overlays down; what it borrowed is
/// only data, each piece of which stays usable.
pub(crate) fn guarded<R>(call: impl FnOnce() -> R) -> Result<R, Panicked> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| Panicked)
}
