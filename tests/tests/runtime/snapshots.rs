//! Snapshots: taken from a running node, kept in a file, and loaded by another node and by py-ipv8.

use std::time::Duration;

use ipv8_core::crypto::Mid;
use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_tests::desk::address;
use ipv8_tests::launch::{ProbeLauncher, configuration, endpoint};
use ipv8_tests::probe::{Probe, ProbeSettings};
use ipv8_tests::python::{PythonNeighbour, hex};
use ipv8_tests::rust_node::{RustNode, RustNodeOptions};
use serde_json::json;

const HERE: &str = "10.0.0.1:1000";
const THERE: &str = "10.0.0.2:2000";
const COMMUNITY: &str = "69707638206f7665722069707636207361667366";

/// The content of the file when the node at [`THERE`] is the only peer.
const THERE_ALONE: [u8; 7] = [
    1,
    10,
    0,
    0,
    2,
    2000_u16.to_be_bytes()[0],
    2000_u16.to_be_bytes()[1],
];

/// Launches a node that walks; it knows no tracker.
async fn walker(
    network: &MemoryNetwork,
    at: &str,
    number: u16,
    file: Option<&std::path::Path>,
) -> Ipv8 {
    walker_every(0.5, network, at, number, file).await
}

/// Like [`walker`], with a step every so many seconds: for tests of hours.
async fn walker_every(
    seconds: f64,
    network: &MemoryNetwork,
    at: &str,
    number: u16,
    file: Option<&std::path::Path>,
) -> Ipv8 {
    let launcher = ProbeLauncher::<0>::new(ProbeSettings::default()).walked(|strategies| {
        strategies.add::<RandomWalk>(-1, |_| {});
    });
    let mut configuration = configuration(number, None).walk_interval(seconds);
    configuration.snapshot_file = file.map(Into::into);
    let launched = Launchers::new()
        .with(launcher)
        .config(configuration)
        .launch_on(endpoint(network, at))
        .await;
    launched.expect("it is launched")
}

async fn mids(node: &Ipv8) -> Vec<Mid> {
    let overlay = node.overlay::<Probe>().expect("it was launched");
    let peers = overlay.peers().await.expect("it runs");
    peers.iter().map(|peer| peer.mid()).collect()
}

async fn walk(node: &Ipv8, to: &'static str) {
    let overlay = node.overlay::<Probe>().expect("it was launched");
    let walked = overlay.call(|_, cx| cx.walk_to(address(to))).await;
    walked.expect("it runs");
}

#[tokio::test(start_paused = true)]
async fn a_node_begins_where_it_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, network) = (folder.path().join("peers"), MemoryNetwork::new());
    let other = walker(&network, THERE, 2, None).await;
    let node = walker(&network, HERE, 1, Some(&file)).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(mids(&node).await.is_empty() && !file.exists());
    walk(&node, THERE).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(mids(&node).await, [other.my_peer().mid()]);
    node.stop().await;
    assert_eq!(std::fs::read(&file).expect("it was written"), THERE_ALONE);

    // The random walk has only the file to start from.
    let again = walker(&network, HERE, 1, Some(&file)).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(mids(&again).await, [other.my_peer().mid()]);
    again.stop().await;
    other.stop().await;

    // No peer is there any more, but the known addresses are kept.
    let alone = walker(&network, HERE, 1, Some(&file)).await;
    tokio::time::sleep(Duration::from_secs(200)).await;
    alone.stop().await;
    assert_eq!(std::fs::read(&file).expect("it is there"), THERE_ALONE);
}

