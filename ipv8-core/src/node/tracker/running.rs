//! A running tracker.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use tokio::task::JoinHandle;

#[cfg(feature = "http")]
use super::api::{Api, Serving};
use super::config::TrackerConfig;
use super::drive::{self, Shared, lock};
use crate::communities::tracker::{Tracker, TrackerStats};
use crate::crypto::PublicKey;
use crate::node::endpoint::{Endpoint, EndpointConfig};
use crate::node::error::Error;
use crate::state::peer::Peer;
use crate::state::stats::EngineStats;
use crate::wire::address::UNSPECIFIED;
use crate::wire::packet::CommunityId;

/// A tracker that answers on sockets of its own, until it is stopped or dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ipv8_core::Error> {
/// use ipv8_core::node::RunningTracker;
/// let tracker = RunningTracker::launch("127.0.0.1:0".parse().expect("an address")).await?;
/// println!("bootstrap from {}", tracker.address());
/// tracker.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RunningTracker {
    addresses: Vec<SocketAddr>,
    my_peer: PublicKey,
    tracker: Shared,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    #[cfg(feature = "http")]
    api: Option<Serving>,
}

impl RunningTracker {
    /// Starts a tracker on `address` with a new key and the default settings of [`TrackerConfig`].
    ///
    /// If the port is in use, the next ones are tried, with a warning in the log. Port 0 is any
    /// free one. Must be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`Error::Bind`] if no socket can be opened, [`Error::Randomness`] without random numbers.
    pub async fn launch(address: SocketAddr) -> Result<Self, Error> {
        TrackerConfig::new().interfaces([address]).launch().await
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
    fn serve(mut self, api: Api) -> Self {
        self.api = Some(api.serve(
            &self.addresses,
            Arc::clone(&self.tracker),
            self.stop.subscribe(),
        ));
        self
    }

    /// Returns the address of its first socket, with the actual port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.addresses.first().copied().unwrap_or(UNSPECIFIED)
    }

    /// Returns the addresses of all its sockets, in the requested order.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Returns the address of the state API, with the actual port; `None` without
    /// [`TrackerConfig::api`].
    #[cfg(feature = "http")]
    #[must_use]
    pub fn api_address(&self) -> Option<SocketAddr> {
        self.api.as_ref().map(Serving::address)
    }

    /// Returns the tracker's public key.
    #[must_use]
    pub fn my_peer(&self) -> &PublicKey {
        &self.my_peer
    }

    /// Returns the counts of received, sent and dropped datagrams.
    #[must_use]
    pub fn stats(&self) -> EngineStats {
        lock(&self.tracker).stats().clone()
    }

    /// Returns the counts of introductions, pings and forgotten peers.
    #[must_use]
    pub fn counters(&self) -> TrackerStats {
        lock(&self.tracker).counters().clone()
    }

    /// Returns each community with the number of its peers.
    #[must_use]
    pub fn services(&self) -> Vec<(CommunityId, usize)> {
        lock(&self.tracker).services().collect()
    }

    /// Returns the peers of one community.
    #[must_use]
    pub fn peers(&self, service: CommunityId) -> Vec<Peer> {
        lock(&self.tracker).peers(service).cloned().collect()
    }

    /// Returns the number of peers of all communities.
    #[must_use]
    pub fn peer_count(&self) -> usize {
        lock(&self.tracker).peer_count()
    }

    /// Stops the tracker and waits until its sockets are closed.
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

impl TrackerConfig {
    /// Opens the sockets and starts the tracker. Must be called inside a tokio runtime with its IO
    /// and time drivers.
    ///
    /// # Errors
    ///
    /// [`Error::Bind`] if no socket can be opened, [`Error::KeyFile`] if the key cannot be read or
    /// created, [`Error::Randomness`] without random numbers, `Error::Api` (feature `http`) if the
    /// state API is refused or cannot listen.
    pub async fn launch(self) -> Result<RunningTracker, Error> {
        let endpoint = Endpoint::bind(&self.interfaces, &EndpointConfig::default())?;
        warn_of_other_ports(&self.interfaces, &endpoint.local_addresses());
        self.launch_on(endpoint).await
    }

    /// Like [`TrackerConfig::launch`], but on an existing endpoint, such as one in memory for a
    /// test. The interfaces are ignored.
    ///
    /// # Errors
    ///
    /// Those of [`TrackerConfig::launch`], except for [`Error::Bind`].
    pub async fn launch_on(self, endpoint: Endpoint) -> Result<RunningTracker, Error> {
        #[cfg(feature = "http")]
        let api = match &self.api {
            Some(api) => Some(Api::bind(api).await?),
            None => None,
        };
        let tracker = self.tracker(&endpoint)?;
        let running = RunningTracker::start(tracker, endpoint);
        #[cfg(feature = "http")]
        let running = match api {
            Some(api) => running.serve(api),
            None => running,
        };
        Ok(running)
    }
}

/// Clients know the configured port, so a tracker on another one is a mistake, or a second tracker.
fn warn_of_other_ports(wanted: &[SocketAddr], bound: &[SocketAddr]) {
    let other = |(wanted, bound): &(&SocketAddr, &SocketAddr)| {
        wanted.port() != 0 && wanted.port() != bound.port()
    };
    for (wanted, bound) in wanted.iter().zip(bound).filter(other) {
        tracing::warn!(
            host = %bound.ip(),
            "port {} is in use: the tracker listens on port {}, which its clients do not know",
            wanted.port(),
            bound.port()
        );
    }
}
