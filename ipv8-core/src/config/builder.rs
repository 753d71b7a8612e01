//! The settings as methods, like py-ipv8's `ConfigBuilder`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::key::{MyPeer, NamedKey};
use super::launcher::LauncherConfig;
use super::log_level::LogLevel;
use super::settings::{Config, DEFAULT_PORT};
use crate::crypto::PrivateKey;
use crate::engine::turns::pacing::PacingConfig;
use crate::state::network::NetworkLimits;

impl Config {
    /// Sets the addresses to listen on.
    #[must_use]
    pub fn interfaces(mut self, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.interfaces = addresses.into_iter().collect();
        self
    }

    /// Sets the node's key.
    #[must_use]
    pub fn key(mut self, key: PrivateKey) -> Self {
        self.my_peer = MyPeer::Key(key);
        self
    }

    /// Sets the file of the node's key. If the file does not exist, a new key is written to it.
    #[must_use]
    pub fn key_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.my_peer = MyPeer::File(path.into());
        self
    }

    /// Sets the seconds between two steps of one strategy.
    #[must_use]
    pub fn walk_interval(mut self, seconds: f64) -> Self {
        self.walk_interval = seconds;
        self
    }

    /// Sets the walk interval, in seconds, up to which an overloaded node may slow down.
    #[must_use]
    pub fn walk_scaling_limit(mut self, seconds: f64) -> Self {
        self.walk_scaling_limit = Some(seconds);
        self
    }

    /// Sets the trackers to start from.
    #[must_use]
    pub fn bootstrap(mut self, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.bootstrap = addresses.into_iter().collect();
        self
    }

    /// Replaces every bootstrapper by these trackers. Without an address, no bootstrapper is left.
    #[must_use]
    pub fn bootstrap_override(mut self, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.bootstrap_override = Some(addresses.into_iter().collect());
        self
    }

    /// Sets the peer limit of each overlay; -1 for no limit.
    #[must_use]
    pub fn max_peers(mut self, peers: i32) -> Self {
        self.max_peers = Some(peers);
        self
    }

    /// Sets the longest datagram that the node sends, in bytes.
    #[must_use]
    pub fn max_datagram(mut self, bytes: usize) -> Self {
        self.max_datagram = bytes;
        self
    }

    /// Sets whether introductions to ports of services are ignored.
    #[must_use]
    pub fn avoid_service_ports(mut self, avoid: bool) -> Self {
        self.avoid_service_ports = avoid;
        self
    }

    /// Sets how a step's datagrams are spread over its turn; [`PacingConfig::off`] sends all at
    /// once.
    #[must_use]
    pub fn pacing(mut self, pacing: PacingConfig) -> Self {
        self.pacing = pacing;
        self
    }

    /// Sets the address at which nodes in the internet reach this node.
    #[must_use]
    pub fn wan(mut self, address: SocketAddr) -> Self {
        self.wan = Some(address);
        self
    }

    /// Sets the number of cores that open and seal datagrams.
    #[must_use]
    pub fn cores(mut self, cores: usize) -> Self {
        self.cores = Some(cores);
        self
    }

    /// Sets the seed of all random choices, so that runs are repeatable.
    #[must_use]
    pub fn seed(mut self, seed: [u8; 32]) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets the bounds of the peer graph.
    #[must_use]
    pub fn network(mut self, limits: NetworkLimits) -> Self {
        self.network = limits;
        self
    }

    /// Sets the host of the interface of its address family and keeps the port, which is 8090 for a
    /// new interface (py-ipv8: `set_address`).
    #[must_use]
    pub fn address(mut self, host: IpAddr) -> Self {
        let mut interfaces = self.interfaces.iter_mut();
        match interfaces.find(|one| one.is_ipv4() == host.is_ipv4()) {
            Some(interface) => interface.set_ip(host),
            None => self.interfaces.push(SocketAddr::new(host, DEFAULT_PORT)),
        }
        self
    }

    /// Sets the port of every interface (py-ipv8's `set_port` takes an address family).
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        for interface in &mut self.interfaces {
            interface.set_port(port);
        }
        self
    }

    /// Sets the file from which the node reads peers' addresses, and to which it writes them.
    #[must_use]
    pub fn snapshot_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.snapshot_file = Some(path.into());
        self
    }

    /// Adds a key that overlays can name. It replaces a key with the same alias (py-ipv8:
    /// `add_key`, `add_key_from_bin`, `add_ephemeral_key`).
    #[must_use]
    pub fn add_key(mut self, alias: impl Into<String>, source: MyPeer) -> Self {
        let key = NamedKey::new(alias, source);
        self.keys
            .retain(|other| other.alias.value != key.alias.value);
        self.keys.push(key);
        self
    }

    /// Adds an overlay without a launcher. It replaces an overlay with the same community (py-ipv8:
    /// `add_overlay`).
    #[must_use]
    pub fn add_overlay(mut self, overlay: LauncherConfig) -> Self {
        self.overlays
            .retain(|other| other.name.value != overlay.name.value);
        self.add_another_overlay(overlay)
    }

    /// Adds an overlay without a launcher, also if another one has the same community (py-ipv8:
    /// `allow_duplicate`). The two need different community ids.
    #[must_use]
    pub fn add_another_overlay(mut self, mut overlay: LauncherConfig) -> Self {
        overlay.path = format!("overlays[{}]", self.overlays.len());
        self.overlays.push(overlay);
        self
    }

    /// Sets the settings of a launcher, replacing earlier ones.
    #[must_use]
    pub fn launcher(mut self, mut launcher: LauncherConfig) -> Self {
        launcher.path = format!("launchers.{}", launcher.name.value);
        self.launchers
            .retain(|other| other.name.value != launcher.name.value);
        self.launchers.push(launcher);
        self
    }

    /// Sets the folder at which relative paths start (py-ipv8: `set_working_directory`).
    #[must_use]
    pub fn working_directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.working_directory = path.into();
        self
    }

    /// Sets the level from which a program should log (py-ipv8: `set_log_level`).
    #[must_use]
    pub fn log_level(mut self, level: LogLevel) -> Self {
        self.log_level = level;
        self
    }
}
