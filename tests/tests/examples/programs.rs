//! Drives the example programs `node` and `tracker` like other programs would: by their arguments,
//! signals and output.

use std::fs;
#[cfg(unix)]
use std::time::{Duration, Instant};

use ipv8_core::crypto::PrivateKey;
use serde_json::{Value, json};

use crate::support::program::{End, Program, Stdout, run};
use crate::support::schema;

const JSON: [&str; 2] = ["--events", "json"];
const PROGRAMS: [&str; 2] = ["node", "tracker"];

fn quick_node(bootstrap: &str) -> Program {
    let strategies = [
        "--strategy",
        "RandomWalk:20,timeout=1",
        "--strategy",
        "EdgeWalk:0",
    ];
    let mut arguments = vec!["--bootstrap", bootstrap, "--walk-interval", "0.1"];
    arguments.extend(strategies.into_iter().chain(JSON));
    Program::start("node", &arguments)
}

#[test]
fn nodes_find_each_other_through_the_tracker() {
    let mut tracker = Program::start("tracker", &JSON);
    let (bootstrap, _) = tracker.listening();
    let bootstrap = bootstrap.to_string();
    let mut nodes = [quick_node(&bootstrap), quick_node(&bootstrap)];
    let [one, other] = nodes.each_mut().map(Program::listening);
    let [first, second] = &mut nodes;
    for (node, expected) in [(first, &other), (second, &one)] {
        let added = node.event_named("peer_added");
        assert_eq!(added["mid"], expected.1);
        assert_eq!(added["address"], expected.0.to_string());
        node.event_where(|event| {
            event["strategy"] == "RandomWalk" && event["index"] == 0 && event["peers"] == 1
        });
        let skipped = node.event_where(|event| event["strategy"] == "EdgeWalk");
        assert_eq!(
            (&skipped["skipped"], &skipped["index"]),
            (&true.into(), &1.into())
        );
        let stats = node.event_where(|event| event["event"] == "stats" && event["peers"] == 1);
        let figures = ["datagrams_in", "datagrams_out", "bytes_in", "bytes_out"];
        assert!(
            figures.iter().all(|name| stats[name].as_u64() > Some(0)),
            "{stats}"
        );
    }
    tracker.event_where(|event| event["event"] == "stats" && event["peers"] == 2);
}

#[test]
fn communities_are_told_apart() {
    let mut tracker = Program::start("tracker", &JSON);
    let bootstrap = tracker.listening().0.to_string();
    let ids = ["a".repeat(40), "B".repeat(40)];
    let mut nodes = ids.each_ref().map(|id| {
        let arguments = ["--bootstrap", &bootstrap, "--community", id];
        let walk = ["--strategy", "RandomWalk:20", "--walk-interval", "0.05"];
        let arguments: Vec<_> = arguments.into_iter().chain(walk).chain(JSON).collect();
        Program::start("node", &arguments)
    });
    tracker.event_where(|event| event["event"] == "stats" && event["peers"] == 2);
    for node in &mut nodes {
        let stats = node.event_named("stats");
        assert_eq!(stats["peers"], 0);
    }
}

#[cfg(unix)]
#[test]
fn a_snapshot_leads_back_to_the_peers() {
    let mut tracker = Program::start("tracker", &JSON);
    let server = tracker.listening().0.to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("peers");
    let path = path.to_str().expect("a printable path");
    let mut staying = quick_node(&server);
    let mid = staying.listening().1;
    let walk = ["--strategy", "RandomWalk:20", "--walk-interval", "0.1"];
    let keeping = [&["--snapshot", path][..], &walk, &JSON].concat();
    let mut leaving = Program::start("node", &[&["--bootstrap", &server], &keeping[..]].concat());
    assert_eq!(leaving.event_named("peer_added")["mid"], mid);
    leaving.signal("TERM");
    assert_eq!(leaving.end().code, Some(0));
    // Only the snapshot has the address now.
    tracker.signal("TERM");
    tracker.end();
    let mut back = Program::start("node", &keeping);
    assert_eq!(back.event_named("peer_added")["mid"], mid);
}

