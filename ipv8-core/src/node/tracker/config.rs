//! The settings of a running tracker.

use std::net::SocketAddr;
use std::path::PathBuf;

#[cfg(feature = "http")]
use super::api_config::ApiConfig;
use crate::communities::tracker::{ChurnConfig, Tracker, TrackerLimits, TrackerSettings};
use crate::config::MyPeer;
use crate::crypto::PrivateKey;
use crate::node::endpoint::Endpoint;
use crate::node::error::Error;
use crate::node::local_addresses::local_addresses;
use crate::node::my_peer::my_peer;
use crate::wire::scope::Scope;

/// The settings of a [`RunningTracker`](super::RunningTracker). Each has a default, and each method
/// replaces one.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ipv8_core::Error> {
/// use ipv8_core::node::TrackerConfig;
/// let tracker = TrackerConfig::new()
///     .interfaces(["127.0.0.1:0".parse().expect("an address")])
///     .max_peers(100)
///     .launch()
///     .await?;
/// # tracker.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TrackerConfig {
    pub(super) interfaces: Vec<SocketAddr>,
    my_peer: MyPeer,
    wan: Option<SocketAddr>,
    settings: TrackerSettings,
    #[cfg(feature = "http")]
    pub(super) api: Option<ApiConfig>,
}

impl Default for TrackerConfig {
    fn default() -> Self {
        Self {
            interfaces: vec![SocketAddr::from(([0, 0, 0, 0], 8090))],
            my_peer: MyPeer::New,
            wan: None,
            settings: TrackerSettings::default(),
            #[cfg(feature = "http")]
            api: None,
        }
    }
}

impl TrackerConfig {
    /// Returns the defaults: a socket on `0.0.0.0:8090` (py-ipv8's `listen_port`) or the next free
    /// port, a new key, the default limits, no state API.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the addresses of its sockets, at most one of each family. If a port is in use, the next
    /// ones are tried. Port 0 is any free one.
    #[must_use]
    pub fn interfaces(mut self, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.interfaces = addresses.into_iter().collect();
        self
    }

    /// Sets its key. Default: a new one.
    #[must_use]
    pub fn key(mut self, key: PrivateKey) -> Self {
        self.my_peer = MyPeer::Key(key);
        self
    }

    /// Reads its key from a file, so that it keeps its key when it is restarted. If the file does
    /// not exist, it is created
    /// ([`key_file::load_or_create`](crate::node::key_file::load_or_create)).
    #[must_use]
    pub fn key_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.my_peer = MyPeer::File(path.into());
        self
    }

    /// Sets the most peers that it remembers ([`TrackerLimits::max_peers`]). Default: 10,000.
    #[must_use]
    pub fn max_peers(mut self, peers: usize) -> Self {
        self.settings.limits.max_peers = peers;
        self
    }

    /// Sets all its bounds.
    #[must_use]
    pub fn limits(mut self, limits: TrackerLimits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Sets how it detects peers that left.
    #[must_use]
    pub fn churn(mut self, churn: ChurnConfig) -> Self {
        self.settings.churn = churn;
        self
    }

    /// Sets its address outside its LAN, for peers on its own machine. Default: its LAN address, as
    /// in py-ipv8. A tracker that has such an address also drops answers that were made for another
    /// host, because a node between it and the sender passed them on.
    #[must_use]
    pub fn wan(mut self, address: SocketAddr) -> Self {
        self.wan = Some(address);
        self
    }

    /// Serves its state over HTTP.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn api(mut self, api: ApiConfig) -> Self {
        self.api = Some(api);
        self
    }

    /// Creates the tracker for the sockets of `endpoint`.
    pub(super) fn tracker(self, endpoint: &Endpoint) -> Result<Tracker, Error> {
        let key = my_peer(&self.my_peer)?;
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        let mut tracker = Tracker::new(key, self.settings, seed);
        tracker.set_local_addresses(local_addresses(&endpoint.local_addresses(), &[]));
        // Bound to one address of the internet, it has no other.
        let is_global = |address: &&SocketAddr| Scope::of(address.ip()) == Scope::Global;
        let bound = self
            .interfaces
            .iter()
            .find(|a| a.is_ipv4())
            .filter(is_global);
        if let Some(wan) = self.wan.or(bound.copied()) {
            tracker.set_estimated_wan(wan);
        }
        Ok(tracker)
    }
}

/// For the tests of this repository.
#[cfg(feature = "internals")]
#[doc(hidden)]
impl TrackerConfig {
    /// Sets the start of the Lamport clock of its key. Default: 0.
    #[must_use]
    pub fn global_time(mut self, time: u64) -> Self {
        self.settings.global_time = time;
        self
    }
}
