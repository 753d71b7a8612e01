//! Adds overlays and strategies to an engine.

use std::time::Instant;

use crate::engine::errors::{CallError, OverlayError};
use crate::engine::event::{Callback, Event};
use crate::engine::overlay_config::OverlayConfig;
use crate::engine::overlays::{
    AnySettings, CommunityType, Overlay, Strategies, StrategyId, StrategyList,
};
use crate::engine::state_machine::Engine;
use crate::overlay::community::{AnyCommunity, Call, Community};
use crate::overlay::context::{Context, OverlayState};
use crate::state::network::PeerGraph;
use crate::support::guard::{Panicked, guarded};
use crate::support::names::first_free_name;
use crate::wire::packet::CommunityId;

impl Engine {
    /// Creates a community of type `C`, adds it as an overlay and schedules its strategies. Returns
    /// the overlay's id.
    ///
    /// # Errors
    ///
    /// [`OverlayError`]; the engine is then unchanged.
    pub fn add_overlay<C: Community>(
        &mut self,
        config: OverlayConfig,
        settings: C::Settings,
        strategies: Strategies<C>,
        now: Instant,
    ) -> Result<CommunityId, OverlayError> {
        let community = CommunityType::of::<C>();
        self.add_erased(
            community,
            config,
            Box::new(settings),
            strategies.into_erased(),
            now,
        )
    }

    /// Like [`add_overlay`](Self::add_overlay), but compiled once and not for each community.
    ///
    /// # Errors
    ///
    /// [`OverlayError`]; the engine is then unchanged.
    pub(crate) fn add_erased(
        &mut self,
        community_type: &CommunityType,
        config: OverlayConfig,
        settings: AnySettings,
        strategies: StrategyList,
        now: Instant,
    ) -> Result<CommunityId, OverlayError> {
        let community = community_type.name();
        let asked = guarded(|| (community_type.id(&settings), community_type.messages()));
        let Ok((id, messages)) = asked else {
            self.report_panic_of(community, community_type.usual_id, Callback::New);
            return Err(OverlayError::Panicked { community });
        };
        let max_peers = config.max_peers.unwrap_or(community_type.max_peers);
        self.check_overlay(community, id, max_peers, &strategies)?;
        let name = self.name_for(community, config.name)?;
        if !messages.errors().is_empty() {
            let errors = messages.errors().to_vec();
            return Err(OverlayError::Messages { community, errors });
        }
        let mut state = OverlayState::new(id, config.my_peer, max_peers, config.bootstrappers);
        state.name = name;
        if let Some(wan) = self.wan {
            state.set_estimated_wan(wan);
        }
        state.serial = self.next_serial;
        state.responses.clone_from(messages.responses());
        state.community_type = Some((community_type.type_id(), community));
        self.next_serial += 1;
        if config.own_network {
            state.own_network = Some(Box::new(self.empty_network()));
        }
        let created = self.create(community_type, &mut state, settings, now)?;
        self.join_network(&mut state);
        let own_mid = state.my_key.mid();
        self.shared.overlay_keys.insert(id, state.my_key.clone());
        let mut overlay = Overlay::new(state, created, messages);
        let added = overlay.append(strategies, &mut self.next_strategy);
        if community_type.observes_network {
            self.observers.push(id);
        }
        self.names.insert(overlay.state().name.clone(), id);
        self.overlays.insert(id, Box::new(overlay));
        self.blacklist_own_mid(own_mid);
        self.schedule(id, added, now);
        self.start(id, community, now)?;
        Ok(id)
    }

    /// Reserves room for this many more overlays with one strategy each.
    pub(crate) fn reserve(&mut self, overlays: usize) {
        self.overlays.reserve(overlays);
        self.names.reserve(overlays);
        self.shared.overlay_keys.reserve(overlays);
        self.shared.network.reserve_services(overlays);
        self.scheduler.reserve(overlays);
        self.events.reserve(overlays.saturating_mul(2));
    }

    /// Returns a peer graph for one overlay: bounded like the shared one, and without any key that
    /// the node ever had.
    fn empty_network(&self) -> PeerGraph {
        let mut network = PeerGraph::new(self.shared.network.limits().clone());
        for mid in &self.own_mids {
            network.blacklist_mid(*mid);
        }
        network
    }

