//! How one node is set up: where it listens, who it is, how fast it walks.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::bootstrap::{Bootstrappers, DispersyBootstrapper};
use crate::crypto::PrivateKey;
use crate::network::NetworkLimits;

/// py-ipv8's port.
pub const DEFAULT_PORT: u16 = 8090;
/// Seconds between two steps of one strategy, as in py-ipv8.
pub const DEFAULT_WALK_INTERVAL: f64 = 0.5;
/// The slowest walk, in seconds: a slower one could not tell from standing still.
pub const SLOWEST_WALK_INTERVAL: f64 = 3600.0;

/// The settings of one node. The fields can be set directly or by the methods of the same names:
///
/// ```
/// use ipv8_core::config::Configuration;
///
/// let configuration = Configuration::default()
///     .interfaces(["127.0.0.1:0".parse().unwrap()])
///     .key_file("my_peer.pem")
///     .walk_interval(0.2);
/// assert!(configuration.problems().is_empty());
/// ```
///
/// Source: protocol 9, with one key and without overlays, which launchers name.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Where to listen: at most one IPv4 and one IPv6 address. Default `0.0.0.0:8090`. A port that is taken leads to the next ones; port 0
    /// lets the system choose.
    pub interfaces: Vec<SocketAddr>,
    /// Who this node is. Default: a new key with each launch.
    pub my_peer: MyPeer,
    /// Seconds between two steps of one strategy: above 0, at most 3600. Default 0.5.
    pub walk_interval: f64,
    /// Addresses of trackers to begin with: each overlay gets a [`DispersyBootstrapper`] of them, beside its
    /// launcher's own bootstrappers. They introduce peers and never become one themselves. Default none.
    pub bootstrap: Vec<SocketAddr>,
    /// With more peers than this an overlay drops introduction requests (protocol 4.4); -1: no limit, less is a problem. Default `None`: what each community says itself (30 unless it says otherwise).
    pub max_peers: Option<i32>,
    /// The seed of all random choices, for repeatable runs. Default `None`: from the system.
    pub seed: Option<[u8; 32]>,
    /// Bounds of the peer graph. Default [`NetworkLimits::default`].
    pub network: NetworkLimits,
}

/// Where a node's key comes from.
#[derive(Clone, Debug, Default)]
pub enum MyPeer {
    /// A new key with each launch.
    #[default]
    New,
    /// This key.
    Key(PrivateKey),
    /// The key in this file; if there is no such file, a new key that is then written there.
    File(PathBuf),
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            interfaces: vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, DEFAULT_PORT))],
            my_peer: MyPeer::default(),
            walk_interval: DEFAULT_WALK_INTERVAL,
            bootstrap: Vec::new(),
            max_peers: None,
            seed: None,
            network: NetworkLimits::default(),
        }
    }
}

impl Configuration {
    /// The defaults, as [`Default`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

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

    /// Begins with these trackers and no others.
    #[must_use]
    pub fn bootstrap(mut self, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.bootstrap = addresses.into_iter().collect();
        self
    }

    /// What [`Configuration::bootstrap`] means for one overlay: a [`DispersyBootstrapper`] of the addresses, if there are any.
    #[must_use]
    pub fn bootstrappers(&self) -> Bootstrappers {
        let mut bootstrappers = Bootstrappers::new();
        if !self.bootstrap.is_empty() {
            let addresses = self.bootstrap.iter().copied();
            bootstrappers.add_bootstrapper(DispersyBootstrapper::new(addresses));
        }
        bootstrappers
    }

    /// Limits the peers of each overlay; -1: no limit.
    #[must_use]
    pub fn max_peers(mut self, peers: i32) -> Self {
        self.max_peers = Some(peers);
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

    /// The walk interval as a duration; the default if it is out of range (which [`problems`](Self::problems) reports).
    #[must_use]
    pub fn interval(&self) -> Duration {
        let seconds = if walk_interval_is_usable(self.walk_interval) {
            self.walk_interval
        } else {
            DEFAULT_WALK_INTERVAL
        };
        Duration::from_secs_f64(seconds)
    }

    /// Everything that makes no sense, in the order of the fields; empty when the node can be launched with it.
    #[must_use]
    pub fn problems(&self) -> Vec<ConfigurationProblem> {
        let mut problems = self.interface_problems();
        if matches!(&self.my_peer, MyPeer::File(path) if path.as_os_str().is_empty()) {
            problems.push(ConfigurationProblem::EmptyKeyFile);
        }
        if !walk_interval_is_usable(self.walk_interval) {
            problems.push(ConfigurationProblem::WalkInterval(self.walk_interval));
        }
        let unusable = self.bootstrap.iter().filter(|to| !can_be_sent_to(to));
        problems.extend(unusable.map(|address| ConfigurationProblem::Bootstrap(*address)));
        if let Some(peers) = self.max_peers.filter(|peers| *peers < -1) {
            problems.push(ConfigurationProblem::MaxPeers(peers));
        }
        problems
    }

    fn interface_problems(&self) -> Vec<ConfigurationProblem> {
        if self.interfaces.is_empty() {
            return vec![ConfigurationProblem::NoInterface];
        }
        let mut problems = Vec::new();
        for ipv4 in [true, false] {
            let mut family = self.interfaces.iter().filter(|one| one.is_ipv4() == ipv4);
            if let Some(first) = family.next() {
                problems.extend(family.map(|second| ConfigurationProblem::SameFamily {
                    first: *first,
                    second: *second,
                }));
            }
        }
        problems
    }
}

/// Below a nanosecond the interval would round to no time at all.
fn walk_interval_is_usable(seconds: f64) -> bool {
    (1e-9..=SLOWEST_WALK_INTERVAL).contains(&seconds)
}

fn can_be_sent_to(address: &SocketAddr) -> bool {
    let ip = address.ip();
    let broadcast = ip == IpAddr::V4(Ipv4Addr::BROADCAST);
    address.port() != 0 && !ip.is_unspecified() && !ip.is_multicast() && !broadcast
}

/// One setting that makes no sense. Its text says what would.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConfigurationProblem {
    /// The list of interfaces is empty.
    NoInterface,
    /// Two interfaces of one address family.
    SameFamily {
        /// The one named first.
        first: SocketAddr,
        /// Another one.
        second: SocketAddr,
    },
    /// The path of the key file is empty.
    EmptyKeyFile,
    /// A walk interval that is not above 0 and at most 3600 seconds.
    WalkInterval(f64),
    /// A bootstrap address that nothing can be sent to.
    Bootstrap(SocketAddr),
    /// A peer limit below -1.
    MaxPeers(i32),
}

