//! Builds generated programs with many launchers, to measure the cost of each launcher.
//!
//! Two programs that differ only in their number of launchers are built in turn. Only the program
//! is compiled again; its dependencies are built once. The difference, divided by the difference of
//! the numbers, is the cost of one launcher. Start with [`programs`].

pub mod programs;
mod workspace;

pub use workspace::{Cost, Profile, Workspace};
