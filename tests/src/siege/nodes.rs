//! The process of our nodes, which starts those of py-ipv8. It looks at all of them again and
//! again, and reports how they did.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{EACH, LIE, OURS, THEIRS, departed_key, ours, theirs, trackers};
use crate::mixed::{MixedNode, MixedOptions, NodeView, PythonNodes};
use crate::python::PythonNeighbour;

/// The pause between two looks, while the nodes meet and afterwards.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];
/// The limit of peers of our nodes: more than there are nodes and Sybils, because a walker rests
/// while its list is full.
pub const MAX_PEERS: u8 = 60;
const MEETING: Duration = Duration::from_secs(60);

/// How the nodes of a network do. The honest ones are those of both kinds; all times are seconds
/// since the start of the last node.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Report {
    /// The time of the report.
    pub at: f64,
    /// When half of our nodes, and all of them, had every honest node in both overlays, with its
    /// services and its round-trip time.
    pub half: Option<f64>,
    /// See [`Report::half`].
    pub all: Option<f64>,
    /// When every node of py-ipv8 had all of ours in both overlays.
    pub seen: Option<f64>,
    /// The honest nodes that the node of ours with the fewest lists now, in both overlays.
    pub known: usize,
    /// The fewest since [`Report::all`].
    pub least_known: Option<usize>,
    /// The nodes of ours that the node of py-ipv8 with the fewest lists now, in both overlays.
    pub seen_by_each: usize,
    /// The fewest since [`Report::seen`].
    pub least_seen: Option<usize>,
    /// Honest peers that our nodes removed, each counted once for each node.
    pub lost: usize,
    /// Nodes of ours that py-ipv8's removed, counted in the same way.
    pub lost_by_theirs: usize,
    /// Other peers that our nodes removed.
    pub dropped_strangers: usize,
    /// The longest list of an overlay of our nodes so far.
    pub longest_list: usize,
    /// The most other peers in the graph of a node of ours so far.
    pub most_strangers: usize,
    /// When the last of our nodes dropped the peer that departed.
    pub departed_gone: Option<f64>,
    /// The nodes of ours that listed that peer.
    pub departed_known: usize,
    /// Looks at which the WAN estimate of one of our nodes was the lie, or not its address after it
    /// had been.
    pub wrong_estimates: usize,
    /// The estimates that are true now.
    pub true_estimates: usize,
    /// The processor time of our nodes, in seconds.
    pub processor: f64,
    /// Datagrams that our nodes received and sent.
    pub datagrams: [u64; 2],
    /// Dropped datagrams by reason, if there are any.
    pub drops: BTreeMap<String, u64>,
    /// The estimated time for signatures by class of sender, in seconds.
    pub work: BTreeMap<String, f64>,
}

/// The honest nodes and what they knew so far.
struct Network {
    start: Instant,
    ours: Vec<MixedNode>,
    theirs: PythonNodes,
    our_mids: Vec<String>,
    their_mids: Vec<String>,
    departed: String,
    /// Our nodes that list the peer that departs, and those that did.
    departed_at: [BTreeSet<String>; 2],
    settled: BTreeSet<usize>,
    report: Report,
}

/// Runs the nodes for `time`, and prints a [`Report`] as JSON at each look.
///
/// # Errors
///
/// The output cannot be written.
///
/// # Panics
///
/// Panics if there is no py-ipv8, or a node does not start.
pub fn run(time: Duration) -> io::Result<()> {
    let mut network = Network::start();
    while network.start.elapsed() < time {
        network.look();
        println!("{}", serde_json::to_string(&network.report)?);
        io::stdout().flush()?;
        let elapsed = network.start.elapsed();
        let pause = PAUSES[usize::from(elapsed >= MEETING)];
        std::thread::sleep(pause.min(time.saturating_sub(elapsed)));
    }
    Ok(())
}

impl Network {
    fn start() -> Self {
        let python = PythonNeighbour::find();
        let python = python.unwrap_or_else(|reason| panic!("no py-ipv8: {reason}"));
        let listen: Vec<_> = (0..EACH).map(theirs).collect();
        let mut theirs = PythonNodes::start(python, THEIRS, &listen, &trackers(), &[]);
        let their_mids = theirs.listening();
        let node = |number| {
            MixedNode::start(&MixedOptions {
                listen: ours(number),
                trackers: trackers().to_vec(),
                // Sybils must not be a reason to rest.
                target_peers: -1,
                max_peers: MAX_PEERS.into(),
                ..MixedOptions::new(OURS)
            })
        };
        let ours: Vec<_> = (0..EACH).map(node).collect();
        Self {
            start: Instant::now(),
            our_mids: ours.iter().map(MixedNode::mid).collect(),
            ours,
            theirs,
            their_mids,
            departed: departed_key().public_key().mid().to_string(),
            departed_at: [BTreeSet::new(), BTreeSet::new()],
            settled: BTreeSet::new(),
            report: Report::default(),
        }
    }

    fn look(&mut self) {
        let theirs = self.theirs.look();
        let ours: Vec<_> = self.ours.iter().map(MixedNode::look).collect();
        let at = self.start.elapsed().as_secs_f64();
        self.report.at = at;
        self.look_at_ours(&ours, at);
        self.look_at_theirs(&theirs, at);
        self.look_at_departed(&ours, at);
        self.look_at_estimates();
        self.add_up();
    }

