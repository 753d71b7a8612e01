//! Pacing: the datagrams of a large step are spread over its slot. Tested through the whole engine
//! and in a running node.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::engine::PacingConfig;
use ipv8_core::internals::engine::{Engine, EngineConfig, Event, Input, Output, StepReport};
use ipv8_core::node::MemoryNetwork;
use ipv8_core::node::{HandleError, NodeStats};
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_tests::desk::{PROBE, address, overlay_config, sealed};
use ipv8_tests::launch::{ProbeLauncher, launch};
use ipv8_tests::probe::{Heard, Ping, Probe, ProbeSettings};

const INTERVAL: Duration = Duration::from_millis(500);
const HERE: &str = "10.0.0.1:1000";
const THERE: &str = "10.0.0.2:2000";

/// Sends `count` datagrams each step, to addresses that only this strategy uses.
struct Floods {
    count: u16,
    host: [u8; 4],
}

impl Floods {
    fn to(&self, number: u16) -> SocketAddr {
        SocketAddr::from((self.host, number + 1))
    }
}

impl<C: Community> DiscoveryStrategy<C> for Floods {
    fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
        for number in 0..self.count {
            cx.send_to(self.to(number), &Ping { number })
                .expect("it is queued");
        }
    }
}

/// Drives an engine in virtual time, and records when it sent a datagram to which address.
struct Driver {
    engine: Engine,
    now: Instant,
    sent: Vec<(Instant, SocketAddr)>,
    steps: Vec<StepReport>,
}

impl Driver {
    /// Adds one strategy for each count, which sends that many datagrams each step. The strategies
    /// alternate between two overlays.
    fn new(pacing: PacingConfig, counts: &[u16]) -> Self {
        let now = Instant::now();
        let mut engine = Engine::new(&EngineConfig {
            pacing,
            ..EngineConfig::new([1; 32])
        });
        let (mut first, mut second) = (Strategies::new(), Strategies::new());
        for (host, count) in (1..).zip(counts) {
            let (host, count) = ([20, 0, 0, host], *count);
            let floods = Floods { count, host };
            if host[3] % 2 == 1 {
                first.add_strategy(-1, floods);
            } else {
                second.add_strategy(-1, floods);
            }
        }
        let settings = ProbeSettings::default;
        engine
            .add_overlay::<Probe>(overlay_config(0), settings(), first, now)
            .expect("the overlay is made");
        engine
            .add_overlay::<Probe<1>>(overlay_config(0), settings(), second, now)
            .expect("the overlay is made");
        Self {
            engine,
            now,
            sent: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Send(outgoing) => self.sent.push((self.now, outgoing.to)),
                Output::Event(Event::Step(report)) => self.steps.push(report),
                _ => {}
            }
        }
        self.engine.handle(Input::Flushed, self.now);
    }

    fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(next) = self.engine.poll_timeout().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            self.engine.handle(Input::Timeout, self.now);
            self.drain();
        }
        self.now = end;
    }

    /// Runs until `count` datagrams were sent to `host`.
    fn run_until_sent(&mut self, host: u8, count: usize) {
        while self.to(host).len() < count {
            self.now = self.engine.poll_timeout().expect("it goes on");
            self.engine.handle(Input::Timeout, self.now);
            self.drain();
        }
    }

    /// Returns the times at which datagrams were sent to the addresses of strategy `host`.
    fn to(&self, host: u8) -> Vec<Instant> {
        let wanted = |to: &SocketAddr| *to == SocketAddr::from(([20, 0, 0, host], to.port()));
        let sent = self.sent.iter().filter(|(_, to)| wanted(to));
        sent.map(|(at, _)| *at).collect()
    }
}

