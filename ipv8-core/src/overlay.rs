//! One overlay: a community with its strategies, and the place where their types are erased.
//!
//! The engine holds overlays of any community type; it talks to them through `AnyOverlay`. This
//! is the only module that erases types.

mod available;

pub use available::{DEFAULT_TARGET_PEERS, UnknownStrategy};

use std::any::{Any, TypeId};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crate::bootstrap::{Lookup, LookupError};
use crate::community::{Community, Delivery, MessageTable, OpenMessage, OpenedMessage};
use crate::context::{
    Context, FinishedTask, OverlayState, Shared, TaskEvent, finish_task, run_task,
};
use crate::counters::DropReason;
use crate::introduction::{IntroductionMessage, OpenedIntroduction};

use crate::payload::ids;
use crate::peer::Peer;
use crate::strategy::DiscoveryStrategy;
pub(crate) use crate::type_name::short_type_name;

impl dyn AnyOverlay {
    /// The overlay with its type again; `None` when its community is no `C`.
    pub(crate) fn downcast_mut<C: Community>(&mut self) -> Option<&mut Overlay<C>> {
        self.as_any_mut().downcast_mut()
    }
}

/// The strategies of one overlay, in the order in which they take turns.
pub struct Strategies<C> {
    slots: Vec<Slot<C>>,
}

struct Slot<C> {
    name: &'static str,
    target_peers: i32,
    strategy: Box<dyn DiscoveryStrategy<C>>,
}

impl<C: Community> Default for Strategies<C> {
    fn default() -> Self {
        Self { slots: Vec::new() }
    }
}

impl<C: Community> fmt::Debug for Strategies<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

// The bound stands on the method so that the compiler says once that a type is no community,
// not once for each strategy that `#[walk_strategy]` adds.
impl<C> Strategies<C> {
    /// Appends a strategy of type `S` with its default options, changed by `configure`.
    ///
    /// It is skipped while the overlay has `target_peers` peers or more; -1 never skips, 0 always
    /// does. Anything below -1 is refused when the overlay is made.
    pub fn add<S: DiscoveryStrategy<C> + Default>(
        &mut self,
        target_peers: i32,
        configure: impl FnOnce(&mut S),
    ) -> &mut Self
    where
        C: Community,
    {
        let mut strategy = S::default();
        configure(&mut strategy);
        self.add_strategy(target_peers, strategy)
    }
}

impl<C: Community> Strategies<C> {
    /// No strategies: an overlay that only answers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a strategy made elsewhere; for `target_peers` see [`Strategies::add`].
    pub fn add_strategy<S: DiscoveryStrategy<C>>(
        &mut self,
        target_peers: i32,
        strategy: S,
    ) -> &mut Self {
        self.slots.push(Slot {
            name: short_type_name::<S>(),
            target_peers,
            strategy: Box::new(strategy),
        });
        self
    }

    /// Name (the type's, without its path) and target of each strategy.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, i32)> + '_ {
        self.slots.iter().map(|slot| (slot.name, slot.target_peers))
    }

    /// How many strategies there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }
}

