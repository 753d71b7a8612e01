//! What can be asked for.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Launches IPv8 overlays, and tells what it would launch.
#[derive(Debug, Parser)]
#[command(name = "program", disable_help_subcommand = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the launchers, and what would become of each
    List {
        #[command(flatten)]
        selection: Selection,
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Draw which launcher comes after which
    Graph {
        #[command(flatten)]
        selection: Selection,
        /// For Graphviz (the default)
        #[arg(long, conflicts_with = "mermaid")]
        dot: bool,
        /// For Mermaid
        #[arg(long)]
        mermaid: bool,
    },
    /// Launch, and run until Ctrl-C or SIGTERM
    Run {
        #[command(flatten)]
        selection: Selection,
        /// Only check everything, and print what would be launched
        #[arg(long)]
        dry_run: bool,
    },
    /// Tell why a launcher is launched or not, when, and what is set for it
    Explain {
        /// The launcher
        name: String,
        #[command(flatten)]
        selection: Selection,
    },
    /// Make a new key
    Keygen {
        /// The file to write it to; it must not be there yet
        file: PathBuf,
    },
    /// Print every setting, and where its value was said
    Config {
        #[command(flatten)]
        selection: Selection,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args, Debug)]
pub(super) struct Selection {
    /// A configuration in TOML, or in JSON as py-ipv8 has it; variables IPV8_… override it
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Launch only these launchers
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) only: Vec<String>,
    /// Do not launch these launchers
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) skip: Vec<String>,
}