#[test]
fn the_datagrams_of_two_strategies_are_never_within_half_a_slot() {
    for strategies in 1..=10_u32 {
        let counts = [200, 3, 400, 40, 16, 17, 350, 1, 60, 100];
        let counts = &counts[..strategies as usize];
        let mut driver = Driver::new(PacingConfig::default(), counts);
        driver.run_for(INTERVAL * 6);
        let gap = INTERVAL / strategies;
        assert_eq!(driver.engine.missed_turns(), 0);
        for pair in driver.sent.windows(2) {
            let [(before, one), (after, other)] = pair else {
                unreachable!("windows of two")
            };
            if one.ip() != other.ip() {
                assert!(
                    *after - *before >= gap / 2,
                    "{strategies}: {:?}",
                    *after - *before
                );
            }
        }
        // Held datagrams do not move the grid, and each step is reported with all its datagrams.
        for (index, pair) in (0_u32..).zip(driver.steps.windows(2)) {
            assert_eq!(pair[1].at - pair[0].at, gap, "{strategies}: step {index}");
        }
        for report in &driver.steps {
            assert_eq!(report.delayed, report.datagrams.saturating_sub(16));
        }
        let asked: usize = driver.steps.iter().map(|report| report.datagrams).sum();
        let counters = driver.engine.pacing_stats();
        assert_eq!(driver.sent.len() + counters.held, asked);
        assert_eq!(counters.overruns, 0);
        assert!(counters.longest_delay <= gap * 2 / 5 + Duration::from_millis(1));
    }
}

#[test]
fn switched_off_a_step_sends_everything_at_once() {
    let mut driver = Driver::new(PacingConfig::off(), &[200, 200]);
    driver.run_for(INTERVAL * 2);
    for report in &driver.steps {
        assert_eq!((report.datagrams, report.delayed), (200, 0));
        let sent = driver.sent.iter().filter(|(at, _)| *at == report.at);
        assert_eq!(sent.count(), 200);
    }
    // Pacing can be switched on again while the engine runs.
    driver
        .engine
        .set_pacing(PacingConfig::default(), driver.now);
    driver.run_for(INTERVAL * 2);
    assert!(driver.steps.iter().any(|report| report.delayed == 200 - 16));
}

#[test]
fn a_step_that_is_too_large_delays_only_itself_and_the_turns_it_takes_are_lost() {
    let pacing = PacingConfig {
        rate: 1_000,
        ..PacingConfig::default()
    };
    let mut driver = Driver::new(pacing, &[600, 1, 1, 1, 1]);
    driver.run_for(INTERVAL * 20);
    let gap = INTERVAL / 5;
    let counters = driver.engine.pacing_stats();
    assert!(counters.overruns >= 8 && driver.engine.missed_turns() >= 8 * 5);
    // Every strategy still gets the same number of turns.
    let turns = |host: u8| match host {
        1 => driver
            .steps
            .iter()
            .filter(|step| step.datagrams == 600)
            .count(),
        _ => driver.to(host).len(),
    };
    let turns: Vec<_> = (1..=5).map(turns).collect();
    assert!(
        turns.iter().all(|count| count.abs_diff(turns[0]) <= 1),
        "{turns:?}"
    );
    let ends = driver.to(1);
    for end in ends.chunks(600).filter_map(<[Instant]>::last) {
        let next = driver.sent.iter().find(|(at, _)| at > end);
        assert!(next.is_none_or(|(next, _)| *next - *end >= gap / 2));
    }
}

#[test]
fn held_datagrams_of_an_unloaded_overlay_still_leave_and_delay_no_other() {
    let mut driver = Driver::new(PacingConfig::default(), &[300, 1]);
    driver.run_until_sent(1, 20);
    assert!(driver.engine.next_release().is_some());
    assert!(driver.engine.unload_overlay(PROBE, driver.now));
    driver.drain();
    driver.run_for(INTERVAL * 4);
    assert_eq!(driver.to(1).len(), 300);
    assert!(driver.to(2).len() >= 4);
    assert_eq!(driver.engine.stats().dropped(), 0);
}

#[test]
fn held_datagrams_of_a_removed_or_paused_strategy_still_leave() {
    let mut driver = Driver::new(PacingConfig::default(), &[300, 1]);
    driver.run_until_sent(1, 20);
    let step = *driver.steps.last().expect("it stepped");
    driver
        .engine
        .pause_strategy(step.id, driver.now)
        .expect("it is there");
    driver.run_for(INTERVAL * 2);
    assert_eq!(driver.to(1).len(), 300);
    driver
        .engine
        .resume_strategy(step.id, driver.now)
        .expect("it is there");
    driver.run_until_sent(1, 320);
    driver
        .engine
        .remove_strategy(step.id, driver.now)
        .expect("it is there");
    driver.run_for(INTERVAL * 2);
    assert_eq!(driver.to(1).len(), 600);
}

/// Answers each ping with a ping.
struct Echo;

impl Community for Echo {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"an echo of the pings");
    type Settings = ();

    fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn messages(table: &mut MessageTable<Self>) {
        ipv8_core::handlers!(table: unsigned Ping => Self::on_ping);
    }
}

