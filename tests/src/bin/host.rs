//! The program on a machine that a test made: `host tracker ADDRESS`, or `host node ADDRESS TRACKER
//! COMMUNITY`.
//!
//! It prints one line four times a second until it is killed. A tracker prints `tracker` and its
//! figures. A node prints `node`, its WAN estimate and the addresses of its peers.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use ipv8_core::node::TrackerConfig;
use ipv8_tests::rust_node::{RustNode, RustNodeOptions, RustTracker, Walker};

const PAUSE: Duration = Duration::from_millis(250);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["tracker", listen] => tracker(address(listen)),
        ["node", listen, tracker, community] => node(address(listen), address(tracker), community),
        _ => {
            eprintln!("host tracker ADDRESS | host node ADDRESS TRACKER COMMUNITY");
            ExitCode::from(2)
        }
    }
}

fn address(text: &str) -> SocketAddr {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn tracker(listen: SocketAddr) -> ExitCode {
    let tracker = RustTracker::start_at(listen, TrackerConfig::new());
    say(|| {
        let counters = tracker.tracker().counters();
        let peers = tracker.tracker().peer_count();
        format!(
            "tracker {peers} {} {}",
            counters.introduced, counters.nobody_introduced
        )
    })
}

fn node(listen: SocketAddr, tracker: SocketAddr, community: &str) -> ExitCode {
    let mut options = RustNodeOptions::new(community);
    options.listen = listen;
    options.bootstrap = vec![tracker];
    options.walkers = vec![Walker::Random];
    let node = RustNode::start(&options);
    say(|| {
        let mut peers: Vec<_> = node
            .peers()
            .iter()
            .map(|peer| peer.address().to_string())
            .collect();
        peers.sort();
        format!("node {} {}", node.wan(), peers.join(" "))
    })
}

/// Prints a line four times a second until the reader closes the pipe.
fn say(line: impl Fn() -> String) -> ExitCode {
    let mut out = io::stdout();
    while writeln!(out, "{}", line())
        .and_then(|()| out.flush())
        .is_ok()
    {
        std::thread::sleep(PAUSE);
    }
    ExitCode::SUCCESS
}
