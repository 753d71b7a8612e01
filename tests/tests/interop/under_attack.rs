//! A mixed network of ten Rust nodes and ten of py-ipv8 under every attack at once, beside the same
//! network alone. Each is in a namespace of its own, where every address is local, so that the
//! nodes are in as many networks of the internet.
//!
//! The attacker leaves the nodes of py-ipv8 alone, because they would not survive it: what it sends
//! to the others must not reach them. No list is ever full here, so that the walkers never rest;
//! `strangers::sybils` is about full lists.
//!
//! The test watches both networks for a minute, or for five with `IPV8_LONG=1`.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use ipv8_tests::machines::Machines;
use ipv8_tests::python::PythonNeighbour;
use ipv8_tests::siege::{DEATH, EACH, MAX_PEERS, Report, Watched, trackers};

/// Makes every address of IPv4 one of this machine.
const MACHINE: &str = "set -e
ip link set lo up
ip route add local 0.0.0.0/0 dev lo
";
/// How much longer than the nodes run their namespace may last.
const GRACE: Duration = Duration::from_secs(60);
const PROGRESS: Duration = Duration::from_secs(5);
/// How soon all nodes must know each other.
const MEETING: f64 = 55.0;
/// How much longer than alone that may take. A contact that only the attacker heard of costs a
/// step, and forged starts come again every 20 s.
const DELAY: f64 = 20.0;
/// By how much the time until a dead peer is dropped may differ between the networks: looks are
/// five seconds apart, and the churn looks at peers in random order.
const DROP_DELAY: f64 = 15.0;

fn watched() -> Duration {
    let long = std::env::var_os("IPV8_LONG").is_some_and(|value| value == "1");
    Duration::from_secs(if long { 300 } else { 60 })
}

/// Returns the script of one network, whose first process ends after the time.
fn script(folder: &Path, role: &str, time: Duration) -> String {
    let run = |program: &str, arguments: &str, name: &str| {
        format!("{program} {arguments} > {}", folder.join(name).display())
    };
    let siege = env!("CARGO_BIN_EXE_siege");
    let mut script = format!("{MACHINE}{} &\n", run(siege, "watch", "watch"));
    for (number, at) in trackers().iter().enumerate() {
        let arguments = format!("tracker {at}");
        let name = format!("tracker-{number}");
        script += &run(env!("CARGO_BIN_EXE_host"), &arguments, &name);
        script += " &\n";
    }
    for name in ["watch", "tracker-0", "tracker-1"] {
        let file = folder.join(name);
        script += &format!("until [ -s {} ]; do sleep 0.05; done\n", file.display());
    }
    script += &format!("{} &\n", run(siege, role, "attacker"));
    let nodes = format!("nodes {}", time.as_secs());
    script + "exec " + &run(siege, &nodes, "nodes")
}

/// A network that runs, with the folder of its reports.
struct Network {
    name: &'static str,
    machines: Machines,
    _folder: tempfile::TempDir,
}

impl Network {
    fn or_skip(name: &'static str, role: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let script = script(folder.path(), role, watched());
        let machines = Machines::or_skip(MACHINE, &script, folder.path())?;
        Some(Self {
            name,
            machines,
            _folder: folder,
        })
    }

    fn report(&self) -> Option<Report> {
        let line = self.machines.last_line("nodes")?;
        Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }

