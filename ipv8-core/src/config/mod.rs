//! How one node is set up: where it listens, who it is, how fast it walks, and what a user says of its overlays.
//!
//! A [`Config`] is made in layers: the defaults, then a file (TOML, or JSON as py-ipv8 has it), then variables of the
//! environment, then code. Each layer replaces what it names and leaves the rest; [`Config::effective`] tells what came of
//! it, and where each value was said. Reading a text is a pure function; files and the environment themselves are read by
//! [`config_file`](crate::node::config_file).

mod apply;
mod bootstrappers;
mod builder;
mod definition;
mod dictionary;
mod effective;
mod environment;
mod json;
mod key;
mod layers;
mod log_level;
mod origin;
mod problem;
mod read_definition;
mod reader;
mod settings;
mod toml;
mod tree;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::engine::turns::pacing::PacingConfig;
use crate::overlay::bootstrap::{Bootstrappers, DispersyBootstrapper};
use crate::state::network::NetworkLimits;
use crate::state::outbox::{DEFAULT_MAX_DATAGRAM, LARGEST_DATAGRAM};

pub use bootstrappers::BOOTSTRAPPERS;
pub use definition::{ActionConfig, BootstrapperConfig, LauncherConfig, StrategyConfig};
pub(crate) use dictionary::not_here;
pub use effective::{Effective, EffectiveSetting};
pub use environment::VARIABLE_PREFIX;
pub use key::{GENERATIONS, MyPeer, NamedKey};
pub use log_level::LogLevel;
pub use origin::{Located, Origin};
pub use problem::{ConfigProblem, SettingError, SettingProblem};
pub(crate) use read_definition::same_name;

/// py-ipv8's port.
pub const DEFAULT_PORT: u16 = 8090;
/// Seconds between two steps of one strategy, as in py-ipv8.
pub const DEFAULT_WALK_INTERVAL: f64 = 0.5;
/// The slowest walk, in seconds: a slower one could not tell from standing still.
pub const SLOWEST_WALK_INTERVAL: f64 = 3600.0;
/// The most that [`Config::cores`] can be: more than a machine has.
pub const MOST_CORES: usize = 1_024;

