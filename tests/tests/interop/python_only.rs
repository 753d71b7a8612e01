//! Tests the harness itself: nodes of py-ipv8 among themselves, controlled through the helper.

use std::net::SocketAddr;
use std::time::Duration;

use ipv8_tests::python::{PythonNeighbour, PythonProcess, hex};
use serde_json::{Value, json};

const COMMUNITY: &str = "6970763872737465737470797468306e6f6e6c79";

fn peer(python: &PythonNeighbour, options: &[&str]) -> PythonProcess {
    python.peer(COMMUNITY, options)
}

#[test]
fn two_peers_find_each_other_through_the_tracker_and_talk() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut tracker = python.start("tracker.py", &[]);
    let server = tracker.listening().address.to_string();
    let mut first = peer(
        python,
        &[
            "--bootstrap",
            &server,
            "--walker",
            "RandomWalk:20,timeout=3.0",
        ],
    );
    let mut second = peer(python, &["--bootstrap", &server, "--walker", "EdgeWalk:20"]);
    let (one, two) = (first.listening(), second.listening());
    first.wait_for_peer(&two.mid);
    second.wait_for_peer(&one.mid);

    let fields = json!({
        "flag": true, "number": i64::MIN, "real": "3ff199999999999a", "data": "00ff", "text": "hé",
        "nested": {"number": 3, "text": ""}, "flags": [true, false], "numbers": [1, -1], "reals": ["7ff0000000000000"],
        "items": [{"number": 1, "text": "a"}],
    });
    first.ask(
        &json!({"command": "send", "message": "everything", "to": two.mid, "fields": fields}),
        "sent",
    );
    let heard = second.wait_for_event("message");
    assert_eq!(
        (&heard["mid"], &heard["fields"]),
        (&json!(one.mid), &fields)
    );
    second.ask(
        &json!({"command": "send", "message": "timed", "to": one.mid, "fields": {"identifier": 7, "text": "hi"}}),
        "sent",
    );
    assert_eq!(
        first.wait_for_event("message")["fields"],
        json!({"identifier": 7, "text": "hi"})
    );

    let known = tracker.ask(&json!({"command": "peers"}), "peers");
    assert_eq!(
        known["communities"][COMMUNITY].as_array().map(Vec::len),
        Some(2)
    );
    for process in [first, second, tracker] {
        assert_eq!(
            process.stop().pop().map(|event| event["reason"].clone()),
            Some(json!("command"))
        );
    }
}

/// Returns `true` if datagrams with this id went over the socket in one direction, according to a
/// `stats` event.
fn saw(stats: &Value, way: &str, id: u8) -> bool {
    stats[way].get(id.to_string()).is_some()
}

#[test]
fn an_old_style_peer_stays_old() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let walking = [
        "--walker",
        "RandomWalk:20,reset_chance=255",
        "--walk-interval",
        "0.05",
    ];
    let mut new = peer(python, &walking);
    let mut old = peer(python, &[&walking[..], &["--old-style"]].concat());
    let (address, mid) = (new.listening().address.to_string(), old.listening().mid);
    old.ask(&json!({"command": "walk_to", "to": address}), "walked");
    new.wait_for_peer(&mid);
    for _ in 0..3 {
        new.wait_for_event("introduction_response");
        old.wait_for_event("introduction_response");
    }
    let (new_stats, old_stats) = (
        new.ask(&json!({"command": "stats"}), "stats"),
        old.ask(&json!({"command": "stats"}), "stats"),
    );
    for id in [231, 233, 234] {
        assert!(
            !saw(&new_stats, "ids_in", id) && !saw(&old_stats, "ids_in", id),
            "{new_stats} {old_stats}"
        );
    }
    assert!(
        saw(&old_stats, "ids_in", 246) && saw(&old_stats, "ids_in", 245),
        "{old_stats}"
    );
}

#[test]
fn the_judge_gives_its_own_packets_the_same_verdicts_again() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let made = python.make_packets(COMMUNITY, 500, 1, &[]);
    let source =
        |text: Option<SocketAddr>| text.unwrap_or_else(|| panic!("a made packet has a source"));
    let packets: Vec<_> = made
        .iter()
        .map(|made| (made.packet_bytes(), source(made.source)))
        .collect();
    let judged = python.judge(COMMUNITY, &[], &packets);
    for (made, judged) in made.iter().zip(&judged) {
        let made = made.clone();
        let kind = made.kind.clone();
        let stripped = ipv8_tests::python::Verdict {
            kind: None,
            packet: None,
            source: None,
            deterministic: None,
            ..made
        };
        assert_eq!(&stripped, judged, "{kind:?}");
    }
    let accepted = made.iter().filter(|made| made.is_accepted()).count();
    assert!((150..400).contains(&accepted), "{accepted} of 500 accepted");
    let good = made.iter().filter(|made| {
        made.kind
            .as_deref()
            .is_some_and(|kind| kind.starts_with("good "))
    });
    assert!(good.clone().count() > 150 && good.into_iter().all(|made| made.is_accepted()));
    assert_eq!(hex::decode(&hex::encode(&packets[0].0)), packets[0].0);
}

#[test]
fn a_failure_shows_the_output_of_the_process_and_no_process_outlives_its_handle() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let text = panic_text(|| drop(python.start("peer.py", &["--community", "xyz"]).listening()));
    assert!(
        text.contains("it ended before the event \"listening\" came"),
        "{text}"
    );
    assert!(
        text.contains("stderr: ValueError: non-hexadecimal"),
        "{text}"
    );

    let mut idle = peer(python, &[]);
    let address = idle.listening().address;
    let text = panic_text(|| {
        idle.wait_for("a miracle", Duration::from_millis(10), |event| {
            event["event"] == "miracle"
        });
    });
    assert!(
        text.contains("a miracle did not come within 0.01 s"),
        "{text}"
    );
    assert!(std::net::UdpSocket::bind(address).is_err());
    drop(idle);
    let bound = std::net::UdpSocket::bind(address);
    assert!(bound.is_ok(), "{bound:?}");
}

/// Returns the message with which a closure panics.
fn panic_text(action: impl FnOnce()) -> String {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(action)) {
        Ok(()) => panic!("no panic"),
        Err(payload) => payload
            .downcast_ref::<String>()
            .cloned()
            .unwrap_or_default(),
    }
}