/// A datagram that was opened, of whichever kind.
pub(crate) enum OpenedBody {
    Introduction(OpenedIntroduction),
    Message(u8, OpenedMessage),
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepOutcome {
    /// At or above its target, or removed meanwhile: nothing was called.
    Skipped,
    Taken,
    Panicked,
}

/// A call into the user's code panicked; what it left behind may be half done.
#[derive(Debug)]
pub(crate) struct Panicked;

/// An overlay whose community type is erased.
pub(crate) trait AnyOverlay: Send {
    fn state(&self) -> &OverlayState;
    fn state_mut(&mut self) -> &mut OverlayState;
    fn name(&self) -> &'static str;
    fn community_type(&self) -> TypeId;
    fn opener(&self, id: u8) -> Option<OpenMessage>;
    fn strategy_count(&self) -> usize;
    fn strategy(&self, index: usize) -> Option<(&'static str, i32)>;
    fn started(&mut self, shared: &mut Shared, now: Instant) -> Result<(), Panicked>;
    fn unload(&mut self, shared: &mut Shared, now: Instant) -> Result<(), Panicked>;
    fn deliver(
        &mut self,
        source: std::net::SocketAddr,
        body: OpenedBody,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<Result<(), DropReason>, Panicked>;
    fn take_step(&mut self, index: usize, shared: &mut Shared, now: Instant) -> StepOutcome;
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
    /// Wakes the bootstrappers whose time has come and tells the community of every request that is
    /// overdue; returns how often the latter panicked.
    fn expire_requests(&mut self, shared: &mut Shared, now: Instant) -> usize;
    /// Tells the bootstrapper at `index` what became of a name it asked for.
    fn resolved(
        &mut self,
        index: usize,
        lookup: &Lookup,
        found: Result<&[std::net::SocketAddr], &LookupError>,
        shared: &mut Shared,
        now: Instant,
    );
    /// Runs every task that is due; tells of those that panicked or have been running for long.
    fn run_tasks(&mut self, shared: &mut Shared, now: Instant) -> Vec<TaskEvent>;
    /// Takes in what a future came to.
    fn finish_task(
        &mut self,
        finished: FinishedTask,
        shared: &mut Shared,
        now: Instant,
    ) -> Option<TaskEvent>;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

/// A community, its handlers, its strategies and its state.
pub(crate) struct Overlay<C: Community> {
    pub(crate) state: OverlayState,
    pub(crate) community: C,
    table: MessageTable<C>,
    strategies: Vec<Slot<C>>,
}

impl<C: Community> Overlay<C> {
    pub(crate) fn new(
        state: OverlayState,
        community: C,
        table: MessageTable<C>,
        strategies: Strategies<C>,
    ) -> Self {
        Self {
            state,
            community,
            table,
            strategies: strategies.slots,
        }
    }

    /// Appends strategies; returns the indexes of the new ones.
    pub(crate) fn append(&mut self, strategies: Strategies<C>) -> std::ops::Range<usize> {
        let first = self.strategies.len();
        self.strategies.extend(strategies.slots);
        first..self.strategies.len()
    }

    /// Calls into the community; a panic is caught.
    pub(crate) fn with<R>(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        call: impl FnOnce(&mut C, &mut Context<'_>) -> R,
    ) -> Result<R, Panicked> {
        let Self {
            state, community, ..
        } = self;
        guarded(|| call(community, &mut Context::new(state, shared, now)))
    }

    fn deliver_introduction(
        &mut self,
        source: std::net::SocketAddr,
        opened: OpenedIntroduction,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<Result<(), DropReason>, Panicked> {
        let Self {
            state, community, ..
        } = self;
        let mut cx = Context::new(state, shared, now);
        cx.global_time = Some(opened.global_time);
        let style = opened.style;
        match &opened.message {
            IntroductionMessage::Request(by, request) => {
                match cx.on_introduction_request(by, source, style, request) {
                    Ok(peer) => guarded(|| {
                        community.introduction_request_callback(&peer, request, &mut cx)
                    })?,
                    Err(reason) => return Ok(Err(reason)),
                }
            }
            IntroductionMessage::Response(by, response) => {
                let peer = cx.on_introduction_response(by, source, style, response);
                guarded(|| community.introduction_response_callback(&peer, response, &mut cx))?;
            }
            IntroductionMessage::PunctureRequest(request) => cx.on_puncture_request(style, request),
            // A puncture has done its work by arriving; a known peer gains the source address.
            IntroductionMessage::Puncture(by, _) => drop(cx.sender(by, source)),
        }
        Ok(Ok(()))
    }

    fn deliver_message(
        &mut self,
        source: std::net::SocketAddr,
        id: u8,
        opened: OpenedMessage,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<Result<(), DropReason>, Panicked> {
        let Self {
            state,
            community,
            table,
            ..
        } = self;
        let mut cx = Context::new(state, shared, now);
        cx.global_time = opened.global_time;
        let taken_over = ids::is_reserved(id);
        let peer = opened.signed_by.as_ref().map(|by| match taken_over {
            true => cx.stranger(by, source),
            false => cx.sender(by, source),
        });
        let from = peer
            .as_ref()
            .map_or(Delivery::Unsigned(source), Delivery::Signed);
        guarded(|| table.deliver(id, community, from, opened.message, &mut cx))
    }
}

impl<C: Community> AnyOverlay for Overlay<C> {
    fn state(&self) -> &OverlayState {
        &self.state
    }

    fn state_mut(&mut self) -> &mut OverlayState {
        &mut self.state
    }

    fn name(&self) -> &'static str {
        short_type_name::<C>()
    }

    fn community_type(&self) -> TypeId {
        TypeId::of::<C>()
    }

    fn opener(&self, id: u8) -> Option<OpenMessage> {
        self.table.opener(id)
    }

    fn strategy_count(&self) -> usize {
        self.strategies.len()
    }

    fn strategy(&self, index: usize) -> Option<(&'static str, i32)> {
        self.strategies
            .get(index)
            .map(|slot| (slot.name, slot.target_peers))
    }

    fn started(&mut self, shared: &mut Shared, now: Instant) -> Result<(), Panicked> {
        self.with(shared, now, |community, cx| community.started(cx))
    }

    fn unload(&mut self, shared: &mut Shared, now: Instant) -> Result<(), Panicked> {
        Context::new(&mut self.state, shared, now).unload_bootstrappers();
        self.with(shared, now, |community, cx| community.unload(cx))
    }

    fn deliver(
        &mut self,
        source: std::net::SocketAddr,
        body: OpenedBody,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<Result<(), DropReason>, Panicked> {
        match body {
            OpenedBody::Introduction(opened) => {
                self.deliver_introduction(source, opened, shared, now)
            }
            OpenedBody::Message(id, opened) => {
                self.deliver_message(source, id, opened, shared, now)
            }
        }
    }

    fn take_step(&mut self, index: usize, shared: &mut Shared, now: Instant) -> StepOutcome {
        let Self {
            state,
            community,
            strategies,
            ..
        } = self;
        let Some(slot) = strategies.get_mut(index) else {
            return StepOutcome::Skipped;
        };
        let peers = shared.network.peer_count(state.community_id);
        // Below zero means that there is no target to reach.
        if usize::try_from(slot.target_peers).is_ok_and(|target| peers >= target) {
            return StepOutcome::Skipped;
        }
        let mut cx = Context::new(state, shared, now);
        match guarded(|| slot.strategy.take_step(community, &mut cx)) {
            Ok(()) => StepOutcome::Taken,
            Err(Panicked) => StepOutcome::Panicked,
        }
    }

    fn peer_added(
        &mut self,
        peer: &Peer,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<(), Panicked> {
        self.with(shared, now, |community, cx| {
            community.on_peer_added(peer, cx)
        })
    }

    fn peer_removed(
        &mut self,
        peer: &Peer,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<(), Panicked> {
        self.with(shared, now, |community, cx| {
            community.on_peer_removed(peer, cx)
        })
    }

    fn expire_requests(&mut self, shared: &mut Shared, now: Instant) -> usize {
        Context::new(&mut self.state, shared, now).wake_bootstrappers();
        let expired: Vec<_> = self.state.requests.expired(now).collect();
        let mut panics = 0;
        for (prefix, number, data) in expired {
            let told = self.with(shared, now, |community, cx| {
                community.on_request_timeout(prefix, number, data, cx)
            });
            panics += usize::from(told.is_err());
        }
        self.state.wake_when_due(&mut shared.timers);
        panics
    }

    fn resolved(
        &mut self,
        index: usize,
        lookup: &Lookup,
        found: Result<&[std::net::SocketAddr], &LookupError>,
        shared: &mut Shared,
        now: Instant,
    ) {
        let mut cx = Context::new(&mut self.state, shared, now);
        cx.note_resolved(index, &lookup.host, lookup.port, found);
    }

    fn run_tasks(&mut self, shared: &mut Shared, now: Instant) -> Vec<TaskEvent> {
        let due = self.state.due_tasks(now);
        let mut events = Vec::new();
        for due in due {
            let mut cx = Context::new(&mut self.state, shared, now);
            events.extend(run_task(due, &mut self.community, &mut cx, |call| {
                guarded(call).is_ok()
            }));
        }
        self.state.wake_when_due(&mut shared.timers);
        events
    }

    fn finish_task(
        &mut self,
        finished: FinishedTask,
        shared: &mut Shared,
        now: Instant,
    ) -> Option<TaskEvent> {
        let mut cx = Context::new(&mut self.state, shared, now);
        finish_task(finished, &mut self.community, &mut cx, |call| {
            guarded(call).is_ok()
        })
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// Runs code of the user. A panic there must not take the other overlays down; what it borrowed is
/// only data, each piece of which stays usable.
pub(crate) fn guarded<R>(call: impl FnOnce() -> R) -> Result<R, Panicked> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| Panicked)
}
