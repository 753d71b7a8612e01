//! When the tracker pings a peer, and when it forgets one.

use std::time::{Duration, Instant};

use super::roster::Member;

/// The number of round trips to measure before only silent peers are pinged (py-ipv8's ring of ping
/// times).
const PINGS: usize = 5;

/// How a tracker finds dead peers: like py-ipv8's `RandomChurn` (protocol 7.2), with an
/// introduction request as ping.
///
/// The tracker checks each peer every `interval`, counted from its arrival; py-ipv8 checks eight
/// random peers. A dead peer is therefore forgotten at most `drop_time + interval` after it was
/// last heard from, whatever the number of peers, and the pings are spread over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChurnConfig {
    /// Time between two checks of a peer. Default: 10 s.
    pub interval: Duration,
    /// Minimum time between two pings of a peer. Default: 10 s.
    pub ping_interval: Duration,
    /// Silence after which a peer is pinged. Default: 27.5 s. A peer with fewer than five measured
    /// round trips is pinged anyway.
    pub inactive_time: Duration,
    /// Silence after which a pinged peer is forgotten. Default: 57.5 s.
    pub drop_time: Duration,
    /// Time to wait for an answer. Default: 5 s. Without one the peer is forgotten for the
    /// community of the ping.
    pub ping_timeout: Duration,
}

impl Default for ChurnConfig {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(10),
            ping_interval: Duration::from_secs(10),
            inactive_time: Duration::from_millis(27_500),
            drop_time: Duration::from_millis(57_500),
            ping_timeout: Duration::from_secs(5),
        }
    }
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Ping,
    Drop,
}

impl ChurnConfig {
    /// Checks a peer whose check was due at `due`, and notes a ping.
    pub(super) fn check(&self, member: &mut Member, due: Instant, now: Instant) -> Verdict {
        let silence = now.saturating_duration_since(member.last_heard());
        if silence > self.drop_time && member.pinged.is_some() {
            return Verdict::Drop;
        }
        if silence <= self.inactive_time && member.peer.pings().count() >= PINGS {
            return Verdict::Keep;
        }
        let asked = member.pinged;
        // Compares due times, which are exactly one interval apart even if a check is late.
        if asked.is_some_and(|at| due.saturating_duration_since(at) < self.ping_interval) {
            return Verdict::Keep;
        }
        member.pinged = Some(due);
        Verdict::Ping
    }
}
