//! A tracker: tells the peers of any community of each other.
//!
//! `cargo run --example tracker -- --listen 127.0.0.1:6421`
//!
//! It prints its address first, then its figures every second, until Ctrl-C or SIGTERM. With `--events json` every
//! line is a JSON object; [`ipv8_examples::report::Report`] describes them.
//!
//! Exit codes: 0 stopped as told, 1 it could not start, 2 wrong arguments.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use ipv8_core::runtime::RunningTracker;
use ipv8_examples::output::{Output, Reports, complain};
use ipv8_examples::report::{Events, Report, Stats, seconds};
use ipv8_examples::signals::Signals;
use tokio::time::{MissedTickBehavior, interval};

/// How long the end may take: whoever sent the signal may count on a second.
const PATIENCE: Duration = Duration::from_millis(800);

/// Answers introduction requests of any community.
#[derive(Debug, Parser)]
#[command(name = "tracker")]
struct Arguments {
    /// Where to listen. Port 0: any free one. A port that is taken: one of the next
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", value_enum, default_value_t)]
    events: Events,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    ipv8_examples::logging::start();
    let arguments = match ipv8_examples::arguments::read(|_: &Arguments| Vec::new()) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut signals = Signals::listen()?;
    let output = Output::stdout(arguments.events)?;
    let reports = output.reports();
    let started = Instant::now();
    let tracker = RunningTracker::launch(arguments.listen).await?;
    let reason = tokio::select! {
        signal = signals.next() => signal,
        never = report(&tracker, &reports, started) => match never {},
    };
    let stop = async {
        let last = stats(&tracker, started);
        tracker.stop().await;
        reports.tell(&Report::Stats(last)).await;
        reports.tell(&Report::Stopped { reason }).await;
        drop(reports);
        output.close().await;
    };
    // Somebody who does not read must not hold up the end; the tracker itself stops first.
    let _ = tokio::time::timeout(PATIENCE, stop).await;
    Ok(())
}

/// Reports without end.
async fn report(tracker: &RunningTracker, reports: &Reports, started: Instant) -> Infallible {
    let address = [tracker.address()];
    if let Some(listening) = Report::listening(&address, tracker.my_peer()) {
        reports.tell(&listening).await;
    }
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    // The first tick comes at once, with nothing to report.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        reports.tell(&Report::Stats(stats(tracker, started))).await;
    }
}

fn stats(tracker: &RunningTracker, started: Instant) -> Stats {
    let peers = tracker.services().iter().map(|(_, peers)| peers).sum();
    Stats::new(seconds(started.elapsed()), &tracker.statistics(), peers, 0)
}
