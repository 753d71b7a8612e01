//! The order in which a launch calls its launchers, and the role of the session.

use std::time::Duration;

use ipv8_core::engine::Event;
use ipv8_core::launch::{Hook, Problem};
use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_core::{Error, LauncherMeta, launcher_meta};
use ipv8_tests::desk::{PROBE, address, key, sealed};
use ipv8_tests::launch::{Idle, ProbeLauncher, configuration, endpoint, is_open};
use ipv8_tests::probe::{Heard, Log, Ping, Probe, ProbeSettings};
use ipv8_tests::scripted::{Script, Scripted};

const HERE: &str = "10.0.0.1:1000";

async fn launch(launchers: Launchers, script: &mut Script) -> Result<Ipv8, Error> {
    let network = MemoryNetwork::new();
    launchers
        .config(configuration(1, None))
        .launch_on_with(endpoint(&network, HERE), script)
        .await
}

fn three() -> Launchers {
    Launchers::new()
        .with(Scripted::<0>)
        .with(Scripted::<1>)
        .with(Scripted::<2>)
}

const STEPS: [&str; 7] = [
    "prepare",
    "settings",
    "my_peer",
    "bootstrappers",
    "New",
    "Started",
    "finalize",
];

#[tokio::test(start_paused = true)]
async fn all_conditions_run_first_then_the_launchers_in_sequence() {
    let mut script = Script::default();
    let node = launch(three(), &mut script).await.expect("it is launched");
    let mut expected: Vec<String> = (0..3).map(|n| format!("{n} should_launch")).collect();
    for number in 0..3 {
        expected.extend(STEPS.map(|step| format!("{number} {step}")));
    }
    assert_eq!(script.log.lines(), expected);
    let launched: Vec<_> = node.launched().iter().map(|overlay| overlay.id).collect();
    assert_eq!(script.handles, launched);
    assert_eq!(
        node.launched()[0].bootstrappers,
        ["DispersyBootstrapper"; 1]
    );
}

/// Waits for two other launchers, of which one is off.
struct Last;

impl CommunityLauncher for Last {
    type Overlay = Probe<3>;
    type Session = Script;
    const META: LauncherMeta = launcher_meta!(name = "Last", after = ["S0", "S1"]);
}

#[tokio::test(start_paused = true)]
async fn conditions_run_once_and_no_launcher_waits_for_one_that_is_off() {
    let mut script = Script {
        off: vec![0, 2],
        ..Script::default()
    };
    let node = launch(three().with(Last), &mut script)
        .await
        .expect("it is launched");
    let asked: Vec<String> = script.log.lines();
    for number in 0..3 {
        let asked = asked
            .iter()
            .filter(|line| **line == format!("{number} should_launch"));
        assert_eq!(asked.count(), 1, "{number}");
    }
    let names: Vec<_> = node.launched().iter().map(|overlay| overlay.id).collect();
    assert_eq!(names, [Probe::<1>::COMMUNITY_ID, Probe::<3>::COMMUNITY_ID]);
}

#[tokio::test(start_paused = true)]
async fn the_key_of_an_overlay_applies_to_that_overlay_only() {
    let mut script = Script {
        own_keys: vec![1],
        ..Script::default()
    };
    let node = launch(three(), &mut script).await.expect("it is launched");
    let own = node.overlay::<Probe<1>>().expect("it was launched");
    let mid = own.call(|_, cx| cx.my_mid()).await.expect("it runs");
    assert_eq!(mid, key(1).mid());
    let other = node.overlay::<Probe<2>>().expect("it was launched");
    let mid = other.call(|_, cx| cx.my_mid()).await.expect("it runs");
    assert_eq!(mid, node.my_peer().mid());
}

struct Others;

