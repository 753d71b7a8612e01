//! An overlay with its types: here calls of the engine become calls of user code.

use std::any::{Any, TypeId};
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Instant;

use super::any_overlay::{AnyOverlay, Expired, OpenedBody, StepOutcome};
use super::names::{StrategyId, StrategyName, TakenNames};
use super::strategies::Strategies;
use super::strategy_state::{ActiveStrategy, StrategyState};
use crate::overlay::bootstrap::{Lookup, LookupError};
use crate::overlay::community::{Community, Delivery, MessageTable, OpenMessage, OpenedMessage};
use crate::overlay::context::{
    Context, FinishedTask, OverlayState, RequestError, Shared, TaskEvent, Waiting, fail_request,
    finish_task, run_task,
};
use crate::overlay::introduction::{IntroductionMessage, OpenedIntroduction};
use crate::state::peer::Peer;
use crate::state::stats::DropReason;
use crate::state::watch::Work;
use crate::support::guard::{Panicked, guarded};
use crate::support::type_name::short_type_name;
use crate::wire::payload::ids;

/// A community, its handlers, its strategies and its state.
pub(crate) struct Overlay<C: Community> {
    pub(crate) state: OverlayState,
    pub(crate) community: C,
    table: MessageTable<C>,
    /// Sorted by id: new strategies have higher ids.
    strategies: Vec<ActiveStrategy<C>>,
}

impl<C: Community> Overlay<C> {
    /// Returns an overlay without strategies.
    pub(crate) fn new(state: OverlayState, community: C, table: MessageTable<C>) -> Self {
        Self {
            state,
            community,
            table,
            strategies: Vec::new(),
        }
    }

    /// Appends strategies with ids from `next_id` on. Returns the numbers of their ids.
    pub(crate) fn append(&mut self, strategies: Strategies<C>, next_id: &mut u64) -> Range<u64> {
        let first = *next_id;
        self.strategies.reserve_exact(strategies.offers.len());
        let is_only_one = self.strategies.is_empty() && strategies.offers.len() == 1;
        let mut names = TakenNames::of(self.strategies.iter().map(|active| &active.state.name));
        for offer in strategies.offers {
            let id = StrategyId::from_number(*next_id);
            *next_id += 1;
            // Saves a map for each of up to a thousand overlays, most of which have one strategy.
            let name = match is_only_one {
                true => StrategyName::from(offer.name),
                false => names.take(offer.name),
            };
            let state = StrategyState::new(id, name, offer.target_peers);
            self.strategies.push(ActiveStrategy {
                state,
                strategy: offer.strategy,
            });
        }
        first..*next_id
    }

    /// Returns `true` if there are strategies with a target, and all of them have theirs.
    fn rests(&self, shared: &Shared) -> bool {
        let peers = self
            .state
            .network(shared)
            .peer_count(self.state.community_id);
        let strategies = self.strategies.iter().map(|active| &active.state);
        let mut walkers = strategies
            .filter(|state| state.target_peers >= 0)
            .peekable();
        walkers.peek().is_some() && walkers.all(|state| state.is_at_target(peers))
    }

    /// Reports to the community that these requests failed. Returns the number of panics.
    fn fail_requests(
        &mut self,
        waiting: Vec<Waiting>,
        error: &RequestError,
        shared: &mut Shared,
        now: Instant,
    ) -> usize {
        let told = waiting.into_iter().map(|waiting| {
            self.with(shared, now, |community, cx| {
                fail_request(waiting, error.clone(), community, cx);
            })
        });
        told.filter(Result::is_err).count()
    }

