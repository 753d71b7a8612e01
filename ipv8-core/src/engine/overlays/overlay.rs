//! One overlay of any type of community: here calls of the engine become calls of user code.

use std::any::{Any, TypeId};
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Instant;

use super::any_strategy::{AnyStrategy, StrategyList};
use super::names::{StrategyId, StrategyName, TakenNames};
use super::strategy_state::{ActiveStrategy, StrategyState};
use crate::overlay::bootstrap::{Lookup, LookupError};
use crate::overlay::community::{AnyCommunity, Call, Community, MessageType, Messages};
use crate::overlay::context::{
    Context, FinishedTask, OverlayState, RequestError, Shared, TaskEvent, Waiting, fail_request,
    finish_task, run_task,
};
use crate::state::watch::Work;
use crate::support::guard::{Panicked, guarded};

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepOutcome {
    /// Nothing was called: the overlay has the strategy's target peers, or the strategy was
    /// removed.
    Skipped,
    Taken,
    Panicked,
}

/// The result of [`Overlay::expire_requests`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expired {
    /// The number of overdue requests.
    pub(crate) requests: usize,
    /// The number of panics of the community about them.
    pub(crate) panics: usize,
}

/// Code that is run with a community, whose type is erased.
pub(crate) type AnyCall<'a> = dyn FnMut(&mut dyn Any, &mut Context<'_>) + 'a;

/// A community, its handlers, its strategies and its state. The types of the community and of the
/// strategies are erased. No panic of user code leaves its methods.
pub(crate) struct Overlay {
    pub(super) state: OverlayState,
    pub(super) community: Box<dyn AnyCommunity>,
    pub(super) messages: Messages,
    /// Sorted by id: new strategies have higher ids.
    strategies: Vec<ActiveStrategy>,
}

impl Overlay {
    /// Returns an overlay without strategies.
    pub(crate) fn new(
        state: OverlayState,
        community: Box<dyn AnyCommunity>,
        messages: Messages,
    ) -> Self {
        Self {
            state,
            community,
            messages,
            strategies: Vec::new(),
        }
    }

    pub(crate) fn state(&self) -> &OverlayState {
        &self.state
    }

    pub(crate) fn state_mut(&mut self) -> &mut OverlayState {
        &mut self.state
    }

