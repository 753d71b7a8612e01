//! Adding overlays and strategies to an engine, and taking them out again.

use std::any::TypeId;
use std::net::SocketAddr;
use std::time::Instant;

use crate::bootstrap::Bootstrappers;
use crate::community::{Community, CommunityError, MessageTable, MessageTableError};
use crate::context::{Context, OverlayState};
use crate::crypto::PrivateKey;
use crate::engine::{Engine, Event, Place, Turn};
use crate::overlay::{Overlay, Panicked, Strategies, guarded, short_type_name};
use crate::packet::CommunityId;

/// What an overlay needs besides its community's settings.
#[derive(Debug)]
pub struct OverlayConfig {
    /// The key of the overlay's own peer.
    pub my_peer: PrivateKey,
    /// Overrides [`Community::MAX_PEERS`]; -1: no limit.
    pub max_peers: Option<i32>,
    /// Whom to ask when nobody is known.
    pub bootstrappers: Bootstrappers,
}

/// Why an overlay could not be added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// The engine has an overlay with this id.
    #[error("{community}: community id {id} is in use by {other}: give one of them another id")]
    DuplicateCommunity {
        /// The community refused.
        community: &'static str,
        /// The id.
        id: CommunityId,
        /// The community that has it.
        other: &'static str,
    },
    /// Its message handlers contradict each other or IPv8.
    #[error("{community}: {}", join(errors))]
    Messages {
        /// The community refused.
        community: &'static str,
        /// All that is wrong.
        errors: Vec<MessageTableError>,
    },
    /// A target below -1.
    #[error(
        "{community}: target_peers = {target_peers} of {strategy}: use -1 for no limit, or 0 and above"
    )]
    Target {
        /// The community refused.
        community: &'static str,
        /// The strategy.
        strategy: &'static str,
        /// What was asked for.
        target_peers: i32,
    },
    /// A peer limit below -1.
    #[error("{community}: max_peers = {max_peers}: use -1 for no limit, or 0 and above")]
    MaxPeers {
        /// The community refused.
        community: &'static str,
        /// What was asked for.
        max_peers: i32,
    },
    /// [`Community::new`] failed.
    #[error("{community} could not be made: {error}")]
    Community {
        /// The community refused.
        community: &'static str,
        /// What it said.
        error: CommunityError,
    },
    /// [`Community::new`] or [`Community::started`] panicked.
    #[error("{community} panicked while it was being made")]
    Panicked {
        /// The community refused.
        community: &'static str,
    },
}

fn join(errors: &[MessageTableError]) -> String {
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// Why a call into an overlay had no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// There is no overlay of that id and type (any more).
    #[error("the overlay is not loaded: it was unloaded, or never launched")]
    NotLoaded,
    /// The call panicked.
    #[error("the call panicked; the node goes on")]
    Panicked,
}

/// A strategy of a running node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrategyInfo {
    /// The overlay it walks.
    pub overlay: CommunityId,
    /// The overlay's community type, without path.
    pub community: &'static str,
    /// Its place among the overlay's strategies, from 0.
    pub index: usize,
    /// Its type, without path.
    pub name: &'static str,
    /// Its target; -1: none.
    pub target_peers: i32,
}

/// An overlay of a running node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayInfo {
    /// Its id.
    pub id: CommunityId,
    /// Its community type, without path.
    pub community: &'static str,
    /// Its community type.
    pub community_type: TypeId,
    /// Its strategies, in order.
    pub strategies: Vec<StrategyInfo>,
    /// Its bootstrappers' types, without path, in order.
    pub bootstrappers: Vec<&'static str>,
}

