//! A running node that has too little time, on tokio's paused clock: what it logs and how often,
//! how it reacts, and that it still answers.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ipv8_core::engine::Event;
use ipv8_core::internals::payload::{IntroductionRequest, Style, ids};
use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_tests::desk::{PROBE, address, key, sealed_styled};
use ipv8_tests::launch::{Idle, ProbeLauncher, configuration, endpoint};
use ipv8_tests::probe::ProbeSettings;
use tokio::time::{Instant, advance};
use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::{Context as LayerContext, Layer, SubscriberExt};

// On one machine, so that no budget for strangers bounds the answers.
const HERE: &str = "127.0.0.1:1000";
const THERE: &str = "127.0.0.2:2000";

/// The minimal time between two log lines of one kind.
const SELDOM: Duration = Duration::from_secs(10);

/// One line of the log.
#[derive(Clone, Debug)]
struct Line {
    at: Instant,
    /// All fields, including the message.
    text: String,
    /// The value of the field `new`.
    new: u64,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.text, "{}={value:?} ", field.name());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "new" {
            self.new = value;
        }
    }
}

/// Captures this thread's log, with the time on tokio's clock. A node on a single-threaded runtime
/// logs there.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<Line>>>);

impl<S: tracing::Subscriber> Layer<S> for Logged {
    fn on_event(&self, event: &tracing::Event<'_>, _: LayerContext<'_, S>) {
        let mut line = Line {
            at: Instant::now(),
            text: String::new(),
            new: 0,
        };
        event.record(&mut line);
        self.0.lock().expect("no thread panicked").push(line);
    }
}

impl Logged {
    /// Captures the log until the guard is dropped.
    fn start() -> (Self, DefaultGuard) {
        let logged = Self::default();
        let subscriber = tracing_subscriber::registry().with(logged.clone());
        (logged, tracing::subscriber::set_default(subscriber))
    }

    /// Returns the lines so far that contain `text`.
    fn lines(&self, text: &str) -> Vec<Line> {
        let lines = self.0.lock().expect("no thread panicked");
        let lines = lines.iter().filter(|line| line.text.contains(text));
        lines.cloned().collect()
    }
}

/// Returns the times between consecutive lines.
fn between(lines: &[Line]) -> Vec<Duration> {
    lines
        .windows(2)
        .map(|pair| pair[1].at - pair[0].at)
        .collect()
}

/// Starts a node with one core and a strategy that does nothing.
async fn node(network: &MemoryNetwork, configuration: Config) -> Ipv8 {
    let launchers = Launchers::new().with(
        ProbeLauncher::<0>::new(ProbeSettings::default()).walked(|strategies| {
            strategies.add::<Idle>(-1, |_| {});
        }),
    );
    let launched = launchers
        .config(configuration.cores(1))
        .launch_on(endpoint(network, HERE))
        .await;
    launched.expect("it is launched")
}

/// The machine has no time for the node for more than a walk interval, and then enough time again.
async fn keep_from_running() {
    advance(Duration::from_millis(700)).await;
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

/// The machine has too little time for the node.
async fn overload_for(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        keep_from_running().await;
    }
}

#[tokio::test(start_paused = true)]
async fn overload_is_logged_at_once_then_once_in_ten_seconds_and_when_it_is_over() {
    let (logged, _guard) = Logged::start();
    let network = MemoryNetwork::new();
    let node = node(&network, configuration(1, None)).await;
    let mut events = node.events();
    let begun = Instant::now();
    let mut is_reported = || {
        let told = std::iter::from_fn(|| events.try_recv().ok());
        told.into_iter()
            .any(|event| matches!(event, Event::Health(health) if health.overloaded))
    };
    while !is_reported() {
        assert!(logged.lines("overloaded").is_empty());
        keep_from_running().await;
    }
    let lines = logged.lines("overloaded: skipping late turns");
    assert_eq!(lines.len(), 1, "the line is logged with the event");
    assert!(begun.elapsed() < SELDOM, "before any report");
    overload_for(SELDOM * 10).await;
    let lines = logged.lines("overloaded: skipping late turns");
    for between in between(&lines) {
        assert!(between >= SELDOM && between < SELDOM * 2, "{between:?}");
    }
    assert!((9..=11).contains(&lines.len()), "{}", lines.len());
    // On the paused clock an undisturbed node is never late.
    tokio::time::sleep(SELDOM * 5).await;
    assert_eq!(logged.lines("overloaded: skipping").len(), lines.len());
    assert_eq!(logged.lines("no longer overloaded").len(), 1);
    node.stop().await;
}

