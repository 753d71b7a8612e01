//! An overlay whose community type is erased.

use std::any::{Any, TypeId};
use std::net::SocketAddr;
use std::time::Instant;

use super::names::StrategyId;
use super::strategy_state::StrategyState;
use crate::overlay::bootstrap::{Lookup, LookupError};
use crate::overlay::community::{OpenMessage, OpenedMessage};
use crate::overlay::context::{FinishedTask, OverlayState, Shared, TaskEvent};
use crate::overlay::introduction::{OpenedIntroduction, SignedBy};
use crate::state::peer::Peer;
use crate::state::stats::DropReason;
use crate::support::guard::Panicked;

/// An opened datagram of any kind.
pub(crate) enum OpenedBody {
    Introduction(OpenedIntroduction),
    Message(u8, OpenedMessage),
    Beacon,
}

impl OpenedBody {
    /// Returns the signer; `None` if the datagram is not signed.
    pub(crate) fn signed_by(&self) -> Option<&SignedBy> {
        match self {
            Self::Introduction(opened) => opened.message.signed_by(),
            Self::Message(_, opened) => opened.signed_by.as_ref(),
            Self::Beacon => None,
        }
    }
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepOutcome {
    /// Nothing was called: the overlay has the strategy's target peers, or the strategy was
    /// removed.
    Skipped,
    Taken,
    Panicked,
}

/// The result of [`AnyOverlay::expire_requests`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expired {
    /// The number of overdue requests.
    pub(crate) requests: usize,
    /// The number of panics of the community about them.
    pub(crate) panics: usize,
}

/// An overlay whose community type is erased. No panic of user code leaves these methods.
pub(crate) trait AnyOverlay: Send {
    fn state(&self) -> &OverlayState;
    fn state_mut(&mut self) -> &mut OverlayState;
    /// Returns the short name of the community's type.
    fn community(&self) -> &'static str;
    fn community_type(&self) -> TypeId;
    /// Returns how to read the message `id`, and `true` if that verifies a signature.
    fn opener(&self, id: u8) -> Option<(OpenMessage, bool)>;
    fn strategy_count(&self) -> usize;
    fn strategy_at(&self, index: usize) -> Option<&StrategyState>;
    /// Returns the strategy `id` and its index.
    fn strategy(&self, id: StrategyId) -> Option<(usize, &StrategyState)>;
    fn strategy_mut(&mut self, id: StrategyId) -> Option<&mut StrategyState>;
    /// Removes a strategy and returns it, for the caller to drop.
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
    fn peer_removed(
        &mut self,
        peer: &Peer,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<(), Panicked>;
    /// Reports a peer of any overlay that was added or removed.
    fn network_peer(
        &mut self,
        peer: &Peer,
        added: bool,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<(), Panicked>;
    /// Wakes the bootstrappers and asks the contact whose time has come, and reports overdue
    /// requests to the community, at most `most`. The others are due at the next input.
    fn expire_requests(&mut self, shared: &mut Shared, most: usize, now: Instant) -> Expired;
    /// Passes the result of a lookup to the bootstrapper at `index`.
    fn resolved(
        &mut self,
        index: usize,
        lookup: &Lookup,
        found: Result<&[SocketAddr], &LookupError>,
        shared: &mut Shared,
        now: Instant,
    );
    /// Runs the tasks that are due, at most `most`. Returns their number, and the events to report.
    fn run_tasks(
        &mut self,
        shared: &mut Shared,
        most: usize,
        now: Instant,
    ) -> (usize, Vec<TaskEvent>);
    /// Handles a future that is done. Returns the event to report.
    fn finish_task(
        &mut self,
        finished: FinishedTask,
        shared: &mut Shared,
        now: Instant,
    ) -> Option<TaskEvent>;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}
