//! Beacons between a Rust node and py-ipv8, and a node that moves, on a local network made of
//! namespaces.
//!
//! A Rust node on one of the hosts is this test program, started there with [`ROLE`] set.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ipv8_core::prelude::*;
use ipv8_tests::namespace::{HOSTS, TwoHosts};
use ipv8_tests::python::{PythonNeighbour, PythonProcess};
use ipv8_tests::rust_node::{RustNode, RustNodeOptions};
use serde_json::json;

const COMMUNITY: &str = "69707638206f7665722069707636207361667368";

/// The task of the node inside a namespace: `hear`, `say`, or `move`.
const ROLE: &str = "IPV8_TEST_BEACONS";

/// Another process of this program. Dropping it kills the process.
struct Inside(Child);

impl Drop for Inside {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn inside(hosts: &TwoHosts, role: &str) -> Inside {
    let program = std::env::current_exe().expect("this program");
    let mut command: Command = hosts.on(0, program.as_os_str());
    command
        .args([
            "--exact",
            "broadcast::the_node_inside_a_namespace",
            "--nocapture",
        ])
        .env(ROLE, role)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    Inside(command.spawn().expect("it starts"))
}

/// Waits until the node inside reports a peer with this mid.
fn wait_until_met(inside: &mut Inside, mid: &str) {
    wait_for_line(&mut lines(inside), &format!("met {mid}"));
}

fn lines(inside: &mut Inside) -> impl Iterator<Item = String> + use<> {
    let lines = BufReader::new(inside.0.stdout.take().expect("a pipe")).lines();
    lines.map_while(Result::ok)
}

fn wait_for_line(lines: &mut impl Iterator<Item = String>, wanted: &str) {
    let mut lines = lines.filter(|line| line.contains(wanted));
    assert!(lines.next().is_some(), "never heard of: {wanted}");
}

fn theirs(hosts: &TwoHosts, python: &PythonNeighbour, option: &str) -> (PythonProcess, String) {
    let listen = format!("{}:8090", HOSTS[1]);
    let options = ["--community", COMMUNITY, "--listen", &listen, option];
    let mut theirs = python.start_on(hosts, 1, "peer.py", &options);
    let mid = theirs.listening().mid;
    (theirs, mid)
}

/// Not a test by itself: the tests below start it in a namespace.
#[test]
fn the_node_inside_a_namespace() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let mut options = RustNodeOptions::new(COMMUNITY);
    options.listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8090));
    let mut broadcast = UdpBroadcastBootstrapper::default();
    match role.as_str() {
        "hear" => broadcast.addresses.clear(),
        _ => {
            broadcast.all_ports = true;
            broadcast.beacons_per_second = 10_000.0;
            broadcast.bootstrap_timeout = 1.0;
        }
    }
    options.broadcast = Some(broadcast);
    let mut ours = RustNode::start(&options);
    if role == "move" {
        for _ in 0..600 {
            println!("lan {}", ours.lan());
            std::thread::sleep(Duration::from_millis(100));
        }
        return;
    }
    ours.bootstrap();
    let met = ours.wait_for_event("peer_added");
    println!("met {}", met["mid"].as_str().expect("a mid"));
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn we_follow_the_beacons_of_py_ipv8() {
    let (Some(hosts), Some(python)) = (TwoHosts::or_skip("hear"), PythonNeighbour::or_skip())
    else {
        return;
    };
    let mut ours = inside(&hosts, "hear");
    let (mut theirs, mid) = theirs(&hosts, python, "--broadcast");
    // The Rust node may still be starting.
    for _ in 0..20 {
        theirs.ask(&json!({"command": "bootstrap"}), "bootstrapped");
        std::thread::sleep(Duration::from_millis(1500));
        theirs.ask(&json!({"command": "peers"}), "peers");
        if !theirs.known().peers.is_empty() {
            break;
        }
    }
    wait_until_met(&mut ours, &mid);
    assert_eq!(theirs.known().peers.len(), 1);
}

#[test]
fn py_ipv8_follows_our_beacons() {
    let (Some(hosts), Some(python)) = (TwoHosts::or_skip("say"), PythonNeighbour::or_skip()) else {
        return;
    };
    let (mut theirs, mid) = theirs(&hosts, python, "--broadcast-silent");
    theirs.ask(&json!({"command": "bootstrap"}), "bootstrapped");
    let mut ours = inside(&hosts, "say");
    wait_until_met(&mut ours, &mid);
    // The Python node knows us once our answer arrives, which may be a moment later.
    theirs.wait_for_event("peer_added");
    assert_eq!(theirs.known().peers.len(), 1);
}

#[test]
fn a_machine_that_moves_is_noticed() {
    let Some(hosts) = TwoHosts::or_skip("move") else {
        return;
    };
    let mut ours = inside(&hosts, "move");
    let mut lines = lines(&mut ours);
    wait_for_line(&mut lines, &format!("lan {}:8090", HOSTS[0]));
    // This removes the default route too, so only the address of the interface remains.
    hosts.move_to(0, "10.77.0.5/24");
    wait_for_line(&mut lines, "lan 10.77.0.5:8090");
}
