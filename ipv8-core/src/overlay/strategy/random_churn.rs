//! Churn: pings silent peers and drops dead ones.

use std::time::{Duration, Instant};

use indexmap::IndexMap;

use super::discovery_strategy::DiscoveryStrategy;
use crate::crypto::PublicKey;
use crate::overlay::community::PingCommunity;
use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::state::timers::seconds;

/// The number of ping times to collect of each peer (py-ipv8's `pings.maxlen`). A peer with fewer
/// is pinged even if it is active.
const PINGS_WANTED: usize = 5;

/// The time to wait for an answer: a peer is not dropped before the first ping since it was last
/// heard from is this old.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// A strategy that looks at a few random peers in each step. It pings those that were silent for
/// `inactive_time` or have few ping times, and drops those that were pinged and silent for
/// `drop_time` (protocol 7.2).
///
/// On [`DiscoveryCommunity`](crate::communities::DiscoveryCommunity) it looks at all verified peers
/// of the node and drops a dead one from every overlay, as in py-ipv8. A peer that does not run the
/// discovery community cannot answer its pings, and stays only while other messages of it arrive:
/// an overlay with such peers needs its own peer graph. On any other community it looks at the
/// peers of that overlay, and drops them from that overlay only.
///
/// Unlike in py-ipv8, a peer that changes its address keeps its record. Only a ping sent since the
/// peer was last heard from counts, and only once the peer had time to answer, so that a large
/// network does not drop peers that were not asked.
///
/// ```
/// # use ipv8_core::prelude::*;
/// let mut churn = RandomChurn::default();
/// churn.drop_time = 30.0;
/// assert_eq!((churn.sample_size, churn.ping_interval, churn.inactive_time), (8, 10.0, 27.5));
/// ```
///
/// A clone continues from the same state.
#[derive(Clone, Debug, ipv8_macros::Options)]
pub struct RandomChurn {
    /// Peers to look at in one step; 0: none. Default: 8.
    pub sample_size: usize,
    /// Seconds between two pings of one peer. Default: 10.0.
    #[options(range = 0.0..)]
    pub ping_interval: f64,
    /// Seconds of silence after which a peer is pinged. Default: 27.5.
    #[options(range = 0.0..)]
    pub inactive_time: f64,
    /// Seconds of silence after which a pinged peer is dropped. Default: 57.5.
    #[options(range = 0.0..)]
    pub drop_time: f64,
    /// Pings by peer; never more than there are peers to look at.
    notes: IndexMap<PublicKey, Note>,
}

/// The pings to one peer.
#[derive(Clone, Copy, Debug)]
struct Note {
    /// The first ping since the peer was last heard from.
    first: Instant,
    /// The last ping.
    last: Instant,
}

impl Default for RandomChurn {
    fn default() -> Self {
        Self {
            sample_size: 8,
            ping_interval: 10.0,
            inactive_time: 27.5,
            drop_time: 57.5,
            notes: IndexMap::new(),
        }
    }
}

impl RandomChurn {
    /// Returns `true` if `peer` was silent for more than `limit` seconds. A peer that was never
    /// heard from is not silent.
    fn is_silent(peer: &Peer, limit: f64, now: Instant) -> bool {
        let silence = peer.last_response();
        silence.is_some_and(|last| now.saturating_duration_since(last) > seconds(limit))
    }

    fn should_drop(&self, peer: &Peer, now: Instant) -> bool {
        let Some(note) = self.notes.get(peer.key()) else {
            return false;
        };
        let patience = ANSWER_TIME.min(seconds(self.drop_time - self.inactive_time));
        let unanswered = Some(note.first) > peer.last_response();
        let was_asked = unanswered && now.saturating_duration_since(note.first) >= patience;
        was_asked && Self::is_silent(peer, self.drop_time, now)
    }