#[cfg(unix)]
#[test]
fn the_discovery_community_finds_peers_of_both_and_measures_them() {
    let mut tracker = Program::start("tracker", &JSON);
    let server = tracker.listening().0.to_string();
    // No strategy walks the community itself: its peers come from similarity messages.
    let walk = [
        "--dispersy",
        &server,
        "--discovery",
        "--strategy",
        "RandomChurn:-1,ping_interval=0.2,inactive_time=1,drop_time=3",
        "--strategy",
        "EdgeWalk:0",
        "--strategy",
        "PeriodicSimilarity:-1",
        "--walk-interval",
        "0.1",
    ];
    let arguments: Vec<_> = walk.into_iter().chain(JSON).collect();
    let mut nodes = [(); 2].map(|()| Program::start("node", &arguments));
    let [one, other] = nodes.each_mut().map(Program::listening);
    let [first, second] = &mut nodes;
    for (node, expected) in [(&mut *first, &other), (&mut *second, &one)] {
        let added = node.event_named("peer_added");
        assert_eq!(added["mid"], expected.1);
        let latency = node.event_named("latency");
        assert_eq!(latency["mid"], expected.1);
        node.event_where(|event| event["event"] == "stats" && event["peers"] == 1);
        for (name, index) in [
            ("RandomChurn", 0),
            ("EdgeWalk", 1),
            ("PeriodicSimilarity", 2),
            ("RandomWalk", 3),
        ] {
            let step = node.event_where(|event| event["strategy"] == name);
            assert_eq!(step["index"], index, "{step}");
        }
    }
    // One node ends. The other reports it once, although the peer was in two overlays.
    let [gone, mut left] = nodes;
    drop(gone);
    let removed = left.event_named("peer_removed");
    assert_eq!(removed["mid"], one.1);
    left.event_where(|event| event["event"] == "stats" && event["peers"] == 0);
    left.signal("TERM");
    let end = left.end();
    assert!(
        !end.lines.iter().any(|line| line.contains("peer_removed")),
        "{end:?}"
    );
}

#[test]
fn a_configuration_sets_everything_the_command_line_leaves_open() {
    let mut tracker = Program::start("tracker", &JSON);
    let server = tracker.listening().0;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("node.toml");
    let text = format!(
        "interfaces = [\"127.0.0.1:0\"]\nwalk_interval = 0.05\nbootstrap = [\"{server}\"]\n\
         [[overlays]]\nclass = \"DiscoveryCommunity\"\nstrategies = [\n\
         {{ strategy = \"RandomWalk\", target_peers = 20 }},\n{{ strategy = \"RandomChurn\", target_peers = -1 }},\n]\n"
    );
    fs::write(&path, text).expect("a file");
    let path = path.to_str().expect("a printable path");
    let arguments = [&["--config", path][..], &JSON].concat();
    let mut nodes = [(); 2].map(|()| Program::start("node", &arguments));
    let [one, other] = nodes.each_mut().map(Program::listening);
    for (node, expected) in nodes.iter_mut().zip([other, one]) {
        assert_eq!(node.event_named("latency")["mid"], expected.1);
    }
    fs::write(path, "walk_intervall = 1").expect("a file");
    let end = run("node", &["--config", path]);
    assert_eq!((end.code, end.lines.len()), (Some(2), 0), "{end:?}");
    let mistake = ":1:1: unknown setting \"walk_intervall\": did you mean \"walk_interval\"?";
    assert!(end.stderr.contains(mistake), "{end:?}");
}

/// Returns `true` if `name` ends within a second of a signal in at least one of three attempts: the
/// machine may be busy.
#[cfg(unix)]
fn ends_within_a_second(name: &str, signal: &str, stdout: &Stdout) -> bool {
    (0..3).any(|_| {
        let mut program = Program::start_with(name, &JSON, stdout);
        if matches!(stdout, Stdout::Read) {
            program.listening();
        } else {
            let complaint = program.complaint();
            assert!(
                complaint.starts_with("cannot write to the standard output"),
                "{complaint}"
            );
        }
        let asked = Instant::now();
        program.signal(signal);
        let end = program.end();
        let took = asked.elapsed();
        assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""), "{end:?}");
        if matches!(stdout, Stdout::Read) {
            let reason = if signal == "INT" { "Ctrl-C" } else { "SIGTERM" };
            assert_eq!(
                last_event(&end),
                json!({"event": "stopped", "reason": reason})
            );
        }
        took <= Duration::from_secs(1)
    })
}

