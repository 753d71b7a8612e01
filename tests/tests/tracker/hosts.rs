//! A tracker and its clients on several machines, which are network namespaces. The tracker
//! introduces each client by an address at which it can be reached, including a client on the
//! tracker's machine.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use ipv8_tests::machines::{Machines, PATIENCE};

const COMMUNITY: &str = "747261636b65727320616e64206d616368696e65";
/// Three machines with public addresses on one switch, a router, and a fourth machine behind the
/// router with a private address.
const MACHINES: &str = "set -e
mount -t tmpfs tmpfs /run
mkdir /run/netns
ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
ip link add switch type bridge
ip addr add 20.7.0.254/24 dev switch
ip link set switch up
machine() {
  ip netns add $1
  ip link add to-$1 type veth peer name eth0 netns $1
  ip link set to-$1 up
  ip -n $1 link set lo up
  ip -n $1 addr add $2/24 dev eth0
  ip -n $1 link set eth0 up
  if [ $3 = 20.7.0.254 ]; then ip link set to-$1 master switch; else ip addr add $3/24 dev to-$1; fi
  ip -n $1 route add default via $3
}
machine hub 20.7.0.1 20.7.0.254
machine left 20.7.0.2 20.7.0.254
machine right 20.7.0.3 20.7.0.254
machine far 172.20.1.2 172.20.1.254
";

/// Each client: its name, its machine, its listening address, the tracker's address for it, and the
/// address at which other clients must find it.
const CLIENTS: [(&str, &str, &str, &str, &str); 5] = [
    (
        "hub-1",
        "hub",
        "0.0.0.0:8090",
        "20.7.0.1:6421",
        "20.7.0.1:8090",
    ),
    // It reaches the tracker by loopback, which is another machine for every other client.
    (
        "hub-2",
        "hub",
        "0.0.0.0:8091",
        "127.0.0.1:6421",
        "20.7.0.1:8091",
    ),
    (
        "left",
        "left",
        "0.0.0.0:8090",
        "20.7.0.1:6421",
        "20.7.0.2:8090",
    ),
    (
        "right",
        "right",
        "0.0.0.0:8090",
        "20.7.0.1:6421",
        "20.7.0.3:8090",
    ),
    (
        "far",
        "far",
        "0.0.0.0:8090",
        "20.7.0.1:6421",
        "172.20.1.2:8090",
    ),
];

/// Returns the WAN estimate of a client, and the addresses of its peers.
fn node(machines: &Machines, name: &str) -> Option<(String, BTreeSet<String>)> {
    let line = machines.last_line(name)?;
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    assert_eq!(words.next(), Some("node"), "{line}");
    let wan = words.next()?.to_owned();
    Some((wan, words.map(str::to_owned).collect()))
}

fn script(folder: &Path) -> String {
    let program = env!("CARGO_BIN_EXE_host");
    let run = |host: &str, name: &str, arguments: &str| {
        let out = folder.join(name);
        format!(
            "ip netns exec {host} {program} {arguments} > {} &\n",
            out.display()
        )
    };
    let mut script = MACHINES.to_owned();
    script.push_str(&run("hub", "tracker", "tracker 0.0.0.0:6421"));
    let tracker = folder.join("tracker");
    script.push_str(&format!(
        "until [ -s {} ]; do sleep 0.05; done\n",
        tracker.display()
    ));
    for (name, host, listen, tracker, _) in CLIENTS {
        let arguments = format!("node {listen} {tracker} {COMMUNITY}");
        script.push_str(&run(host, name, &arguments));
    }
    script.push_str("wait\n");
    script
}

/// Returns the addresses that a client found. A client on the tracker's machine may find its
/// neighbour by loopback; that address is returned as the neighbour's public one.
fn found(addresses: &BTreeSet<String>, own: &str) -> BTreeSet<String> {
    let host = |text: &str| {
        text.parse::<SocketAddr>()
            .map(|address| address.ip().to_string())
    };
    let beside = host(own) == Ok("20.7.0.1".to_owned());
    let names = addresses
        .iter()
        .map(|address| match address.strip_prefix("127.0.0.1:") {
            Some(port) if beside => format!("20.7.0.1:{port}"),
            _ => address.clone(),
        });
    names.collect()
}

#[test]
fn every_client_is_introduced_by_a_reachable_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = script(folder.path());
    let Some(mut machines) = Machines::or_skip(MACHINES, &script, folder.path()) else {
        return;
    };
    let deadline = Instant::now() + PATIENCE;
    let everybody: BTreeSet<String> = CLIENTS.iter().map(|client| client.4.to_owned()).collect();
    loop {
        let complete = CLIENTS.iter().all(|(name, .., own)| {
            let others: BTreeSet<_> = everybody
                .iter()
                .filter(|other| other != own)
                .cloned()
                .collect();
            node(&machines, name).is_some_and(|(_, peers)| found(&peers, own) == others)
        });
        if complete {
            break;
        }
        machines.assert_running();
        let seen: Vec<_> = CLIENTS
            .iter()
            .map(|client| (client.0, node(&machines, client.0)))
            .collect();
        assert!(
            Instant::now() < deadline,
            "{seen:#?} {:?} {}",
            machines.last_line("tracker"),
            machines.said("errors")
        );
        thread::sleep(Duration::from_millis(100));
    }
    // Each client's WAN estimate. A private address says nothing about the WAN.
    let wans = CLIENTS.map(|client| node(&machines, client.0).expect("it speaks").0);
    assert_eq!(wans[2..], ["20.7.0.2:8090", "20.7.0.3:8090", "0.0.0.0:0"]);
    // The two clients on the tracker's machine may have it from each other, by loopback.
    for (wan, port) in wans.iter().zip(["8090", "8091"]) {
        let both = ["20.7.0.1", "127.0.0.1"].map(|host| format!("{host}:{port}"));
        assert!(both.contains(wan), "{wans:?}");
    }
    let line = machines.last_line("tracker").expect("it speaks");
    let figures: Vec<u64> = line
        .split(' ')
        .skip(1)
        .filter_map(|n| n.parse().ok())
        .collect();
    let [peers, introduced, nobody] = figures[..] else {
        panic!("{line}");
    };
    assert_eq!(peers, 5, "{line}");
    assert!(introduced >= 4 && (1..=3).contains(&nobody), "{line}");
}
