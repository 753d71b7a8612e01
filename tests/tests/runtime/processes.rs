//! Processes that are killed, suspended or have no room on the disk: `src/bin/victim.rs`.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use ipv8_core::crypto::Mid;
use ipv8_core::node::{key_file, snapshot_file};
use ipv8_core::prelude::*;
use ipv8_tests::desk::key;
use ipv8_tests::namespace::{HOSTS, TwoHosts};
use ipv8_tests::python::skip;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const VICTIM: &str = env!("CARGO_BIN_EXE_victim");

/// Far longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running victim; dropping it kills it.
struct Victim {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Victim {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(VICTIM);
        command.args(arguments);
        Self::run(command)
    }

    fn run(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the victim starts");
        let out = child.stdout.take().expect("it has an output");
        let lines = BufReader::new(out).lines();
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        let line = self.lines.next().expect("it still runs");
        line.expect("a line")
    }

    /// Sends it a signal.
    fn signal(&self, name: &str) {
        let number = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &number]).status();
        assert!(sent.is_ok_and(|status| status.success()));
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain name")
}

/// Returns how many addresses the snapshot has; panics if it is not one that the victim writes.
fn whole_snapshot(folder: &Path) -> usize {
    let read = snapshot_file::read(&folder.join("peers"));
    let snapshot = read.expect("it can be read").expect("it is there");
    let entries: Vec<&[u8]> = snapshot.chunks(7).collect();
    let count = entries.len();
    assert!([10, 200].contains(&count), "{count} addresses");
    assert!(
        entries
            .iter()
            .all(|entry| entry.len() == 7 && usize::from(entry[6]) == count)
    );
    count
}

fn whole_key(folder: &Path) -> Mid {
    let mid = key_file::read(&folder.join("key"))
        .expect("it is whole")
        .mid();
    assert!([key(1).mid(), key(2).mid()].contains(&mid));
    mid
}

#[test]
fn five_hundred_kills_while_writing_lose_and_tear_neither_key_nor_snapshot() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut rng = StdRng::from_seed([7; 32]);
    let (mut mids, mut counts) = (Vec::new(), Vec::new());
    for kill in 0..500 {
        let mut victim = Victim::start(&["write", text(folder.path())]);
        // Some are killed while they start.
        if kill % 2 == 0 {
            assert_eq!(victim.line(), "ready");
        }
        std::thread::sleep(Duration::from_micros(rng.random_range(0..10_000)));
        drop(victim);
        mids.push(whole_key(folder.path()));
        counts.push(whole_snapshot(folder.path()));
    }
    // The kills came at different moments.
    for mid in [key(1).mid(), key(2).mid()] {
        assert!(mids.iter().filter(|found| **found == mid).count() > 20);
    }
    assert!(counts.iter().filter(|count| **count == 10).count() > 20);
    // What they left behind is gone after a start ten minutes later.
    let hour = Duration::from_secs(3_600);
    let mut strays = 0;
    for entry in std::fs::read_dir(folder.path()).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "tmp") {
            strays += 1;
            let file = std::fs::File::options().append(true).open(&path);
            let old = std::time::SystemTime::now() - hour;
            file.and_then(|file| file.set_modified(old))
                .expect("its time is changed");
        }
    }
    let kept = whole_key(folder.path());
    let again = key_file::load_or_create(&folder.path().join("key"), &mut rng);
    assert_eq!(again.expect("it is there").mid(), kept);
    let left = std::fs::read_dir(folder.path())
        .expect("the folder")
        .count();
    assert_eq!(left, 2, "{strays} temporary files before");
}

