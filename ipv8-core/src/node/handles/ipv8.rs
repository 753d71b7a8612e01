//! The handle of a whole node.

use std::any::TypeId;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::broadcast;

use super::error::HandleError;
use super::link::{End, Link};
use super::overlay::OverlayHandle;
use super::peer_events::PeerEvents;
use crate::crypto::PublicKey;
use crate::engine::{CallError, Event, OverlayInfo};
use crate::node::error::Error;
use crate::node::signals::stop_signal;
use crate::node::stats::NodeStats;
use crate::overlay::community::Community;
use crate::wire::packet::CommunityId;

/// A running node: one socket, its overlays and their strategies.
///
/// Clones are the same node. The node stops when [`Ipv8::stop`] is called, when
/// [`Ipv8::until_stopped`] receives a signal, or when its last handle (overlay and strategy handles
/// included) is dropped. So a community or strategy that keeps a handle of its own node keeps that
/// node running until it is stopped.
#[derive(Clone)]
#[must_use = "the node stops when its last handle is dropped"]
pub struct Ipv8 {
    pub(super) link: Link,
}

impl fmt::Debug for Ipv8 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Ipv8")
            .field("addresses", &self.local_addresses())
            .field("mid", &self.my_peer().mid())
            .finish_non_exhaustive()
    }
}

impl Ipv8 {
    pub(in crate::node) fn new(link: Link) -> Self {
        Self { link }
    }

    /// Returns the addresses of the sockets, with their actual ports.
    #[must_use]
    pub fn local_addresses(&self) -> &[SocketAddr] {
        self.link.addresses()
    }

    /// Returns the public key of the node's own peer.
    #[must_use]
    pub fn my_peer(&self) -> &PublicKey {
        self.link.my_peer()
    }

    /// Returns a handle of the overlay whose community is a `C`, or of the first one if several
    /// are. Returns `None` if none was launched.
    ///
    /// When the overlay is unloaded, the handle's calls return an error.
    #[must_use]
    pub fn overlay<C: Community>(&self) -> Option<OverlayHandle<C>> {
        let launched = self.launched();
        let overlay = launched
            .iter()
            .find(|overlay| overlay.community_type == TypeId::of::<C>())?;
        Some(self.overlay_by_id(overlay.id))
    }

    /// Returns a handle of the overlay with this name: that of its launcher, if it has one; its
    /// community's type without path, if no other overlay has that type; or its community id in
    /// hexadecimal.
    ///
    /// # Errors
    ///
    /// [`HandleError::Name`] if there is no such overlay, [`CallError::OtherCommunity`] if its
    /// community is not a `C`, [`HandleError::Stopped`].
    pub async fn overlay_by_name<C: Community>(
        &self,
        name: &str,
    ) -> Result<OverlayHandle<C>, HandleError> {
        let name = name.to_owned();
        let found = self.link.ask(move |driver| {
            let id = driver.engine.find_overlay_by_name(&name)?;
            let overlay = driver.engine.overlay(id).ok_or(CallError::NotLoaded)?;
            if overlay.community_type != TypeId::of::<C>() {
                return Err(CallError::OtherCommunity.into());
            }
            Ok(id)
        });
        found.await?.map(|id| self.overlay_by_id(id))
    }

    /// Returns a handle of the overlay `id`, whose community is a `C`. Nothing is checked before
    /// the first call.
    #[must_use]
    pub fn overlay_by_id<C: Community>(&self, id: CommunityId) -> OverlayHandle<C> {
        OverlayHandle::new(self.link.clone(), id)
    }

    /// Returns the overlays with their strategies, in order, as they were when the last one was
    /// launched or loaded. While launchers run: those launched so far. [`Ipv8::overlays`] returns
    /// their present state.
    #[must_use]
    pub fn launched(&self) -> Arc<[OverlayInfo]> {
        self.link.launched()
    }

    /// Returns the present state of the overlays.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn overlays(&self) -> Result<Vec<OverlayInfo>, HandleError> {
        self.link.ask(|driver| driver.engine.overlays()).await
    }

    /// Returns the events of the node: peers added and removed, steps, panics.
    ///
    /// The first call also returns the events since the launch, later ones only those from then on.
    /// A receiver that is more than 1,024 events behind loses the oldest, and is told how many.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.link.events()
    }

    /// Returns the events of the verified peers of the whole network from now on, whatever overlays
    /// they are in.
    #[must_use]
    pub fn network_events(&self) -> PeerEvents {
        PeerEvents::new(&self.link, None)
    }

    /// Returns the node's counts and its state.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn stats(&self) -> Result<NodeStats, HandleError> {
        self.link.ask(|driver| driver.stats()).await
    }

    /// Stops the node and waits until it has stopped: every overlay unloaded, the last one first,
    /// every task ended, the socket closed. Does nothing if the node has stopped.
    pub async fn stop(&self) {
        self.link.stop();
        self.link.ended().await;
    }

    /// Waits for a signal or for [`Ipv8::stop`] from another handle, then stops the node and waits
    /// until it has stopped.
    ///
    /// The signals are Ctrl-C and, on Unix, SIGTERM. On Windows they are Ctrl-C, Ctrl-Break, a
    /// closed console window, a logoff and the system's shutdown.
    ///
    /// # Errors
    ///
    /// [`Error::Signals`] if signal handlers cannot be installed, [`Error::Panicked`] if the node's
    /// task panicked.
    pub async fn until_stopped(self) -> Result<(), Error> {
        let end = tokio::select! {
            end = self.link.ended() => end,
            signal = stop_signal() => {
                let signal = signal.map_err(Error::Signals)?;
                tracing::info!(signal, "stopping");
                self.stop().await;
                self.link.ended().await
            }
        };
        if end == End::Panicked {
            Err(Error::Panicked)
        } else {
            Ok(())
        }
    }
}

/// Work that belongs to no overlay.
impl Ipv8 {
    /// Runs `future` as a tokio task until it is done or the node has stopped, for instance because
    /// a launch failed. The output is `None` if the node stopped first. For work of one overlay use
    /// [`OverlayHandle::spawn`].
    ///
    /// A future that keeps a handle of its node keeps that node running until it is stopped.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    pub fn spawn<F>(&self, future: F) -> tokio::task::JoinHandle<Option<F::Output>>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let ending = self.link.ending();
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = ending => None,
                output = future => Some(output),
            }
        })
    }
}

impl<C: Community> OverlayHandle<C> {
    /// Returns the node.
    pub fn ipv8(&self) -> Ipv8 {
        Ipv8::new(self.link.clone())
    }
}