    /// Calls the community and catches a panic.
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
        source: SocketAddr,
        opened: OpenedIntroduction,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<Result<(), DropReason>, Panicked> {
        let Self {
            state, community, ..
        } = self;
        let mut cx = Context::new(state, shared, now);
        cx.global_time = Some(opened.global_time);
        cx.source = Some(source);
        cx.length = Some(usize::from(opened.length));
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
                let peer = match cx.on_introduction_response(by, source, style, response) {
                    Ok(peer) => peer,
                    Err(reason) => return Ok(Err(reason)),
                };
                guarded(|| community.introduction_response_callback(&peer, response, &mut cx))?;
            }
            IntroductionMessage::PunctureRequest(request) => {
                return Ok(cx.on_puncture_request(source, style, request));
            }
            // A puncture only has to arrive. Its sender may have a new address.
            IntroductionMessage::Puncture(by, _) => drop(cx.sender(by, source)),
        }
        Ok(Ok(()))
    }

    fn deliver_message(
        &mut self,
        source: SocketAddr,
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
        cx.source = Some(source);
        cx.length = Some(opened.length);
        let taken_over = ids::is_reserved(id);
        let peer = opened.signed_by.as_ref().map(|by| match taken_over {
            true => cx.stranger(by, source),
            false => cx.sender(by, source),
        });
        cx.signer = opened.signed_by.map(|by| by.key);
        let from = peer
            .as_ref()
            .map_or(Delivery::Unsigned(source), Delivery::Signed);
        guarded(|| table.deliver(id, community, from, opened.message, &mut cx))
    }
}

impl dyn AnyOverlay {
    /// Returns the overlay with its type, or `None` if its community is not a `C`.
    pub(crate) fn downcast_mut<C: Community>(&mut self) -> Option<&mut Overlay<C>> {
        self.as_any_mut().downcast_mut()
    }

    /// Immutable version of [`Self::downcast_mut`].
    pub(crate) fn downcast_ref<C: Community>(&self) -> Option<&Overlay<C>> {
        self.as_any().downcast_ref()
    }
}

fn index_of<C>(strategies: &[ActiveStrategy<C>], id: StrategyId) -> Option<usize> {
    let index = strategies.binary_search_by_key(&id, |active| active.state.id);
    index.ok()
}

impl<C: Community> AnyOverlay for Overlay<C> {
    fn state(&self) -> &OverlayState {
        &self.state
    }

    fn state_mut(&mut self) -> &mut OverlayState {
        &mut self.state
    }