    fn watched(&self) -> Watched {
        let line = self.machines.last_line("watch").expect("it watches");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn progress(&self) {
        let Some(report) = self.report() else {
            return;
        };
        let Report { known, lost, .. } = report;
        let (at, seen, strangers) = (report.at, report.seen_by_each, report.most_strangers);
        eprintln!(
            "{at:4.0} s  {:>8}: each of ours knows at least {known} of 19 honest nodes, each of \
             theirs at least {seen} of ours; {lost} lost, at most {strangers} strangers",
            self.name
        );
    }

    /// Returns the final figures, and prints them.
    fn outcome(&self) -> (Report, Watched) {
        let outcome = (self.report().expect("it reports"), self.watched());
        let attacker = self.machines.last_line("attacker").unwrap_or_default();
        eprintln!("{}: {outcome:#?}\nsent: {attacker}", self.name);
        outcome
    }
}

/// Waits until the nodes of all networks have ended, which must succeed.
fn wait(networks: &mut [Network]) {
    let (start, mut told) = (Instant::now(), Duration::ZERO);
    loop {
        let mut running = false;
        for network in networks.iter_mut() {
            match network.machines.ended() {
                None => running = true,
                Some(status) => {
                    let errors = network.machines.said("errors");
                    assert!(status.success(), "{}: {status}: {errors}", network.name);
                }
            }
        }
        if !running {
            return;
        }
        assert!(start.elapsed() < watched() + GRACE, "it does not end");
        if start.elapsed() >= told + PROGRESS {
            told = start.elapsed();
            networks.iter().for_each(Network::progress);
        }
        thread::sleep(Duration::from_millis(250));
    }
}

/// Asserts what must be true of a network with and without an attacker.
fn assert_together(report: &Report) {
    let each = usize::from(EACH);
    let all = report
        .all
        .expect("each of our nodes knows every honest node");
    let seen = report.seen.expect("each node of py-ipv8 knows all of ours");
    assert!(all <= MEETING && seen <= MEETING, "{all} s, {seen} s");
    assert_eq!(report.least_known, Some(2 * each - 1));
    assert_eq!(report.least_seen, Some(each));
    assert_eq!((report.lost, report.lost_by_theirs), (0, 0));
    assert_eq!(report.true_estimates, each);
    assert_eq!(report.wrong_estimates, 0);
    let longest = report.longest_list;
    assert!(
        longest < usize::from(MAX_PEERS),
        "a walker rested: {longest}"
    );
    assert!(report.departed_known > 0, "it was a peer");
}

/// Asserts that the attacker made our nodes send no more than they may.
fn assert_bounded(watched: &Watched) {
    let special = &watched.first_special;
    assert_eq!(watched.special, 0, "{special:?}");
    assert!(watched.introduced_in_a_minute <= 4, "to a victim");
    // Five in a second for strangers, ten for a tracker.
    assert!(watched.punctures_in_ten_seconds <= 10 * 5, "for strangers");
    let by_name = watched.named_punctures_in_ten_seconds;
    assert!(by_name <= 10 * (10 + 2), "in honest names: {by_name}");
    assert!(watched.punctures_to_one <= 1, "to one address");
    assert!(watched.named_factor <= 2.1, "{}", watched.named_factor);
    assert!(watched.named_in_a_second <= 20_000, "bytes to one host");
}

#[test]
fn honest_nodes_of_both_kinds_stay_together_in_spite_of_an_attacker() {
    if PythonNeighbour::or_skip().is_none() {
        return;
    }
    let networks = [("alone", "depart"), ("attacked", "attack")];
    let started: Option<Vec<_>> = networks
        .into_iter()
        .map(|(name, role)| Network::or_skip(name, role))
        .collect();
    let Some(mut networks) = started else {
        return;
    };
    wait(&mut networks);
    let outcomes: Vec<_> = networks.iter().map(Network::outcome).collect();
    let [(alone, quiet), (attacked, busy)] = &outcomes[..] else {
        panic!("two networks");
    };
    for (report, watched) in [(alone, quiet), (attacked, busy)] {
        assert_together(report);
        assert_bounded(watched);
    }
    assert!(attacked.all <= alone.all.map(|at| at + DELAY));
    assert!(attacked.seen <= alone.seen.map(|at| at + DELAY));
    let asked = [quiet, busy].map(|watched| watched.requests["honest"]);
    assert!(
        asked[1] * 2 >= asked[0],
        "honest nodes are asked less: {asked:?}"
    );
    assert!(busy.forged > 350 * watched().as_secs(), "it was an attack");
    assert!(busy.punctures > 0 && busy.introduced > 0, "it was aimed");
    assert!(attacked.most_strangers > 1, "Sybils were peers");
    if watched() > DEATH * 5 {
        let [without, with] = [alone, attacked].map(|report| report.departed_gone);
        let without = without.expect("a dead peer is dropped");
        let with = with.expect("a dead peer is dropped in spite of replays");
        assert!(with <= without + DROP_DELAY, "{with} s, {without} s");
    }
}
