//! One node without the outside world: no socket, no clock, no task.
//!
//! Programs get its events, errors and stats from [`Ipv8`](crate::Ipv8); the engine itself is
//! private.
//!
//! An `Engine` owns the overlays and the state they share. Its driver (the node's task, a test or a
//! simulator) keeps one rule: **after every input, poll the outputs until there are none, then ask
//! when to call again.**
//!
//! 1. A datagram arrives: `Engine::admit` checks it. With the returned `Ticket`, `Ticket::open`
//!    reads and verifies it (pure, on any core). The result goes to `Engine::handle`.
//! 2. The time of `Engine::poll_timeout` comes: handle `Input::Timeout`.
//! 3. `Engine::poll_output` until it returns `None`: seal and send each `Output::Send`. Poll each
//!    `Output::Spawn` to its end and handle its result as `Input::Finished`, unless
//!    `Output::Cancel` comes first.
//! 4. All of that was handed to the socket: handle `Input::Flushed`. The next strategy steps only
//!    after that, and only when no datagram of the last step is held (`turns::pacing`). Held
//!    datagrams leave with an `Input::Timeout`, like everything else.
//!
//! Time is an argument everywhere, and randomness follows from the seed: the same inputs at the
//! same times give the same outputs. Nothing in here does IO, waits, or reads a clock.
//!
//! Start with `state_machine`. The other files add methods to the engine, one subject each:
//! `admission`, `class` and `delivery` (a datagram's way in), `timeouts` and `steps` (a tick's
//! way), `loading`, `unloading`, `calls`, `control` (changes to a running node), `queries`,
//! `networks`, `lookups`, `overload`, `pacing` and `reports`.

pub(crate) mod admission;
mod calls;
mod class;
pub(crate) mod control;
mod delivery;
mod errors;
mod event;
pub(crate) mod futures;
mod info;
mod loading;
mod lookups;
mod networks;
mod overlay_config;
mod overlay_map;
pub(crate) mod overlays;
mod overload;
mod pacing;
mod queries;
mod reports;
pub(crate) mod state_machine;
mod steps;
pub(crate) mod ticket;
pub(crate) mod timeouts;
mod turn;
pub(crate) mod turns;
mod unloading;

#[cfg(test)]
mod tests;

pub(crate) use crate::overlay::context::{FinishedTask, SpawnedTask, TaskId};
pub(crate) use control::interval_of;
pub use errors::{CallError, ControlError, OverlayError};
pub(crate) use event::identity;
pub use event::{Callback, Event, StepReport, StrategyChange};
pub(crate) use futures::FutureSet;
pub use info::{OverlayInfo, StrategyInfo, StrategyStatus};
pub use overlay_config::OverlayConfig;
pub use overlays::{Strategies, StrategyId, StrategyName, UnknownStrategy};
pub(crate) use state_machine::{Engine, EngineConfig, Input, Output};
pub(crate) use steps::StepDone;
pub(crate) use ticket::{Opened, Signature, Ticket, reason_of};
pub use turns::health::Health;
pub use turns::pacing::{PacingConfig, PacingError, PacingStats};
