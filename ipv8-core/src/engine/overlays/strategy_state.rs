//! The strategies that an overlay has.

use std::time::Instant;

use super::any_strategy::AnyStrategy;
use super::names::{StrategyId, StrategyName};

/// The data of a strategy that does not depend on its type.
#[derive(Clone, Debug)]
pub(crate) struct StrategyState {
    pub(crate) id: StrategyId,
    pub(crate) name: StrategyName,
    pub(crate) target_peers: i32,
    pub(crate) last_step: Option<Instant>,
    pub(crate) steps: u64,
    pub(crate) skipped: u64,
    pub(crate) panics: u64,
}

impl StrategyState {
    pub(super) fn new(id: StrategyId, name: StrategyName, target_peers: i32) -> Self {
        Self {
            id,
            name,
            target_peers,
            last_step: None,
            steps: 0,
            skipped: 0,
            panics: 0,
        }
    }

    /// Returns `true` if this many peers are enough. A negative target is never reached.
    pub(crate) fn is_at_target(&self, peers: usize) -> bool {
        usize::try_from(self.target_peers).is_ok_and(|target| peers >= target)
    }
}

/// A strategy of an overlay.
pub(super) struct ActiveStrategy {
    pub(super) state: StrategyState,
    pub(super) strategy: Box<dyn AnyStrategy>,
}
