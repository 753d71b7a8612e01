//! Peers that come and go, for those outside.

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::engine::Event;
use crate::node::handle::Ipv8;
use crate::node::overlay_handle::OverlayHandle;
use crate::overlay::community::Community;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;

/// A peer has come or gone (py-ipv8's `PeerObserver`).
#[derive(Clone, Debug)]
pub enum PeerEvent {
    /// It is now a verified peer; this is how it was then.
    Added(Peer),
    /// It is no longer; this is how it was then.
    Removed(Peer),
}

impl PeerEvent {
    /// The peer.
    #[must_use]
    pub fn peer(&self) -> &Peer {
        match self {
            Self::Added(peer) | Self::Removed(peer) => peer,
        }
    }
}

/// The peers of one overlay, or of the whole network, as they come and go.
#[derive(Debug)]
pub struct PeerEvents {
    /// `None`: of the whole network.
    overlay: Option<CommunityId>,
    events: broadcast::Receiver<Event>,
    lost: u64,
}

impl PeerEvents {
    /// Waits for the next peer that comes or goes; `None` when the node has stopped. Can be dropped and called anew.
    pub async fn next(&mut self) -> Option<PeerEvent> {
        loop {
            match self.events.recv().await {
                Ok(event) => {
                    if let Some(event) = self.of_ours(event) {
                        return Some(event);
                    }
                }
                Err(RecvError::Lagged(count)) => self.lost = self.lost.saturating_add(count),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// How many events of the node, of any kind, were lost because [`PeerEvents::next`] was not called for long: it may
    /// be 1,024 of them behind. After that ask for the peers anew.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    fn of_ours(&self, event: Event) -> Option<PeerEvent> {
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

impl Ipv8 {
    /// The verified peers of the whole network as they come and go from now on, whatever overlays they are in.
    #[must_use]
    pub fn network_events(&self) -> PeerEvents {
        PeerEvents {
            overlay: None,
            events: self.subscribe(),
            lost: 0,
        }
    }
}

impl<C: Community> OverlayHandle<C> {
    /// The verified peers of the overlay as they come and go from now on. When the overlay is unloaded each of its peers
    /// goes.
    ///
    /// To miss none, call this first and then [`OverlayHandle::peers`]: whoever comes in between is in both.
    ///
    /// ```
    /// # use ipv8_core::prelude::*;
    /// # use ipv8_core::node::{HandleError, PeerEvent};
    /// async fn watch<C: Community>(overlay: &OverlayHandle<C>) -> Result<(), HandleError> {
    ///     let mut events = overlay.peer_events();
    ///     println!("{} peers", overlay.peers().await?.len());
    ///     while let Some(event) = events.next().await {
    ///         match event {
    ///             PeerEvent::Added(peer) => println!("{peer} has come"),
    ///             PeerEvent::Removed(peer) => println!("{peer} has gone"),
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn peer_events(&self) -> PeerEvents {
        PeerEvents {
            overlay: Some(self.id()),
            events: self.ipv8().subscribe(),
            lost: 0,
        }
    }
}
