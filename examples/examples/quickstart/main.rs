//! A tracker and 25 nodes on this machine find each other and say hello, before your eyes.
//!
//! `cargo run --release --example quickstart` (`-- --help` for what can be changed)
//!
//! Each node has its own socket and key, and all are launched from one annotated struct: see `community.rs`, the only file that
//! is about IPv8. The rest starts the nodes, looks at them and shows what it sees.
//!
//! The tracker reports datagrams dropped as `unknown_message`: punctures. Where everybody has the same host, as here, the protocol sends
//! them to whoever made the introduction instead of the one who asked for it, and a tracker has no use for them.
//!
//! It ends by itself once every node has found 20 peers and has heard a signed message from each of 5 of them: exit code 0. It
//! gives up after a few minutes and says who lacks what: exit code 1. Ctrl-C (and SIGTERM) stops all nodes first and closes their
//! sockets: exit code 0 when everybody had got there (as can be with `--keep-running`), else 130. Wrong arguments: exit code 2.

mod community;
mod figures;
mod json;
mod nodes;
mod options;
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

/// How often the nodes are asked.
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
        // Warnings would tear the screen apart; there the counters have to do.
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
    // Whatever happens while watching, the nodes are stopped properly.
    let watched = watch(options, &nodes, &mut signals, head).await;
    nodes.stop().await;
    let (figures, outcome) = watched?;
    finish(options, &figures, &outcome)?;
    let code = match outcome {
        _ if figures.everybody_is_there() => 0,
        Outcome::Reached => 0,
        Outcome::GaveUp => 1,
        Outcome::Interrupted(_) => 130,
    };
    Ok(ExitCode::from(code))
}

/// Shows the nodes until it is over.
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
        if figures.everybody_is_there() && !options.keep_running {
            return Ok((figures, Outcome::Reached));
        }
        if options.patience().is_some_and(|end| figures.at > end) {
            return Ok((figures, Outcome::GaveUp));
        }
    }
}

/// Says how it ended.
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
        Outcome::Reached => format!("Everybody got there; ended {after}, {stopped}."),
        Outcome::GaveUp => format!("Gave up {after}, {stopped}. Who lacks what:"),
        Outcome::Interrupted(signal) => format!("{signal} {after}: {stopped}."),
    };
    let lacking = text::lacking(figures);
    view::print(&format!("\n{ending}\n{lacking}{}", text::summary(figures)))
}
