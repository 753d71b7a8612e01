//! From annotated structs to a running node: the launcher trait, the linker's list, the set for one node, the launch.
//!
#![doc = include_str!("parity.md")]

mod classes;
pub mod cli;
mod community_launcher;
mod configured;
mod discovery;
mod erased;
mod hooks;
mod keys;
mod launchers;
pub mod plan;
mod preview;
#[doc(hidden)]
pub mod registry;
mod sequence;
mod session;

pub use crate::node::Hook;
pub use crate::support::nearest::nearest;
pub use community_launcher::{CommunityLauncher, LaunchError};
pub use discovery::DiscoveryLauncher;
pub use erased::ErasedLauncher;
pub use launchers::Launchers;
pub use plan::{Candidate, LauncherMeta, Place, Plan, PlanError, PlanStep, Problem};
pub use preview::{Fate, LauncherPreview, Preview};
pub use registry::{Registration, launchers};
pub use sequence::{launch_all, launch_all_with};
