//! Events of peers that are added and removed.

use serde::Serialize;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::link::Link;
use super::overlay::OverlayHandle;
use crate::engine::{Event, identity};
use crate::overlay::community::Community;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;

/// A peer was added or removed (py-ipv8's `PeerObserver`).
///
/// Serialized, it is like the [`Event`] of the node, without the overlay.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event")]
pub enum PeerEvent {
    /// It became a verified peer. The value is its state at that time.
    #[serde(rename = "peer_added")]
    Added(#[serde(serialize_with = "identity")] Peer),
    /// It is no longer a verified peer. The value is its last state.
    #[serde(rename = "peer_removed")]
    Removed(#[serde(serialize_with = "identity")] Peer),
}

impl PeerEvent {
    /// Returns the peer.
    #[must_use]
    pub fn peer(&self) -> &Peer {
        match self {
            Self::Added(peer) | Self::Removed(peer) => peer,
        }
    }
}

/// The added and removed peers of one overlay, or of the whole network.
#[derive(Debug)]
pub struct PeerEvents {
    /// `None` for the whole network.
    overlay: Option<CommunityId>,
    events: broadcast::Receiver<Event>,
    lost: u64,
}

impl PeerEvents {
    pub(super) fn new(link: &Link, overlay: Option<CommunityId>) -> Self {
        Self {
            overlay,
            events: link.subscribe(),
            lost: 0,
        }
    }

    /// Waits for the next event; returns `None` when the node has stopped. Cancel safe.
    pub async fn next(&mut self) -> Option<PeerEvent> {
        loop {
            match self.events.recv().await {
                Ok(event) => {
                    if let Some(event) = self.select(event) {
                        return Some(event);
                    }
                }
                Err(RecvError::Lagged(count)) => self.lost = self.lost.saturating_add(count),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Returns how many events of the node, of any kind, were lost because [`PeerEvents::next`] was
    /// not called for a long time: it can be 1,024 events behind. If any were lost, read the peers
    /// again.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    fn select(&self, event: Event) -> Option<PeerEvent> {
        match (event, self.overlay) {
            (Event::PeerAdded { overlay, peer }, Some(ours)) if overlay == ours => {
                Some(PeerEvent::Added(peer))
            }
            (Event::PeerRemoved { overlay, peer }, Some(ours)) if overlay == ours => {
                Some(PeerEvent::Removed(peer))
            }
            (Event::NetworkPeerAdded { peer }, None) => Some(PeerEvent::Added(peer)),
            (Event::NetworkPeerRemoved { peer }, None) => Some(PeerEvent::Removed(peer)),
            _ => None,
        }
    }
}

impl<C: Community> OverlayHandle<C> {
    /// Returns the events of the overlay's verified peers from now on. When the overlay is
    /// unloaded, each of its peers is removed.
    ///
    /// To miss none, call this before [`OverlayHandle::peers`]: a peer that is added between the
    /// two calls is in both.
    ///
    /// ```
    /// # use ipv8_core::prelude::*;
    /// # use ipv8_core::node::{HandleError, PeerEvent};
    /// async fn watch<C: Community>(overlay: &OverlayHandle<C>) -> Result<(), HandleError> {
    ///     let mut events = overlay.peer_events();
    ///     println!("{} peers", overlay.peers().await?.len());
    ///     while let Some(event) = events.next().await {
    ///         match event {
    ///             PeerEvent::Added(peer) => println!("{peer} connected"),
    ///             PeerEvent::Removed(peer) => println!("{peer} left"),
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn peer_events(&self) -> PeerEvents {
        PeerEvents::new(&self.link, Some(self.id()))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::crypto::PrivateKey;
    use crate::node::clock::now;

    #[test]
    fn a_serialized_event_names_the_peer() -> Result<(), serde_json::Error> {
        let key = PrivateKey::generate(&mut StdRng::seed_from_u64(1));
        let mid = key.mid();
        let address = std::net::SocketAddr::from(([10, 0, 0, 1], 8090));
        let event = PeerEvent::Removed(Peer::new(key.public_key().clone(), address, now()));
        let expected =
            format!(r#"{{"event":"peer_removed","mid":"{mid}","address":"10.0.0.1:8090"}}"#);
        assert_eq!(serde_json::to_string(&event)?, expected);
        Ok(())
    }
}
