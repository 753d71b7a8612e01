//! What the programs say happened: JSON for programs, lines for people.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::Peer;
use ipv8_core::counters::Statistics;
use ipv8_core::crypto::PublicKey;
use serde::Serialize;

/// In which form a program reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Events {
    /// A line for people.
    #[default]
    Text,
    /// A JSON object a line, its kind in the field `event`.
    Json,
}

impl Events {
    /// The report as one line, without its end.
    #[must_use]
    pub fn line(self, report: &Report) -> String {
        match self {
            Self::Text => report.to_string(),
            // It only fails for maps whose keys are no texts.
            Self::Json => serde_json::to_string(report).unwrap_or_default(),
        }
    }
}

/// One thing that happened. Keys and mids are lower-case hex.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Report {
    /// The sockets are open. Always the first.
    Listening {
        /// The address of the first socket, with the port it got.
        address: SocketAddr,
        /// The addresses of all sockets.
        addresses: Vec<SocketAddr>,
        /// The mid of the own key.
        mid: String,
        /// The own public key.
        public_key: String,
    },
    /// A verified peer has come.
    PeerAdded {
        /// Its mid.
        mid: String,
        /// Its preferred address.
        address: SocketAddr,
    },
    /// A verified peer has gone.
    PeerRemoved {
        /// Its mid.
        mid: String,
        /// Its preferred address.
        address: SocketAddr,
    },
    /// A strategy had its turn.
    Step {
        /// Its name.
        strategy: &'static str,
        /// Its place among the strategies of the command line, from 0.
        index: usize,
        /// Seconds since the start, in whole microseconds.
        at: f64,
        /// The verified peers after it.
        peers: usize,
        /// There were as many peers as its target: nothing was done.
        skipped: bool,
    },
    /// The figures so far: every second, and once more at the end.
    Stats(Stats),
    /// Whoever reads this was too slow: reports are missing before this one.
    Lagged {
        /// How many.
        missed: u64,
    },
    /// The program ends. Always the last.
    Stopped {
        /// Why: `SIGTERM`, `Ctrl-C`, `duration`, or `failure`.
        reason: &'static str,
    },
}

/// The figures of a node or a tracker, from its start on.
#[derive(Clone, Debug, Serialize)]
pub struct Stats {
    /// Seconds since the start, in whole microseconds.
    pub at: f64,
    /// Datagrams received, dropped ones included.
    pub datagrams_in: u64,
    /// Datagrams handed to the sockets.
    pub datagrams_out: u64,
    /// Bytes received, without IP and UDP headers.
    pub bytes_in: u64,
    /// Bytes handed to the sockets, without IP and UDP headers.
    pub bytes_out: u64,
    /// Every reason to drop something with its count, zeros included.
    pub drops: BTreeMap<&'static str, u64>,
    /// Verified peers.
    pub peers: usize,
    /// Addresses a strategy could walk to; of a tracker always 0, as it never walks.
    pub walkable: usize,
}

impl Stats {
    /// The figures of `statistics`, and the counts given.
    #[must_use]
    pub fn new(at: f64, statistics: &Statistics, peers: usize, walkable: usize) -> Self {
        Self {
            at,
            datagrams_in: statistics.datagrams_in,
            datagrams_out: statistics.datagrams_out,
            bytes_in: statistics.bytes_in,
            bytes_out: statistics.bytes_out,
            drops: statistics
                .drops()
                .map(|(reason, count)| (reason.name(), count))
                .collect(),
            peers,
            walkable,
        }
    }
}

/// Seconds, in whole microseconds.
#[must_use]
pub fn seconds(duration: Duration) -> f64 {
    // Exact for 285 years.
    duration.as_micros() as f64 / 1e6
}

impl Report {
    /// The sockets are open at `addresses`; `None` when there are none.
    #[must_use]
    pub fn listening(addresses: &[SocketAddr], key: &PublicKey) -> Option<Self> {
        let public_key = key.as_bytes().iter();
        Some(Self::Listening {
            address: *addresses.first()?,
            addresses: addresses.to_vec(),
            mid: key.mid().to_string(),
            public_key: public_key.map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    /// `peer` has come.
    #[must_use]
    pub fn peer_added(peer: &Peer) -> Self {
        Self::PeerAdded {
            mid: peer.mid().to_string(),
            address: peer.address(),
        }
    }

    /// `peer` has gone.
    #[must_use]
    pub fn peer_removed(peer: &Peer) -> Self {
        Self::PeerRemoved {
            mid: peer.mid().to_string(),
            address: peer.address(),
        }
    }
}

/// A line for people.
impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listening { addresses, mid, .. } => {
                let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
                write!(out, "listening on {} as {mid}", addresses.join(" and "))
            }
            Self::PeerAdded { mid, address } => write!(out, "peer {mid} at {address} has come"),
            Self::PeerRemoved { mid, address } => write!(out, "peer {mid} at {address} has gone"),
            Self::Step {
                strategy,
                at,
                peers,
                skipped,
                ..
            } => {
                let skipped = if *skipped {
                    ", skipped at its target"
                } else {
                    ""
                };
                write!(out, "{at:.3} s: step of {strategy}, peers {peers}{skipped}")
            }
            Self::Stats(stats) => stats.fmt(out),
            Self::Lagged { missed } => {
                write!(
                    out,
                    "{missed} reports are missing: they were read too slowly"
                )
            }
            Self::Stopped { reason } => write!(out, "stopped ({reason})"),
        }
    }
}

/// A line for people.
impl fmt::Display for Stats {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            datagrams_in,
            datagrams_out,
            bytes_in,
            bytes_out,
            peers,
            walkable,
            ..
        } = self;
        write!(
            out,
            "{at:.1} s: peers {peers}, walkable {walkable}; datagrams in {datagrams_in} ({bytes_in} bytes), \
             out {datagrams_out} ({bytes_out} bytes)"
        )?;
        let mut before = "; dropped: ";
        for (reason, count) in self.drops.iter().filter(|(_, count)| **count > 0) {
            write!(out, "{before}{reason} {count}")?;
            before = ", ";
        }
        Ok(())
    }
}
