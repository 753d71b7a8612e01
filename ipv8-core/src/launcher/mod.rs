//! From annotated structs to a plan of what to launch: the launcher trait, the linker's list, the planner, the set for one node.

mod community_launcher;
mod cycles;
mod launchers;
mod meta;
pub mod plan;
mod problem;
#[doc(hidden)]
pub mod registry;

pub use crate::nearest::nearest;
pub use community_launcher::{CommunityLauncher, ErasedLauncher};
pub use launchers::Launchers;
pub use meta::{LauncherMeta, Place};
pub use plan::{Candidate, Plan, PlanStep};
pub use problem::{PlanError, Problem};
pub use registry::{Registration, launchers};
