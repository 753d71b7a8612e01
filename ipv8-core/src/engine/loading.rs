//! Adds overlays and strategies to an engine.

use std::any::TypeId;
use std::time::Instant;

use crate::engine::errors::{CallError, OverlayError};
use crate::engine::event::{Callback, Event};
use crate::engine::overlay_config::OverlayConfig;
use crate::engine::overlays::{Overlay, Strategies, StrategyId};
use crate::engine::state_machine::Engine;
use crate::overlay::community::{Community, MessageTable};
use crate::overlay::context::{Context, OverlayState};
use crate::state::network::PeerGraph;
use crate::support::guard::{Panicked, guarded};
use crate::support::names::first_free_name;
use crate::support::type_name::short_type_name;
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
        let community = short_type_name::<C>();
        let Ok((id, table)) = guarded(|| (C::community_id(&settings), message_table::<C>())) else {
            self.report_panic_of(community, C::COMMUNITY_ID, Callback::New);
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
        if let Some(wan) = self.wan {
            state.set_estimated_wan(wan);
        }
        state.serial = self.next_serial;
        state.responses.clone_from(table.responses());
        state.community_type = Some((TypeId::of::<C>(), community));
        self.next_serial += 1;
        if config.own_network {
            state.own_network = Some(Box::new(self.empty_network()));
        }
        let created = self.create::<C>(community, &mut state, settings, now)?;
        self.join_network(&mut state);
        let own_mid = state.my_key.mid();
        self.shared.overlay_keys.insert(id, state.my_key.clone());
        let mut overlay = Overlay::new(state, created, table);
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
    fn create<C: Community>(
        &mut self,
        community: &'static str,
        state: &mut OverlayState,
        settings: C::Settings,
        now: Instant,
    ) -> Result<C, OverlayError> {
        let waiting = self.shared.outbox.len();
        let created = guarded(|| C::new(settings, &mut Context::new(state, &mut self.shared, now)));
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
        if overlay.started(&mut self.shared, now).is_err() {
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
