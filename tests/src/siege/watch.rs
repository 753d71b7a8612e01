//! Counts what our nodes send, as it crosses the wire: to victims, to special ranges, and in all.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::attacks::is_service;
use super::tap::{Crossed, Tap};
use super::{INTRODUCED, NAMED, PUNCTURED, PUNCTURED_BY_NAME, is_special, kind_at, our_number};
use crate::attacker::{is_request, message_id};
use crate::places::most_within;

/// The windows in which datagrams are counted. Each is a second shorter than the bounds have it,
/// because this process may read them late.
const MINUTE: Duration = Duration::from_secs(59);
/// See [`MINUTE`].
const TEN_SECONDS: Duration = Duration::from_secs(9);
/// See [`MINUTE`].
const FIVE_SECONDS: Duration = Duration::from_secs(4);

const PATIENCE: Duration = Duration::from_millis(200);
const REPORT: Duration = Duration::from_secs(2);

/// What our nodes sent. Each maximum is that of the node with the most.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Watched {
    /// Datagrams of our nodes.
    pub sent: u64,
    /// Datagrams to our nodes, with those of the attacker.
    pub received: u64,
    /// Datagrams of the attacker.
    pub forged: u64,
    /// Introduction requests of our nodes, by the kind of node that they went to.
    pub requests: BTreeMap<String, u64>,
    /// Datagrams to special addresses, to port 0 and to ports of other services.
    pub special: u64,
    /// The first of those destinations.
    pub first_special: Option<String>,
    /// Datagrams to the host that is introduced.
    pub introduced: u64,
    /// The most of them in a minute.
    pub introduced_in_a_minute: usize,
    /// Punctures to the host that strangers request them for.
    pub punctures: u64,
    /// The most of them in ten seconds.
    pub punctures_in_ten_seconds: usize,
    /// Punctures to the host that they are requested for in honest names.
    pub named_punctures: u64,
    /// The most of them in ten seconds.
    pub named_punctures_in_ten_seconds: usize,
    /// The most punctures to one address in five seconds.
    pub punctures_to_one: usize,
    /// The bytes to the host in whose name requests are sent.
    pub named_bytes: u64,
    /// The most of them in a second.
    pub named_in_a_second: u64,
    /// The bytes to it for each byte in its name.
    pub named_factor: f64,
}

/// What one of our nodes sent.
#[derive(Default)]
struct Node {
    introduced: Vec<Duration>,
    punctures: Vec<Duration>,
    named_punctures: Vec<Duration>,
    by_target: BTreeMap<SocketAddr, Vec<Duration>>,
    named_in: u64,
    named_out: BTreeMap<u64, u64>,
}

/// Counts until the process ends; prints a [`Watched`] as JSON every two seconds.
///
/// # Errors
///
/// The system allows no raw sockets.
pub fn run() -> io::Result<()> {
    let mut tap = Tap::open(PATIENCE)?;
    let mut nodes: BTreeMap<usize, Node> = BTreeMap::new();
    let mut watched = Watched::default();
    let (start, mut due) = (Instant::now(), Duration::ZERO);
    loop {
        let crossed = tap.next()?;
        let now = start.elapsed();
        if let Some(crossed) = crossed {
            note(&mut watched, &mut nodes, &crossed, now);
        }
        if now >= due {
            due = now + REPORT;
            summarize(&mut watched, &nodes);
            let line = serde_json::to_string(&watched)?;
            println!("{line}");
            io::stdout().flush()?;
        }
    }
}

fn note(
    watched: &mut Watched,
    nodes: &mut BTreeMap<usize, Node>,
    crossed: &Crossed,
    now: Duration,
) {
    let Crossed {
        from, to, forged, ..
    } = *crossed;
    let bytes = crossed.bytes.len() as u64;
    if let Some(receiver) = our_number(to) {
        watched.received += 1;
        if from.ip() == IpAddr::from(NAMED) {
            nodes.entry(receiver).or_default().named_in += bytes;
        }
    }
    if forged {
        watched.forged += 1;
        return;
    }
    let Some(sender) = our_number(from) else {
        return;
    };
    watched.sent += 1;
    if is_request(message_id(&crossed.bytes)) {
        let kind = kind_at(to).to_owned();
        *watched.requests.entry(kind).or_default() += 1;
    }
    let node = nodes.entry(sender).or_default();
    // What a node sends to 0.0.0.0 arrives at its own host.
    if is_special(to.ip()) || is_service(to.port()) || to.ip() == from.ip() {
        watched.special += 1;
        let place = watched.first_special.get_or_insert_default();
        if place.is_empty() {
            *place = format!("{from} to {to}: message {}", message_id(&crossed.bytes));
        }
    }
    let IpAddr::V4(host) = to.ip() else {
        return;
    };
    match host {
        INTRODUCED => {
            watched.introduced += 1;
            node.introduced.push(now);
        }
        PUNCTURED => {
            watched.punctures += 1;
            node.punctures.push(now);
            node.by_target.entry(to).or_default().push(now);
        }
        PUNCTURED_BY_NAME => {
            watched.named_punctures += 1;
            node.named_punctures.push(now);
            node.by_target.entry(to).or_default().push(now);
        }
        NAMED => {
            watched.named_bytes += bytes;
            *node.named_out.entry(now.as_secs()).or_default() += bytes;
        }
        _ => {}
    }
}

fn summarize(watched: &mut Watched, nodes: &BTreeMap<usize, Node>) {
    let most = |window: Duration, times: fn(&Node) -> &[Duration]| {
        let each = nodes.values();
        let each = each.map(|node| most_within(window, times(node).iter().copied()));
        each.max().unwrap_or_default()
    };
    watched.introduced_in_a_minute = most(MINUTE, |node| &node.introduced);
    watched.punctures_in_ten_seconds = most(TEN_SECONDS, |node| &node.punctures);
    watched.named_punctures_in_ten_seconds = most(TEN_SECONDS, |node| &node.named_punctures);
    let targets = nodes.values().flat_map(|node| node.by_target.values());
    let targets = targets.map(|times| most_within(FIVE_SECONDS, times.iter().copied()));
    watched.punctures_to_one = targets.max().unwrap_or_default();
    let seconds = nodes.values().flat_map(|node| node.named_out.values());
    watched.named_in_a_second = seconds.copied().max().unwrap_or_default();
    let factors = nodes.values().filter(|node| node.named_in > 0);
    let factors = factors.map(|node| {
        let out: u64 = node.named_out.values().sum();
        out as f64 / node.named_in as f64
    });
    watched.named_factor = factors.fold(0.0, f64::max);
}
