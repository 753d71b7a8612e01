//! A tracker: introduces the peers of any community to each other.
//!
//! `cargo run --example tracker -- --listen 127.0.0.1:6421`
//!
//! `cargo run --features http --example tracker -- --listen 127.0.0.1:6421 --api 127.0.0.1:8085`
//! also serves its state: `/services` lists the communities with their peers, like py-ipv8's
//! tracker, and `/stats` its counters.
//!
//! It prints its addresses, then its counters every second, until Ctrl-C or SIGTERM. With
//! `--events json` every line is a JSON object; [`ipv8_examples::report::Report`] describes them.
//!
//! Exit codes: 0 stopped by a signal, 1 could not start, 2 wrong arguments.

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

/// The longest time from the signal to the end.
const PATIENCE: Duration = Duration::from_millis(800);

/// Answers introduction requests of any community.
#[derive(Debug, Parser)]
#[command(name = "tracker")]
struct Arguments {
    /// Address to listen on. Port 0 picks a free port; if the port is in use, the next ones are
    /// tried
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Maximum number of peers; beyond it, random ones of the most crowded networks are evicted
    #[arg(long, value_name = "PEERS", default_value_t = 10_000)]
    max_peers: usize,
    /// Key file; created if it is missing. Without it, the tracker uses a new key
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Address to serve the state on, over HTTP; a loopback address
    #[arg(long, value_name = "ADDR")]
    api: Option<SocketAddr>,
    /// Require this key (header `X-Api-Key` or query `apikey`)
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// Allow --api on a non-loopback address
    #[arg(long)]
    api_anywhere: bool,
    /// Output format
    #[arg(long, value_name = "FORM", value_enum, default_value_t)]
    events: Events,
}

impl Arguments {
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.max_peers == 0 {
            problems.push(
                "--max-peers 0: a tracker needs room for peers: expected 1 or more".to_owned(),
            );
        }
        if self.api_key.is_some() && self.api.is_none() {
            problems.push("--api-key: needs --api <ADDR>".to_owned());
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

    fn config(&self) -> TrackerConfig {
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
    let tracker = arguments.config().launch().await?;
    let reason = tokio::select! {
        signal = signals.next() => signal,
        never = report(&tracker, &reports, started) => match never {},
    };
    let stop = async {
        let last = stats(&tracker, started);
        tracker.stop().await;
        reports.tell(&last).await;
        reports.tell(&Report::Stopped { reason }).await;
        drop(reports);
        output.close().await;
    };
    // A reader that stopped reading must not delay the end; the tracker stops first.
    let _ = tokio::time::timeout(PATIENCE, stop).await;
    Ok(())
}

/// Reports until the task is dropped.
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
    // The first tick is immediate and has nothing to report.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        reports.tell(&stats(tracker, started)).await;
    }
}

/// Returns the report of the tracker's counters.
fn stats(tracker: &RunningTracker, started: Instant) -> Report {
    Report::Stats(Box::new(Stats {
        at: seconds(started.elapsed()),
        engine: tracker.stats(),
        peers: tracker.peer_count(),
        walkable: 0,
        load: None,
        tracker: Some(tracker.counters()),
    }))
}
