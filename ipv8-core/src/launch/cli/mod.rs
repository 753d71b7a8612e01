//! A command line for any program that has launchers, in one line of code. Needs the feature `cli`.
//!
//! The commands, which `--help` describes:
//!
//! | command | does |
//! |---|---|
//! | `list` | lists all launchers and whether each one would start |
//! | `graph` | draws the order of the launchers for Graphviz or Mermaid |
//! | `run` | launches, and runs until Ctrl-C or SIGTERM |
//! | `explain` | explains whether, why and when a launcher is started, and how it is configured |
//! | `config` | prints every setting and where its value comes from |
//! | `keygen` | writes a new key to a file |
//!
//! The exit code is 0 on success, 1 for an error of the launchers, the configuration or the launch,
//! and 2 for an error of the command line.
//!
//! Start reading with `commands.rs`; each command is in the file of its name (`config` in
//! `settings.rs`).

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