    fn community(&self) -> &'static str {
        let known = self.state.community_type.map(|(_, name)| name);
        known.unwrap_or_else(short_type_name::<C>)
    }

    fn community_type(&self) -> TypeId {
        TypeId::of::<C>()
    }

    fn opener(&self, id: u8) -> Option<(OpenMessage, bool)> {
        self.table.opener(id)
    }

    fn strategy_count(&self) -> usize {
        self.strategies.len()
    }

    fn strategy_at(&self, index: usize) -> Option<&StrategyState> {
        Some(&self.strategies.get(index)?.state)
    }

    fn strategy(&self, id: StrategyId) -> Option<(usize, &StrategyState)> {
        let index = index_of(&self.strategies, id)?;
        Some((index, &self.strategies.get(index)?.state))
    }

    fn strategy_mut(&mut self, id: StrategyId) -> Option<&mut StrategyState> {
        let index = index_of(&self.strategies, id)?;
        Some(&mut self.strategies.get_mut(index)?.state)
    }

    fn remove_strategy(&mut self, id: StrategyId) -> Option<(StrategyState, Box<dyn Any>)> {
        let (index, _) = self.strategy(id)?;
        let ActiveStrategy { state, strategy } = self.strategies.remove(index);
        Some((state, strategy))
    }

    fn started(&mut self, shared: &mut Shared, now: Instant) -> Result<(), Panicked> {
        self.with(shared, now, |community, cx| community.started(cx))
    }

    fn unload(&mut self, shared: &mut Shared, now: Instant) -> Result<(), Panicked> {
        Context::new(&mut self.state, shared, now).unload_bootstrappers();
        let unloaded = self.with(shared, now, |community, cx| community.unload(cx));
        let left = self.state.pending.shut_down();
        match self.fail_requests(left, &RequestError::Unloaded, shared, now) {
            0 => unloaded,
            _ => Err(Panicked),
        }
    }

    fn deliver(
        &mut self,
        source: SocketAddr,
        body: OpenedBody,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<Result<(), DropReason>, Panicked> {
        match body {
            OpenedBody::Introduction(opened) => {
                self.deliver_introduction(source, opened, shared, now)
            }
            OpenedBody::Beacon => {
                let mut cx = Context::new(&mut self.state, shared, now);
                let followed = cx.hear_beacon(source);
                Ok(followed.then_some(()).ok_or(DropReason::Beacon))
            }
            OpenedBody::Message(id, opened) => {
                self.deliver_message(source, id, opened, shared, now)
            }
        }
    }

    fn take_step(&mut self, id: StrategyId, shared: &mut Shared, now: Instant) -> StepOutcome {
        let Self {
            state,
            community,
            strategies,
            ..
        } = self;
        let index = index_of(strategies, id);
        let Some(active) = index.and_then(|index| strategies.get_mut(index)) else {
            return StepOutcome::Skipped;
        };
        let peers = state.network(shared).peer_count(state.community_id);
        if active.state.is_at_target(peers) {
            active.state.skipped += 1;
            return StepOutcome::Skipped;
        }
        active.state.last_step = Some(now);
        active.state.steps += 1;
        let mut cx = Context::new(state, shared, now);
        cx.target_peers = usize::try_from(active.state.target_peers).ok();
        match guarded(|| active.strategy.take_step(community, &mut cx)) {
            Ok(()) => StepOutcome::Taken,
            Err(Panicked) => {
                active.state.panics += 1;
                StepOutcome::Panicked
            }
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

    fn network_peer(
        &mut self,
        peer: &Peer,
        added: bool,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<(), Panicked> {
        self.with(shared, now, |community, cx| match added {
            true => community.on_network_peer_added(peer, cx),
            false => community.on_network_peer_removed(peer, cx),
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

    fn expire_requests(&mut self, shared: &mut Shared, most: usize, now: Instant) -> Expired {
        let rests = self.rests(shared);
        let mut cx = Context::new(&mut self.state, shared, now);
        cx.wake_bootstrappers(rests);
        cx.ask_due_contact();
        cx.search_if_due();
        let expired: Vec<_> = self.state.requests.expired(now).take(most).collect();
        let overdue = self.state.pending.expired(most - expired.len(), now);
        let mut all = Expired {
            requests: expired.len() + overdue.len(),
            panics: 0,
        };
        for (prefix, number, data) in expired {
            let told = self.with(shared, now, |community, cx| {
                community.on_request_timeout(prefix, number, data, cx)
            });
            all.panics += usize::from(told.is_err());
        }
        all.panics += self.fail_requests(overdue, &RequestError::Timeout, shared, now);
        self.state.wake_when_due(&mut shared.timers);
        all
    }

    fn resolved(
        &mut self,
        index: usize,
        lookup: &Lookup,
        found: Result<&[SocketAddr], &LookupError>,
        shared: &mut Shared,
        now: Instant,
    ) {
        let mut cx = Context::new(&mut self.state, shared, now);
        cx.note_resolved(index, &lookup.host, lookup.port, found);
    }

    fn run_tasks(
        &mut self,
        shared: &mut Shared,
        most: usize,
        now: Instant,
    ) -> (usize, Vec<TaskEvent>) {
        let due = self.state.due_tasks(most, now);
        let (count, mut events) = (due.len(), Vec::new());
        for due in due {
            let begun = shared.enter(self.state.community_id, Work::Task(due.name.clone()));
            let mut cx = Context::new(&mut self.state, shared, now);
            events.extend(run_task(due, &mut self.community, &mut cx, |call| {
                guarded(call).is_ok()
            }));
            shared.leave(begun);
        }
        self.state.wake_when_due(&mut shared.timers);
        (count, events)
    }

    fn finish_task(
        &mut self,
        finished: FinishedTask,
        shared: &mut Shared,
        now: Instant,
    ) -> Option<TaskEvent> {
        let begun = shared.enter(self.state.community_id, Work::Task(finished.name.clone()));
        let mut cx = Context::new(&mut self.state, shared, now);
        let event = finish_task(finished, &mut self.community, &mut cx, |call| {
            guarded(call).is_ok()
        });
        shared.leave(begun);
        event
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
