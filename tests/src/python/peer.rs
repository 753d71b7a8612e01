//! Starts and controls a Python peer (`tests/python/peer.py`).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{PythonNeighbour, PythonProcess};

/// How long finding a peer may take: far longer than it takes on a busy machine.
const FINDING: Duration = Duration::from_secs(30);

/// What a Python peer knows: its `peers` event.
#[derive(Clone, Debug, Deserialize)]
pub struct Known {
    /// Its LAN estimate.
    pub lan: SocketAddr,
    /// Its WAN estimate.
    pub wan: SocketAddr,
    /// The addresses it could walk to.
    pub walkable: BTreeSet<SocketAddr>,
    /// Its verified peers.
    pub peers: Vec<KnownPeer>,
}

/// A verified peer of a Python peer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct KnownPeer {
    /// Its mid, as hex.
    pub mid: String,
    /// Its preferred address.
    pub address: SocketAddr,
    /// Whether it is known to understand the new style.
    pub new_style: bool,
    /// All its addresses, sorted as text.
    pub addresses: Vec<SocketAddr>,
}

/// The traffic of a Python peer or tracker: part of its `stats` event.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TrafficStats {
    /// The number of received datagrams.
    pub datagrams_in: u64,
    /// The number of sent datagrams.
    pub datagrams_out: u64,
    /// The received datagrams, by message id.
    pub ids_in: BTreeMap<u8, u64>,
    /// The sent datagrams, by message id.
    pub ids_out: BTreeMap<u8, u64>,
}

impl PythonNeighbour {
    /// Starts a peer in `community` (40 hex digits); `options` are further arguments of `peer.py`.
    ///
    /// # Panics
    ///
    /// Panics if the process cannot be made.
    #[must_use]
    pub fn peer(&self, community: &str, options: &[&str]) -> PythonProcess {
        let mut arguments = vec!["--community", community];
        arguments.extend(options);
        self.start("peer.py", &arguments)
    }
}

impl PythonProcess {
    /// Waits until the peer with that mid is verified.
    ///
    /// # Panics
    ///
    /// Panics if it does not come within half a minute.
    pub fn wait_for_peer(&mut self, mid: &str) {
        self.wait_for(&format!("the peer {mid}"), FINDING, |event| {
            event["event"] == "peer_added" && event["mid"] == mid
        });
    }

    /// Makes a peer send an introduction request to `address`.
    ///
    /// # Panics
    ///
    /// Panics if the script reports an error or does not answer.
    pub fn walk_to(&mut self, address: SocketAddr) {
        self.ask(
            &json!({"command": "walk_to", "to": address.to_string()}),
            "walked",
        );
    }

    /// Makes a peer send an introduction request to each of its trackers.
    ///
    /// # Panics
    ///
    /// Panics if the script reports an error or does not answer.
    pub fn bootstrap(&mut self) {
        self.ask(&json!({"command": "bootstrap"}), "bootstrapped");
    }

    /// Makes a peer send an introduction request to its verified peer with this mid.
    ///
    /// # Panics
    ///
    /// Panics if the script reports an error or does not answer.
    pub fn ask_peer(&mut self, mid: &str) {
        self.ask(&json!({"command": "ask", "to": mid}), "asked");
    }

    /// Returns what a peer knows.
    ///
    /// # Panics
    ///
    /// Panics if it does not answer.
    pub fn known(&mut self) -> Known {
        let answer = self.ask(&json!({"command": "peers"}), "peers");
        self.read(answer)
    }

    /// Returns the mids of the verified peers of a peer, as hex.
    ///
    /// # Panics
    ///
    /// Panics if it does not answer.
    pub fn mids(&mut self) -> BTreeSet<String> {
        let peers = self.known().peers.into_iter();
        peers.map(|peer| peer.mid).collect()
    }

    /// Returns the traffic of a peer or tracker.
    ///
    /// # Panics
    ///
    /// Panics if it does not answer.
    pub fn traffic(&mut self) -> TrafficStats {
        let answer = self.ask(&json!({"command": "stats"}), "stats");
        self.read(answer)
    }

    fn read<T: for<'a> Deserialize<'a>>(&self, answer: Value) -> T {
        let text = answer.to_string();
        serde_json::from_value(answer)
            .unwrap_or_else(|error| self.fail(&format!("{error} in its answer {text}")))
    }
}