#[tokio::test(start_paused = true)]
async fn a_running_node_saves_periodically_and_a_failed_launch_saves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, network) = (folder.path().join("peers"), MemoryNetwork::new());
    let _other = walker(&network, THERE, 2, None).await;
    let node = walker(&network, HERE, 1, Some(&file)).await;
    walk(&node, THERE).await;
    tokio::time::sleep(Duration::from_secs(59)).await;
    assert!(!file.exists());
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(std::fs::read(&file).expect("it was written"), THERE_ALONE);
    // No address has changed, so the node writes nothing.
    std::fs::remove_file(&file).expect("it is there");
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert!(!file.exists());
    assert_eq!(node.snapshot().await.expect("it runs"), THERE_ALONE);
    node.save_snapshot(&file).await.expect("it is written");
    assert_eq!(std::fs::read(&file).expect("it was written"), THERE_ALONE);
    let nowhere = folder.path().join("nowhere").join("peers");
    let refused = node.save_snapshot(&nowhere).await.expect_err("no folder");
    assert!(refused.to_string().contains("nowhere"), "{refused}");

    let settings = ProbeSettings {
        refuse: true,
        ..ProbeSettings::default()
    };
    let mut configuration = configuration(3, None);
    configuration.snapshot_file = Some(folder.path().join("other"));
    let refused = Launchers::new()
        .with(ProbeLauncher::<0>::new(settings))
        .config(configuration.clone())
        .launch_on(endpoint(&network, "10.0.0.3:3"))
        .await;
    assert!(refused.is_err());
    assert!(!folder.path().join("other").exists());
    configuration.snapshot_file = Some(folder.path().into());
    let refused = Launchers::new()
        .with(ProbeLauncher::<0>::new(ProbeSettings::default()))
        .config(configuration)
        .launch_on(endpoint(&network, "10.0.0.3:3"))
        .await;
    let refused = refused.expect_err("a folder is not a file").to_string();
    assert!(refused.contains("not a regular file"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_tail_that_makes_no_sense_costs_nothing_but_itself() {
    let network = MemoryNetwork::new();
    let other = walker(&network, THERE, 2, None).await;
    let node = walker(&network, HERE, 1, None).await;
    let mut snapshot = THERE_ALONE.to_vec();
    snapshot.extend([9, 9, 9]);
    let loaded = node.load_snapshot(snapshot).await.expect("it runs");
    assert_eq!((loaded.added, loaded.malformed_at), (1, Some(7)));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(mids(&node).await, [other.my_peer().mid()]);
}

/// Returns the entry of a host name.
fn name(host: &str, port: u16) -> Vec<u8> {
    let length = u16::try_from(host.len()).expect("a short name");
    [
        &[2],
        &length.to_be_bytes()[..],
        host.as_bytes(),
        &port.to_be_bytes(),
    ]
    .concat()
}

#[test]
fn host_names_are_looked_up_and_walked_to() {
    let mut options = RustNodeOptions::new(COMMUNITY);
    let theirs = RustNode::start(&options);
    options.walkers = vec![ipv8_tests::rust_node::Walker::Random];
    let mut ours = RustNode::start(&options);
    let mut snapshot = name(&"a".repeat(300), 5);
    snapshot.extend(name("localhost", theirs.address().port()));
    let loaded = ours.load_snapshot(snapshot);
    assert_eq!((loaded.added, loaded.names.len()), (0, 2));
    ours.wait_for_peer(&theirs.mid());
}

#[test]
fn py_ipv8_loads_ours_and_we_load_theirs() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut options = RustNodeOptions::new(COMMUNITY);
    let mut first = RustNode::start(&options);
    let mut theirs = python.peer(COMMUNITY, &[]);
    let listening = theirs.listening();
    first.walk_to(listening.address);
    first.wait_for_peer(&listening.mid);
    theirs.wait_for_peer(&first.mid());

    // The Python snapshot names our node, and another Rust node learns our address from it.
    let taken = theirs.ask(&json!({"command": "snapshot"}), "snapshot");
    let taken = hex::decode(taken["bytes"].as_str().expect("hex"));
    options.walkers = vec![ipv8_tests::rust_node::Walker::Random];
    let mut second = RustNode::start(&options);
    assert_eq!(second.load_snapshot(taken).added, 1);
    second.wait_for_peer(&first.mid());
    // Ours asks it back, a little later.
    first.wait_for_peer(&second.mid());

    // Our snapshot names py-ipv8 (and the second node), and another py-ipv8 then knows these
    // addresses.
    let mut third = python.peer(COMMUNITY, &[]);
    third.listening();
    let bytes = hex::encode(&first.snapshot());
    let loaded = third.ask(
        &json!({"command": "load_snapshot", "bytes": bytes}),
        "loaded",
    );
    let known = loaded["addresses"].as_array().expect("addresses");
    assert!(
        known.contains(&json!(listening.address.to_string())),
        "{loaded}"
    );
    assert!(
        known.contains(&json!(second.address().to_string())),
        "{loaded}"
    );
    assert_eq!(known.len(), 2);
}

#[test]
fn the_number_of_names_that_are_looked_up_is_bounded() {
    let mut desk = ipv8_tests::desk::Desk::new();
    let snapshot: Vec<u8> = (0..1000)
        .flat_map(|number| name(&format!("host{number}"), 5))
        .collect();
    let loaded = desk.engine.load_snapshot(&snapshot);
    assert_eq!(loaded.names.len(), 1000);
    let mut lookups = 0;
    while let Some(output) = desk.engine.poll_output() {
        lookups += usize::from(matches!(
            output,
            ipv8_core::internals::engine::Output::Resolve(_)
        ));
    }
    assert_eq!(lookups, ipv8_core::internals::bootstrap::MAX_LOOKUPS);
    assert_eq!(desk.engine.network().address_count(), 0);
}

/// Returns the entry of address `number`. Each is in a /24 of its own, and 100 are in a /16.
fn old_entry(number: u16) -> [u8; 7] {
    let [group, host] = [number / 100, number % 100].map(|part| part.to_be_bytes()[1]);
    [1, 20, group, host, 1, 7, 7]
}

/// Returns the entries of a snapshot of IPv4 addresses.
fn entries(snapshot: &[u8]) -> Vec<&[u8]> {
    assert_eq!(snapshot.len() % 7, 0);
    snapshot.chunks(7).collect()
}

#[tokio::test(start_paused = true)]
async fn two_thousand_anchors_survive_a_run_with_one_peer_which_comes_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, network) = (folder.path().join("peers"), MemoryNetwork::new());
    let old: Vec<[u8; 7]> = (0..2_000).map(old_entry).collect();
    std::fs::write(&file, old.concat()).expect("it is written");
    let _other = walker_every(20.0, &network, THERE, 2, None).await;
    for run in 0..2 {
        let node = walker_every(20.0, &network, HERE, 1, Some(&file)).await;
        walk(&node, THERE).await;
        tokio::time::sleep(Duration::from_secs(if run == 0 { 30 } else { 3_700 })).await;
        node.stop().await;
        let written = std::fs::read(&file).expect("it is there");
        let kept = entries(&written);
        assert_eq!(kept[0], THERE_ALONE);
        assert_eq!(kept.len(), 2_001, "run {run}");
        assert!(old.iter().all(|entry| kept.contains(&&entry[..])));
    }
    // A program still gets the peers of the moment alone.
    let node = walker(&network, HERE, 1, Some(&file)).await;
    walk(&node, THERE).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(node.snapshot().await.expect("it runs"), THERE_ALONE);
}

