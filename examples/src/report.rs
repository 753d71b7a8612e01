//! What the programs say happened: JSON for programs, lines for people.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use ipv8_core::Peer;
use ipv8_core::counters::Statistics;
use ipv8_core::crypto::PublicKey;
use ipv8_core::engine::{Event, StepReport};
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;

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
    /// The state of a tracker is served.
    Api {
        /// Where.
        address: SocketAddr,
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
    /// A peer answered a ping.
    Latency {
        /// Its mid.
        mid: String,
        /// Seconds from the ping to its answer, in whole microseconds.
        seconds: f64,
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

    /// What a node's event channel gave, with times since `started`; `Break` when the node has ended. `None` for what
    /// is no report.
    pub fn heard(
        received: Result<Event, RecvError>,
        started: Instant,
    ) -> ControlFlow<(), Option<Self>> {
        ControlFlow::Continue(match received {
            Ok(Event::PeerAdded { peer, .. }) => Some(Self::peer_added(&peer)),
            Ok(Event::PeerRemoved { peer, .. }) => Some(Self::peer_removed(&peer)),
            Ok(Event::Latency {
                peer, round_trip, ..
            }) => Some(Self::Latency {
                mid: peer.mid().to_string(),
                seconds: seconds(round_trip),
            }),
            Ok(Event::Step(step)) => Some(Self::step(&step, started)),
            // A panic of a community is in the log.
            Ok(_) => None,
            Err(RecvError::Lagged(missed)) => Some(Self::Lagged { missed }),
            Err(RecvError::Closed) => return ControlFlow::Break(()),
        })
    }

    fn peer_added(peer: &Peer) -> Self {
        Self::PeerAdded {
            mid: peer.mid().to_string(),
            address: peer.address(),
        }
    }

    fn peer_removed(peer: &Peer) -> Self {
        Self::PeerRemoved {
            mid: peer.mid().to_string(),
            address: peer.address(),
        }
    }

    fn step(step: &StepReport, started: Instant) -> Self {
        Self::Step {
            strategy: step.strategy.type_name(),
            index: step.index,
            at: seconds(step.at.saturating_duration_since(started)),
            peers: step.peers,
            skipped: step.skipped,
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
            Self::Api { address } => write!(out, "state at http://{address}/services"),
            Self::PeerAdded { mid, address } => write!(out, "peer {mid} at {address} has come"),
            Self::PeerRemoved { mid, address } => write!(out, "peer {mid} at {address} has gone"),
            Self::Latency { mid, seconds } => {
                write!(out, "peer {mid} answered a ping after {seconds:.3} s")
            }
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

#[cfg(test)]
mod tests {
    use ipv8_core::CommunityId;
    use ipv8_core::crypto::PrivateKey;
    use ipv8_core::overlay::StrategyId;
    use tokio::sync::broadcast;

    use super::*;

    const OVERLAY: CommunityId = CommunityId::from_bytes([7; 20]);

    fn peer(now: Instant) -> Result<Peer, Box<dyn std::error::Error>> {
        let bin = [b"LibNaCLSK:".as_slice(), &[7; 64]].concat();
        let key = PrivateKey::from_bytes(&bin)?;
        Ok(Peer::new(
            key.public_key().clone(),
            "10.0.0.1:6421".parse()?,
            now,
        ))
    }

    fn step(at: Instant, peers: usize) -> Event {
        Event::Step(StepReport {
            overlay: OVERLAY,
            id: StrategyId::from_number(1),
            strategy: "RandomWalk".into(),
            index: 1,
            at,
            peers,
            skipped: peers > 1,
            panicked: false,
            datagrams: 3,
            delayed: 0,
        })
    }

    fn json(event: Event, started: Instant) -> Option<String> {
        match Report::heard(Ok(event), started) {
            ControlFlow::Continue(report) => report.map(|report| Events::Json.line(&report)),
            ControlFlow::Break(()) => None,
        }
    }

    #[test]
    fn events_become_json() -> Result<(), Box<dyn std::error::Error>> {
        let started = Instant::now();
        let (overlay, peer) = (OVERLAY, peer(started)?);
        let who = format!(r#""mid":"{}","address":"10.0.0.1:6421"}}"#, peer.mid());
        let added = Event::PeerAdded {
            overlay,
            peer: peer.clone(),
        };
        let expected = format!(r#"{{"event":"peer_added",{who}"#);
        assert_eq!(json(added, started), Some(expected));
        let answering = peer.clone();
        let removed = Event::PeerRemoved { overlay, peer };
        let expected = format!(r#"{{"event":"peer_removed",{who}"#);
        assert_eq!(json(removed, started), Some(expected));
        let latency = Event::Latency {
            overlay,
            peer: answering.clone(),
            round_trip: Duration::from_nanos(12_345_678),
        };
        let mid = answering.mid();
        let expected = format!(r#"{{"event":"latency","mid":"{mid}","seconds":0.012345}}"#);
        assert_eq!(json(latency, started), Some(expected));
        let later = started + Duration::from_nanos(1_500_001_234);
        let expected = r#"{"event":"step","strategy":"RandomWalk","index":1,"at":1.500001,"peers":2,"skipped":true}"#;
        assert_eq!(json(step(later, 2), started).as_deref(), Some(expected));
        Ok(())
    }

    #[test]
    fn a_slow_reader_is_told_what_it_missed() {
        let (events, mut receiver) = broadcast::channel(2);
        let started = Instant::now();
        for peers in 0..5 {
            assert!(events.send(step(started, peers)).is_ok());
        }
        drop(events);
        let mut lines = Vec::new();
        loop {
            // Nothing has to be waited for: the channel is full and closed.
            let received = match receiver.try_recv() {
                Ok(event) => Ok(event),
                Err(broadcast::error::TryRecvError::Lagged(missed)) => {
                    Err(RecvError::Lagged(missed))
                }
                Err(_) => Err(RecvError::Closed),
            };
            match Report::heard(received, started) {
                ControlFlow::Continue(report) => {
                    lines.extend(report.map(|report| Events::Text.line(&report)));
                }
                ControlFlow::Break(()) => break,
            }
        }
        assert_eq!(
            lines,
            [
                "3 reports are missing: they were read too slowly",
                "0.000 s: step of RandomWalk, peers 3, skipped at its target",
                "0.000 s: step of RandomWalk, peers 4, skipped at its target",
            ]
        );
    }

    #[test]
    fn figures_have_every_reason_to_drop() {
        let mut statistics = Statistics::default();
        statistics.received(100);
        statistics.record(ipv8_core::counters::DropReason::BadSignature);
        let stats = Stats::new(1.0, &statistics, 2, 3);
        let line = Events::Json.line(&Report::Stats(stats.clone()));
        let numbers = r#"{"event":"stats","at":1.0,"datagrams_in":1,"datagrams_out":0,"bytes_in":100,"bytes_out":0,"drops":{"#;
        assert!(line.starts_with(numbers), "{line}");
        assert!(line.ends_with(r#"},"peers":2,"walkable":3}"#), "{line}");
        assert_eq!(line.matches(':').count(), 9 + stats.drops.len());
        assert!(line.contains(r#""bad_signature":1"#), "{line}");
        assert!(stats.to_string().ends_with("; dropped: bad_signature 1"));
    }
}
