//! Lists the overlays and strategies, and finds them by type and by name.

use std::any::TypeId;

use crate::engine::info::{OverlayInfo, StrategyInfo, StrategyStatus};
use crate::engine::overlays::{Overlay, StrategyId, StrategyState};
use crate::engine::state_machine::Engine;
use crate::engine::turn::StrategyKey;
use crate::overlay::community::Community;
use crate::support::names::{Candidate, NameError, Named, look_up};
use crate::wire::packet::CommunityId;

impl Engine {
    /// Returns the overlays, in the order in which they were added.
    #[must_use]
    pub fn overlays(&self) -> Vec<OverlayInfo> {
        let mut overlays = Vec::with_capacity(self.overlays.len());
        overlays.extend(self.overlays_from(0));
        overlays
    }

    /// Returns the overlays from `index` on.
    pub(crate) fn overlays_from(&self, index: usize) -> impl Iterator<Item = OverlayInfo> + '_ {
        let overlays = self.overlays.iter().skip(index);
        overlays.map(|(id, overlay)| self.describe_overlay(*id, overlay.as_ref()))
    }

    pub(crate) fn overlay_count(&self) -> usize {
        self.overlays.len()
    }

    /// Returns the overlay `id`.
    #[must_use]
    pub fn overlay(&self, id: CommunityId) -> Option<OverlayInfo> {
        Some(self.describe_overlay(id, self.overlays.get(&id)?.as_ref()))
    }

    fn describe_overlay(&self, id: CommunityId, overlay: &Overlay) -> OverlayInfo {
        // Exact, because a node may have a thousand overlays.
        let mut strategies = Vec::with_capacity(overlay.strategy_count());
        let found = strategies_of(overlay).enumerate();
        strategies.extend(
            found.map(|(index, strategy)| self.describe_strategy(id, overlay, index, strategy)),
        );
        let state = overlay.state();
        OverlayInfo {
            id,
            name: state.name.clone(),
            community: overlay.community(),
            own_network: state.own_network.is_some(),
            peers: state.network(&self.shared).peer_count(id),
            contacts: state.standings.contact_count(),
            max_peers: state.max_peers,
            community_type: overlay.community_type(),
            strategies,
            bootstrappers: state.bootstrappers.iter().collect(),
        }
    }

    /// Returns the strategies of all overlays, in the order of the overlays.
    #[must_use]
    pub fn strategies(&self) -> Vec<StrategyInfo> {
        let overlays = self.overlays().into_iter();
        overlays.flat_map(|overlay| overlay.strategies).collect()
    }

    /// Returns the strategy `id`, or `None` if it was removed or its overlay was unloaded.
    #[must_use]
    pub fn strategy(&self, id: StrategyId) -> Option<StrategyInfo> {
        self.strategy_info(self.strategy_key(id)?)
    }

    /// Returns the key of the strategy `id`, or `None` if it was removed or its overlay was
    /// unloaded.
    pub(super) fn strategy_key(&self, id: StrategyId) -> Option<StrategyKey> {
        let mut overlays = self.overlays.iter();
        let (overlay, _) = overlays.find(|(_, overlay)| overlay.strategy(id).is_some())?;
        Some(StrategyKey {
            overlay: *overlay,
            strategy: id,
        })
    }

    pub(super) fn strategy_info(&self, key: StrategyKey) -> Option<StrategyInfo> {
        let overlay = self.overlays.get(&key.overlay)?.as_ref();
        let (index, strategy) = overlay.strategy(key.strategy)?;
        Some(self.describe_strategy(key.overlay, overlay, index, strategy))
    }

    fn describe_strategy(
        &self,
        id: CommunityId,
        overlay: &Overlay,
        index: usize,
        strategy: &StrategyState,
    ) -> StrategyInfo {
        let key = StrategyKey {
            overlay: id,
            strategy: strategy.id,
        };
        let scheduled = self.scheduler.scheduled(key).unwrap_or_default();
        let own = scheduled.own_interval;
        StrategyInfo {
            id: strategy.id,
            overlay: id,
            community: overlay.community(),
            index,
            name: strategy.name,
            target_peers: strategy.target_peers,
            status: self.status(id, scheduled.paused, strategy),
            interval: own.unwrap_or(self.scheduler.interval()),
            has_own_interval: own.is_some(),
            last_step: strategy.last_step,
            steps: strategy.steps,
            skipped: strategy.skipped,
            panics: strategy.panics,
        }
    }

    fn status(
        &self,
        overlay: CommunityId,
        paused: bool,
        strategy: &StrategyState,
    ) -> StrategyStatus {
        if paused {
            StrategyStatus::Paused
        } else if strategy.is_at_target(self.peer_count(overlay)) {
            StrategyStatus::AtTarget
        } else {
            StrategyStatus::Running
        }
    }

    /// Returns the first overlay whose community is a `C`. There can be several, with different
    /// ids.
    #[must_use]
    pub fn find_overlay<C: Community>(&self) -> Option<CommunityId> {
        let wanted = TypeId::of::<C>();
        self.overlays
            .iter()
            .find(|(_, overlay)| overlay.community_type() == wanted)
            .map(|(id, _)| *id)
    }

    /// Returns the overlay with this name, with this community type (without path) if no other
    /// overlay has it, or with this community id in hexadecimal.
    ///
    /// # Errors
    ///
    /// [`NameError`].
    pub fn find_overlay_by_name(&self, name: &str) -> Result<CommunityId, NameError> {
        if let Ok(id) = CommunityId::parse(name)
            && self.overlays.contains_key(&id)
        {
            return Ok(id);
        }
        let overlays = self.overlays.iter();
        let candidates: Vec<_> = overlays
            .map(|(id, overlay)| Candidate {
                value: *id,
                name: overlay.state().name.clone(),
                type_name: overlay.community(),
            })
            .collect();
        look_up(Named::Overlay, name, &candidates)
    }

    /// Returns the strategy of the overlay `overlay` with this name (`RandomWalk`, `RandomWalk#2`;
    /// `RandomWalk#1` is `RandomWalk`), with this type if no other strategy there has it, or with
    /// this [`StrategyId`] as a number.
    ///
    /// # Errors
    ///
    /// [`NameError`]. An overlay that is not loaded has no strategies.
    pub fn find_strategy_by_name(
        &self,
        overlay: CommunityId,
        name: &str,
    ) -> Result<StrategyId, NameError> {
        let strategies = self.overlay(overlay).map(|overlay| overlay.strategies);
        let strategies = strategies.unwrap_or_default();
        let matches = |info: &&StrategyInfo| info.name == name || info.id.to_string() == name;
        if let Some(info) = strategies.iter().find(matches) {
            return Ok(info.id);
        }
        let candidates: Vec<_> = strategies
            .iter()
            .map(|info| Candidate {
                value: info.id,
                name: info.name.to_string(),
                type_name: info.name.type_name(),
            })
            .collect();
        look_up(Named::Strategy, name, &candidates)
    }
}

/// Returns the strategies of an overlay, in order.
pub(super) fn strategies_of(overlay: &Overlay) -> impl Iterator<Item = &StrategyState> {
    (0..overlay.strategy_count()).filter_map(|index| overlay.strategy_at(index))
}
