//! Launching: from annotated structs to a running node.
//!
//! In here are the launcher trait, the list of the launchers that the linker collected, the set of
//! launchers of one node, the checks, the sequence of a launch, and the command line. Nothing in
//! here reads a datagram or takes part in a running node. Start with [`CommunityLauncher`], then
//! [`Launchers`]; the launch itself is in `sequence.rs`.
//!
#![doc = include_str!("parity.md")]

mod blueprint;
mod check;
pub mod cli;
mod community_launcher;
mod discovery;
mod failure;
mod keys;
mod launcher;
mod launcher_type;
mod launchers;
mod overrides;
pub(crate) mod plan;
mod preview;
pub(crate) mod registry;
mod required;
mod same_community;
mod sequence;
mod session;
mod set;
mod with_sessions;

pub use crate::node::Hook;
pub use community_launcher::{CommunityLauncher, LaunchError};
pub use discovery::DiscoveryLauncher;
pub use launchers::{Launchers, launch_all, launch_all_with};
pub use plan::{LauncherMeta, Plan, PlanError, PlanStep, Problem, SourceLocation};
pub use preview::{LaunchDecision, LauncherPreview, Preview};
pub use registry::launchers;
pub use with_sessions::WithSessions;