#[tokio::test(start_paused = true)]
async fn launchers_with_another_session_type_are_reported_at_once_before_any_prepare() {
    let log = Log::default();
    let launchers = three().with(ProbeLauncher::<3>::new(ProbeSettings {
        log: log.clone(),
        ..ProbeSettings::default()
    }));
    let network = MemoryNetwork::new();
    let error = launchers
        .config(configuration(1, None).walk_interval(0.0))
        .launch_on_with(endpoint(&network, HERE), &mut Others)
        .await
        .expect_err("three launchers have another session");
    assert!(!is_open(&network, HERE) && log.lines().is_empty());
    let Error::Plan(error) = error else {
        panic!("{error}");
    };
    let [first, .., configuration] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(error.problems().len(), 4, "{error}");
    assert!(matches!(configuration, Problem::Config(_)));
    let meta = <Scripted<0> as CommunityLauncher>::META;
    assert_eq!(
        first.to_string(),
        format!(
            "{} ({}) needs a session of type ipv8_tests::scripted::Script, \
             but got a launch::order::Others: use the same type for both, \
             or pass both with session(&mut …)",
            meta.name,
            meta.location()
        )
    );
    // Launching without a session is an error too. `only` leaves out the other launchers, so it
    // reports none of them.
    let error = three().only(["S1"]).launch().await.expect_err("no session");
    assert!(
        error
            .to_string()
            .ends_with("but got none: launch with launch_with(&mut session)"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_launcher_without_a_session_launches_with_any_session() {
    let mut script = Script::default();
    let launchers = three().with(ProbeLauncher::<3>::new(ProbeSettings::default()));
    let node = launch(launchers, &mut script)
        .await
        .expect("it is launched");
    assert_eq!(node.launched().len(), 4);
}

/// Implements all methods but lists only two of them in `HOOKS`.
struct Sparse;

impl CommunityLauncher for Sparse {
    type Overlay = Probe<1>;
    type Session = Script;
    const META: LauncherMeta = launcher_meta!(name = "Sparse", after = []);
    const HOOKS: &'static [Hook] = &[Hook::Settings, Hook::Finalize];

    fn should_launch(&self, _script: &Script) -> bool {
        false
    }

    async fn prepare(&self, _ipv8: &Ipv8, _script: &mut Script) -> Result<(), LaunchError> {
        Err("never asked".into())
    }

    fn settings(&self, script: &Script) -> ProbeSettings {
        Scripted::<1>.settings(script)
    }

    fn my_peer(&self, _script: &Script) -> Option<ipv8_core::crypto::PrivateKey> {
        Some(key(9))
    }

    fn walk_strategies(&self, _session: &Self::Session, strategies: &mut Strategies<Probe<1>>) {
        strategies.add::<Idle>(-1, |_| {});
    }

    fn bootstrappers(&self, _script: &Script, bootstrappers: &mut Bootstrappers) {
        bootstrappers.add::<DispersyBootstrapper>(|_| {});
    }

    async fn finalize(
        &self,
        ipv8: &Ipv8,
        script: &mut Script,
        overlay: &OverlayHandle<Probe<1>>,
    ) -> Result<(), LaunchError> {
        Scripted::<1>.finalize(ipv8, script, overlay).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_method_missing_from_hooks_is_not_called() {
    let mut script = Script::default();
    let node = launch(Launchers::new().with(Sparse), &mut script).await;
    let node = node.expect("no condition, nothing to prepare");
    assert_eq!(
        script.log.lines(),
        ["1 settings", "1 New", "1 Started", "1 finalize"]
    );
    let overlay = &node.launched()[0];
    assert_eq!(
        (overlay.strategies.len(), overlay.bootstrappers.len()),
        (0, 0)
    );
    let handle = node.overlay::<Probe<1>>().expect("it was launched");
    let mid = handle.call(|_, cx| cx.my_mid()).await.expect("it runs");
    assert_eq!(mid, node.my_peer().mid());
}

/// Calls its overlay, sends a ping, receives one, and waits for a minute in `finalize`.
struct Slow(MemoryNetwork);

const PEER: &str = "10.0.0.2:2000";

impl CommunityLauncher for Slow {
    type Overlay = Probe<0>;
    type Session = Vec<String>;
    const META: LauncherMeta = launcher_meta!(name = "Slow", after = []);

    fn walk_strategies(&self, _session: &Self::Session, strategies: &mut Strategies<Probe<0>>) {
        strategies.add::<Idle>(-1, |_| {});
    }

    async fn finalize(
        &self,
        ipv8: &Ipv8,
        notes: &mut Vec<String>,
        overlay: &OverlayHandle<Probe<0>>,
    ) -> Result<(), LaunchError> {
        let sent = overlay.call(|_, cx| cx.send_to(address(PEER), &Ping { number: 1 }));
        notes.push(format!("{:?}", sent.await?.is_ok()));
        let ping = sealed(PROBE, &key(7), 1, &Ping { number: 2 });
        notes.push(format!(
            "{}",
            self.0.deliver(address(PEER), address(HERE), &ping)
        ));
        // Another task may call the overlay too.
        let other = overlay.clone();
        let asked = tokio::spawn(async move { other.peers().await.map(|peers| peers.len()) });
        notes.push(format!("{:?}", asked.await?.ok()));
        tokio::time::sleep(Duration::from_secs(60)).await;
        let stats = ipv8.stats().await?;
        let engine = stats.engine;
        notes.push(format!("{} {}", engine.datagrams_in, engine.datagrams_out));
        assert!(ipv8.overlay::<Probe<0>>().is_some());
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_received_sent_or_stepped_until_all_launchers_finish() {
    let network = MemoryNetwork::new();
    let mut peer = endpoint(&network, PEER);
    let mut notes: Vec<String> = Vec::new();
    let launchers = Launchers::new()
        .with(Slow(network.clone()))
        .with(ProbeLauncher::<1>::new(ProbeSettings::default()));
    let node = launchers
        .config(configuration(1, None))
        .launch_on_with(endpoint(&network, HERE), &mut notes)
        .await
        .expect("it is launched");
    assert_eq!(notes, ["true", "true", "Some(0)", "0 0"]);
    assert_eq!(
        peer.take_received(|_, _| {}),
        0,
        "datagrams sent while on hold"
    );

    let mut events = node.events();
    let first = loop {
        if let Event::Step(step) = events.recv().await.expect("it runs") {
            break step;
        }
    };
    let waited = tokio::time::Instant::now().into_std() - first.at;
    assert!(waited < Duration::from_millis(500), "{waited:?}");
    let overlay = node.overlay::<Probe<0>>().expect("it was launched");
    let heard = overlay.call(|probe, _| probe.heard.clone()).await;
    assert_eq!(
        heard.expect("it runs"),
        [Heard::Ping(address(PEER), 2)],
        "the ping that arrived while on hold"
    );
    assert!(
        peer.take_received(|_, _| {}) > 0,
        "the datagrams held back are sent"
    );
    let stats = node.stats().await.expect("it runs");
    assert_eq!(stats.missed_turns, 0);
}

#[tokio::test]
async fn separate_sets_of_launchers_launch_concurrently_and_repeatedly() {
    let mut nodes = tokio::task::JoinSet::new();
    for number in 1..=8_u8 {
        nodes.spawn(async move {
            for off in 0..3 {
                let mut script = Script {
                    off: vec![off],
                    ..Script::default()
                };
                let here = [address("127.0.0.1:0")];
                let configuration = configuration(number.into(), None).interfaces(here);
                let node = three()
                    .config(configuration)
                    .launch_with(&mut script)
                    .await
                    .expect("it is launched");
                assert_eq!(node.launched().len(), 2);
                assert!(
                    !script
                        .handles
                        .contains(&CommunityId::from_bytes([0xa0 + off; 20]))
                );
                node.stop().await;
            }
        });
    }
    while let Some(node) = nodes.join_next().await {
        node.expect("no panic");
    }
}
