//! One overlay: a community with its strategies, and the erasure of their types.
//!
//! The engine holds overlays of any community type and calls them through `AnyOverlay`. No other
//! module erases types, and nothing here knows the engine or other overlays. Start with
//! [`any_overlay`], then [`typed`].

mod any_overlay;
mod available;
mod names;
mod strategies;
mod strategy_state;
mod typed;

#[cfg(test)]
mod tests;

pub(crate) use any_overlay::{AnyOverlay, OpenedBody, StepOutcome};
pub use available::{DEFAULT_TARGET_PEERS, UnknownStrategy};
pub use names::{StrategyId, StrategyName};
pub use strategies::Strategies;
pub(crate) use strategy_state::StrategyState;
pub(crate) use typed::Overlay;