    /// Returns the short name of the community's type.
    pub(crate) fn community(&self) -> &'static str {
        self.state.community_type.map_or("?", |(_, name)| name)
    }

    pub(crate) fn community_type(&self) -> TypeId {
        (*self.community).type_id()
    }

    /// Returns the community; `None` if it is not a `C`.
    pub(crate) fn downcast_ref<C: Community>(&self) -> Option<&C> {
        let community: &dyn Any = &*self.community;
        community.downcast_ref()
    }

    /// Returns how to read the message `id`.
    pub(crate) fn message(&self, id: u8) -> Option<&'static MessageType> {
        self.messages.message(id)
    }

    /// Appends strategies with ids from `next_id` on. Returns the numbers of their ids.
    pub(crate) fn append(&mut self, strategies: StrategyList, next_id: &mut u64) -> Range<u64> {
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
            let community: &mut dyn Any = &mut *self.community;
            let cx = &mut Context::new(&mut self.state, shared, now);
            guarded(|| fail_request(waiting, error.clone(), community, cx))
        });
        told.filter(Result::is_err).count()
    }

    /// Calls the community and catches a panic.
    pub(crate) fn with(
        &mut self,
        shared: &mut Shared,
        now: Instant,
        call: &mut AnyCall<'_>,
    ) -> Result<(), Panicked> {
        let community: &mut dyn Any = &mut *self.community;
        let cx = &mut Context::new(&mut self.state, shared, now);
        guarded(|| call(community, cx))
    }

    /// Calls a method of the community and catches a panic.
    pub(crate) fn call(
        &mut self,
        call: Call<'_>,
        shared: &mut Shared,
        now: Instant,
    ) -> Result<(), Panicked> {
        let community = &mut *self.community;
        let cx = &mut Context::new(&mut self.state, shared, now);
        guarded(|| community.call(call, cx))
    }

    pub(crate) fn strategy_count(&self) -> usize {
        self.strategies.len()
    }

    pub(crate) fn strategy_at(&self, index: usize) -> Option<&StrategyState> {
        Some(&self.strategies.get(index)?.state)
    }

    /// Returns the strategy `id` and its index.
    pub(crate) fn strategy(&self, id: StrategyId) -> Option<(usize, &StrategyState)> {
        let index = index_of(&self.strategies, id)?;
        Some((index, &self.strategies.get(index)?.state))
    }

    pub(crate) fn strategy_mut(&mut self, id: StrategyId) -> Option<&mut StrategyState> {
        let index = index_of(&self.strategies, id)?;
        Some(&mut self.strategies.get_mut(index)?.state)
    }

    /// Removes a strategy and returns it, for the caller to drop.
    pub(crate) fn remove_strategy(
        &mut self,
        id: StrategyId,
    ) -> Option<(StrategyState, Box<dyn AnyStrategy>)> {
        let (index, _) = self.strategy(id)?;
        let ActiveStrategy { state, strategy } = self.strategies.remove(index);
        Some((state, strategy))
    }

    /// Unloads the bootstrappers and the community, and reports to it that its requests failed.
    pub(crate) fn unload(&mut self, shared: &mut Shared, now: Instant) -> Result<(), Panicked> {
        Context::new(&mut self.state, shared, now).unload_bootstrappers();
        let unloaded = self.call(Call::Unload, shared, now);
        let left = self.state.pending.shut_down();
        match self.fail_requests(left, &RequestError::Unloaded, shared, now) {
            0 => unloaded,
            _ => Err(Panicked),
        }
    }

    pub(crate) fn take_step(
        &mut self,
        id: StrategyId,
        shared: &mut Shared,
        now: Instant,
    ) -> StepOutcome {
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
        let community: &mut dyn Any = &mut **community;
        match guarded(|| active.strategy.take_step(community, &mut cx)) {
            Ok(()) => StepOutcome::Taken,
            Err(Panicked) => {
                active.state.panics += 1;
                StepOutcome::Panicked
            }
        }
    }

    /// Wakes the bootstrappers and asks the contact whose time has come, and reports overdue
    /// requests to the community, at most `most`. The others are due at the next input.
    pub(crate) fn expire_requests(
        &mut self,
        shared: &mut Shared,
        most: usize,
        now: Instant,
    ) -> Expired {
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
            let timeout = Call::RequestTimeout(prefix, number, data);
            let told = self.call(timeout, shared, now);
            all.panics += usize::from(told.is_err());
        }
        all.panics += self.fail_requests(overdue, &RequestError::Timeout, shared, now);
        self.state.wake_when_due(&mut shared.timers);
        all
    }

    /// Passes the result of a lookup to the bootstrapper at `index`.
    pub(crate) fn resolved(
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

    /// Runs the tasks that are due, at most `most`. Returns their number, and the events to report.
    pub(crate) fn run_tasks(
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
            events.extend(run_task(due, &mut *self.community, &mut cx));
            shared.leave(begun);
        }
        self.state.wake_when_due(&mut shared.timers);
        (count, events)
    }

    /// Handles a future that is done. Returns the event to report.
    pub(crate) fn finish_task(
        &mut self,
        finished: FinishedTask,
        shared: &mut Shared,
        now: Instant,
    ) -> Option<TaskEvent> {
        let begun = shared.enter(self.state.community_id, Work::Task(finished.name.clone()));
        let mut cx = Context::new(&mut self.state, shared, now);
        let event = finish_task(finished, &mut *self.community, &mut cx);
        shared.leave(begun);
        event
    }
}

fn index_of(strategies: &[ActiveStrategy], id: StrategyId) -> Option<usize> {
    let index = strategies.binary_search_by_key(&id, |active| active.state.id);
    index.ok()
}
