//! Tasks of an overlay on a running node, with tokio's clock paused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ipv8_core::engine::{CallError, Callback, Event};
use ipv8_core::node::HandleError;
use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_tests::desk::address;
use ipv8_tests::launch::{ProbeLauncher, launch};
use ipv8_tests::probe::{Heard, Ping, Probe, ProbeSettings};

const HERE: &str = "10.0.0.1:1000";
const THERE: &str = "10.0.0.2:2000";
const SECOND: Duration = Duration::from_secs(1);

async fn node(network: &MemoryNetwork, at: &str, number: u16) -> (Ipv8, OverlayHandle<Probe>) {
    let launchers = Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()));
    let node = launch(network, at, number, launchers).await;
    let node = node.expect("it is launched");
    let overlay = node.overlay::<Probe>().expect("it was launched");
    (node, overlay)
}

async fn heard(overlay: &OverlayHandle<Probe>) -> usize {
    let heard = overlay.call(|probe, _| probe.heard.len()).await;
    heard.expect("it runs")
}

#[tokio::test(start_paused = true)]
async fn a_periodic_task_registered_through_a_handle_sends_on_time() {
    let network = MemoryNetwork::new();
    let (_here, sender) = node(&network, HERE, 1).await;
    let (_there, listener) = node(&network, THERE, 2).await;
    sender
        .every("ping", SECOND, |_, cx| {
            let sent = cx.send_to(address(THERE), &Ping { number: 1 });
            assert_eq!(sent, Ok(()));
        })
        .await
        .expect("a new name");
    let again = sender.every("ping", SECOND, |_, _| ()).await;
    assert!(matches!(
        again,
        Err(HandleError::Task(TaskError::Active(name))) if name == "ping"
    ));
    tokio::time::sleep(SECOND / 2).await;
    assert_eq!(heard(&listener).await, 0);
    tokio::time::sleep(SECOND * 10).await;
    assert_eq!(heard(&listener).await, 10);
    let active = sender.call(|_, cx| cx.is_task_active("ping")).await;
    assert_eq!(active.ok(), Some(true));
    assert_eq!(sender.cancel_task("ping").await.ok(), Some(true));
    tokio::time::sleep(SECOND * 10).await;
    assert_eq!(heard(&listener).await, 10);
    let names = sender.tasks().await.expect("it runs");
    assert!(names.is_empty(), "{names:?}");
}

#[tokio::test(start_paused = true)]
async fn a_future_runs_as_a_tokio_task_with_timers_and_comes_back() {
    let network = MemoryNetwork::new();
    let (node, overlay) = node(&network, HERE, 1).await;
    let mut events = node.events();
    let future = async {
        tokio::time::sleep(SECOND * 3).await;
        tokio::task::spawn_blocking(|| 6 * 7)
            .await
            .expect("no panic")
    };
    let on_done = |probe: &mut Probe, number, _: &mut Context<'_>| {
        probe.heard.push(Heard::Ping(address(HERE), number));
    };
    overlay
        .spawn("work", future, on_done)
        .await
        .expect("a new name");
    overlay
        .spawn("trap", async { panic!("a trap") }, |_, (), _| ())
        .await
        .expect("a new name");
    tokio::time::sleep(SECOND * 2).await;
    assert_eq!(heard(&overlay).await, 0);
    tokio::time::sleep(SECOND * 2).await;
    let heard = overlay.call(|probe, _| probe.heard.clone()).await;
    assert_eq!(heard.ok(), Some(vec![Heard::Ping(address(HERE), 42)]));
    let mut panicked = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::Panicked { callback, .. } = event {
            panicked.push(callback);
        }
    }
    assert_eq!(panicked, [Callback::Task("trap".into())]);
}

/// Sets the flag when it is dropped.
struct Guard(Arc<AtomicBool>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Spawns a future that never ends. The flag becomes true when the future is dropped.
async fn endless(overlay: &OverlayHandle<Probe>, name: &'static str) -> Arc<AtomicBool> {
    let dropped = Arc::new(AtomicBool::new(false));
    let guard = Guard(Arc::clone(&dropped));
    let future = async move {
        tokio::time::sleep(SECOND * 1_000_000).await;
        drop(guard);
    };
    let spawned = overlay.spawn(name, future, |_, (), _| ()).await;
    spawned.expect("a new name");
    dropped
}

#[tokio::test(start_paused = true)]
async fn futures_end_when_they_are_cancelled_when_the_overlay_goes_and_when_the_node_stops() {
    let network = MemoryNetwork::new();
    let (here, overlay) = node(&network, HERE, 1).await;
    let cancelled = endless(&overlay, "cancelled").await;
    let unloaded = endless(&overlay, "unloaded").await;
    tokio::time::sleep(SECOND).await;
    assert_eq!(overlay.cancel_task("cancelled").await.ok(), Some(true));
    tokio::time::sleep(SECOND).await;
    assert!(cancelled.load(Ordering::SeqCst) && !unloaded.load(Ordering::SeqCst));
    assert_eq!(overlay.unload().await.ok(), Some(true));
    tokio::time::sleep(SECOND).await;
    assert!(unloaded.load(Ordering::SeqCst));
    let refused = overlay.after("late", SECOND, |_, _| ()).await;
    assert!(matches!(
        refused,
        Err(HandleError::Call(CallError::NotLoaded))
    ));
    let (there, overlay) = node(&network, THERE, 2).await;
    let stopped = endless(&overlay, "stopped").await;
    there.stop().await;
    assert!(stopped.load(Ordering::SeqCst), "stop waits for it");
    drop(here);
}
