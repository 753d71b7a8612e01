//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Launches IPv8 overlays, or shows how they would be launched
#[derive(Debug, Parser)]
#[command(name = "program", disable_help_subcommand = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List all launchers and whether each one would start
    List {
        #[command(flatten)]
        selection: Selection,
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Draw the order of the launchers as a graph
    Graph {
        #[command(flatten)]
        selection: Selection,
        /// Print Graphviz (the default)
        #[arg(long, conflicts_with = "mermaid")]
        dot: bool,
        /// Print Mermaid
        #[arg(long)]
        mermaid: bool,
    },
    /// Launch, and run until Ctrl-C or SIGTERM
    Run {
        #[command(flatten)]
        selection: Selection,
        /// Only check everything and print the launchers that would start
        #[arg(long)]
        dry_run: bool,
    },
    /// Explain whether, why and when a launcher is started, and how it is configured
    Explain {
        /// Name of the launcher
        name: String,
        #[command(flatten)]
        selection: Selection,
    },
    /// Create a new key
    Keygen {
        /// File to write the key to; must not exist yet
        file: PathBuf,
    },
    /// Print every setting and where its value comes from
    Config {
        #[command(flatten)]
        selection: Selection,
        /// Print JSON instead of text
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args, Debug)]
pub(super) struct Selection {
    /// Configuration file: TOML, or JSON in py-ipv8's format; IPV8_… variables override it
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Launch only these launchers
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) only: Vec<String>,
    /// Do not launch these launchers
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) skip: Vec<String>,
}