impl fmt::Display for ConfigurationProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInterface => {
                f.write_str("interfaces is empty: give at least one address, for instance 0.0.0.0:8090")
            }
            Self::SameFamily { first, second } => write!(
                f,
                "interfaces {first} and {second} are of one address family: give at most one IPv4 and one IPv6 address"
            ),
            Self::EmptyKeyFile => {
                f.write_str("the path of the key file is empty: name a file, or leave it out for a new key with each launch")
            }
            Self::WalkInterval(seconds) => write!(
                f,
                "walk_interval is {seconds} seconds: give more than 0 and at most {SLOWEST_WALK_INTERVAL}, for instance {DEFAULT_WALK_INTERVAL}"
            ),
            Self::Bootstrap(address) => write!(
                f,
                "bootstrap address {address} cannot be sent to: give the address and port of a tracker"
            ),
            Self::MaxPeers(peers) => write!(
                f,
                "max_peers is {peers}: give a number of peers, or -1 for no limit"
            ),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn the_default_is_the_reference_s_and_has_no_problem() {
        let configuration = Configuration::default();
        assert_eq!(configuration.interfaces, addresses(&["0.0.0.0:8090"]));
        assert_eq!(configuration.interval(), Duration::from_millis(500));
        assert!(matches!(configuration.my_peer, MyPeer::New));
        assert_eq!(configuration.max_peers, None);
        assert!(configuration.bootstrap.is_empty());
        assert_eq!(configuration.problems(), []);
    }

    #[test]
    fn walk_intervals_have_a_range() {
        for seconds in [1e-9, 0.001, 0.5, 3600.0] {
            let configuration = Configuration::default().walk_interval(seconds);
            assert_eq!(configuration.problems(), []);
            assert!(configuration.interval() > Duration::ZERO);
        }
        for seconds in [
            0.0,
            -0.0,
            -1.0,
            1e-10,
            3600.1,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ] {
            let configuration = Configuration::default().walk_interval(seconds);
            let [problem] = configuration.problems()[..] else {
                panic!("{seconds} was let through");
            };
            assert!(problem.to_string().contains("at most 3600"), "{problem}");
            assert_eq!(configuration.interval(), Duration::from_millis(500));
        }
    }

    #[test]
    fn peer_limits_have_a_range() {
        for peers in [-1, 0, 1, i32::MAX] {
            assert_eq!(Configuration::default().max_peers(peers).problems(), []);
        }
        for peers in [-2, i32::MIN] {
            let problem = ConfigurationProblem::MaxPeers(peers);
            assert_eq!(
                Configuration::default().max_peers(peers).problems(),
                [problem]
            );
        }
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let configuration = Configuration::default()
            .interfaces(addresses(&[
                "127.0.0.1:1",
                "[::1]:1",
                "127.0.0.1:2",
                "[::1]:2",
            ]))
            .key_file("")
            .walk_interval(0.0)
            .bootstrap(addresses(&[
                "10.0.0.1:0",
                "10.0.0.1:1",
                "[::]:1",
                "255.255.255.255:1",
            ]))
            .max_peers(-2);
        let texts: Vec<String> = configuration
            .problems()
            .iter()
            .map(ToString::to_string)
            .collect();
        let starts = [
            "interfaces 127.0.0.1:1 and 127.0.0.1:2",
            "interfaces [::1]:1 and [::1]:2",
            "the path of the key file is empty",
            "walk_interval is 0 seconds",
            "bootstrap address 10.0.0.1:0",
            "bootstrap address [::]:1",
            "bootstrap address 255.255.255.255:1",
            "max_peers is -2",
        ];
        assert_eq!(texts.len(), starts.len());
        for (text, start) in texts.iter().zip(starts) {
            assert!(text.starts_with(start), "{text}");
        }
        let nowhere = Configuration::default().interfaces([]);
        assert_eq!(nowhere.problems(), [ConfigurationProblem::NoInterface]);
    }
}
