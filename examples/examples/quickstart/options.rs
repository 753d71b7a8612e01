//! What can be said on the command line.

use std::time::Duration;

use clap::Parser;

/// How many peers each node looks for, where there are as many to find.
const DEFAULT_TARGET: usize = 20;

/// From how many of its peers each node wants to hear, where it has as many.
const HEARD_TARGET: usize = 5;

/// Starts a tracker and many nodes on this machine, shows how they find each other, and ends with a summary once every node has
/// found its peers and has heard a signed message from five of them.
///
/// Exit codes: 0, everybody got there; 1, somebody did not, or something failed; 2, wrong arguments; 130, Ctrl-C (or SIGTERM) came
/// before everybody got there.
#[derive(Clone, Debug, Parser)]
#[command(name = "quickstart")]
pub(crate) struct Options {
    /// How many nodes, from 2 to 1000, each with its own socket and key
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = clap::value_parser!(u16).range(2..=1000))]
    nodes: u16,
    /// How many peers each node looks for, at most one less than there are nodes [default: 20 where there are as many]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=999))]
    target: Option<u16>,
    /// Go on until Ctrl-C when everybody has got there
    #[arg(long)]
    pub(crate) keep_running: bool,
    /// Print JSON: one line of progress each second, the summary as the last line
    #[arg(long)]
    pub(crate) json: bool,
}

/// What every node has to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Goal {
    /// So many nodes.
    pub(crate) nodes: usize,
    /// Each has found so many peers.
    pub(crate) peers: usize,
    /// Each has heard a signed message from so many of its peers.
    pub(crate) heard: usize,
}

impl Options {
    /// What is wrong with options that are readable one by one.
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

    /// What every node has to reach.
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

    /// How long to wait for everybody before giving up: 120 s, and a second for each node, ten times what it should take. `None`
    /// when it is to run until Ctrl-C.
    pub(crate) fn patience(&self) -> Option<Duration> {
        (!self.keep_running).then(|| Duration::from_secs(120 + u64::from(self.nodes)))
    }
}
