//! Events and stats as JSON.

use std::time::{Duration, Instant};

use serde_json::{Value, json, to_value};

use crate::crypto::PrivateKey;
use crate::engine::{Callback, Event, Health, PacingStats, StepReport, StrategyChange, StrategyId};
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;

const OVERLAY: CommunityId = CommunityId::from_bytes([7; 20]);

fn peer() -> Peer {
    let bin = [b"LibNaCLSK:".as_slice(), &[7; 64]].concat();
    let key = PrivateKey::from_bytes(&bin).expect("it is a key");
    let address = "10.0.0.1:6421".parse().expect("it is an address");
    Peer::new(key.public_key().clone(), address, Instant::now())
}

fn json(event: &Event) -> Value {
    to_value(event).expect("every event can be serialized")
}

#[test]
fn a_peer_is_its_mid_and_its_address() {
    let (peer, overlay) = (peer(), OVERLAY.to_string());
    let mid = peer.mid().to_string();
    let added = Event::PeerAdded {
        overlay: OVERLAY,
        peer: peer.clone(),
    };
    let expected = json!({
        "event": "peer_added", "overlay": overlay, "mid": mid, "address": "10.0.0.1:6421",
    });
    assert_eq!(json(&added), expected);
    let removed = Event::NetworkPeerRemoved { peer: peer.clone() };
    let expected = json!({
        "event": "network_peer_removed", "mid": mid, "address": "10.0.0.1:6421",
    });
    assert_eq!(json(&removed), expected);
    let latency = Event::Latency {
        overlay: OVERLAY,
        peer,
        round_trip: Duration::from_nanos(12_345_678),
    };
    assert_eq!(json(&latency)["mid"], mid);
    assert_eq!(json(&latency)["seconds"], 0.012_345);
}

#[test]
fn a_step_has_every_field_but_its_time() {
    let step = Event::Step(StepReport {
        overlay: OVERLAY,
        id: StrategyId::from_number(4),
        strategy: "RandomWalk".into(),
        index: 1,
        at: Instant::now(),
        peers: 2,
        skipped: true,
        panicked: false,
        datagrams: 3,
        delayed: 0,
    });
    let expected = json!({
        "event": "step", "overlay": OVERLAY.to_string(), "id": 4, "strategy": "RandomWalk",
        "index": 1, "peers": 2, "skipped": true, "panicked": false, "datagrams": 3, "delayed": 0,
    });
    assert_eq!(json(&step), expected);
}

#[test]
fn durations_are_seconds_in_whole_microseconds() {
    let health = Event::Health(Health {
        lag: Duration::from_nanos(12_345_678),
        smoothed: Duration::from_millis(5),
        worst: Duration::from_millis(80),
        overloaded: true,
        slowdown: 2.5,
        missed_turns: 7,
    });
    let expected = json!({
        "event": "health", "lag": 0.012_345, "smoothed": 0.005, "worst": 0.08,
        "overloaded": true, "slowdown": 2.5, "missed_turns": 7,
    });
    assert_eq!(json(&health), expected);
    let interval = Duration::from_millis(1_500);
    let walk = json(&Event::WalkInterval { interval });
    assert_eq!(walk, json!({"event": "walk_interval", "interval": 1.5}));
    let stats = PacingStats {
        held: 3,
        longest_delay: Duration::from_millis(15),
        ..PacingStats::default()
    };
    let stats = to_value(stats).expect("stats can be serialized");
    assert_eq!(
        (&stats["held"], &stats["longest_delay"]),
        (&json!(3), &json!(0.015))
    );
}

#[test]
fn every_other_event_is_a_map_with_its_kind() {
    let (overlay, id) = (OVERLAY, StrategyId::from_number(4));
    let changed = |change| Event::StrategyChanged {
        overlay,
        id,
        name: "RandomWalk".into(),
        change,
    };
    let interval = Some(Duration::from_secs(2));
    let changes = [
        (StrategyChange::Paused, json!("paused")),
        (StrategyChange::TargetPeers(20), json!({"target_peers": 20})),
        (StrategyChange::Interval(interval), json!({"interval": 2.0})),
        (StrategyChange::Interval(None), json!({"interval": null})),
    ];
    for (change, expected) in changes {
        assert_eq!(json(&changed(change))["change"], expected);
    }
    let panicked = Event::Panicked {
        overlay,
        callback: Callback::Message(2),
    };
    assert_eq!(json(&panicked)["callback"], "handler of message 2");
    let old = Event::OldTask {
        overlay,
        name: "download".into(),
        age: Duration::from_secs(600),
    };
    let expected = json!({
        "event": "old_task", "overlay": overlay.to_string(), "name": "download", "age": 600.0,
    });
    assert_eq!(json(&old), expected);
    let loaded = json(&Event::OverlayLoaded { overlay });
    assert_eq!(loaded["event"], "overlay_loaded");
}
