//! Adding overlays and strategies to an engine, and taking them out again.

use std::any::TypeId;
use std::net::SocketAddr;
use std::time::Instant;

use crate::crypto::PrivateKey;
use crate::engine::info::strategies_of;
use crate::engine::overlays::{
    Overlay, Panicked, Strategies, StrategyId, guarded, short_type_name,
};
use crate::engine::{CallError, Engine, Event, OverlayError, Place, Turn};
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::community::{Community, MessageTable};
use crate::overlay::context::{Context, OverlayState};
use crate::state::network::PeerGraph;
use crate::wire::packet::CommunityId;

/// What an overlay needs besides its community's settings.
#[derive(Debug)]
pub struct OverlayConfig {
    /// The key of the overlay's own peer.
    pub my_peer: PrivateKey,
    /// What the overlay is called, among those of its node. Default: the community's type, without path, and a number if that
    /// name is taken: `MyCommunity`, `MyCommunity#2`. (A launcher's overlay is called like the launcher.)
    pub name: Option<String>,
    /// Overrides [`Community::MAX_PEERS`]; -1: no limit.
    pub max_peers: Option<i32>,
    /// Whether the overlay has a peer graph of its own, bounded like the node's: its peers, addresses and services are then apart
    /// from those of the others, and are forgotten when it is unloaded. A snapshot of the node does not have them
    /// ([`Engine::network_of`] does). Default `false`: the graph that the overlays share.
    pub own_network: bool,
    /// Whom to ask when nobody is known.
    pub bootstrappers: Bootstrappers,
}