#[tokio::test(start_paused = true)]
async fn overload_that_comes_and_goes_is_logged_once_in_ten_seconds_too() {
    let (logged, _guard) = Logged::start();
    let network = MemoryNetwork::new();
    let node = node(&network, configuration(1, None)).await;
    let mut events = node.events();
    let mut changes = 0;
    for _ in 0..30 {
        overload_for(Duration::from_secs(2)).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        while let Ok(event) = events.try_recv() {
            changes += usize::from(matches!(event, Event::Health(_)));
        }
    }
    assert_eq!(changes, 60, "it became overloaded and recovered");
    let lines = logged.lines("overloaded");
    assert!((5..=10).contains(&lines.len()), "{}", lines.len());
    for between in between(&lines) {
        assert!(between >= SELDOM, "{between:?}");
    }
    node.stop().await;
}

#[tokio::test(start_paused = true)]
async fn drops_are_summed_up_in_one_line_in_ten_seconds_which_counts_each_once() {
    let (logged, _guard) = Logged::start();
    let network = MemoryNetwork::new();
    let node = node(&network, configuration(1, None)).await;
    let mut dropped = 0;
    let mut deliver_for = async |time: Duration| {
        let end = Instant::now() + time;
        while Instant::now() < end {
            assert!(network.deliver(address(THERE), address(HERE), &[7; 40]));
            dropped += 1;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    deliver_for(SELDOM * 6).await;
    tokio::time::sleep(SELDOM * 3).await;
    deliver_for(Duration::from_secs(1)).await;
    tokio::time::sleep(SELDOM * 3).await;
    let lines = logged.lines("datagrams were dropped");
    for between in between(&lines) {
        assert!(between >= SELDOM, "{between:?}");
    }
    assert!((7..=8).contains(&lines.len()), "{}", lines.len());
    assert_eq!(lines.iter().map(|line| line.new).sum::<u64>(), dropped);
    for line in &lines {
        assert!(line.new > 0, "a line without new drops: {line:?}");
        assert!(line.text.contains("unknown_prefix"), "{line:?}");
    }
    node.stop().await;
}

#[tokio::test(start_paused = true)]
async fn another_node_with_our_key_is_named_in_the_log_once() {
    let (logged, _guard) = Logged::start();
    let network = MemoryNetwork::new();
    let node = node(&network, configuration(1, None)).await;
    let from = address(THERE);
    let ours = IntroductionRequest::new(Style::Old, from, from, from, 1);
    let ours = sealed_styled(PROBE, &key(1), Style::Old, ours);
    for _ in 0..10 {
        assert!(network.deliver(address(THERE), address(HERE), &ours));
        tokio::time::sleep(SELDOM).await;
    }
    let lines = logged.lines("another node uses the key");
    assert_eq!(lines.len(), 1);
    assert!(lines[0].text.contains(THERE), "{lines:?}");
    node.stop().await;
}

fn request(number: u16) -> Vec<u8> {
    let from = address(THERE);
    let request = IntroductionRequest::new(Style::Old, from, from, from, number);
    sealed_styled(PROBE, &key(7), Style::Old, request)
}

#[tokio::test(start_paused = true)]
async fn received_datagrams_are_answered_although_a_turn_is_always_due() {
    const REQUESTS: u16 = 200;
    let network = MemoryNetwork::new();
    let node = node(&network, configuration(1, None)).await;
    let mut there = endpoint(&network, THERE);
    for number in 0..REQUESTS {
        assert!(network.deliver(address(THERE), address(HERE), &request(number)));
    }
    let mut answers = 0;
    // While datagrams wait, the node yields to other tasks before each batch. Here the clock
    // advances then, by more than the time between two turns.
    for _ in 0..100 {
        advance(Duration::from_secs(1)).await;
        there.take_received(|_, datagram| {
            answers += u16::from(datagram[22] == ids::INTRODUCTION_RESPONSE);
        });
    }
    let health = node.health().await.expect("it runs");
    assert!(health.overloaded && health.missed_turns >= 90, "{health:?}");
    assert_eq!(answers, REQUESTS);
    node.stop().await;
}
