//! Requests through a handle of a running node, with tokio's clock paused.

use std::time::Duration;

use ipv8_core::LauncherMeta;
use ipv8_core::launcher_meta;
use ipv8_core::node::HandleError;
use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_tests::calculator::{Add, Calculator, CalculatorSettings, Knock};
use ipv8_tests::desk::{address, key};
use ipv8_tests::launch::launch;
use tokio::time::Instant;

const HERE: &str = "127.0.0.1:1000";
const THERE: &str = "127.0.0.1:2000";
const SECOND: Duration = Duration::from_secs(1);

/// Launches a [`Calculator`].
struct Launcher(CalculatorSettings);

impl CommunityLauncher for Launcher {
    type Overlay = Calculator;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "Calculator", after = []);

    fn settings(&self, _session: &()) -> CalculatorSettings {
        self.0.clone()
    }
}

struct Node {
    node: Ipv8,
    overlay: OverlayHandle<Calculator>,
}

async fn node(network: &MemoryNetwork, at: &str, number: u16, silent: bool) -> Node {
    let settings = CalculatorSettings { silent, id: None };
    let launchers = Launchers::new().with(Launcher(settings));
    let node = launch(network, at, number, launchers).await;
    let node = node.expect("it is launched");
    let overlay = node.overlay::<Calculator>().expect("it was launched");
    Node { node, overlay }
}

/// Returns the node `number` at `at`, as a peer.
fn peer(number: u16, at: &str) -> Peer {
    let now = std::time::Instant::now();
    Peer::new(key(number).public_key().clone(), address(at), now)
}

fn add(left: u32) -> Add {
    Add {
        left,
        number: 0,
        right: 2,
    }
}

async fn waiting(node: &Node) -> usize {
    let waiting = node.overlay.call(|_, cx| cx.requests_waiting()).await;
    waiting.expect("it runs")
}

#[tokio::test(start_paused = true)]
async fn a_request_is_awaited_signed_and_unsigned_and_many_at_once() {
    let network = MemoryNetwork::new();
    let here = node(&network, HERE, 1, false).await;
    let _there = node(&network, THERE, 2, false).await;
    let there = peer(2, THERE);
    let sum = here.overlay.request(&there, add(1)).await;
    assert_eq!(sum.expect("an answer").sum, 3);
    let knocked = here.overlay.request(&there, Knock { number: 0 }).await;
    assert!(knocked.is_ok(), "{knocked:?}");
    let asked = (0..200).map(|left| {
        let (overlay, there) = (here.overlay.clone(), there.clone());
        tokio::spawn(async move { overlay.request(&there, add(left)).await })
    });
    for (left, answer) in asked.collect::<Vec<_>>().into_iter().enumerate() {
        let answer = answer.await.expect("no panic").expect("an answer");
        assert_eq!(usize::try_from(answer.sum), Ok(left + 2));
    }
    assert_eq!(waiting(&here).await, 0);
}

#[tokio::test(start_paused = true)]
async fn no_answer_is_an_error_after_ten_seconds_or_the_requested_timeout() {
    let network = MemoryNetwork::new();
    let here = node(&network, HERE, 1, false).await;
    let _silent = node(&network, THERE, 2, true).await;
    let silent = peer(2, THERE);
    for (timeout, seconds) in [(None, 10), (Some(SECOND * 3), 3)] {
        let start = Instant::now();
        let answer = match timeout {
            None => here.overlay.request(&silent, add(1)).await,
            Some(timeout) => {
                let overlay = &here.overlay;
                overlay.request_within(&silent, add(1), timeout).await
            }
        };
        assert!(matches!(
            answer,
            Err(HandleError::Request(RequestError::Timeout))
        ));
        let took = start.elapsed();
        assert!(
            took >= SECOND * seconds && took < SECOND * (seconds + 1),
            "{took:?}"
        );
    }
    assert_eq!(waiting(&here).await, 0);
}

#[tokio::test(start_paused = true)]
async fn an_address_can_be_asked() {
    let network = MemoryNetwork::new();
    let here = node(&network, HERE, 1, false).await;
    let _there = node(&network, THERE, 2, false).await;
    let answer = here
        .overlay
        .request_to(address(THERE), add(5), SECOND)
        .await;
    assert_eq!(answer.expect("an answer").sum, 7);
    let refused = here
        .overlay
        .request_to(address("1.2.3.4:0"), add(5), SECOND);
    assert!(matches!(
        refused.await,
        Err(HandleError::Request(RequestError::Send(_)))
    ));
}

#[tokio::test(start_paused = true)]
async fn dropping_a_future_withdraws_its_request() {
    let network = MemoryNetwork::new();
    let here = node(&network, HERE, 1, false).await;
    let _silent = node(&network, THERE, 2, true).await;
    let silent = peer(2, THERE);
    let answer = tokio::time::timeout(SECOND, here.overlay.request(&silent, add(1))).await;
    assert!(answer.is_err(), "the timeout drops the request");
    assert_eq!(waiting(&here).await, 0);
    // Dropped before the node receives it.
    {
        let mut request = Box::pin(here.overlay.request(&silent, add(1)));
        let polled = std::future::poll_fn(|cx| {
            std::task::Poll::Ready(request.as_mut().poll(cx).is_pending())
        });
        assert!(polled.await);
    }
    assert_eq!(waiting(&here).await, 0);
    // Many at once, more than the node's inbox holds.
    let asked = (0..1_000).map(|left| {
        let (overlay, silent) = (here.overlay.clone(), silent.clone());
        tokio::spawn(async move { overlay.request(&silent, add(left)).await })
    });
    let asked: Vec<_> = asked.collect();
    while waiting(&here).await < 1_000 {
        tokio::task::yield_now().await;
    }
    asked.iter().for_each(tokio::task::JoinHandle::abort);
    for task in asked {
        assert!(task.await.is_err_and(|error| error.is_cancelled()));
    }
    tokio::time::sleep(SECOND).await;
    assert_eq!(waiting(&here).await, 0);
}

#[tokio::test(start_paused = true)]
async fn unloading_and_stopping_end_every_request_with_an_error() {
    let network = MemoryNetwork::new();
    let here = node(&network, HERE, 1, false).await;
    let _silent = node(&network, THERE, 2, true).await;
    let silent = peer(2, THERE);
    let ask = || {
        let (overlay, silent) = (here.overlay.clone(), silent.clone());
        tokio::spawn(async move { overlay.request(&silent, add(1)).await })
    };
    let asked = ask();
    while waiting(&here).await < 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(here.overlay.unload().await.ok(), Some(true));
    let answer = asked.await.expect("no panic");
    let unloaded = matches!(answer, Err(HandleError::Request(RequestError::Unloaded)));
    assert!(unloaded, "{answer:?}");
    assert!(matches!(
        ask().await.expect("no panic"),
        Err(HandleError::Call(_))
    ));
    let there = node(&network, "10.0.0.3:3000", 3, false).await;
    let overlay = there.overlay.clone();
    let asked = tokio::spawn(async move { overlay.request(&silent, add(1)).await });
    while waiting(&there).await < 1 {
        tokio::task::yield_now().await;
    }
    there.node.stop().await;
    assert!(matches!(
        asked.await.expect("no panic"),
        Err(HandleError::Request(RequestError::Unloaded))
    ));
    let late = there.overlay.request(&peer(2, THERE), add(1)).await;
    assert!(matches!(late, Err(HandleError::Stopped)));
}
