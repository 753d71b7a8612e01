//! The settings as methods, in the manner of py-ipv8's `ConfigBuilder`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::{Config, DEFAULT_PORT, LauncherConfig, LogLevel, MyPeer, NamedKey};
use crate::crypto::PrivateKey;
use crate::engine::turns::pacing::PacingConfig;
use crate::state::network::NetworkLimits;

impl Config {
    /// Listens on these addresses and no others.
    #[must_use]
    pub fn interfaces(mut self, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.interfaces = addresses.into_iter().collect();
        self
    }

    /// Is this peer.
    #[must_use]
    pub fn key(mut self, key: PrivateKey) -> Self {
        self.my_peer = MyPeer::Key(key);
        self
    }

    /// Is the peer whose key is in this file, which is made if it is missing.
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

    /// Lets the node stretch its walk interval to so many seconds while it is overloaded.
    #[must_use]
    pub fn walk_scaling_limit(mut self, seconds: f64) -> Self {
        self.walk_scaling_limit = Some(seconds);
        self
    }

    /// Begins with these trackers and no others.
    #[must_use]
    pub fn bootstrap(mut self, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.bootstrap = addresses.into_iter().collect();
        self
    }

    /// Limits the peers of each overlay; -1: no limit.
    #[must_use]
    pub fn max_peers(mut self, peers: i32) -> Self {
        self.max_peers = Some(peers);
        self
    }

    /// Sends no datagram of more than `bytes`.
    #[must_use]
    pub fn max_datagram(mut self, bytes: usize) -> Self {
        self.max_datagram = bytes;
        self
    }

    /// Spreads what a step sends over its slot like this; [`PacingConfig::off`] not at all.
    #[must_use]
    pub fn pacing(mut self, pacing: PacingConfig) -> Self {
        self.pacing = pacing;
        self
    }

    /// Opens and seals datagrams on so many cores at most, 1 or more.
    #[must_use]
    pub fn cores(mut self, cores: usize) -> Self {
        self.cores = Some(cores);
        self
    }

    /// Makes all random choices repeatable.
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

    /// Listens at this address, in place of another one of its family; the port stays as it was, 8090 if there was none
    /// (py-ipv8: `set_address`).
    #[must_use]
    pub fn address(mut self, host: IpAddr) -> Self {
        match self.interface_mut(host.is_ipv4()) {
            Some(interface) => interface.set_ip(host),
            None => self.interfaces.push(SocketAddr::new(host, DEFAULT_PORT)),
        }
        self
    }

    /// Listens at this port, or the next free one, at every address (py-ipv8: `set_port`, which is asked for one family).
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        for interface in &mut self.interfaces {
            interface.set_port(port);
        }
        self
    }

    fn interface_mut(&mut self, ipv4: bool) -> Option<&mut SocketAddr> {
        self.interfaces
            .iter_mut()
            .find(|interface| interface.is_ipv4() == ipv4)
    }

    /// Starts from the addresses in this file, and keeps those of its peers there.
    #[must_use]
    pub fn snapshot_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.snapshot_file = Some(path.into());
        self
    }

    /// Replaces every bootstrapper, whoever names it, by these trackers; by nobody, if there are none.
    #[must_use]
    pub fn bootstrap_override(mut self, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.bootstrap_override = Some(addresses.into_iter().collect());
        self
    }

    /// Adds a key that overlays can name; one of that alias that was there is replaced (py-ipv8: `add_key`, `add_key_from_bin`,
    /// `add_ephemeral_key`).
    #[must_use]
    pub fn add_key(mut self, alias: impl Into<String>, source: MyPeer) -> Self {
        let key = NamedKey::new(alias, source);
        self.keys
            .retain(|other| other.alias.value != key.alias.value);
        self.keys.push(key);
        self
    }

    /// Takes all named keys away (py-ipv8: `clear_keys`).
    #[must_use]
    pub fn clear_keys(mut self) -> Self {
        self.keys.clear();
        self
    }

    /// Adds an overlay that no launcher names; one of that community that was there is replaced (py-ipv8: `add_overlay`).
    #[must_use]
    pub fn add_overlay(mut self, definition: LauncherConfig) -> Self {
        self.overlays
            .retain(|other| other.name.value != definition.name.value);
        self.add_another_overlay(definition)
    }

    /// As [`add_overlay`](Self::add_overlay), beside one of that community that was there (py-ipv8: `allow_duplicate`). The two need
    /// different community ids.
    #[must_use]
    pub fn add_another_overlay(mut self, mut definition: LauncherConfig) -> Self {
        definition.path = format!("overlays[{}]", self.overlays.len());
        self.overlays.push(definition);
        self
    }

    /// Takes all overlays away that no launcher names (py-ipv8: `clear_overlays`).
    #[must_use]
    pub fn clear_overlays(mut self) -> Self {
        self.overlays.clear();
        self
    }

    /// Says something of a launcher, in place of what was said of it before.
    #[must_use]
    pub fn launcher(mut self, mut definition: LauncherConfig) -> Self {
        definition.path = format!("launchers.{}", definition.name.value);
        self.launchers
            .retain(|other| other.name.value != definition.name.value);
        self.launchers.push(definition);
        self
    }

    /// Sets where relative paths begin (py-ipv8: `set_working_directory`).
    #[must_use]
    pub fn working_directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.working_directory = path.into();
        self
    }

    /// Sets from which level on a program should log (py-ipv8: `set_log_level`).
    #[must_use]
    pub fn log_level(mut self, level: LogLevel) -> Self {
        self.log_level = level;
        self
    }
}
