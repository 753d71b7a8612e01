//! Launching is atomic: a launch that ends early, for any reason, leaves nothing behind.

use std::future::Future;
use std::net::{SocketAddr, UdpSocket};
use std::pin::pin;
use std::task::{Context as TaskContext, Waker};

use ipv8_core::Error;
use ipv8_core::launch::Hook;
use ipv8_core::prelude::*;
use ipv8_tests::desk::address;
use ipv8_tests::launch::configuration;
use ipv8_tests::probe::{ProbeSettings, Trap};
use ipv8_tests::scripted::{Fault, Script, Scripted};

/// Returns an address with a port that was free a moment ago.
fn free() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.local_addr().expect("an address")
}

fn three(here: SocketAddr) -> Launchers {
    Launchers::new()
        .with(Scripted::<0>)
        .with(Scripted::<1>)
        .with(Scripted::<2>)
        .config(configuration(1, None).interfaces([here]))
}

/// Checks that the port is free, that no task is left, and that exactly the overlays `unloaded`
/// were unloaded, in this order.
fn nothing_is_left(here: SocketAddr, script: &Script, unloaded: &[u8], what: &str) {
    let again = UdpSocket::bind(here);
    assert!(again.is_ok(), "{what}: {again:?}");
    let tasks = tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks();
    assert_eq!(tasks, 0, "{what}");
    let ended = |line: &&String| line.ends_with("Unload") || line.ends_with("Drop");
    let lines = script.log.lines();
    let found: Vec<&String> = lines.iter().filter(ended).collect();
    let expected = unloaded
        .iter()
        .flat_map(|number| [format!("{number} Unload"), format!("{number} Drop")]);
    assert!(
        found.into_iter().eq(&expected.collect::<Vec<_>>()),
        "{what}: {lines:?}"
    );
    let prepared = lines.iter().any(|line| line == "2 prepare");
    assert!(!prepared, "{what}: the third launcher was prepared");
}

fn place() -> String {
    let meta = <Scripted<1> as CommunityLauncher>::META;
    format!("S1 ({})", meta.location())
}

#[tokio::test]
async fn an_error_or_panic_in_a_hook_is_named_and_undoes_everything() {
    for (hook, fault, unloaded) in [
        (Hook::ShouldLaunch, Fault::Panic, &[][..]),
        (Hook::Prepare, Fault::Error, &[0]),
        (Hook::Prepare, Fault::Panic, &[0]),
        (Hook::Settings, Fault::Panic, &[0]),
        (Hook::MyPeer, Fault::Panic, &[0]),
        (Hook::Bootstrappers, Fault::Panic, &[0]),
        (Hook::Finalize, Fault::Error, &[1, 0]),
        (Hook::Finalize, Fault::Panic, &[1, 0]),
    ] {
        let here = free();
        let mut script = Script {
            fault: Some((1, hook, fault)),
            ..Script::default()
        };
        let launched = three(here).launch_with(&mut script).await;
        let error = launched.expect_err("the launch is refused").to_string();
        let what = match fault {
            Fault::Panic => format!("launcher {} panicked in {hook}", place()),
            _ => format!("launcher {} failed in {hook}: as the script says", place()),
        };
        assert_eq!(error, what);
        nothing_is_left(here, &script, unloaded, &what);
    }
}

#[tokio::test]
async fn a_failing_community_is_named_and_undoes_everything() {
    for (traps, refuse) in [
        (&[][..], true),
        (&[Trap::New], false),
        (&[Trap::Started], false),
    ] {
        let here = free();
        let settings = ProbeSettings {
            traps: traps.to_vec(),
            refuse,
            ..ProbeSettings::default()
        };
        let mut script = Script {
            settings: Some((1, settings)),
            ..Script::default()
        };
        let launched = three(here).launch_with(&mut script).await;
        let error = launched.expect_err("the launch is refused");
        assert!(matches!(error, Error::Launch { .. }), "{error}");
        let text = error.to_string();
        let start = format!("launcher {} failed: ", place());
        assert!(text.starts_with(&start) && text.contains("Probe"), "{text}");
        let lines: Vec<String> = script.log.lines();
        assert!(!lines.contains(&"1 finalize".to_owned()), "{lines:?}");
        // The failed community is never unloaded, and is dropped only if it was created. Leave out
        // its lines.
        let log = Script::default();
        for line in lines.iter().filter(|line| !line.starts_with("1 ")) {
            log.log.push(line.clone());
        }
        nothing_is_left(here, &log, &[0], &text);
    }
}

