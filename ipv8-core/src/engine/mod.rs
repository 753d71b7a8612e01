//! One node without the world: no socket, no clock, no task.
//!
//! An [`Engine`] owns the overlays and what they share. Whoever drives it (the runtime, a test, a
//! simulator) keeps one rule: **after every input, poll the outputs until there are none, then ask
//! when to come back.**
//!
//! 1. A datagram: [`Engine::admit`] it; if that gives a [`Ticket`], [`Ticket::open`] it (pure, on
//!    any core) and hand the [`Opened`] in with [`Engine::handle`].
//! 2. The time of [`Engine::poll_timeout`] has come: hand in [`Input::Timeout`].
//! 3. [`Engine::poll_output`] until `None`; seal and send each [`Output::Send`].
//!    Poll each [`Output::Spawn`] to its end and hand in what it gives as [`Input::Finished`], unless
//!    [`Output::Cancel`] comes first.
//! 4. All of it handed to the socket: [`Input::Flushed`]. Only then may the next strategy step, and only when nothing of the last
//!    step is held any more ([`pacing`](crate::engine::turns::pacing)): what is due leaves with an [`Input::Timeout`], like everything else.
//!
//! Time is an argument everywhere; randomness follows from the seed. The same inputs at the same
//! times give the same outputs.

pub(crate) mod admission;
mod assemble;
pub(crate) mod control;
mod errors;
mod event;
pub(crate) mod futures;
pub(crate) mod health;
mod info;
mod lookups;
mod networks;
pub(crate) mod overlays;
mod pacing;
pub(crate) mod state_machine;
mod tell;
pub(crate) mod turns;
pub(crate) use crate::overlay::context::{FinishedTask, SpawnedTask, TaskId};
pub(crate) use admission::{Opened, Signature, Ticket, reason_of};
pub use assemble::OverlayConfig;
pub use control::ControlError;
pub(crate) use control::interval_of;
pub use errors::{CallError, OverlayError};
pub use event::{Event, Place, StepReport, StrategyChange};
pub(crate) use futures::FutureSet;
pub use health::Health;
pub use info::{OverlayInfo, StrategyInfo, StrategyStatus};
pub use overlays::{Strategies, StrategyId, StrategyName, UnknownStrategy};
pub(crate) use state_machine::{EVENT_LIMIT, Engine, EngineConfig, Input, Output, Turn};
pub use turns::pacing::{PacingConfig, PacingError, PacingStats};