#[cfg(unix)]
#[test]
fn signals_end_the_programs_within_a_second() {
    for name in PROGRAMS {
        for signal in ["TERM", "INT"] {
            assert!(
                ends_within_a_second(name, signal, &Stdout::Read),
                "{name} {signal}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn a_closed_standard_output_changes_nothing_about_the_end() {
    for name in PROGRAMS {
        assert!(
            ends_within_a_second(name, "TERM", &Stdout::Closed),
            "{name}"
        );
    }
}

#[test]
fn a_reader_that_does_not_read_cannot_hold_up_the_end() {
    // Thousands of lines, far more than any pipe holds.
    let walk = ["--strategy", "RandomWalk:-1", "--walk-interval", "0.0001"];
    let arguments = [&walk[..], &JSON, &["--duration", "2"]].concat();
    let mut node = Program::start_with("node", &arguments, &Stdout::Unread);
    assert_eq!(node.end().code, Some(0));
}

#[test]
fn a_node_ends_after_its_duration() {
    let end = run("node", &["--duration", "0.2", "--events", "json"]);
    assert_eq!((end.code, end.stderr.as_str()), (Some(0), ""), "{end:?}");
    let events: Vec<Value> = end.lines.iter().map(|line| schema::event(line)).collect();
    let names: Vec<_> = events
        .iter()
        .filter_map(|event| event["event"].as_str())
        .collect();
    // Without a strategy nothing else happens.
    assert_eq!(names, ["listening", "stats", "stopped"]);
    assert_eq!(last_event(&end)["reason"], "duration");
    assert!(events[1]["at"].as_f64() >= Some(0.2), "{}", events[1]);
    assert_eq!(events[1]["health"]["overloaded"], false, "{}", events[1]);
}

#[test]
fn a_node_listens_on_both_families() {
    let listen = ["--listen", "127.0.0.1:0", "--listen", "[::1]:0"];
    let arguments = [&listen[..], &JSON, &["--duration", "0"]].concat();
    let end = run("node", &arguments);
    if end.code == Some(1) && end.stderr.contains("[::1]") {
        println!("skipped: {}", end.stderr);
        return;
    }
    let listening = schema::event(&end.lines[0]);
    let addresses = listening["addresses"].as_array().expect("checked");
    assert_eq!(addresses.len(), 2);
    assert!(addresses[1].to_string().contains("[::1]:"), "{listening}");
}

#[test]
fn people_get_lines_to_read() {
    let walk = ["--strategy", "RandomWalk:-1", "--walk-interval", "0.1"];
    let end = run("node", &[&walk[..], &["--duration", "0.5"]].concat());
    let (first, last) = (&end.lines[0], &end.lines[end.lines.len() - 1]);
    assert!(first.starts_with("listening on 127.0.0.1:"), "{first}");
    assert!(
        end.lines[1].ends_with(" s: step of RandomWalk, peers 0"),
        "{end:?}"
    );
    assert_eq!(last, "stopped (duration)");
}

#[test]
fn a_key_file_keeps_the_mid() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key.pem");
    let path = path.to_str().expect("a printable path");
    let mids = [(); 2].map(|()| {
        let arguments = [&["--key", path, "--duration", "0"][..], &JSON].concat();
        let end = run("node", &arguments);
        schema::event(&end.lines[0])["mid"].clone()
    });
    assert_eq!(mids[0], mids[1]);
    let bin = fs::read(path).expect("the key file");
    let key = PrivateKey::from_bytes(&bin).expect("a key");
    assert_eq!(mids[0], key.mid().to_string());
}

#[test]
fn a_file_that_is_not_a_key_is_named_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shopping list.txt");
    let content = "milk, bread, LibNaCLSK:";
    fs::write(&path, content).expect("a file");
    let path = path.to_str().expect("a printable path");
    for wrong in [path, folder.path().to_str().expect("a printable path")] {
        let end = run("node", &["--key", wrong]);
        assert_eq!((end.code, end.lines.len()), (Some(1), 0), "{end:?}");
        let error = format!("error: {wrong} is not a key file: ");
        assert!(end.stderr.contains(&error), "{end:?}");
    }
    assert_eq!(fs::read_to_string(path).expect("the file"), content);
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
}

#[test]
fn an_address_of_another_machine_is_an_error_but_not_a_usage_error() {
    for name in PROGRAMS {
        let end = run(name, &["--listen", "192.0.2.1:6421"]);
        assert_eq!((end.code, end.lines.len()), (Some(1), 0), "{end:?}");
        assert!(
            end.stderr
                .starts_with("error: cannot listen on 192.0.2.1:6421"),
            "{end:?}"
        );
    }
}

fn last_event(end: &End) -> Value {
    schema::event(end.lines.last().expect("it says that it ends"))
}