impl Engine {
    /// Makes a community of type `C`, adds it as an overlay and lets its strategies take turns.
    /// Returns the overlay's id.
    ///
    /// # Errors
    ///
    /// [`OverlayError`]; the engine is then as it was before.
    pub fn add_overlay<C: Community>(
        &mut self,
        config: OverlayConfig,
        settings: C::Settings,
        strategies: Strategies<C>,
        now: Instant,
    ) -> Result<CommunityId, OverlayError> {
        let community = short_type_name::<C>();
        let asked = guarded(|| (C::community_id(&settings), message_table::<C>()));
        let Ok((id, table)) = asked else {
            self.note_panic_of(community, C::COMMUNITY_ID, Place::New);
            return Err(OverlayError::Panicked { community });
        };
        let max_peers = config.max_peers.unwrap_or(C::MAX_PEERS);
        self.check_overlay(community, id, max_peers, &strategies)?;
        if !table.errors().is_empty() {
            let errors = table.errors().to_vec();
            return Err(OverlayError::Messages { community, errors });
        }
        let mut state = OverlayState::new(id, config.my_peer, max_peers, config.bootstrappers);
        state.serial = self.next_serial;
        state.community_type = Some((TypeId::of::<C>(), community));
        self.next_serial += 1;
        let count = strategies.len();
        let made = self.make::<C>(&mut state, settings, now)?;
        self.shared.network.register_service(id);
        self.shared.network.blacklist_mid(state.my_key.mid());
        let key = state.my_key.clone();
        self.shared.overlay_keys.insert(id, key);
        self.overlays
            .insert(id, Box::new(Overlay::new(state, made, table, strategies)));
        self.schedule(id, 0..count, now);
        self.start(id, community, now)?;
        Ok(id)
    }

    /// Calls [`Community::new`]; if that fails, what it sent and asked is forgotten.
    fn make<C: Community>(
        &mut self,
        state: &mut OverlayState,
        settings: C::Settings,
        now: Instant,
    ) -> Result<C, OverlayError> {
        let community = short_type_name::<C>();
        let waiting = self.shared.outbox.len();
        let made = guarded(|| C::new(settings, &mut Context::new(state, &mut self.shared, now)));
        let error = match made {
            Ok(Ok(made)) => return Ok(made),
            Ok(Err(error)) => OverlayError::Community { community, error },
            Err(Panicked) => {
                self.note_panic_of(community, state.community_id, Place::New);
                OverlayError::Panicked { community }
            }
        };
        self.shared.outbox.truncate(waiting);
        state.end_tasks(true, &mut self.shared);
        state.stay_asleep(&mut self.shared.timers);
        Err(error)
    }

    fn start(
        &mut self,
        id: CommunityId,
        community: &'static str,
        now: Instant,
    ) -> Result<(), OverlayError> {
        let Some(overlay) = self.overlays.get_mut(&id) else {
            return Ok(());
        };
        let waiting = self.shared.outbox.len();
        if overlay.started(&mut self.shared, now).is_err() {
            self.shared.outbox.truncate(waiting);
            self.note_panic(id, Place::Started);
            self.remove_overlay(id);
            self.settle(now);
            return Err(OverlayError::Panicked { community });
        }
        self.settle(now);
        tracing::info!(overlay = %id, community, "overlay loaded");
        Ok(())
    }

    fn check_overlay<C: Community>(
        &self,
        community: &'static str,
        id: CommunityId,
        max_peers: i32,
        strategies: &Strategies<C>,
    ) -> Result<(), OverlayError> {
        if let Some(other) = self.overlays.get(&id) {
            return Err(OverlayError::DuplicateCommunity {
                community,
                id,
                other: other.name(),
            });
        }
        if max_peers < -1 {
            return Err(OverlayError::MaxPeers {
                community,
                max_peers,
            });
        }
        check_targets(community, strategies)
    }

    /// Appends strategies to the overlay `id`.
    ///
    /// # Errors
    ///
    /// [`OverlayError::Target`] for a target below -1; a [`CallError::NotLoaded`] inside when there
    /// is no such overlay.
    pub fn add_strategies<C: Community>(
        &mut self,
        id: CommunityId,
        strategies: Strategies<C>,
        now: Instant,
    ) -> Result<Result<(), OverlayError>, CallError> {
        if let Err(error) = check_targets(short_type_name::<C>(), &strategies) {
            return Ok(Err(error));
        }
        let overlay = self.overlay_mut::<C>(id).ok_or(CallError::NotLoaded)?;
        let added = overlay.append(strategies);
        self.schedule(id, added, now);
        Ok(Ok(()))
    }

    fn schedule(&mut self, overlay: CommunityId, indexes: std::ops::Range<usize>, now: Instant) {
        let first = self.first_turn(now);
        for index in indexes {
            self.scheduler.insert(Turn { overlay, index }, first);
        }
    }

    /// Calls `unload` of the overlay `id` and removes it with its strategies; what it sent last
    /// still leaves. Returns whether there was one.
    pub fn unload_overlay(&mut self, id: CommunityId, now: Instant) -> bool {
        let Some(overlay) = self.overlays.get_mut(&id) else {
            return false;
        };
        let community = overlay.name();
        let result = overlay.unload(&mut self.shared, now);
        self.note(id, Place::Unload, result);
        self.settle(now);
        self.take_leave(id);
        self.remove_overlay(id);
        self.settle(now);
        tracing::info!(overlay = %id, community, "overlay unloaded");
        true
    }