#[test]
fn a_full_disk_costs_neither_key_nor_snapshot_and_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    // In a mount namespace of its own: a disk of four pages, a key and a snapshot, and a filler.
    let script = r#"
        mount -t tmpfs -o size=16k,mode=700 full "$1" || exit 77
        "$2" store "$1" && cp "$1/key" "$1/peers" "$3" || exit 78
        cat /dev/zero > "$1/filler" 2>/dev/null
        "$2" store "$1"; status=$?
        cmp "$1/key" "$3/key" && cmp "$1/peers" "$3/peers" || exit 79
        ls -A "$1"
        exit $status
    "#;
    let copies = tempfile::tempdir().expect("a folder");
    let done = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .args([text(folder.path()), VICTIM, text(copies.path())])
        .output();
    let Ok(done) = done else {
        return skip("there is no program unshare");
    };
    let said = String::from_utf8_lossy(&done.stdout);
    let lines: Vec<&str> = said.lines().collect();
    match done.status.code() {
        Some(1) => {}
        Some(77) => return skip("a file system cannot be mounted here"),
        _ if lines.is_empty() => return skip(&String::from_utf8_lossy(&done.stderr)),
        status => panic!("{status:?}: {said}"),
    }
    assert!(lines[0].starts_with("cannot write the key file"), "{said}");
    assert!(lines[1].starts_with("cannot write the snapshot"), "{said}");
    assert!(lines[..2].iter().all(|line| line.contains("No space left")));
    assert_eq!(
        lines[2..],
        ["filler", "key", "peers"],
        "no temporary file is left"
    );
}

/// What a victim says about its node.
#[derive(Clone, Copy, Debug)]
struct Figures {
    peers: u64,
    missed_turns: u64,
    sent: u64,
    received: u64,
    send_errors: u64,
}

/// Reads lines until they are as wanted.
fn wait_for(victim: &mut Victim, wanted: impl Fn(Figures) -> bool) -> Figures {
    let end = Instant::now() + PATIENCE;
    loop {
        let figures = figures(&victim.line());
        if wanted(figures) {
            return figures;
        }
        assert!(Instant::now() < end, "{figures:?}");
    }
}

fn figures(line: &str) -> Figures {
    let numbers: Vec<u64> = line
        .split(' ')
        .filter_map(|part| part.parse().ok())
        .collect();
    let [peers, missed_turns, sent, received, send_errors] = numbers[..] else {
        panic!("not five numbers: {line}");
    };
    Figures {
        peers,
        missed_turns,
        sent,
        received,
        send_errors,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_and_continued_process_keeps_its_peer_and_makes_up_for_no_turns() {
    let launchers = Launchers::new().with(ipv8_core::launch::DiscoveryLauncher);
    let loopback = "127.0.0.1:0".parse().expect("an address");
    let configuration = Config::default().key(key(2)).interfaces([loopback]);
    let launched = launchers.config(configuration).launch().await;
    let node = launched.expect("it is launched");
    let at = node.local_addresses()[0].to_string();
    let watched = tokio::task::spawn_blocking(move || {
        let mut victim = Victim::start(&["node", "127.0.0.1:0", &at, "1"]);
        let before = wait_for(&mut victim, |figures| figures.peers == 1);
        victim.signal("-STOP");
        std::thread::sleep(Duration::from_secs(4));
        victim.signal("-CONT");
        // The lines of the next two seconds; one more may have been on its way.
        let after: Vec<Figures> = (0..9).map(|_| figures(&victim.line())).collect();
        assert!(after.iter().all(|one| one.peers == 1), "{after:?}");
        let last = after[after.len() - 1];
        // Two strategies with two turns a second each.
        let missed = last.missed_turns - before.missed_turns;
        assert!(
            missed >= 12,
            "the turns of four seconds are lost: {after:?}"
        );
        assert!(
            last.sent - before.sent <= 40,
            "they are made up for: {after:?}"
        );
    });
    watched.await.expect("it keeps its peer");
    node.stop().await;
}

#[test]
fn a_cable_that_is_taken_out_and_put_in_again_costs_no_peer() {
    let Some(hosts) = TwoHosts::or_skip("cable") else {
        return;
    };
    let [here, there] = HOSTS.map(|host| format!("{host}:4000"));
    let start = |host, number: &str, listen: &str, peer: &str| {
        let mut command = hosts.on(host, VICTIM.as_ref());
        command.args(["node", listen, peer, number]);
        Victim::run(command)
    };
    let mut other = start(1, "2", &there, &here);
    let mut victim = start(0, "1", &here, &there);
    let before = wait_for(&mut victim, |figures| figures.peers == 1);
    hosts.plug(0, false);
    // It goes on sending, and the system refuses it.
    let refused = |figures: Figures| figures.send_errors >= before.send_errors + 3;
    let without = wait_for(&mut victim, refused);
    hosts.plug(0, true);
    let after = wait_for(&mut victim, |figures| {
        figures.received >= without.received + 3
    });
    assert_eq!((without.peers, after.peers), (1, 1));
    assert!(wait_for(&mut other, |figures| figures.peers == 1).sent > 0);
}
