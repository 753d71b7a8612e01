//! Peer events: which overlays and handles hear of a peer that is added or removed. An overlay
//! hears of its own peers, an observing community of the whole network, and handles of either.

use std::time::Duration;

use ipv8_core::crypto::Mid;
use ipv8_core::internals::engine::{Callback, Event, Input};
use ipv8_core::node::MemoryNetwork;
use ipv8_core::node::{PeerEvent, PeerEvents};
use ipv8_core::prelude::*;
use ipv8_tests::desk::{Desk, address, key};
use ipv8_tests::launch::{ProbeLauncher, launch};
use ipv8_tests::probe::{Probe, ProbeSettings};

const ELSEWHERE: CommunityId = CommunityId::from_bytes([0x77; 20]);

/// Notes the peers added and removed in the whole network and in its own overlay.
#[derive(Default)]
struct Observer {
    network: Vec<(bool, Mid)>,
    own: Vec<(bool, Mid)>,
    trap: bool,
}

impl Community for Observer {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([0xab; 20]);
    const OBSERVES_NETWORK: bool = true;
    type Settings = bool;

    fn new(trap: bool, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self {
            trap,
            ..Self::default()
        })
    }

    fn on_peer_added(&mut self, peer: &Peer, _cx: &mut Context<'_>) {
        self.own.push((true, peer.mid()));
    }

    fn on_peer_removed(&mut self, peer: &Peer, _cx: &mut Context<'_>) {
        self.own.push((false, peer.mid()));
    }

    fn on_network_peer_added(&mut self, peer: &Peer, _cx: &mut Context<'_>) {
        self.network.push((true, peer.mid()));
        assert!(!self.trap, "a trap");
    }

    fn on_network_peer_removed(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        self.network.push((false, peer.mid()));
        // Changing the network here causes no loop: the returning peer is reported in the next
        // round.
        if self.network.len() == 2 {
            assert!(cx.peer_graph_mut().add_verified_peer(peer));
        }
    }
}

/// Adds a verified peer with a service. Returns the peer and the events.
fn meet(desk: &mut Desk, number: u16, service: CommunityId) -> (Peer, Vec<Event>) {
    let source = address(&format!("20.0.0.{number}:1"));
    let peer = Peer::new(key(number).public_key().clone(), source, desk.now);
    let network = desk.engine.network_mut();
    assert!(network.add_verified_peer(&peer));
    network.discover_services(peer.key(), [service]);
    desk.engine.handle(Input::Flushed, desk.now);
    let events = desk.drain().1;
    (peer, events)
}

/// The peers that were added (`true`) and removed (`false`).
type Seen = Vec<(bool, Mid)>;

fn observed(desk: &mut Desk) -> (Seen, Seen) {
    let observed = desk
        .engine
        .call(desk.id, desk.now, |observer: &mut Observer, _| {
            (observer.network.clone(), observer.own.clone())
        });
    observed.expect("it is loaded")
}

#[test]
fn an_observing_community_hears_of_the_whole_network() {
    let mut desk = Desk::new();
    desk.reload::<Observer>(false);
    let id = desk.id;
    let (stranger, events) = meet(&mut desk, 1, ELSEWHERE);
    assert!(
        matches!(&events[..], [Event::NetworkPeerAdded { peer }] if *peer == stranger),
        "{events:?}"
    );
    let (own, _) = meet(&mut desk, 2, id);
    let (stranger, own) = (stranger.mid(), own.mid());
    assert_eq!(
        observed(&mut desk),
        (vec![(true, stranger), (true, own)], vec![(true, own)])
    );
}

#[test]
fn a_community_that_does_not_observe_hears_of_its_own_peers_only() {
    let mut desk = Desk::new();
    // Discard the event that the overlay was loaded.
    desk.drain();
    let (_, events) = meet(&mut desk, 1, ELSEWHERE);
    assert_eq!(
        events.len(),
        1,
        "handles may observe the network: {events:?}"
    );
    let seen = desk.call(|probe, _| probe.heard.len());
    assert_eq!(seen, 0);
}