impl Echo {
    fn on_ping(&mut self, source: SocketAddr, ping: Ping, cx: &mut Context<'_>) {
        cx.send_to(source, &ping).expect("it is queued");
    }
}

#[test]
fn answers_go_at_once_and_overtake_nothing() {
    let now = Instant::now();
    let mut engine = Engine::new(&EngineConfig::new([1; 32]));
    let mut strategies = Strategies::new();
    let (count, host) = (100, [20, 0, 0, 1]);
    strategies.add_strategy(-1, Floods { count, host });
    engine
        .add_overlay::<Echo>(overlay_config(0), (), strategies, now)
        .expect("the overlay is made");
    let mut driver = Driver {
        engine,
        now,
        sent: Vec::new(),
        steps: Vec::new(),
    };
    driver.run_until_sent(1, 30);
    // A destination whose datagrams have left, one with a held datagram, and a stranger.
    for from in ["20.0.0.1:5", "20.0.0.1:90", "20.0.0.9:1"] {
        let before = driver.sent.len();
        let number = 7;
        let datagram = sealed(
            Echo::COMMUNITY_ID,
            &ipv8_tests::desk::key(3),
            1,
            &Ping { number },
        );
        let ticket = driver.engine.admit(address(from), &datagram);
        let opened = ticket.expect("it is admitted").open(&datagram);
        driver.engine.handle(Input::Opened(opened), driver.now);
        driver.drain();
        let new: Vec<_> = driver.sent[before..].iter().map(|(_, to)| *to).collect();
        let held = usize::from(from == "20.0.0.1:90");
        assert_eq!(new, vec![address(from); 1 + held]);
    }
    driver.run_for(INTERVAL / 2);
    assert_eq!(driver.to(1).len(), 100 + 2);
}

fn launchers() -> Launchers {
    Launchers::new().with(
        ProbeLauncher::<0>::new(ProbeSettings::default()).walked(|strategies| {
            let host = [20, 0, 0, 1];
            strategies.add_strategy(-1, Floods { count: 300, host });
        }),
    )
}