/// The settings of one node. The fields can be set directly or by the methods of the same names:
///
/// ```
/// use ipv8_core::config::Config;
///
/// let configuration = Config::default()
///     .interfaces(["127.0.0.1:0".parse().unwrap()])
///     .key_file("my_peer.pem")
///     .walk_interval(0.2);
/// assert!(configuration.problems().is_empty());
/// ```
///
/// Source: protocol 9, where launchers or a file name the overlays.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen: at most one IPv4 and one IPv6 address. Default `0.0.0.0:8090`. A port that is taken leads to the next ones; port 0
    /// lets the system choose.
    pub interfaces: Vec<SocketAddr>,
    /// Who this node is. Default: a new key with each launch.
    pub my_peer: MyPeer,
    /// Seconds between two steps of one strategy: above 0, at most 3600. Default 0.5.
    pub walk_interval: f64,
    /// To how many seconds the node may stretch its walk interval while it is overloaded: not less than that, at most 3600, and no more than
    /// ten times the walk interval counts. All intervals are stretched alike, and are what they were a quarter of a walk interval after the
    /// load is gone ([`Engine::set_walk_scaling`](crate::engine::Engine::set_walk_scaling)). Default `None`: never. (Tribler has
    /// `walk_scaling_upper_limit`.)
    pub walk_scaling_limit: Option<f64>,
    /// Addresses of trackers to begin with: each overlay gets a [`DispersyBootstrapper`] of them, beside its
    /// launcher's own bootstrappers. They introduce peers and never become one themselves. Default none.
    pub bootstrap: Vec<SocketAddr>,
    /// With more peers than this an overlay drops introduction requests (protocol 4.4); -1: no limit, less is a problem. Default `None`: what each community says itself (30 unless it says otherwise).
    pub max_peers: Option<i32>,
    /// The seed of all random choices, for repeatable runs. Default `None`: from the system.
    pub seed: Option<[u8; 32]>,
    /// Bounds of the peer graph. Default [`NetworkLimits::default`].
    pub network: NetworkLimits,
    /// The longest datagram that this node sends, in bytes with key and signature, without the headers of IP and UDP: 1 to 65,507. Anything
    /// longer is an error where it is sent. Default [`DEFAULT_MAX_DATAGRAM`] (1,452), which says why.
    pub max_datagram: usize,
    /// How a step that sends many datagrams is spread over its slot. In a text it is a table, or `true` or `false`: `pacing = false`
    /// switches it off. Default [`PacingConfig::default`]: on.
    pub pacing: PacingConfig,
    /// On how many cores this node opens and seals datagrams, 1 to [`MOST_CORES`], when many wait; everything else it does on one.
    /// Default `None`: as many as the process may use.
    pub cores: Option<usize>,
    /// In place of every bootstrapper, whoever names it (this configuration, a launcher, an overlay of a file): one
    /// [`DispersyBootstrapper`] of these addresses; none at all if there are none. Default `None`: they stay.
    pub bootstrap_override: Option<Vec<SocketAddr>>,
    /// Keys by name, for overlays that name one; the first is the node's unless `my_peer` says another. Default none.
    pub keys: Vec<NamedKey>,
    /// Where relative paths of key files and of the snapshot begin. Default `.`: the process's own.
    pub working_directory: PathBuf,
    /// A file of peers' addresses to start from: read at launch if it is there, written every minute and when the node stops, unless
    /// nobody is known then ([`snapshot_file`](crate::node::snapshot_file)). Default `None`: nothing is kept.
    pub snapshot_file: Option<PathBuf>,
    /// From which level on a program should log; the library itself sets no log up. Default `INFO`.
    pub log_level: LogLevel,
    /// What is said of launchers, by their names. Default nothing.
    pub launchers: Vec<LauncherConfig>,
    /// Overlays that no launcher names, by their community's type. Default none.
    pub overlays: Vec<LauncherConfig>,
    sources: Sources,
}

/// What is known of the texts that a configuration was read from.
#[derive(Clone, Debug, Default)]
struct Sources {
    problems: Vec<SettingProblem>,
    warnings: Vec<SettingProblem>,
    /// By setting: the value that was read last, and where. A value that is another by now was changed by code.
    said: BTreeMap<String, Located<Value>>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            interfaces: vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, DEFAULT_PORT))],
            my_peer: MyPeer::default(),
            walk_interval: DEFAULT_WALK_INTERVAL,
            walk_scaling_limit: None,
            bootstrap: Vec::new(),
            max_peers: None,
            seed: None,
            network: NetworkLimits::default(),
            max_datagram: DEFAULT_MAX_DATAGRAM,
            pacing: PacingConfig::default(),
            cores: None,
            bootstrap_override: None,
            keys: Vec::new(),
            working_directory: PathBuf::from("."),
            snapshot_file: None,
            log_level: LogLevel::default(),
            launchers: Vec::new(),
            overlays: Vec::new(),
            sources: Sources::default(),
        }
    }
}

