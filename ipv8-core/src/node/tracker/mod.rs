//! A tracker on a socket: `configuration` is what it is told, `drive` its task, `api` its state over HTTP.

#[cfg(feature = "http")]
mod api;
mod configuration;
mod drive;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinHandle;

#[cfg(feature = "http")]
pub use api::{ApiConfig, ApiError};
pub use configuration::TrackerConfig;

use crate::communities::tracker::{Tracker, TrackerStats};
use crate::crypto::PublicKey;
use crate::node::endpoint::Endpoint;
use crate::node::error::Error;
use crate::state::peer::Peer;
use crate::state::stats::EngineStats;
use crate::wire::packet::CommunityId;

/// A tracker that answers on a socket of its own, until it is stopped or dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ipv8_core::Error> {
/// let tracker = ipv8_core::node::RunningTracker::launch("127.0.0.1:0".parse().expect("an address")).await?;
/// println!("bootstrap from {}", tracker.address());
/// tracker.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RunningTracker {
    addresses: Vec<SocketAddr>,
    my_peer: PublicKey,
    tracker: Arc<Mutex<Tracker>>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    #[cfg(feature = "http")]
    api: Option<api::Serving>,
}

impl RunningTracker {
    /// Opens a socket on `address` (the next ports if that one is taken, any free one for port 0)
    /// and answers there, with a new key. Must be called inside a tokio runtime. All else is the default; see
    /// [`TrackerConfig`].
    ///
    /// # Errors
    ///
    /// [`Error::Bind`] when no socket can be opened, [`Error::Randomness`] without random numbers.
    pub async fn launch(address: SocketAddr) -> Result<Self, Error> {
        let configuration = TrackerConfig::new().interfaces([address]);
        configuration.launch().await
    }

    /// As [`RunningTracker::launch`], on a socket made elsewhere: an endpoint in memory, for a test.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`] without random numbers.
    pub fn launch_on(endpoint: Endpoint) -> Result<Self, Error> {
        let tracker = TrackerConfig::new().tracker(&endpoint)?;
        Ok(Self::start(tracker, endpoint))
    }

    fn start(tracker: Tracker, endpoint: Endpoint) -> Self {
        let addresses = endpoint.local_addresses();
        let my_peer = tracker.my_peer().clone();
        let tracker = Arc::new(Mutex::new(tracker));
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(drive::run(Arc::clone(&tracker), endpoint, stopping));
        tracing::info!(?addresses, mid = %my_peer.mid(), "tracker running");
        Self {
            addresses,
            my_peer,
            tracker,
            stop,
            task,
            #[cfg(feature = "http")]
            api: None,
        }
    }

    #[cfg(feature = "http")]
    fn serve(mut self, api: api::Api) -> Self {
        self.api = Some(api.serve(
            &self.addresses,
            Arc::clone(&self.tracker),
            self.stop.subscribe(),
        ));
        self
    }

    /// The address of its first socket, with the port it got.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let first = self.addresses.first();
        first.copied().unwrap_or(crate::wire::address::UNSPECIFIED)
    }

    /// The addresses of all its sockets, in the order asked for.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where its state can be read over HTTP, with the port it got; `None` without [`TrackerConfig::api`].
    #[cfg(feature = "http")]
    #[must_use]
    pub fn api_address(&self) -> Option<SocketAddr> {
        self.api.as_ref().map(api::Serving::address)
    }

    /// The tracker's public key.
    #[must_use]
    pub fn my_peer(&self) -> &PublicKey {
        &self.my_peer
    }

    /// What came in, went out and was dropped so far.
    #[must_use]
    pub fn stats(&self) -> EngineStats {
        lock(&self.tracker).stats().clone()
    }

    /// What it gave up and found out so far.
    #[must_use]
    pub fn counters(&self) -> TrackerStats {
        lock(&self.tracker).counters().clone()
    }

    /// Each community with the number of its peers.
    #[must_use]
    pub fn services(&self) -> Vec<(CommunityId, usize)> {
        lock(&self.tracker).services().collect()
    }

    /// The peers of one community.
    #[must_use]
    pub fn peers(&self, service: CommunityId) -> Vec<Peer> {
        lock(&self.tracker).peers(service).cloned().collect()
    }

    /// How many peers there are in all.
    #[must_use]
    pub fn peer_count(&self) -> usize {
        lock(&self.tracker).peer_count()
    }

    /// Stops answering and closes the sockets; returns when that is done.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if self.task.await.is_err() {
            tracing::error!("the tracker's task panicked; please report this");
        }
        #[cfg(feature = "http")]
        if let Some(api) = self.api {
            api.stopped().await;
        }
    }
}

fn lock(tracker: &Mutex<Tracker>) -> MutexGuard<'_, Tracker> {
    tracker.lock().unwrap_or_else(PoisonError::into_inner)
}
