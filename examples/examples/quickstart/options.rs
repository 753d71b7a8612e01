//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Default target of each node, where there are enough nodes.
const DEFAULT_TARGET: usize = 20;

/// Number of peers that each node wants to hear, where its target is as large.
const HEARD_TARGET: usize = 5;

/// Starts a tracker and many nodes on this machine, shows how they find each other, and ends with a
/// summary once every node has found its peers and has heard five of them.
///
/// Exit codes: 0, every node reached its goal; 1, a node did not, or something failed; 2, wrong
/// arguments; 130, Ctrl-C or SIGTERM came first.
#[derive(Clone, Debug, Parser)]
#[command(name = "quickstart")]
pub(crate) struct Options {
    /// Number of nodes, from 2 to 1000, each with its own socket and key
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = clap::value_parser!(u16).range(2..=1000))]
    nodes: u16,
    /// Number of peers each node looks for, less than the number of nodes [default: 20, or all
    /// others]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=999))]
    target: Option<u16>,
    /// Keep running until Ctrl-C after every node has reached its goal
    #[arg(long)]
    pub(crate) keep_running: bool,
    /// Print JSON: a progress line each second, and the summary as the last line
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the last screen to this file, as an SVG
    #[arg(long, value_name = "FILE")]
    pub(crate) picture: Option<PathBuf>,
}

/// The goal of every node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Goal {
    /// Number of nodes.
    pub(crate) nodes: usize,
    /// Number of peers that each node must find.
    pub(crate) peers: usize,
    /// Number of peers that each node must hear a signed message from.
    pub(crate) heard: usize,
}

impl Options {
    /// Returns what is wrong with options that are valid one by one.
    pub(crate) fn problems(&self) -> Vec<String> {
        let most = self.nodes - 1;
        let problem = self.target.filter(|target| *target > most).map(|target| {
            format!(
                "--target {target} cannot be reached: each of {} nodes finds at most {most} others",
                self.nodes
            )
        });
        problem.into_iter().collect()
    }

    /// The goal of every node.
    pub(crate) fn goal(&self) -> Goal {
        let nodes = usize::from(self.nodes);
        let peers = self
            .target
            .map_or(DEFAULT_TARGET.min(nodes - 1), usize::from);
        Goal {
            nodes,
            peers,
            heard: HEARD_TARGET.min(peers),
        }
    }

    /// Returns the time after which the program gives up: 120 s and one second for each node, about
    /// ten times the expected time. `None` if it runs until Ctrl-C.
    pub(crate) fn patience(&self) -> Option<Duration> {
        (!self.keep_running).then(|| Duration::from_secs(120 + u64::from(self.nodes)))
    }
}