#[test]
fn removing_and_adding_again_in_a_callback_is_reported_in_order() {
    let mut desk = Desk::new();
    desk.reload::<Observer>(false);
    let (peer, _) = meet(&mut desk, 1, ELSEWHERE);
    desk.engine.network_mut().remove_peer(peer.key());
    desk.engine.handle(Input::Flushed, desk.now);
    let mid = peer.mid();
    assert_eq!(
        observed(&mut desk).0,
        [(true, mid), (false, mid), (true, mid)]
    );
    let events = desk.drain().1;
    assert!(matches!(
        &events[..],
        [
            Event::NetworkPeerRemoved { .. },
            Event::NetworkPeerAdded { .. }
        ]
    ));
}

#[test]
fn a_panic_of_an_observer_is_named_and_counted() {
    let mut desk = Desk::new();
    desk.reload::<Observer>(true);
    let (_, events) = meet(&mut desk, 1, ELSEWHERE);
    let panicked = |event: &Event| matches!(event, Event::Panicked { callback: Callback::PeerObserver, overlay } if *overlay == desk.id);
    assert!(events.iter().any(panicked), "{events:?}");
    assert_eq!(desk.engine.stats().panics, 1);
}

async fn next(events: &mut PeerEvents) -> Option<(bool, Mid)> {
    let next = tokio::time::timeout(Duration::from_secs(60), events.next()).await;
    next.ok().flatten().map(|event| match event {
        PeerEvent::Added(peer) => (true, peer.mid()),
        PeerEvent::Removed(peer) => (false, peer.mid()),
    })
}

#[tokio::test(start_paused = true)]
async fn handles_hear_of_their_overlay_or_of_the_whole_network() {
    let network = MemoryNetwork::new();
    let launchers = Launchers::new()
        .with(ProbeLauncher::<0>::new(ProbeSettings::default()))
        .with(ProbeLauncher::<1>::new(ProbeSettings::default()));
    let node = launch(&network, "10.0.0.1:1000", 1, launchers).await;
    let node = node.expect("it is launched");
    let zero = node.overlay::<Probe>().expect("it was launched");
    let one = node.overlay::<Probe<1>>().expect("it was launched");
    let (mut zero_events, mut one_events) = (zero.peer_events(), one.peer_events());
    let mut all = node.network_events();
    // Another node asks both overlays, which ask back.
    let launchers = Launchers::new()
        .with(ProbeLauncher::<0>::new(ProbeSettings::default()))
        .with(ProbeLauncher::<1>::new(ProbeSettings::default()));
    let other = launch(&network, "10.0.0.7:1000", 7, launchers).await;
    let other = other.expect("it is launched");
    let here = address("10.0.0.1:1000");
    let asks = other.overlay::<Probe>().expect("it was launched");
    assert!(asks.call(move |_, cx| cx.walk_to(here)).await.is_ok());
    let asks = other.overlay::<Probe<1>>().expect("it was launched");
    assert!(asks.call(move |_, cx| cx.walk_to(here)).await.is_ok());
    let mid = key(7).public_key().mid();
    assert_eq!(next(&mut zero_events).await, Some((true, mid)));
    assert_eq!(next(&mut one_events).await, Some((true, mid)));
    assert_eq!(next(&mut all).await, Some((true, mid)));
    assert_eq!(zero.unload().await.ok(), Some(true));
    assert_eq!(next(&mut zero_events).await, Some((false, mid)));
    node.stop().await;
    assert_eq!(next(&mut one_events).await, Some((false, mid)));
    assert_eq!(next(&mut one_events).await, None, "the node has stopped");
    assert_eq!(next(&mut all).await, None, "the network removed no peer");
    assert_eq!(all.lost(), 0);
}
