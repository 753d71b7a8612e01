//! A tracker and 25 nodes on this machine find each other and say hello, while you watch.
//!
//! `cargo run --release --example quickstart` (`-- --help` lists the options)
//!
//! Each node has its own socket and key. All nodes are launched from one annotated struct, in
//! `community.rs`: the only file that is about IPv8. The rest starts the nodes and shows them.
//!
//! The tracker drops some datagrams as `unknown_message`. These are punctures: where all nodes have
//! the same host, as here, the protocol sends them to the introducer instead of the requester, and
//! a tracker has no use for them.
//!
//! The program ends once every node has found 20 peers and has heard a signed message from 5 of
//! them. Exit codes:
//!
//! - 0: every node reached the goal;
//! - 1: the program gave up after a few minutes, or failed;
//! - 2: wrong arguments;
//! - 130: Ctrl-C or SIGTERM came first. All nodes are stopped and their sockets closed.

mod community;
mod figures;
mod json;
mod nodes;
mod options;
mod picture;
mod steps;
mod text;
mod view;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use ipv8_examples::output::complain;
use ipv8_examples::signals::Signals;

use figures::Figures;
use nodes::Nodes;
use options::Options;
use view::View;

/// Time between two polls of the nodes.
const REFRESH: Duration = Duration::from_millis(250);

/// How it ended.
enum Outcome {
    Reached,
    GaveUp,
    Interrupted(&'static str),
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match ipv8_examples::arguments::read(Options::problems) {
        Ok(options) => options,
        Err(code) => return code,
    };
    if !View::takes_the_screen(&options) {
        // On the full screen, warnings would destroy the picture; the counters show trouble there.
        ipv8_examples::logging::start();
    }
    match run(&options).await {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let mut signals = Signals::listen()?;
    let goal = options.goal();
    let nodes = Nodes::start(goal).await?;
    let head = format!(
        "ipv8-rs quickstart: {} nodes, tracker {}",
        goal.nodes,
        nodes.tracker()
    );
    // The nodes are stopped properly even when watching fails.
    let watched = watch(options, &nodes, &mut signals, head.clone()).await;
    nodes.stop().await;
    let (figures, outcome) = watched?;
    finish(options, &figures, &outcome)?;
    if let Some(file) = &options.picture {
        let hint = "cargo run --release --example quickstart";
        std::fs::write(file, picture::svg(&text::screen(&figures, &head, hint)))
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    let code = match outcome {
        _ if figures.all_reached() => 0,
        Outcome::Reached => 0,
        Outcome::GaveUp => 1,
        Outcome::Interrupted(_) => 130,
    };
    Ok(ExitCode::from(code))
}

/// Shows the nodes until the end.
async fn watch(
    options: &Options,
    nodes: &Nodes,
    signals: &mut Signals,
    head: String,
) -> Result<(Figures, Outcome), Box<dyn Error>> {
    let mut view = View::open(options, head)?;
    let mut refresh = tokio::time::interval(REFRESH);
    loop {
        let interrupted = tokio::select! {
            biased;
            signal = signals.next() => Some(signal),
            _ = refresh.tick() => None,
        };
        let figures = nodes.figures().await?;
        if let Some(signal) = interrupted {
            return Ok((figures, Outcome::Interrupted(signal)));
        }
        view.show(&figures)?;
        if figures.all_reached() && !options.keep_running {
            return Ok((figures, Outcome::Reached));
        }
        if options.patience().is_some_and(|end| figures.at > end) {
            return Ok((figures, Outcome::GaveUp));
        }
    }
}

/// Prints the summary.
fn finish(options: &Options, figures: &Figures, outcome: &Outcome) -> std::io::Result<()> {
    if options.json {
        let outcome = match outcome {
            Outcome::Reached => "reached",
            Outcome::GaveUp => "gave_up",
            Outcome::Interrupted(_) => "interrupted",
        };
        return view::print(&format!("{}\n", json::summary(figures, outcome)));
    }
    let after = format!("after {:.1} s", figures.at.as_secs_f64());
    let stopped = "all nodes are stopped and their sockets closed";
    let ending = match outcome {
        Outcome::Reached => format!("Every node reached its goal {after}; {stopped}."),
        Outcome::GaveUp => format!("Gave up {after}; {stopped}. Nodes that lack something:"),
        Outcome::Interrupted(signal) => format!("{signal} {after}: {stopped}."),
    };
    let lacking = text::lacking(figures);
    view::print(&format!("\n{ending}\n{lacking}{}", text::summary(figures)))
}
