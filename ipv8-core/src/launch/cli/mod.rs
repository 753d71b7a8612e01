//! A command line for any program that has launchers, in one line of code. Needs the feature `cli`.
//!
//! The commands: `list` (the launchers, and what would become of each), `graph` (who comes after whom, for Graphviz or
//! Mermaid), `run` (launch, and wait for Ctrl-C or SIGTERM), `explain` (why one is launched or not, when, and what is set for it),
//! `config` (every setting with the place it was said) and `keygen` (a new key in a file). `--help` tells the rest.
//!
//! The exit code is 0 when all went well, 1 when something is wrong with the launchers, the configuration or the launch, and 2 when
//! something is wrong with the command line.

#[cfg(feature = "cli")]
mod answer;
#[cfg(feature = "cli")]
mod arguments;
#[cfg(feature = "cli")]
mod commands;
#[cfg(feature = "cli")]
mod explain;
#[cfg(feature = "cli")]
mod graph;
#[cfg(feature = "cli")]
mod keygen;
#[cfg(feature = "cli")]
mod list;
#[cfg(feature = "cli")]
mod run;
#[cfg(feature = "cli")]
mod settings;

#[cfg(feature = "cli")]
pub use commands::{main, main_of, main_with};
