//! The order in which launchers are launched, computed from their metadata alone.
//!
//! Nothing in here creates or calls a launcher. Start with [`planner`], which computes the order;
//! [`meta`] describes a launcher, and [`problem`] lists the reasons why there is no order.

mod cycles;
mod meta;
mod planner;
mod problem;

pub use meta::{LauncherMeta, SourceLocation, crate_of};
pub use planner::{Plan, PlanInput, PlanStep, plan};
pub use problem::{PlanError, Problem};