    fn look_at_ours(&mut self, views: &[NodeView], at: f64) {
        let honest: BTreeSet<&String> = self.our_mids.iter().chain(&self.their_mids).collect();
        let complete = views.iter().filter(|view| self.is_complete(view)).count();
        let known = views.iter().map(|view| {
            let here = honest.iter().filter(|mid| is_in_both(view, mid));
            here.count()
        });
        let known = known.min().unwrap_or_default();
        let lost = |view: &NodeView| {
            let removed = view.removed.iter();
            removed.filter(|mid| honest.contains(mid)).count()
        };
        let strangers = |view: &NodeView| {
            let peers = view.peers.keys();
            peers.filter(|mid| !honest.contains(mid)).count()
        };
        let lists = views
            .iter()
            .map(|view| view.discovery.len().max(view.shared.len()));
        let report = &mut self.report;
        report.lost = views.iter().map(lost).sum();
        let removed: usize = views.iter().map(|view| view.removed.len()).sum();
        report.dropped_strangers = removed - report.lost;
        report.longest_list = report.longest_list.max(lists.max().unwrap_or_default());
        let strangers = views.iter().map(strangers).max().unwrap_or_default();
        report.most_strangers = report.most_strangers.max(strangers);
        report.known = known;
        if complete * 2 >= views.len() {
            report.half.get_or_insert(at);
        }
        if complete == views.len() {
            report.all.get_or_insert(at);
        }
        if report.all.is_some() {
            report.least_known = Some(report.least_known.map_or(known, |least| least.min(known)));
        }
    }

    /// Returns `true` if a node of ours knows everything about every honest node.
    fn is_complete(&self, view: &NodeView) -> bool {
        let honest = self.our_mids.iter().chain(&self.their_mids);
        let mut others = honest.filter(|mid| **mid != view.mid);
        others.all(|mid| {
            let kind = if self.our_mids.contains(mid) {
                OURS.kind
            } else {
                THEIRS.kind
            };
            let peer = view.peers.get(mid);
            let is_known = peer.is_some_and(|peer| peer.pings > 0 && peer.services.contains(kind));
            is_known && is_in_both(view, mid)
        })
    }

    fn look_at_theirs(&mut self, views: &[NodeView], at: f64) {
        let ours = &self.our_mids;
        let seen = views
            .iter()
            .map(|view| ours.iter().filter(|mid| is_in_both(view, mid)).count());
        let seen = seen.min().unwrap_or_default();
        let lost = views.iter().map(|view| {
            ours.iter()
                .filter(|mid| view.removed.contains(*mid))
                .count()
        });
        let report = &mut self.report;
        report.lost_by_theirs = lost.sum();
        report.seen_by_each = seen;
        if seen == ours.len() {
            report.seen.get_or_insert(at);
        }
        if report.seen.is_some() {
            report.least_seen = Some(report.least_seen.map_or(seen, |least| least.min(seen)));
        }
    }

    fn look_at_departed(&mut self, views: &[NodeView], at: f64) {
        let [listed, ever] = &mut self.departed_at;
        listed.clear();
        let lists = views.iter().filter(|view| view.lists(&self.departed));
        listed.extend(lists.map(|view| view.mid.clone()));
        ever.extend(listed.iter().cloned());
        self.report.departed_known = ever.len();
        if !listed.is_empty() {
            self.report.departed_gone = None;
        } else if !ever.is_empty() {
            self.report.departed_gone.get_or_insert(at);
        }
    }

    fn look_at_estimates(&mut self) {
        let mut right = 0;
        for (number, node) in self.ours.iter().enumerate() {
            let (wan, own) = (node.wan(), node.address());
            if wan == own {
                right += 1;
                self.settled.insert(number);
            } else if self.settled.contains(&number) || wan.ip() == IpAddr::from(LIE) {
                self.report.wrong_estimates += 1;
            }
        }
        self.report.true_estimates = right;
    }

    /// Adds up the statistics of our nodes.
    fn add_up(&mut self) {
        let report = &mut self.report;
        (report.datagrams, report.drops, report.work) = Default::default();
        for stats in self.ours.iter().map(MixedNode::stats) {
            let engine = &stats.engine;
            report.datagrams[0] += engine.datagrams_in;
            report.datagrams[1] += engine.datagrams_out;
            for (reason, count) in engine.drops().filter(|(_, count)| *count > 0) {
                *report.drops.entry(reason.name().to_owned()).or_default() += count;
            }
            for (class, stats) in ipv8_core::state::Class::ALL.iter().zip(stats.inbox.classes) {
                *report.work.entry(class.name().to_owned()).or_default() += stats.work as f64 / 1e6;
            }
        }
        report.processor = processor_time();
    }
}

fn is_in_both(view: &NodeView, mid: &str) -> bool {
    view.discovery.contains(mid) && view.shared.contains(mid)
}

/// Returns the processor time of this process in seconds; 0 where the system does not tell.
fn processor_time() -> f64 {
    /// The unit of the file: 1/100 s on every Linux.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in parentheses, may contain blanks.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let fields = fields.split(' ').skip(11).take(2);
    let ticks = fields.filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS
}
