//! What a running tracker is told.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::communities::tracker::{ChurnConfig, Tracker, TrackerLimits, TrackerSettings};
use crate::config::MyPeer;
use crate::crypto::PrivateKey;
use crate::node::endpoint::{Endpoint, EndpointConfig};
use crate::node::error::Error;
use crate::node::lan_watch::local_addresses;
use crate::node::my_peer::my_peer;
use crate::node::tracker::RunningTracker;
#[cfg(feature = "http")]
use crate::node::tracker::api::{Api, ApiConfig};

/// How a [`RunningTracker`] is set up. Everything has a default, and each method replaces one.
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
    interfaces: Vec<SocketAddr>,
    my_peer: MyPeer,
    wan: Option<SocketAddr>,
    options: TrackerSettings,
    #[cfg(feature = "http")]
    api: Option<ApiConfig>,
}

impl Default for TrackerConfig {
    fn default() -> Self {
        Self {
            interfaces: vec![SocketAddr::from(([0, 0, 0, 0], 8090))],
            my_peer: MyPeer::New,
            wan: None,
            options: TrackerSettings::default(),
            #[cfg(feature = "http")]
            api: None,
        }
    }
}

impl TrackerConfig {
    /// The defaults: a socket on `0.0.0.0:8090` (py-ipv8's `listen_port`) or the next free port, a new key, the default
    /// limits, no state API.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The addresses of its sockets, one of each family at most; port 0 is any free one, and a port that is taken leads to
    /// one of the next.
    #[must_use]
    pub fn interfaces(mut self, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.interfaces = addresses.into_iter().collect();
        self
    }

    /// Its key. Default: a new one.
    #[must_use]
    pub fn key(mut self, key: PrivateKey) -> Self {
        self.my_peer = MyPeer::Key(key);
        self
    }

    /// Its key is in this file, which is made, readable by its owner only, if it is not there
    /// ([`key_file::load_or_create`](crate::node::key_file::load_or_create)). Then it is the same after a restart.
    #[must_use]
    pub fn key_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.my_peer = MyPeer::File(path.into());
        self
    }

    /// How many peers it remembers in all ([`TrackerLimits::max_peers`]); default 10,000.
    #[must_use]
    pub fn max_peers(mut self, peers: usize) -> Self {
        self.options.limits.max_peers = peers;
        self
    }

    /// All its bounds.
    #[must_use]
    pub fn limits(mut self, limits: TrackerLimits) -> Self {
        self.options.limits = limits;
        self
    }

    /// How it finds out who has gone.
    #[must_use]
    pub fn churn(mut self, churn: ChurnConfig) -> Self {
        self.options.churn = churn;
        self
    }

    /// Where the Lamport clock of its key starts ([`TrackerSettings::global_time`]); default 0.
    #[must_use]
    pub fn global_time(mut self, time: u64) -> Self {
        self.options.global_time = time;
        self
    }

    /// How it is reached from outside its LAN, for peers on its own machine ([`Tracker::set_estimated_wan`]). Default:
    /// its LAN address, as in py-ipv8.
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

    /// Opens the sockets and answers there. Must be called inside a tokio runtime with its IO and time drivers.
    ///
    /// # Errors
    ///
    /// [`Error::Bind`] when no socket can be opened, [`Error::KeyFile`] when the key cannot be read or made,
    /// [`Error::Randomness`] without random numbers, `Error::Api` (feature `http`) when the state API may not or cannot listen.
    pub async fn launch(self) -> Result<RunningTracker, Error> {
        let endpoint = Endpoint::bind(&self.interfaces, &EndpointConfig::default())?;
        self.launch_on(endpoint).await
    }

    /// As [`TrackerConfig::launch`], on sockets made elsewhere: an endpoint in memory, for a test. The interfaces are
    /// ignored.
    ///
    /// # Errors
    ///
    /// As [`TrackerConfig::launch`], but for [`Error::Bind`].
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

    pub(super) fn tracker(self, endpoint: &Endpoint) -> Result<Tracker, Error> {
        let key = my_peer(&self.my_peer)?;
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        let mut tracker = Tracker::new(key, self.options, seed);
        tracker.set_local_addresses(local_addresses(&endpoint.local_addresses(), &[]));
        if let Some(wan) = self.wan {
            tracker.set_estimated_wan(wan);
        }
        Ok(tracker)
    }
}