    /// Calls [`Community::new`]. If that fails, removes everything it sent and scheduled.
    fn create(
        &mut self,
        community_type: &CommunityType,
        state: &mut OverlayState,
        settings: AnySettings,
        now: Instant,
    ) -> Result<Box<dyn AnyCommunity>, OverlayError> {
        let community = community_type.name();
        let waiting = self.shared.outbox.len();
        let cx = &mut Context::new(state, &mut self.shared, now);
        let created = guarded(|| community_type.create(settings, cx));
        let error = match created {
            Ok(Ok(created)) => return Ok(created),
            Ok(Err(error)) => OverlayError::Community { community, error },
            Err(Panicked) => {
                self.report_panic_of(community, state.community_id, Callback::New);
                OverlayError::Panicked { community }
            }
        };
        self.shared.outbox.truncate(waiting);
        state.end_tasks(true, &mut self.shared);
        state.stay_asleep(&mut self.shared.timers);
        Err(error)
    }

    /// Registers a new overlay in its peer graph.
    fn join_network(&mut self, state: &mut OverlayState) {
        let (id, servers) = (state.community_id, state.bootstrappers.servers());
        let cap = usize::try_from(state.max_peers).ok();
        let network = state.network_mut(&mut self.shared);
        network.register_service(id);
        network.set_cap(id, cap);
        // A server can send a request before it gets one, and must not become a peer by that.
        for server in servers {
            network.blacklist_address(server);
        }
    }

    /// Calls [`Community::started`]. If that panics, removes the overlay and everything it sent.
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
        if overlay.call(Call::Started, &mut self.shared, now).is_err() {
            self.shared.outbox.truncate(waiting);
            self.report_panic(id, Callback::Started);
            self.remove_overlay(id, now);
            self.settle(now);
            return Err(OverlayError::Panicked { community });
        }
        self.schedule_bootstrappers(id, now);
        self.settle(now);
        tracing::info!(overlay = %id, community, "overlay loaded");
        self.emit(Event::OverlayLoaded { overlay: id });
        Ok(())
    }

    /// Schedules the first round of the bootstrappers of the overlay `id`.
    pub(super) fn schedule_bootstrappers(&mut self, id: CommunityId, now: Instant) {
        if let Some(overlay) = self.overlays.get_mut(&id) {
            let mut cx = Context::new(overlay.state_mut(), &mut self.shared, now);
            cx.schedule_bootstrappers();
        }
    }

    /// Returns the name of a new overlay: the wanted one, or a free one made from its type.
    fn name_for(
        &self,
        community: &'static str,
        wanted: Option<String>,
    ) -> Result<String, OverlayError> {
        let Some(name) = wanted else {
            let is_taken = |name: &str| self.names.contains_key(name);
            return Ok(first_free_name(community, is_taken));
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

    fn check_overlay(
        &self,
        community: &'static str,
        id: CommunityId,
        max_peers: i32,
        strategies: &StrategyList,
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

    /// Appends strategies to the overlay `id`. Returns their ids.
    ///
    /// # Errors
    ///
    /// [`OverlayError::Target`] for a target below -1; [`CallError::NotLoaded`] if there is no such
    /// overlay.
    pub fn add_strategies<C: Community>(
        &mut self,
        id: CommunityId,
        strategies: Strategies<C>,
        now: Instant,
    ) -> Result<Result<Vec<StrategyId>, OverlayError>, CallError> {
        self.append_strategies(CommunityType::of::<C>(), id, strategies.into_erased(), now)
    }

    fn append_strategies(
        &mut self,
        community_type: &CommunityType,
        id: CommunityId,
        strategies: StrategyList,
        now: Instant,
    ) -> Result<Result<Vec<StrategyId>, OverlayError>, CallError> {
        if let Err(error) = check_targets(community_type.name(), &strategies) {
            return Ok(Err(error));
        }
        let (overlay, wanted) = (self.overlays.get_mut(&id), community_type.type_id());
        let overlay = overlay.filter(|overlay| overlay.community_type() == wanted);
        let overlay = overlay.ok_or(CallError::NotLoaded)?;
        let added = overlay.append(strategies, &mut self.next_strategy);
        self.schedule(id, added.clone(), now);
        Ok(Ok(added.map(StrategyId::from_number).collect()))
    }
}

fn check_targets(community: &'static str, strategies: &StrategyList) -> Result<(), OverlayError> {
    match strategies.iter().find(|(_, target)| *target < -1) {
        Some((strategy, target_peers)) => Err(OverlayError::Target {
            community,
            strategy,
            target_peers,
        }),
        None => Ok(()),
    }
}
