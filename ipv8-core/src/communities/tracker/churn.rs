//! When a peer is asked whether it is still there, and when it is given up.

use std::time::{Duration, Instant};

use super::roster::Member;

/// How many round trips are measured before only silent peers are asked (py-ipv8's ring of ping times).
const PINGS: usize = 5;

/// How a tracker finds out who has gone: py-ipv8's `RandomChurn` (protocol 7.2), with an introduction request for a ping.
///
/// Each peer is looked at every `interval`, counted from when it came, where py-ipv8 looks at eight drawn from all of
/// them: so a peer that has gone is forgotten at most `drop_time + interval` after it was last heard from, however many
/// there are, and the pings are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChurnConfig {
    /// How often a peer is looked at; default 10 s.
    pub interval: Duration,
    /// How soon it may be asked again; default 10 s.
    pub ping_interval: Duration,
    /// How long it is silent before it is asked; default 27.5 s. One of which fewer than five round trips were measured is
    /// asked anyway.
    pub inactive_time: Duration,
    /// How long it is silent, though asked, before it is forgotten altogether; default 57.5 s.
    pub drop_time: Duration,
    /// How long an answer may take; default 5 s. Without one the peer is forgotten for the community it was asked in.
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

/// What is to be done with a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Leave,
    Ping,
    Drop,
}

impl ChurnConfig {
    /// Looks at a peer whose turn came at `turn`, and notes when it is to be asked.
    pub(super) fn look(&self, member: &mut Member, turn: Instant, now: Instant) -> Verdict {
        let silence = now.saturating_duration_since(member.last_heard());
        if silence > self.drop_time && member.pinged.is_some() {
            return Verdict::Drop;
        }
        if silence <= self.inactive_time && member.peer.pings().count() >= PINGS {
            return Verdict::Leave;
        }
        let asked = member.pinged;
        // By turns, which are exactly so far apart, however late each is; hence not "longer ago than".
        if asked.is_some_and(|at| turn.saturating_duration_since(at) < self.ping_interval) {
            return Verdict::Leave;
        }
        member.pinged = Some(turn);
        Verdict::Ping
    }
}