impl OverlayConfig {
    /// The defaults for an overlay with this key: named after its type, as many peers as its community says, nobody to ask.
    #[must_use]
    pub fn new(my_peer: PrivateKey) -> Self {
        Self {
            my_peer,
            name: None,
            max_peers: None,
            own_network: false,
            bootstrappers: Bootstrappers::new(),
        }
    }
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
        let name = self.name_for(community, config.name)?;
        if !table.errors().is_empty() {
            let errors = table.errors().to_vec();
            return Err(OverlayError::Messages { community, errors });
        }
        let mut state = OverlayState::new(id, config.my_peer, max_peers, config.bootstrappers);
        state.name = name;
        state.serial = self.next_serial;
        state.responses.clone_from(table.responses());
        state.community_type = Some((TypeId::of::<C>(), community));
        self.next_serial += 1;
        if config.own_network {
            state.own_network = Some(Box::new(self.empty_network()));
        }
        let made = self.make::<C>(community, &mut state, settings, now)?;
        let servers = state.bootstrappers.servers();
        let network = state.network_mut(&mut self.shared);
        network.register_service(id);
        // A server may ask before it is asked, and must not become a peer by that.
        for server in servers {
            network.blacklist_address(server);
        }
        let own_mid = state.my_key.mid();
        self.shared.overlay_keys.insert(id, state.my_key.clone());
        let mut overlay = Overlay::new(state, made, table);
        let added = overlay.append(strategies, &mut self.next_strategy);
        if C::OBSERVES_NETWORK {
            self.observers.push(id);
        }
        self.names.insert(overlay.state.name.clone(), id);
        self.overlays.insert(id, Box::new(overlay));
        self.blacklist_own_mid(own_mid);
        self.schedule(id, added, now);
        self.start(id, community, now)?;
        Ok(id)
    }

    /// Makes room for so many more overlays with a strategy each, so that adding them moves nothing.
    pub(crate) fn reserve(&mut self, overlays: usize) {
        self.overlays.reserve(overlays);
        self.names.reserve(overlays);
        self.shared.overlay_keys.reserve(overlays);
        self.shared.network.reserve_services(overlays);
        self.scheduler.reserve(overlays);
        self.events.reserve(overlays.saturating_mul(2));
    }

    /// A peer graph for one overlay: bounded like the shared one, without any key that was ever our own.
    fn empty_network(&self) -> PeerGraph {
        let mut network = PeerGraph::new(self.shared.network.limits().clone());
        for mid in &self.own_mids {
            network.blacklist_mid(*mid);
        }
        network
    }

    /// Calls [`Community::new`]; if that fails, what it sent and asked is forgotten.
    fn make<C: Community>(
        &mut self,
        community: &'static str,
        state: &mut OverlayState,
        settings: C::Settings,
        now: Instant,
    ) -> Result<C, OverlayError> {
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
            self.remove_overlay(id, now);
            self.settle(now);
            return Err(OverlayError::Panicked { community });
        }
        self.settle(now);
        tracing::info!(overlay = %id, community, "overlay loaded");
        self.emit(Event::OverlayLoaded { overlay: id });
        Ok(())
    }

    /// The name of a new overlay: the one `wanted`, or a free one made of its type.
    fn name_for(
        &self,
        community: &'static str,
        wanted: Option<String>,
    ) -> Result<String, OverlayError> {
        let Some(name) = wanted else {
            let taken = |name: &String| self.names.contains_key(name);
            let numbered = (2_u64..).map(|number| format!("{community}#{number}"));
            let mut names = std::iter::once(community.to_owned()).chain(numbered);
            return Ok(names.find(|name| !taken(name)).unwrap_or_default());
        };
        let other = self.names.get(&name);
        match other.and_then(|other| self.overlays.get(other)) {
            Some(other) => Err(OverlayError::DuplicateName {
                community,
                name,
                other: other.community(),
            }),
            None => Ok(name),
        }
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
                other: other.community(),
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

    /// Appends strategies to the overlay `id`, and returns which they are.
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
    ) -> Result<Result<Vec<StrategyId>, OverlayError>, CallError> {
        if let Err(error) = check_targets(short_type_name::<C>(), &strategies) {
            return Ok(Err(error));
        }
        let overlay = self.overlays.get_mut(&id);
        let overlay = overlay.and_then(|overlay| overlay.downcast_mut::<C>());
        let overlay = overlay.ok_or(CallError::NotLoaded)?;
        let added = overlay.append(strategies, &mut self.next_strategy);
        self.schedule(id, added.clone(), now);
        Ok(Ok(added.map(StrategyId::from_number).collect()))
    }

    /// Calls `unload` of the overlay `id` and removes it with its strategies; what it sent last
    /// still leaves. Returns whether there was one.
    pub fn unload_overlay(&mut self, id: CommunityId, now: Instant) -> bool {
        let Some(overlay) = self.overlays.get_mut(&id) else {
            return false;
        };
        let community = overlay.community();
        let result = overlay.unload(&mut self.shared, now);
        self.note(id, Place::Unload, result);
        self.settle(now);
        self.take_leave(id);
        self.remove_overlay(id, now);
        self.settle(now);
        tracing::info!(overlay = %id, community, "overlay unloaded");
        self.emit(Event::OverlayUnloaded { overlay: id });
        true
    }

    /// Unloads every overlay, the one added last first.
    pub fn unload_all(&mut self, now: Instant) {
        while let Some(id) = self.overlays.last().map(|(id, _)| *id) {
            self.unload_overlay(id, now);
        }
    }

    fn remove_overlay(&mut self, id: CommunityId, now: Instant) {
        if let Some(overlay) = self.overlays.get_mut(&id) {
            let state = overlay.state_mut();
            if guarded(|| state.end_tasks(true, &mut self.shared)).is_err() {
                state.tasks.shut_down();
            }
            state.stay_asleep(&mut self.shared.timers);
        }
        self.observers.retain(|observer| *observer != id);
        if let Some(overlay) = self.overlays.shift_remove(&id) {
            let community = overlay.community();
            self.names.remove(&overlay.state().name);
            let turns = strategies_of(overlay.as_ref()).map(|strategy| Turn {
                overlay: id,
                strategy: strategy.id,
            });
            self.scheduler.remove_all(turns, now);
            if guarded(|| drop(overlay)).is_err() {
                self.note_panic_of(community, id, Place::Unload);
            }
        }
        self.shared.overlay_keys.shift_remove(&id);
        self.shared.network.unregister_service(id);
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

    /// The community of the overlay `id`, to look at; `None` when there is no such overlay, or its community is no `C`.
    #[must_use]
    pub fn community<C: Community>(&self, id: CommunityId) -> Option<&C> {
        let overlay = self.overlays.get(&id)?.downcast_ref::<C>()?;
        Some(&overlay.community)
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
