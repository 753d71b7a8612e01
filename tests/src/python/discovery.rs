//! Starts and controls a Python node with the discovery community (`tests/python/discovery.py`).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{PythonNeighbour, PythonProcess};

/// A verified peer in the list of either side.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Discovered {
    /// Its mid, as hex.
    pub mid: String,
    /// Its preferred address.
    pub address: SocketAddr,
    /// Its services, as hex.
    pub services: BTreeSet<String>,
    /// Its last ping times, in seconds.
    pub pings: Vec<f64>,
}

impl PythonNeighbour {
    /// Starts a node with the discovery community; `options` are the arguments of `discovery.py`.
    ///
    /// # Panics
    ///
    /// Panics if the process cannot be made.
    #[must_use]
    pub fn discovery(&self, options: &[&str]) -> PythonProcess {
        self.start("discovery.py", options)
    }
}

impl PythonProcess {
    /// Returns the verified peers of a node with the discovery community, by mid.
    ///
    /// # Panics
    ///
    /// Panics if it does not answer.
    pub fn discovered(&mut self) -> BTreeMap<String, Discovered> {
        let answer = self.ask(&json!({"command": "peers"}), "peers");
        let peers: Vec<Discovered> = serde_json::from_value(answer["peers"].clone())
            .unwrap_or_else(|error| self.fail(&format!("{error} in its answer {answer}")));
        peers
            .into_iter()
            .map(|peer| (peer.mid.clone(), peer))
            .collect()
    }

    /// Makes a node with the discovery community ask `to` for an introduction to the peer with this
    /// mid.
    ///
    /// # Panics
    ///
    /// Panics if the script reports an error or does not answer.
    pub fn ask_to_meet(&mut self, to: SocketAddr, mid: &str) {
        let command = json!({"command": "introduce_to", "to": to.to_string(), "mid": mid});
        self.ask(&command, "asked");
    }
}

/// Returns the mids of the events named `name`.
#[must_use]
pub fn mids_of(events: &[Value], name: &str) -> BTreeSet<String> {
    let named = events.iter().filter(|event| event["event"] == name);
    named
        .filter_map(|event| event["mid"].as_str())
        .map(str::to_owned)
        .collect()
}
