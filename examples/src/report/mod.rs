//! The reports of the programs: JSON for other programs, text lines for people.
//!
//! Nothing here prints; see [`crate::output`]. Start with [`Report`].

mod load;
mod stats;

use std::fmt;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use ipv8_core::Peer;
use ipv8_core::crypto::PublicKey;
use ipv8_core::engine::{Event, Health, StepReport};
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;

use load::Turns;

pub use load::Load;
pub use stats::Stats;

/// The output format of a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Events {
    /// Text lines.
    #[default]
    Text,
    /// One JSON object per line, with its kind in the field `event`.
    Json,
}

impl Events {
    /// Returns the report as one line, without a line break.
    #[must_use]
    pub fn line(self, report: &Report) -> String {
        match self {
            Self::Text => report.to_string(),
            // This fails only for maps whose keys are not text.
            Self::Json => serde_json::to_string(report).unwrap_or_default(),
        }
    }
}

/// A report. Keys and mids are lower-case hex.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Report {
    /// The sockets are open. Always the first report.
    Listening {
        /// The address of the first socket, with the port it got.
        address: SocketAddr,
        /// The addresses of all sockets.
        addresses: Vec<SocketAddr>,
        /// The mid of the node's key.
        mid: String,
        /// The node's public key.
        public_key: String,
    },
    /// A tracker serves its state over HTTP.
    Api {
        /// The address of the server.
        address: SocketAddr,
    },
    /// A peer was verified for the first time, for any overlay.
    PeerAdded {
        /// Its mid.
        mid: String,
        /// Its preferred address.
        address: SocketAddr,
    },
    /// A verified peer left all its overlays.
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
        /// Its index among the strategies of the command line, from 0.
        index: usize,
        /// Seconds since the start, in whole microseconds.
        at: f64,
        /// Number of verified peers after it.
        peers: usize,
        /// `true` if there were as many peers as its target, so that it did nothing.
        skipped: bool,
    },
    /// The node became overloaded, or recovered.
    Health(Health),
    /// The counters so far: every second, and once more at the end.
    Stats(Box<Stats>),
    /// The reader was too slow: reports are missing before this one.
    Lagged {
        /// Number of missing reports.
        missed: u64,
    },
    /// The program ends. Always the last report.
    Stopped {
        /// The reason: `SIGTERM`, `Ctrl-C`, `duration`, or `failure`.
        reason: &'static str,
    },
}

/// Returns seconds, in whole microseconds.
#[must_use]
pub fn seconds(duration: Duration) -> f64 {
    // Exact for 285 years.
    duration.as_micros() as f64 / 1e6
}

impl Report {
    /// Returns the report that the sockets are open at `addresses`; `None` if there are none.
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

    /// Returns the report of an event that was received from a node. Times count from `started`.
    /// `None` for an event that is not reported; `Break` if the node has stopped.
    pub fn heard(
        received: Result<Event, RecvError>,
        started: Instant,
    ) -> ControlFlow<(), Option<Self>> {
        ControlFlow::Continue(match received {
            Ok(Event::NetworkPeerAdded { peer }) => Some(Self::peer_added(&peer)),
            Ok(Event::NetworkPeerRemoved { peer }) => Some(Self::peer_removed(&peer)),
            Ok(Event::Latency {
                peer, round_trip, ..
            }) => Some(Self::Latency {
                mid: peer.mid().to_string(),
                seconds: seconds(round_trip),
            }),
            Ok(Event::Step(step)) => Some(Self::step(&step, started)),
            Ok(Event::Health(health)) => Some(Self::Health(health)),
            // The log has panics. The programs do not report the rest.
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

/// Shows the report as a text line.
impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listening { addresses, mid, .. } => {
                let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
                write!(out, "listening on {} as {mid}", addresses.join(" and "))
            }
            Self::Api { address } => write!(out, "state at http://{address}/services"),
            Self::PeerAdded { mid, address } => write!(out, "peer {mid} at {address} connected"),
            Self::PeerRemoved { mid, address } => write!(out, "peer {mid} at {address} left"),
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
            Self::Health(health) => {
                let now = if health.overloaded { "is" } else { "no longer" };
                write!(out, "{now} overloaded: {}", Turns(health))
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

#[cfg(test)]
mod tests {
    use ipv8_core::CommunityId;
    use ipv8_core::crypto::PrivateKey;
    use ipv8_core::engine::StrategyId;
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
        let peer = peer(started)?;
        let who = format!(r#""mid":"{}","address":"10.0.0.1:6421"}}"#, peer.mid());
        let added = Event::NetworkPeerAdded { peer: peer.clone() };
        let expected = format!(r#"{{"event":"peer_added",{who}"#);
        assert_eq!(json(added, started), Some(expected));
        let answering = peer.clone();
        let removed = Event::NetworkPeerRemoved { peer };
        let expected = format!(r#"{{"event":"peer_removed",{who}"#);
        assert_eq!(json(removed, started), Some(expected));
        let latency = Event::Latency {
            overlay: OVERLAY,
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
    fn overload_and_recovery_are_reported() {
        let started = Instant::now();
        let health = |overloaded| {
            Event::Health(ipv8_core::engine::Health {
                lag: Duration::from_millis(12),
                smoothed: Duration::from_millis(5),
                worst: Duration::from_millis(80),
                overloaded,
                slowdown: 1.0,
                missed_turns: 7,
            })
        };
        let expected = r#"{"event":"health","lag":0.012,"smoothed":0.005,"worst":0.08,"overloaded":true,"slowdown":1.0,"missed_turns":7}"#;
        assert_eq!(json(health(true), started).as_deref(), Some(expected));
        for (overloaded, beginning) in
            [(true, "is overloaded: "), (false, "no longer overloaded: ")]
        {
            let ControlFlow::Continue(Some(report)) =
                Report::heard(Ok(health(overloaded)), started)
            else {
                panic!("not a report");
            };
            let line = Events::Text.line(&report);
            assert!(line.starts_with(beginning), "{line}");
            assert!(
                line.ends_with("turns 12.0 ms late, worst 80.0 ms, 7 skipped"),
                "{line}"
            );
        }
    }

    #[test]
    fn a_slow_reader_learns_the_number_of_missing_reports() {
        let (events, mut receiver) = broadcast::channel(2);
        let started = Instant::now();
        for peers in 0..5 {
            assert!(events.send(step(started, peers)).is_ok());
        }
        drop(events);
        let mut lines = Vec::new();
        loop {
            // No need to wait: the channel is full and closed.
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
}
