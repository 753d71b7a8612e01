//! One overlay: a community with its strategies, and the erasure of their types.
//!
//! The engine holds overlays of any community type as [`Overlay`]. Nothing here knows the engine or
//! other overlays. Start with `community_type.rs` and `any_strategy.rs`, then `overlay.rs`.

mod any_strategy;
mod available;
mod community_type;
mod delivery;
mod names;
mod opened_body;
mod overlay;
mod strategies;
mod strategy_state;

#[cfg(test)]
mod tests;

pub(crate) use any_strategy::StrategyList;
pub use available::{DEFAULT_TARGET_PEERS, UnknownStrategy};
pub(crate) use community_type::{AnySettings, CommunityType};
pub use names::{StrategyId, StrategyName};
pub(crate) use opened_body::OpenedBody;
pub(crate) use overlay::{AnyCall, Overlay, StepOutcome};
pub use strategies::Strategies;
pub(crate) use strategy_state::StrategyState;
