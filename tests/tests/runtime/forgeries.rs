//! Floods with the source addresses of a tracker and of a peer, in memory and with tokio's clock
//! paused.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::Ipv8;
use ipv8_core::node::{MemoryNetwork, TrackerConfig};
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_tests::desk::{PROBE, address, key, sealed};
use ipv8_tests::launch::{ProbeLauncher, endpoint, launch};
use ipv8_tests::probe::{Hello, Probe, ProbeSettings};
use tokio::time::sleep;

use super::attacks::{bad_old_signature, bad_signatures};

const HERE: &str = "10.0.0.1:8090";
const THERE: &str = "10.0.0.2:2000";
const TRACKER: &str = "10.0.0.9:9000";

const STEP: Duration = Duration::from_millis(10);

async fn walker(network: &MemoryNetwork, at: &str, number: u16) -> Ipv8 {
    let launcher = ProbeLauncher::<0>::new(ProbeSettings::default());
    let launcher = launcher.walked(|strategies| {
        strategies.add::<RandomWalk>(20, |_| {});
    });
    let launched = launch(network, at, number, Launchers::new().with(launcher)).await;
    launched.expect("it is launched")
}

async fn peer_count(node: &Ipv8) -> usize {
    let overlay = node.overlay::<Probe<0>>().expect("it was launched");
    overlay.peers().await.expect("it runs").len()
}

/// Delivers these datagrams in turn, `count` of them to each node.
fn forge(network: &MemoryNetwork, from: SocketAddr, flood: &[Vec<u8>], count: usize) {
    for to in [HERE, THERE] {
        for datagram in flood.iter().cycle().take(count) {
            network.deliver(from, address(to), datagram);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nodes_meet_at_a_tracker_whose_address_is_forged() {
    let network = MemoryNetwork::new();
    let tracker = TrackerConfig::new().launch_on(endpoint(&network, TRACKER));
    let tracker = tracker.await.expect("a tracker");
    let (here, there) = (
        walker(&network, HERE, 1).await,
        walker(&network, THERE, 2).await,
    );
    let mut flood = vec![bad_old_signature(); 3];
    flood.extend(bad_signatures().into_iter().take(1));
    let mut steps = 0;
    while peer_count(&here).await + peer_count(&there).await < 2 {
        assert!(steps < 2_000, "they never met");
        // 4,000 a second.
        forge(&network, address(TRACKER), &flood, 40);
        sleep(STEP).await;
        steps += 1;
    }
    here.stop().await;
    there.stop().await;
    tracker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn forged_messages_of_a_peer_take_the_time_of_a_stranger() {
    const SECONDS: u32 = 3;
    let network = MemoryNetwork::new();
    let tracker = TrackerConfig::new().launch_on(endpoint(&network, TRACKER));
    let tracker = tracker.await.expect("a tracker");
    let (here, there) = (
        walker(&network, HERE, 1).await,
        walker(&network, THERE, 2).await,
    );
    let mut steps = 0;
    while peer_count(&here).await + peer_count(&there).await < 2 {
        assert!(steps < 6_000, "they never met");
        sleep(STEP).await;
        steps += 1;
    }
    // Wrong signatures, and good ones of another key.
    let mut flood = bad_signatures();
    let text = String::from("hello");
    flood.extend((0..300).map(|_| sealed(PROBE, &key(9), 1, &Hello { text: text.clone() })));
    let before = here.stats().await.expect("it runs");
    for step in 0..SECONDS * 100 {
        // 6,000 a second.
        let start = usize::try_from(step).expect("few") * 60 % 540;
        forge(&network, address(THERE), &flood[start..start + 60], 60);
        sleep(STEP).await;
    }
    let after = here.stats().await.expect("it runs");
    let received = after.engine.datagrams_in - before.engine.datagrams_in;
    assert!(received >= 15_000, "{received}");
    let work = |class| {
        let work = |stats: &ipv8_core::node::NodeStats| {
            let json = serde_json::to_value(stats.inbox).expect("JSON");
            json["classes"][class]["work"].as_u64().expect("a number")
        };
        Duration::from_micros(work(&after) - work(&before))
    };
    // Before the peer is suspected, and then the share of a site.
    assert!(
        work("peer") < Duration::from_millis(50),
        "{:?}",
        work("peer")
    );
    let share = SECONDS * Duration::from_secs(1) / 32 + Duration::from_millis(10);
    assert!(work("stranger") <= share, "{:?}", work("stranger"));
    let count = |reason| after.engine.count(reason) - before.engine.count(reason);
    assert!(count(DropReason::SignatureBudget) > 1_000);
    assert_eq!((peer_count(&here).await, peer_count(&there).await), (1, 1));
    here.stop().await;
    there.stop().await;
    tracker.stop().await;
}
