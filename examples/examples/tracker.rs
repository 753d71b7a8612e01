//! A tracker: tells the peers of any community of each other.
//!
//! `cargo run --example tracker -- --listen 127.0.0.1:6421`
//!
//! `cargo run --features http --example tracker -- --listen 127.0.0.1:6421 --api 127.0.0.1:8085` serves its state too:
//! `/services` is each community with its peers, as from py-ipv8's tracker, `/stats` its figures.
//!
//! It prints its address first (and where its state is), then its figures every second, until Ctrl-C or SIGTERM. With `--events json` every
//! line is a JSON object; [`ipv8_examples::report::Report`] describes them.
//!
//! Exit codes: 0 stopped as told, 1 it could not start, 2 wrong arguments.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use ipv8_core::node::{RunningTracker, TrackerConfig};
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
    /// How many peers it remembers; beyond it those silent for longest make room
    #[arg(long, value_name = "PEERS", default_value_t = 10_000)]
    max_peers: usize,
    /// The file with its key; made if it is missing. Without it: a new key
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Where its state is served over HTTP: a loopback address
    #[arg(long, value_name = "ADDR")]
    api: Option<SocketAddr>,
    /// Only with this key in the header X-Api-Key or in the query as `apikey`
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// The address of --api may be one that other machines can reach
    #[arg(long)]
    api_anywhere: bool,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", value_enum, default_value_t)]
    events: Events,
}

impl Arguments {
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.max_peers == 0 {
            problems.push("--max-peers 0: a tracker without peers introduces nobody".to_owned());
        }
        if self.api_key.is_some() && self.api.is_none() {
            problems.push("--api-key: there is no --api <ADDR> that it could be for".to_owned());
        }
        if self.api_anywhere && (self.api.is_none() || self.api_key.is_none()) {
            problems.push("--api-anywhere: needs --api <ADDR> and --api-key <KEY>".to_owned());
        }
        if self.api.is_some() && cfg!(not(feature = "http")) {
            problems.push(
                "--api: this program was built without HTTP; run `cargo run --features http --example tracker`".to_owned(),
            );
        }
        problems
    }

    fn configuration(&self) -> TrackerConfig {
        let configuration = TrackerConfig::new()
            .interfaces([self.listen])
            .max_peers(self.max_peers);
        let configuration = match &self.key {
            Some(path) => configuration.key_file(path),
            None => configuration,
        };
        #[cfg(feature = "http")]
        let configuration = match self.api() {
            Some(api) => configuration.api(api),
            None => configuration,
        };
        configuration
    }

    #[cfg(feature = "http")]
    fn api(&self) -> Option<ipv8_core::node::ApiConfig> {
        let api = ipv8_core::node::ApiConfig::new(self.api?);
        let api = match &self.api_key {
            Some(key) => api.key(key),
            None => api,
        };
        Some(if self.api_anywhere {
            api.anywhere()
        } else {
            api
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    ipv8_examples::logging::start();
    let arguments = match ipv8_examples::arguments::read(Arguments::problems) {
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
    let tracker = arguments.configuration().launch().await?;
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
    #[cfg(feature = "http")]
    if let Some(address) = tracker.api_address() {
        reports.tell(&Report::Api { address }).await;
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
    let at = seconds(started.elapsed());
    Stats::new(at, &tracker.stats(), tracker.peer_count(), 0)
}
