//! From annotated structs to a running node: the launcher trait, the linker's list, the set for one node, the launch.
//!
#![doc = include_str!("parity.md")]

mod classes;
mod community_launcher;
mod configured;
mod discovery;
mod erased;
mod hooks;
mod keys;
mod launch;
mod launchers;
mod preview;
#[doc(hidden)]
pub mod registry;
mod session;

pub use crate::nearest::nearest;
pub use crate::plan::{self, Candidate, LauncherMeta, Place, Plan, PlanError, PlanStep, Problem};
pub use crate::runtime::Hook;
pub use community_launcher::{CommunityLauncher, LaunchError};
pub use discovery::DiscoveryLauncher;
pub use erased::ErasedLauncher;
pub use launch::{launch_all, launch_all_with};
pub use launchers::Launchers;
pub use preview::{Fate, LauncherPreview, Preview};
pub use registry::{Registration, launchers};