#[tokio::test]
async fn dropping_an_unfinished_launch_undoes_everything_at_once() {
    for (hook, unloaded) in [(Hook::Prepare, &[0][..]), (Hook::Finalize, &[1, 0])] {
        let here = free();
        let mut script = Script {
            fault: Some((1, hook, Fault::Hang)),
            ..Script::default()
        };
        {
            let mut launch = pin!(three(here).launch_with(&mut script));
            let mut cx = TaskContext::from_waker(Waker::noop());
            assert!(launch.as_mut().poll(&mut cx).is_pending());
            assert!(
                UdpSocket::bind(here).is_err(),
                "the launch has bound its socket"
            );
        }
        nothing_is_left(here, &script, unloaded, &hook.to_string());
    }
}

#[tokio::test]
async fn a_launch_whose_task_is_aborted_undoes_everything() {
    let here = free();
    let log = ipv8_tests::probe::Log::default();
    let mut script = Script {
        log: log.clone(),
        fault: Some((1, Hook::Finalize, Fault::Hang)),
        ..Script::default()
    };
    let launch = tokio::spawn(async move { three(here).launch_with(&mut script).await.map(drop) });
    while !log.lines().contains(&"1 finalize".to_owned()) {
        tokio::task::yield_now().await;
    }
    launch.abort();
    assert!(launch.await.is_err_and(|error| error.is_cancelled()));
    let script = Script {
        log,
        ..Script::default()
    };
    nothing_is_left(here, &script, &[1, 0], "aborted");
}

#[tokio::test]
async fn a_node_stopped_by_a_hook_is_not_launched() {
    for (hook, unloaded) in [(Hook::Prepare, &[0][..]), (Hook::Finalize, &[1, 0])] {
        let here = free();
        let mut script = Script {
            fault: Some((1, hook, Fault::Stop)),
            ..Script::default()
        };
        let launched = three(here).launch_with(&mut script).await;
        assert!(matches!(launched, Err(Error::Stopped)), "{launched:?}");
        nothing_is_left(here, &script, unloaded, &hook.to_string());
    }
}

/// Keeps a handle of the node beyond the end of the launch.
struct Keeper;

impl CommunityLauncher for Keeper {
    type Overlay = ipv8_tests::probe::Probe<0>;
    type Session = Option<Ipv8>;
    const META: ipv8_core::LauncherMeta = ipv8_core::launcher_meta!(name = "Keeper", after = []);

    async fn prepare(&self, ipv8: &Ipv8, kept: &mut Option<Ipv8>) -> Result<(), LaunchError> {
        *kept = Some(ipv8.clone());
        Err("enough".into())
    }
}

#[tokio::test]
async fn handles_of_a_failed_launch_report_that_the_node_has_stopped() {
    let mut kept: Option<Ipv8> = None;
    let here = configuration(1, None).interfaces([address("127.0.0.1:0")]);
    let launchers = Launchers::new().with(Keeper).config(here);
    launchers.launch_with(&mut kept).await.expect_err("enough");
    let node = kept.expect("it was kept");
    let asked = node.stats().await;
    assert!(
        matches!(asked, Err(ipv8_core::node::HandleError::Stopped)),
        "{asked:?}"
    );
    node.stop().await;
    node.until_stopped()
        .await
        .expect("the node stops without an error");
}
