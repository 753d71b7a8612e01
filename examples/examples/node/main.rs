//! A peer that the command line configures, for people and for programs that run many of them.
//!
//! ```console
//! $ cargo run --example node -- --bootstrap 127.0.0.1:6421 --strategy RandomWalk:20,timeout=3.0
//! ```
//!
//! It joins one community and only walks: it has no messages of its own. With `--discovery` it also
//! joins the discovery community, which finds peers for both and notices dead ones. With
//! `--events json` every line of the standard output is a JSON object, which
//! [`ipv8_examples::report::Report`] describes. The node runs until Ctrl-C, SIGTERM or the end of
//! `--duration`, even when its reader stops reading.
//!
//! Exit codes: 0 stopped by a signal or in time, 1 could not start or failed, 2 wrong arguments.

mod arguments;
mod beginning;
mod community;
mod reporter;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use ipv8_core::node::Error;
use ipv8_core::{Ipv8, Launchers};
use ipv8_examples::output::{Output, complain};
use ipv8_examples::report::Report;
use ipv8_examples::signals::Signals;
use tokio::task::JoinHandle;

use arguments::Arguments;
use community::{DiscoveryLauncher, SteeredLauncher};
use reporter::Reporter;

/// The reason for the end when the node stops by itself.
const FAILURE: &str = "failure";

/// The longest time from the signal to the end.
const PATIENCE: Duration = Duration::from_millis(800);

// One thread runs everything, so no event is lost between the launch and the subscription.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    ipv8_examples::logging::start();
    let arguments = match ipv8_examples::arguments::read(Arguments::problems) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut signals = Signals::listen()?;
    let output = Output::stdout(arguments.events)?;
    let started = Instant::now();
    let node = launch(&arguments).await?;
    let reporter = Reporter::new(&node, output.reports(), started, &arguments.strategies);
    let mut reporting = tokio::spawn(reporter.run());
    let reason = tokio::select! {
        signal = signals.next() => signal,
        () = ended(arguments.duration) => "duration",
        // The events end when the node has stopped by itself.
        _ = &mut reporting => FAILURE,
    };
    // A reader that stopped reading must not delay the end; the node stops first.
    let stop = stop(&node, reporting, output, started, reason);
    let _ = tokio::time::timeout(PATIENCE, stop).await;
    if reason == FAILURE {
        node.until_stopped().await?;
        return Err("the node stopped by itself".into());
    }
    Ok(())
}

/// Stops the node and prints the last reports.
async fn stop(
    node: &Ipv8,
    reporting: JoinHandle<()>,
    output: Output,
    started: Instant,
    reason: &'static str,
) {
    let last = reporter::stats(node, started).await;
    node.stop().await;
    if !reporting.is_finished() {
        // The panic of the reporter is on the standard error already.
        let _ = reporting.await;
    }
    let reports = output.reports();
    if let Some(stats) = last {
        reports.tell(&stats).await;
    }
    reports.tell(&Report::Stopped { reason }).await;
    drop(reports);
    output.close().await;
}

async fn launch(arguments: &Arguments) -> Result<Ipv8, Error> {
    let (strategies, beginning) = (&arguments.strategies, arguments.beginning());
    let mut launchers = Launchers::new().with(SteeredLauncher {
        community: arguments.community,
        strategies: strategies.clone(),
        beginning: beginning.clone(),
    });
    if arguments.discovery {
        launchers = launchers.with(DiscoveryLauncher {
            strategies: strategies.clone(),
            beginning,
        });
    }
    let configuration = arguments.config();
    launchers.config(configuration).launch().await
}

async fn ended(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}