    fn should_ping(&self, peer: &Peer, now: Instant) -> bool {
        let wanted =
            Self::is_silent(peer, self.inactive_time, now) || peer.pings().count() < PINGS_WANTED;
        let note = self.notes.get(peer.key());
        let recent = note.is_some_and(|note| {
            now.saturating_duration_since(note.last) <= seconds(self.ping_interval)
        });
        wanted && !recent
    }

    fn note(&mut self, peer: &Peer, now: Instant) {
        let new = Note {
            first: now,
            last: now,
        };
        let note = self.notes.entry(peer.key().clone()).or_insert(new);
        if peer.last_response() >= Some(note.first) {
            note.first = now;
        }
        note.last = now;
    }
}

impl<C: PingCommunity> DiscoveryStrategy<C> for RandomChurn {
    fn take_step(&mut self, community: &mut C, cx: &mut Context<'_>) {
        self.step(cx, &mut |peer, cx| community.send_ping(peer, cx));
    }
}

impl RandomChurn {
    /// Takes one step, which calls `ping` for each peer to ping. It does not depend on the type of
    /// the community: compiled once.
    fn step(&mut self, cx: &mut Context<'_>, ping: &mut dyn FnMut(&Peer, &mut Context<'_>)) {
        let now = cx.now();
        if cx.shared.lag >= ANSWER_TIME {
            // The process was suspended, and answers to its last pings may be lost.
            self.notes.clear();
        }
        for peer in cx.tended_peers(self.sample_size) {
            if self.should_drop(&peer, now) {
                tracing::debug!(%peer, "dropped a silent peer");
                cx.drop_peer(&peer);
                self.notes.swap_remove(peer.key());
            } else if self.should_ping(&peer, now) {
                self.note(&peer, now);
                ping(&peer, cx);
            }
        }
        if self.notes.len() > cx.tended_count() {
            self.notes.retain(|key, _| cx.is_tended(key));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::SocketAddr;

    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::crypto::PrivateKey;
    use crate::overlay::community::{Community, CommunityError};
    use crate::overlay::context::{OverlayState, Shared};
    use crate::state::network::{NetworkLimits, PeerGraph};
    use crate::wire::packet::CommunityId;

    /// Counts its pings.
    struct Pinger(usize);

    impl Community for Pinger {
        const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([7; 20]);
        type Settings = ();

        fn new((): (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
            Ok(Self(0))
        }
    }

    impl PingCommunity for Pinger {
        fn send_ping(&mut self, _peer: &Peer, _cx: &mut Context<'_>) {
            self.0 += 1;
        }
    }

    #[test]
    fn notes_do_not_outlive_their_peers() {
        let mut rng = StdRng::from_seed([1; 32]);
        let me = PrivateKey::generate(&mut rng);
        let bootstrap = Default::default();
        let mut state = OverlayState::new(Pinger::COMMUNITY_ID, me, -1, bootstrap);
        let mut shared = Shared::new(PeerGraph::new(NetworkLimits::default()), rng);
        shared.network.register_service(Pinger::COMMUNITY_ID);
        let mut churn = RandomChurn::default();
        let mut pinger = Pinger(0);
        let now = Instant::now();
        for round in 0..50_u16 {
            let keys: Vec<_> = (0..4)
                .map(|_| PrivateKey::generate(&mut shared.rng).public_key().clone())
                .collect();
            for (number, key) in (0..).zip(&keys) {
                let source = SocketAddr::from(([20, 0, 0, number], 1 + round));
                let peer = Peer::new(key.clone(), source, now);
                assert!(shared.network.add_peer_of(&peer, Pinger::COMMUNITY_ID));
            }
            let mut cx = Context::new(&mut state, &mut shared, now);
            churn.take_step(&mut pinger, &mut cx);
            assert_eq!(churn.notes.len(), 4);
            for key in &keys {
                shared.network.remove_peer(key);
            }
        }
        assert_eq!(pinger.0, 200);
        let mut cx = Context::new(&mut state, &mut shared, now);
        churn.take_step(&mut pinger, &mut cx);
        assert!(churn.notes.is_empty());
    }
}