#[tokio::test(start_paused = true)]
async fn anchors_that_never_answer_are_forgotten_after_some_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, network) = (folder.path().join("peers"), MemoryNetwork::new());
    std::fs::write(&file, [old_entry(1), old_entry(2)].concat()).expect("it is written");
    let _other = walker_every(20.0, &network, THERE, 2, None).await;
    let mut runs = 0;
    loop {
        let node = walker_every(20.0, &network, HERE, 1, Some(&file)).await;
        walk(&node, THERE).await;
        tokio::time::sleep(Duration::from_secs(1_000)).await;
        node.stop().await;
        runs += 1;
        let written = std::fs::read(&file).expect("it is there");
        if written == THERE_ALONE {
            break;
        }
        assert_eq!(entries(&written).len(), 3);
        assert!(runs < 50, "they are kept for ever");
    }
    assert!(runs >= 12, "forgotten after {runs} runs");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_finds_nobody_keeps_its_anchors_and_finds_them_when_they_are_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, network) = (folder.path().join("peers"), MemoryNetwork::new());
    let before = [THERE_ALONE, old_entry(1), old_entry(2)].concat();
    std::fs::write(&file, &before).expect("it is written");
    let node = walker(&network, HERE, 1, Some(&file)).await;
    tokio::time::sleep(Duration::from_secs(1_800)).await;
    assert!(mids(&node).await.is_empty());
    assert_eq!(std::fs::read(&file).expect("it is there"), before);
    let other = walker(&network, THERE, 2, None).await;
    tokio::time::sleep(Duration::from_secs(370)).await;
    assert_eq!(mids(&node).await, [other.my_peer().mid()]);
    node.stop().await;
    let written = std::fs::read(&file).expect("it is there");
    assert_eq!(entries(&written).len(), 3);
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn temporary_files_of_killed_processes_are_gone_after_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, network) = (folder.path().join("peers"), MemoryNetwork::new());
    let put = |name: &str| {
        let file = std::fs::File::create(folder.path().join(name)).expect("a new file");
        let hour = Duration::from_secs(3_600);
        let old = std::time::SystemTime::now() - hour;
        file.set_modified(old).expect("its time is changed");
    };
    // No process has such a number.
    put(".ipv8-4194999-1-AbCdEf.tmp");
    put(".ipv8-notes");
    let node = walker(&network, HERE, 1, Some(&file)).await;
    node.stop().await;
    put(".ipv8-4194998-1-AbCdEf.tmp");
    let key = folder.path().join("key");
    let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::from_seed([1; 32]);
    ipv8_core::node::key_file::load_or_create(&key, &mut rng).expect("a new key");
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, [".ipv8-notes", "key"]);
}
