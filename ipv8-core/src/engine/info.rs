//! What there is: overlays and strategies, and what they are called.

use std::any::TypeId;
use std::time::{Duration, Instant};

use crate::engine::overlays::{AnyOverlay, StrategyId, StrategyName, StrategyState};
use crate::engine::{Engine, Turn};
use crate::overlay::community::Community;
use crate::support::names::{Candidate, NameError, Named, look_up};
use crate::wire::packet::CommunityId;

/// Whether a strategy steps when it is its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrategyStatus {
    /// It does.
    Running,
    /// Its overlay has as many peers as its target: it has turns, but is skipped.
    AtTarget,
    /// It has no turns until it is resumed.
    Paused,
}

/// A strategy of a running node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrategyInfo {
    /// Which strategy it is, for as long as the node runs.
    pub id: StrategyId,
    /// The overlay it walks.
    pub overlay: CommunityId,
    /// The overlay's community type, without path.
    pub community: &'static str,
    /// Its place among the overlay's strategies, from 0; it changes when one before it is removed.
    pub index: usize,
    /// What it is called: its type, without path, and a number if there are several.
    pub name: StrategyName,
    /// Its target; -1: none.
    pub target_peers: i32,
    /// Whether it steps.
    pub status: StrategyStatus,
    /// The time in which it gets one turn.
    pub interval: Duration,
    /// Whether that interval is its own. Otherwise it is the walk interval.
    pub has_own_interval: bool,
    /// When it stepped last; skipped turns do not count.
    pub last_step: Option<Instant>,
    /// How many steps it has taken, those included that panicked.
    pub steps: u64,
    /// How many of its turns were skipped because of its target.
    pub skipped: u64,
    /// How many of its steps panicked.
    pub panics: u64,
}

/// An overlay of a running node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayInfo {
    /// Its id.
    pub id: CommunityId,
    /// What it is called: the name of its launcher, or whatever [`OverlayConfig::name`](super::OverlayConfig::name) says.
    pub name: String,
    /// Its community type, without path.
    pub community: &'static str,
    /// Whether its peer graph is its own.
    pub own_network: bool,
    /// How many verified peers it has.
    pub peers: usize,
    /// With more peers than this it drops introduction requests; -1: no limit.
    pub max_peers: i32,
    /// Its community type.
    pub community_type: TypeId,
    /// Its strategies, in order.
    pub strategies: Vec<StrategyInfo>,
    /// Its bootstrappers' types, without path, in order.
    pub bootstrappers: Vec<&'static str>,
}

/// The strategies of an overlay, in order.
pub(super) fn strategies_of(overlay: &dyn AnyOverlay) -> impl Iterator<Item = &StrategyState> {
    (0..overlay.strategy_count()).filter_map(|index| overlay.strategy_at(index))
}

impl Engine {
    /// The overlays, in the order in which they were added.
    #[must_use]
    pub fn overlays(&self) -> Vec<OverlayInfo> {
        let mut overlays = Vec::with_capacity(self.overlays.len());
        overlays.extend(self.overlays_from(0));
        overlays
    }

    /// The overlays but the first `index`.
    pub(crate) fn overlays_from(&self, index: usize) -> impl Iterator<Item = OverlayInfo> + '_ {
        let overlays = self.overlays.iter().skip(index);
        overlays.map(|(id, overlay)| self.info(*id, overlay.as_ref()))
    }

    /// How many overlays there are.
    pub(crate) fn overlay_count(&self) -> usize {
        self.overlays.len()
    }

    /// The overlay `id`.
    #[must_use]
    pub fn overlay(&self, id: CommunityId) -> Option<OverlayInfo> {
        Some(self.info(id, self.overlays.get(&id)?.as_ref()))
    }

    fn info(&self, id: CommunityId, overlay: &dyn AnyOverlay) -> OverlayInfo {
        // No more room than they need: a node may have a thousand overlays.
        let mut strategies = Vec::with_capacity(overlay.strategy_count());
        let found = strategies_of(overlay).enumerate();
        strategies
            .extend(found.map(|(index, strategy)| self.describe(id, overlay, index, strategy)));
        let state = overlay.state();
        OverlayInfo {
            id,
            name: state.name.clone(),
            community: overlay.community(),
            own_network: state.own_network.is_some(),
            peers: state.network(&self.shared).peer_count(id),
            max_peers: state.max_peers,
            community_type: overlay.community_type(),
            strategies,
            bootstrappers: state.bootstrappers.iter().collect(),
        }
    }

    /// The strategies of all overlays, in the order of the overlays.
    #[must_use]
    pub fn strategies(&self) -> Vec<StrategyInfo> {
        let overlays = self.overlays().into_iter();
        overlays.flat_map(|overlay| overlay.strategies).collect()
    }

    /// The strategy `id`; `None` when it was removed, or its overlay was unloaded.
    #[must_use]
    pub fn strategy(&self, id: StrategyId) -> Option<StrategyInfo> {
        let overlay = self.overlay_of(id)?;
        self.strategy_info(Turn {
            overlay,
            strategy: id,
        })
    }

    /// The overlay that the strategy `id` walks.
    pub(super) fn overlay_of(&self, id: StrategyId) -> Option<CommunityId> {
        let mut overlays = self.overlays.iter();
        let (overlay, _) = overlays.find(|(_, overlay)| overlay.strategy(id).is_some())?;
        Some(*overlay)
    }

    pub(super) fn strategy_info(&self, turn: Turn) -> Option<StrategyInfo> {
        let overlay = self.overlays.get(&turn.overlay)?.as_ref();
        let (index, strategy) = overlay.strategy(turn.strategy)?;
        Some(self.describe(turn.overlay, overlay, index, strategy))
    }

    fn describe(
        &self,
        id: CommunityId,
        overlay: &dyn AnyOverlay,
        index: usize,
        strategy: &StrategyState,
    ) -> StrategyInfo {
        let turn = Turn {
            overlay: id,
            strategy: strategy.id,
        };
        let scheduled = self.scheduler.scheduled(turn).unwrap_or_default();
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

    /// The id of the first overlay whose community is a `C`; there can be several, with different ids.
    #[must_use]
    pub fn find_overlay<C: Community>(&self) -> Option<CommunityId> {
        let wanted = TypeId::of::<C>();
        self.overlays
            .iter()
            .find(|(_, overlay)| overlay.community_type() == wanted)
            .map(|(id, _)| *id)
    }

    /// The overlay that `name` stands for: its name, its community type (without path) if no other overlay has that, or its
    /// community id in hexadecimal.
    ///
    /// # Errors
    ///
    /// [`NameError`], which says what there is.
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

    /// The strategy of the overlay `overlay` that `name` stands for: its name (`RandomWalk`, `RandomWalk#2`; `RandomWalk#1` is
    /// `RandomWalk`), its type if no other strategy there has that, or its [`StrategyId`] as a number.
    ///
    /// # Errors
    ///
    /// [`NameError`], which says what there is; without that overlay there is nothing.
    pub fn find_strategy_by_name(
        &self,
        overlay: CommunityId,
        name: &str,
    ) -> Result<StrategyId, NameError> {
        let strategies = self.overlay(overlay).map(|overlay| overlay.strategies);
        let strategies = strategies.unwrap_or_default();
        let is_meant = |info: &&StrategyInfo| info.name == name || info.id.to_string() == name;
        if let Some(info) = strategies.iter().find(is_meant) {
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
