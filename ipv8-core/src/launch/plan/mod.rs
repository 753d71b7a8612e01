//! The order in which launchers are launched, computed from their metadata alone.
//!
//! Nothing in here creates or calls a launcher. Start with [`planner`], which computes the order;
//! [`LauncherMeta`] describes a launcher, and [`Problem`] lists the reasons why there is no order.

mod cycles;
mod planner;

pub use crate::config::launcher_meta::{LauncherMeta, Link, SourceLocation};
pub use crate::config::plan_problem::{PlanError, Problem};
pub use planner::{Plan, PlanInput, PlanStep, plan};