    /// For whoever listens, an overlay that goes loses its peers: the network may keep them, and
    /// tells of them anew when the overlay comes back.
    fn take_leave(&mut self, id: CommunityId) {
        let peers: Vec<_> = self.shared.network.peers_for_service(id).cloned().collect();
        for peer in peers {
            self.emit(Event::PeerRemoved { overlay: id, peer });
        }
    }

    /// Unloads every overlay, the one added last first.
    pub fn unload_all(&mut self, now: Instant) {
        while let Some(id) = self.overlays.last().map(|(id, _)| *id) {
            self.unload_overlay(id, now);
        }
    }

    fn remove_overlay(&mut self, id: CommunityId) {
        if let Some(overlay) = self.overlays.get_mut(&id) {
            let state = overlay.state_mut();
            if guarded(|| state.end_tasks(true, &mut self.shared)).is_err() {
                state.tasks.shut_down();
            }
            state.stay_asleep(&mut self.shared.timers);
        }
        if let Some(overlay) = self.overlays.shift_remove(&id) {
            let community = overlay.name();
            if guarded(|| drop(overlay)).is_err() {
                self.note_panic_of(community, id, Place::Unload);
            }
        }
        self.scheduler.remove(|turn| turn.overlay == id);
        self.shared.overlay_keys.shift_remove(&id);
        self.shared.network.unregister_service(id);
    }

    /// The overlays, in the order in which they were added.
    #[must_use]
    pub fn overlays(&self) -> Vec<OverlayInfo> {
        let strategies = |id: CommunityId, count: usize| {
            (0..count).filter_map(move |index| self.strategy_info(Turn { overlay: id, index }))
        };
        let overlays = self.overlays.iter().map(|(id, overlay)| OverlayInfo {
            id: *id,
            community: overlay.name(),
            community_type: overlay.community_type(),
            strategies: strategies(*id, overlay.strategy_count()).collect(),
            bootstrappers: overlay.state().bootstrappers.iter().collect(),
        });
        overlays.collect()
    }

    /// The id of the first overlay whose community is a `C`.
    #[must_use]
    pub fn find_overlay<C: Community>(&self) -> Option<CommunityId> {
        let wanted = TypeId::of::<C>();
        self.overlays
            .iter()
            .find(|(_, overlay)| overlay.community_type() == wanted)
            .map(|(id, _)| *id)
    }

    /// Calls into the community of the overlay `id`.
    ///
    /// # Errors
    ///
    /// [`CallError`] when there is no such overlay, or `call` panicked.
    pub fn call<C: Community, R>(
        &mut self,
        id: CommunityId,
        now: Instant,
        call: impl FnOnce(&mut C, &mut Context<'_>) -> R,
    ) -> Result<R, CallError> {
        let Some(overlay) = self.overlays.get_mut(&id) else {
            return Err(CallError::NotLoaded);
        };
        let Some(overlay) = overlay.downcast_mut::<C>() else {
            return Err(CallError::NotLoaded);
        };
        let result = overlay.with(&mut self.shared, now, call);
        if result.is_err() {
            self.note_panic(id, Place::Call);
        }
        self.settle(now);
        result.map_err(|_| CallError::Panicked)
    }

    /// Changes what an overlay believes about itself before it has met anybody; for tests and
    /// simulators that need a given WAN estimate.
    pub fn set_estimated_wan(&mut self, id: CommunityId, wan: SocketAddr) -> bool {
        let Some(overlay) = self.overlays.get_mut(&id) else {
            return false;
        };
        overlay.state_mut().set_estimated_wan(wan);
        true
    }

    fn overlay_mut<C: Community>(&mut self, id: CommunityId) -> Option<&mut Overlay<C>> {
        self.overlays.get_mut(&id)?.downcast_mut()
    }
}

fn message_table<C: Community>() -> MessageTable<C> {
    let mut table = MessageTable::default();
    C::messages(&mut table);
    table
}

fn check_targets<C: Community>(
    community: &'static str,
    strategies: &Strategies<C>,
) -> Result<(), OverlayError> {
    match strategies.iter().find(|(_, target)| *target < -1) {
        Some((strategy, target_peers)) => Err(OverlayError::Target {
            community,
            strategy,
            target_peers,
        }),
        None => Ok(()),
    }
}
