//! Churn: find out who is still there, and let go of who is not.

use std::time::{Duration, Instant};

use indexmap::IndexMap;

use crate::crypto::PublicKey;
use crate::overlay::community::PingCommunity;
use crate::overlay::context::Context;
use crate::overlay::strategy::DiscoveryStrategy;
use crate::state::peer::Peer;
use crate::state::timers::seconds;

/// How many ping times a peer should have (py-ipv8's `pings.maxlen`): one with fewer is pinged although it is active.
const PINGS_WANTED: usize = 5;

/// How long a ping may take to be answered: a peer is not dropped before the first ping since it was last heard from has had
/// this long.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// Looks at a few random peers each step: pings those that were silent for `inactive_time` or have few ping times, and
/// drops those that were pinged and silent for `drop_time` (protocol 7.2).
///
/// The peers are all verified peers of the node's peer graph, whichever overlays they are in, and a dropped one is gone from all of
/// them. A peer that does not run the community that pings cannot answer it, and stays only as long as it is heard from
/// otherwise: give an overlay whose peers are like that a peer graph of its own.
///
/// Unlike py-ipv8 it goes by keys, so that a peer which changes its address meanwhile keeps its record; and only a ping sent since
/// the peer was last heard from counts, after time enough to answer it, so that a peer which is looked at seldom in a large
/// network is not dropped unasked.
///
/// ```
/// # use ipv8_core::prelude::*;
/// let mut churn = RandomChurn::default();
/// churn.drop_time = 30.0;
/// assert_eq!((churn.sample_size, churn.ping_interval, churn.inactive_time), (8, 10.0, 27.5));
/// ```
///
/// A clone goes on from the same state.
#[derive(Clone, Debug, ipv8_macros::Options)]
pub struct RandomChurn {
    /// How many peers are looked at in one step; 0: none. Default 8.
    pub sample_size: usize,
    /// Seconds between two pings of one peer. Default 10.0.
    #[options(range = 0.0..)]
    pub ping_interval: f64,
    /// Seconds of silence after which a peer is pinged. Default 27.5.
    #[options(range = 0.0..)]
    pub inactive_time: f64,
    /// Seconds of silence after which a peer that was pinged is dropped. Default 57.5.
    #[options(range = 0.0..)]
    pub drop_time: f64,
    /// Never more than there are verified peers.
    notes: IndexMap<PublicKey, Note>,
}

/// Pings to one peer.
#[derive(Clone, Copy, Debug)]
struct Note {
    /// The first one since the peer was last heard from.
    first: Instant,
    /// The last one.
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
    /// Whether `peer` was silent for longer than `limit` seconds. Nobody is silent who was never heard from.
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
        let now = cx.now();
        for peer in cx.random_verified_peers(self.sample_size) {
            if self.should_drop(&peer, now) {
                tracing::debug!(%peer, "a silent peer is dropped");
                cx.network_mut().remove_peer(peer.key());
                self.notes.swap_remove(peer.key());
            } else if self.should_ping(&peer, now) {
                self.note(&peer, now);
                community.send_ping(&peer, cx);
            }
        }
        let network = cx.network();
        if self.notes.len() > network.verified_count() {
            self.notes.retain(|key, _| network.is_verified(key));
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
    use crate::state::network::{Network, NetworkLimits};
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
        let mut shared = Shared::new(Network::new(NetworkLimits::default()), rng);
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
                assert!(shared.network.add_verified_peer(&peer));
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