impl Config {
    /// The defaults, as [`Default`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What [`Config::bootstrap`] means for one overlay: a [`DispersyBootstrapper`] of the addresses, if there are any.
    #[must_use]
    pub fn bootstrappers(&self) -> Bootstrappers {
        trackers(&self.bootstrap)
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

    /// To what the walk interval may be stretched, as a duration; `None` also if it is out of range (which [`problems`](Self::problems)
    /// reports).
    #[must_use]
    pub fn walk_scaling(&self) -> Option<Duration> {
        let usable = self
            .walk_scaling_limit
            .filter(|limit| walk_interval_is_usable(*limit));
        usable.map(Duration::from_secs_f64)
    }

    /// Everything that makes no sense, in the order of the fields, then what is wrong in the texts that were read; empty when the node can be launched with it.
    #[must_use]
    pub fn problems(&self) -> Vec<ConfigProblem> {
        let mut problems = self.interface_problems();
        if matches!(&self.my_peer, MyPeer::File(path) if path.as_os_str().is_empty()) {
            problems.push(ConfigProblem::EmptyKeyFile);
        }
        if !walk_interval_is_usable(self.walk_interval) {
            problems.push(ConfigProblem::WalkInterval(self.walk_interval));
        }
        if let Some(limit) = self.walk_scaling_limit
            && !(walk_interval_is_usable(limit) && limit >= self.walk_interval)
        {
            problems.push(ConfigProblem::WalkScalingLimit(limit));
        }
        let servers = self.bootstrap.iter();
        let servers = servers.chain(self.bootstrap_override.iter().flatten());
        let unusable = servers.filter(|to| !can_be_sent_to(to));
        problems.extend(unusable.map(|address| ConfigProblem::Bootstrap(*address)));
        if matches!(&self.snapshot_file, Some(path) if path.as_os_str().is_empty()) {
            problems.push(ConfigProblem::EmptySnapshotFile);
        }
        if let Some(peers) = self.max_peers.filter(|peers| *peers < -1) {
            problems.push(ConfigProblem::MaxPeers(peers));
        }
        if !(1..=LARGEST_DATAGRAM).contains(&self.max_datagram) {
            problems.push(ConfigProblem::MaxDatagram(self.max_datagram));
        }
        if let Some(cores) = self.cores.filter(|cores| !(1..=MOST_CORES).contains(cores)) {
            problems.push(ConfigProblem::Cores(cores));
        }
        problems.extend(self.pacing.check().err().map(Into::into));
        problems.extend(self.sources.problems.iter().cloned().map(Into::into));
        problems.extend(self.unknown_keys().map(Into::into));
        problems
    }

    /// What was read and is not used, or should be written in another way: nothing that keeps a node from being launched.
    #[must_use]
    pub fn warnings(&self) -> &[SettingProblem] {
        &self.sources.warnings
    }

    /// Overlays whose key has a name that no key has.
    fn unknown_keys(&self) -> impl Iterator<Item = SettingProblem> {
        let aliases = || self.keys.iter().map(|key| key.alias.value.as_str());
        let overlays = self.launchers.iter().chain(&self.overlays);
        overlays.filter_map(move |overlay| {
            let key = overlay.key.as_ref()?;
            let known = aliases().any(|alias| alias == key.value);
            (!known).then(|| SettingProblem {
                origin: key.origin.clone(),
                setting: format!("{}.key", overlay.path),
                mistake: SettingError::unknown("key", &key.value, aliases()),
            })
        })
    }

    fn interface_problems(&self) -> Vec<ConfigProblem> {
        if self.interfaces.is_empty() {
            return vec![ConfigProblem::NoInterface];
        }
        let mut problems = Vec::new();
        for ipv4 in [true, false] {
            let mut family = self.interfaces.iter().filter(|one| one.is_ipv4() == ipv4);
            if let Some(first) = family.next() {
                problems.extend(family.map(|second| ConfigProblem::SameFamily {
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

/// A [`DispersyBootstrapper`] of these addresses, if there are any.
pub(crate) fn trackers(addresses: &[SocketAddr]) -> Bootstrappers {
    let mut bootstrappers = Bootstrappers::new();
    if !addresses.is_empty() {
        let addresses = addresses.iter().copied();
        bootstrappers.add_bootstrapper(DispersyBootstrapper::new(addresses));
    }
    bootstrappers
}

fn can_be_sent_to(address: &SocketAddr) -> bool {
    let ip = address.ip();
    let broadcast = ip == IpAddr::V4(Ipv4Addr::BROADCAST);
    address.port() != 0 && !ip.is_unspecified() && !ip.is_multicast() && !broadcast
}

#[cfg(test)]
mod tests;