/// Waits until the node holds datagrams, and returns its stats then.
async fn while_holding(node: &Ipv8) -> NodeStats {
    loop {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let stats = node.stats().await.expect("it runs");
        if stats.pacing.held > 0 {
            return stats;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_running_node_shows_held_datagrams_and_can_switch_pacing() {
    let network = MemoryNetwork::new();
    let node = launch(&network, HERE, 1, launchers())
        .await
        .expect("launched");
    let stats = while_holding(&node).await;
    assert_eq!(stats.pacing.most_held, 284);
    assert_eq!(stats.pacing.steps, 1);
    assert_eq!(node.pacing().await.ok(), Some(PacingConfig::default()));
    node.set_pacing(PacingConfig::off()).await.expect("it runs");
    let off = node.stats().await.expect("it runs");
    assert_eq!((off.pacing.held, off.engine.datagrams_out), (0, 300));
    tokio::time::sleep(INTERVAL * 3).await;
    let off = node.stats().await.expect("it runs");
    assert_eq!(off.pacing.steps, 1);
    let wrong = PacingConfig {
        rate: 0,
        ..PacingConfig::default()
    };
    let refused = node.set_pacing(wrong).await;
    assert!(
        matches!(refused, Err(HandleError::PacingConfig(_))),
        "{refused:?}"
    );
    node.stop().await;
}

#[tokio::test(start_paused = true)]
async fn datagrams_held_when_a_node_stops_still_leave() {
    let network = MemoryNetwork::new();
    let listener = Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()));
    let listener = launch(&network, THERE, 2, listener)
        .await
        .expect("launched");
    let node = launch(&network, HERE, 1, launchers())
        .await
        .expect("launched");
    // Send to the listener instead, so that arriving datagrams can be counted.
    let overlay = node.overlay::<Probe>().expect("it was launched");
    let strategies = node.strategies().await.expect("it runs");
    let first = overlay.strategy(&strategies[0].name.to_string()).await;
    first
        .expect("it is there")
        .remove()
        .await
        .expect("it is there");
    overlay
        .add_strategy(ToOne { count: 300 }, -1)
        .await
        .expect("it is loaded");
    let stats = while_holding(&node).await;
    assert!(stats.pacing.held > 200);
    let stopping = tokio::time::Instant::now();
    node.stop().await;
    assert!(stopping.elapsed() <= INTERVAL);
    tokio::time::sleep(INTERVAL).await;
    let probe = listener.overlay::<Probe>().expect("it was launched");
    let heard = probe.call(|probe, _| probe.heard.len()).await;
    assert_eq!(heard.ok().map(|count| count % 300), Some(0));
    listener.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_node_that_stops_does_not_wait_for_ever() {
    let network = MemoryNetwork::new();
    let node = launch(&network, HERE, 1, launchers())
        .await
        .expect("launched");
    let slow = PacingConfig {
        rate: 1,
        ..PacingConfig::default()
    };
    node.set_pacing(slow).await.expect("it runs");
    let stats = while_holding(&node).await;
    assert!(stats.pacing.held > 200);
    let stopping = tokio::time::Instant::now();
    node.stop().await;
    assert!(stopping.elapsed() <= Duration::from_secs(1));
}

/// Sends numbered pings to one peer.
struct ToOne {
    count: u16,
}

impl<C: Community> DiscoveryStrategy<C> for ToOne {
    fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
        for number in 0..self.count {
            cx.send_to(address(THERE), &Ping { number })
                .expect("it is queued");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn everything_arrives_once_and_in_order() {
    let network = MemoryNetwork::new();
    let listener = Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()));
    let listener = launch(&network, THERE, 2, listener)
        .await
        .expect("launched");
    let sender = Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()).walked(
        |strategies| {
            strategies.add_strategy(-1, ToOne { count: 200 });
        },
    ));
    let sender = launch(&network, HERE, 1, sender).await.expect("launched");
    let overlay = sender.overlay::<Probe>().expect("it was launched");
    // A datagram that a handle sends never overtakes those that a step sent before.
    for number in 1_000..1_200 {
        tokio::time::sleep(Duration::from_millis(7)).await;
        let sent = overlay.call(move |_, cx| cx.send_to(address(THERE), &Ping { number }));
        assert!(matches!(sent.await, Ok(Ok(()))));
    }
    sender.stop().await;
    tokio::time::sleep(INTERVAL).await;
    let probe = listener.overlay::<Probe>().expect("it was launched");
    let heard = probe.call(|probe, _| probe.heard.clone()).await;
    let numbers = heard
        .expect("it runs")
        .into_iter()
        .map(|heard| match heard {
            Heard::Ping(_, number) => number,
            other => panic!("{other:?}"),
        });
    let (calls, steps): (Vec<_>, Vec<_>) = numbers.partition(|number| *number >= 1_000);
    assert!(calls.is_sorted() && calls.len() == 200);
    assert_eq!(steps.len() % 200, 0);
    for step in steps.chunks(200) {
        assert!(step.is_sorted() && step[0] == 0);
    }
    let stats = listener.stats().await.expect("it runs");
    assert_eq!(stats.engine.count(DropReason::QueueFull), 0);
    listener.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_blocked_socket_delays_strategies_and_is_counted() {
    let network = MemoryNetwork::new();
    let sender = Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()).walked(
        |strategies| {
            for _ in 0..10 {
                strategies.add_strategy(-1, ToOne { count: 1 });
            }
        },
    ));
    let sender = launch(&network, HERE, 1, sender).await.expect("launched");
    let mut events = sender.events();
    tokio::time::sleep(INTERVAL).await;
    let before = sender.stats().await.expect("it runs").endpoint;
    assert_eq!(before.send_waits, 0);
    // Longer than one slot of 50 ms, shorter than the 100 ms after which a send fails.
    network.block_sends(address(HERE), true);
    tokio::time::sleep(Duration::from_millis(95)).await;
    network.block_sends(address(HERE), false);
    tokio::time::sleep(INTERVAL).await;
    let after = sender.stats().await.expect("it runs");
    assert_eq!(
        (after.endpoint.send_waits, after.endpoint.send_busy),
        (1, 0)
    );
    assert!(after.endpoint.longest_send_wait >= Duration::from_millis(45));
    assert_eq!(after.engine.count(DropReason::SendFailed), 0);
    sender.stop().await;
    let mut steps = Vec::new();
    while let Ok(event) = events.recv().await {
        if let Event::Step(step) = event {
            steps.push(step.at);
        }
    }
    let longest = steps.windows(2).map(|pair| pair[1] - pair[0]).max();
    let held_up = after.endpoint.longest_send_wait + INTERVAL / 20;
    assert!(longest >= Some(held_up), "{longest:?}, {held_up:?}");
}
