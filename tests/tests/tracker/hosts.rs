//! A tracker and its clients on several machines, which are network namespaces: everybody is introduced by an address at
//! which it can be reached, also who runs beside the tracker.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const COMMUNITY: &str = "747261636b65727320616e64206d616368696e65";
/// How long anything may take: far longer than it does, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// What makes the namespaces: nothing outside of them is touched, and all that runs in them ends with the first of it.
const UNSHARE: [&str; 8] = [
    "--user",
    "--map-root-user",
    "--net",
    "--mount",
    "--pid",
    "--mount-proc",
    "--fork",
    "--kill-child",
];

/// Three machines on one switch whose addresses are not private ones, a router, and a fourth behind it whose address is.
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

/// Each client: its name, where it runs and listens, how it reaches the tracker, and where the others must find it.
const CLIENTS: [(&str, &str, &str, &str, &str); 5] = [
    (
        "hub-1",
        "hub",
        "0.0.0.0:8090",
        "20.7.0.1:6421",
        "20.7.0.1:8090",
    ),
    // Its address is one that means something else on every other machine.
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

/// What runs. Dropping it ends it all.
struct Machines {
    child: Child,
    folder: tempfile::TempDir,
}

impl Machines {
    fn or_skip() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let tried = unshare(MACHINES).output();
        let reason = match tried {
            Ok(output) if output.status.success() => None,
            Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Some(format!("there is no unshare: {error}")),
        };
        if let Some(reason) = reason {
            let thread = thread::current();
            eprintln!(
                "skipped: {}: no network namespaces here: {reason}",
                thread.name().unwrap_or("a test")
            );
            return None;
        }
        let errors = fs::File::create(folder.path().join("errors")).expect("a file");
        let mut command = unshare(&script(folder.path()));
        let child = command
            .stderr(errors)
            .spawn()
            .expect("unshare was there a moment ago");
        Some(Self { child, folder })
    }

    /// The last whole line that a program has said.
    fn last_line(&self, name: &str) -> Option<String> {
        let text = fs::read_to_string(self.folder.path().join(name)).ok()?;
        let whole = text.rsplit_once('\n')?.0;
        whole.lines().last().map(str::to_owned)
    }

    /// The WAN estimate of a client, and where it found its peers.
    fn node(&self, name: &str) -> Option<(String, BTreeSet<String>)> {
        let line = self.last_line(name)?;
        let mut words = line.split(' ').filter(|word| !word.is_empty());
        assert_eq!(words.next(), Some("node"), "{line}");
        let wan = words.next()?.to_owned();
        Some((wan, words.map(str::to_owned).collect()))
    }

    fn errors(&self) -> String {
        fs::read_to_string(self.folder.path().join("errors")).unwrap_or_default()
    }
}

impl Drop for Machines {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unshare(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command
        .args(UNSHARE)
        .args(["sh", "-c", script])
        .stdin(Stdio::null());
    command
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

/// Where the others find a client; one beside the tracker may also find its neighbour by loopback.
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
fn everybody_is_introduced_by_an_address_that_can_be_reached() {
    let Some(mut machines) = Machines::or_skip() else {
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
            machines
                .node(name)
                .is_some_and(|(_, peers)| found(&peers, own) == others)
        });
        if complete {
            break;
        }
        let ended = machines.child.try_wait().expect("it can be asked");
        let seen: Vec<_> = CLIENTS
            .iter()
            .map(|client| (client.0, machines.node(client.0)))
            .collect();
        assert!(ended.is_none(), "{ended:?}: {}", machines.errors());
        assert!(
            Instant::now() < deadline,
            "{seen:#?} {:?} {}",
            machines.last_line("tracker"),
            machines.errors()
        );
        thread::sleep(Duration::from_millis(100));
    }
    // What each takes for its own address: a private one says nothing about the WAN.
    let wans = CLIENTS.map(|client| machines.node(client.0).expect("it speaks").0);
    assert_eq!(wans[2..], ["20.7.0.2:8090", "20.7.0.3:8090", "0.0.0.0:0"]);
    // The two beside the tracker may have heard of it from each other, by loopback, last.
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
