//! The settings of a node, their defaults, and the origin of each value.
//!
//! A plain setting (a number, a text, true or false) is one field of [`Config`] and its default
//! below. Reading, range checks, [`Config::effective`] and the reference page follow from the
//! field's type, `#[options(range = …)]` and doc comment.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::key::{MyPeer, NamedKey};
use super::launcher::LauncherConfig;
use super::log_level::LogLevel;
use super::origin::{Located, Origin};
use super::problem::SettingProblem;
use crate::engine::turns::pacing::PacingConfig;
use crate::overlay::bootstrap::{Bootstrappers, DispersyBootstrapper};
use crate::state::network::NetworkLimits;
use crate::state::outbox::{DEFAULT_MAX_DATAGRAM, LARGEST_DATAGRAM};
use crate::support::options::Options;

/// py-ipv8's port.
pub(super) const DEFAULT_PORT: u16 = 8090;
/// Seconds between two steps of one strategy, as in py-ipv8.
const DEFAULT_WALK_INTERVAL: f64 = 0.5;
/// The shortest walk interval in seconds. A shorter one rounds to no time at all.
const FASTEST_WALK_INTERVAL: f64 = 1e-9;
/// The longest walk interval in seconds.
const SLOWEST_WALK_INTERVAL: f64 = 3600.0;
/// The upper bound of [`Config::cores`]: more than a machine has.
const MOST_CORES: usize = 1_024;

/// The settings of one node. Set the fields directly or with the methods of the same names:
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
/// Source: protocol 9. There, launchers or a file name the overlays.
#[derive(Clone, Debug, ipv8_macros::Options)]
pub struct Config {
    /// The addresses to listen on: at most one IPv4 and one IPv6 address. If a port is in use, the
    /// node tries the next ones. Port 0 lets the system choose. Default `0.0.0.0:8090`.
    pub interfaces: Vec<SocketAddr>,
    /// The node's key. Default: a new key at each launch.
    #[options(skip)]
    pub my_peer: MyPeer,
    /// Seconds between two steps of one strategy. Default 0.5.
    #[options(range = FASTEST_WALK_INTERVAL..=SLOWEST_WALK_INTERVAL)]
    pub walk_interval: f64,
    /// The walk interval, in seconds, up to which an overloaded node may slow down. It must be at
    /// least the walk interval; more than ten times the walk interval counts as ten times. All
    /// intervals grow by the same factor, and are back to normal a quarter of a walk interval after
    /// the load ends. Default: none, the node never slows down. (Tribler calls it
    /// `walk_scaling_upper_limit`.)
    #[options(range = FASTEST_WALK_INTERVAL..=SLOWEST_WALK_INTERVAL)]
    pub walk_scaling_limit: Option<f64>,
    /// Addresses of trackers to start from. Each overlay gets a
    /// [`DispersyBootstrapper`](crate::DispersyBootstrapper) with them, in addition to its
    /// launcher's bootstrappers. Trackers introduce peers and never become peers. Default: none.
    pub bootstrap: Vec<SocketAddr>,
    /// Replaces every bootstrapper, wherever it is defined (in this configuration, a launcher or an
    /// overlay), by one [`DispersyBootstrapper`](crate::DispersyBootstrapper) with these addresses.
    /// An empty list leaves no bootstrapper. Default: none, the bootstrappers stay.
    pub bootstrap_override: Option<Vec<SocketAddr>>,
    /// The most peers of an overlay; -1 for no limit. Default: each community's limit, which is 30
    /// unless the community sets another.
    #[options(range = -1..)]
    pub max_peers: Option<i32>,
    /// The longest datagram that this node sends, in bytes, with key and signature and without the
    /// headers of IP and UDP. Sending a longer one is an error. Default 1,452.
    #[options(range = 1..=LARGEST_DATAGRAM)]
    pub max_datagram: usize,
    /// `true` if introductions and puncture requests that name a port of a service (below 1024,
    /// 1900, 3702, 5353, 11211) are ignored, so that no peer can make this node disturb them.
    /// Default `true`.
    pub avoid_service_ports: bool,
    /// The address, with its port, at which nodes in the internet reach this node: for a machine
    /// whose address or NAT is known. Default: none, what most peers report (protocol 4.5).
    pub wan: Option<SocketAddr>,
    /// The number of cores that open and seal datagrams when many wait. One core does all other
    /// work. Default: as many as the process may use.
    #[options(range = 1..=MOST_CORES)]
    pub cores: Option<usize>,
    /// The folder at which relative paths of key files and of the snapshot file start. Default `.`:
    /// the process's working directory.
    pub working_directory: PathBuf,
    /// A file with peers' addresses to start from. The node reads it at launch, if it exists, and
    /// writes it every minute and when it stops, once it had a peer. Addresses of earlier peers
    /// stay in it, and `NAME.anchors` beside it counts how often each proved itself. Default: none.
    pub snapshot_file: Option<PathBuf>,
    /// The seed of all random choices, for repeatable runs. Default: random, from the system.
    #[options(skip)]
    pub seed: Option<[u8; 32]>,
    /// The bounds of the peer graph.
    #[options(skip)]
    pub network: NetworkLimits,
    /// How a step that sends many datagrams is spread over its turn. In a file it is a table, or
    /// `true` or `false`: `pacing = false` turns pacing off.
    #[options(skip)]
    pub pacing: PacingConfig,
    /// Keys with names, for overlays that name one. The first one is the node's key unless
    /// `my_peer` sets another. Default: none.
    #[options(skip)]
    pub keys: Vec<NamedKey>,
    /// The level from which a program should log. The library itself sets up no log. Default
    /// `INFO`.
    #[options(skip)]
    pub log_level: LogLevel,
    /// The settings of launchers, by their names. Default: none.
    #[options(skip)]
    pub launchers: Vec<LauncherConfig>,
    /// Overlays without a launcher, by their community's type. Default: none.
    #[options(skip)]
    pub overlays: Vec<LauncherConfig>,
    pub(super) sources: Sources,
}

/// What is known about the texts that a configuration was read from.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources {
    pub(super) problems: Vec<SettingProblem>,
    pub(super) warnings: Vec<SettingProblem>,
    /// By setting: the value that was read last and its origin. A setting with another value was
    /// changed by code.
    read: BTreeMap<String, Located<Value>>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            interfaces: vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, DEFAULT_PORT))],
            my_peer: MyPeer::default(),
            walk_interval: DEFAULT_WALK_INTERVAL,
            walk_scaling_limit: None,
            bootstrap: Vec::new(),
            bootstrap_override: None,
            max_peers: None,
            max_datagram: DEFAULT_MAX_DATAGRAM,
            avoid_service_ports: true,
            wan: None,
            cores: None,
            working_directory: PathBuf::from("."),
            snapshot_file: None,
            seed: None,
            network: NetworkLimits::default(),
            pacing: PacingConfig::default(),
            keys: Vec::new(),
            log_level: LogLevel::default(),
            launchers: Vec::new(),
            overlays: Vec::new(),
            sources: Sources::default(),
        }
    }
}

impl Config {
    /// Returns the defaults, like [`Default`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the parts of the texts that are not used, or should be written in another way. None
    /// of them prevents a launch.
    #[must_use]
    pub fn warnings(&self) -> &[SettingProblem] {
        &self.sources.warnings
    }

    /// Returns the bootstrappers that [`Config::bootstrap`] gives to one overlay.
    pub(crate) fn bootstrappers(&self) -> Bootstrappers {
        trackers(&self.bootstrap)
    }

    /// Returns the walk interval; the default if it is out of range.
    pub(crate) fn interval(&self) -> Duration {
        let seconds = if is_walk_interval(self.walk_interval) {
            self.walk_interval
        } else {
            DEFAULT_WALK_INTERVAL
        };
        Duration::from_secs_f64(seconds)
    }

    /// Returns [`Config::walk_scaling_limit`]; `None` if it is out of range.
    pub(crate) fn walk_scaling(&self) -> Option<Duration> {
        let usable = self.walk_scaling_limit;
        let usable = usable.filter(|limit| is_walk_interval(*limit));
        usable.map(Duration::from_secs_f64)
    }

    /// Returns the path with the working directory in front, if it is relative.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        if self.working_directory.as_os_str().is_empty() || self.working_directory == Path::new(".")
        {
            return path.to_owned();
        }
        self.working_directory.join(path)
    }

    /// Returns a key's source with the path of its file as the process must open it.
    pub(crate) fn located(&self, source: &MyPeer) -> MyPeer {
        match source {
            MyPeer::File(file) => MyPeer::File(self.path(file)),
            MyPeer::Existing(file) => MyPeer::Existing(self.path(file)),
            MyPeer::Stored { file, key } => MyPeer::Stored {
                file: self.path(file),
                key: key.clone(),
            },
            MyPeer::New | MyPeer::Key(_) => source.clone(),
        }
    }

    /// Returns the structs whose fields are settings, each with the name of its table.
    pub(super) fn tables(&self) -> [(&'static str, &dyn Options); 3] {
        [
            ("", self),
            ("network", &self.network),
            ("pacing", &self.pacing),
        ]
    }

    /// Returns all settings that every node has, with their values, in a fixed order.
    pub(super) fn values(&self) -> Vec<(String, Value)> {
        let seed = self.seed.map(|seed| hex(&seed));
        let mut values = vec![
            ("my_peer".to_owned(), json!(self.my_peer.to_string())),
            ("seed".to_owned(), json!(seed)),
            ("logger.level".to_owned(), json!(self.log_level.name())),
        ];
        for (table, options) in self.tables() {
            let options = options.options().into_iter();
            values.extend(options.map(|(name, value)| (joined(table, &name), value)));
        }
        values
    }

    /// Remembers the value of a setting that a text has set, and the place in the text.
    pub(super) fn note(&mut self, setting: &str, origin: &Origin) {
        let values = self.values().into_iter();
        if let Some((name, value)) = values.into_iter().find(|(name, _)| name == setting) {
            let origin = origin.clone();
            self.sources.read.insert(name, Located { value, origin });
        }
    }

    /// Returns where the value of a setting that every node has comes from.
    pub(super) fn origin(&self, setting: &str) -> Origin {
        let of = |values: Vec<(String, Value)>| {
            let mut values = values.into_iter();
            values.find_map(|(name, value)| (name == setting).then_some(value))
        };
        let value = of(self.values());
        match self.sources.read.get(setting) {
            Some(read) if Some(&read.value) == value.as_ref() => read.origin.clone(),
            _ if value == of(Self::default().values()) => Origin::Default,
            _ => Origin::Code,
        }
    }
}

/// Returns the path of a setting in a table; the table without a name is the whole text.
pub(super) fn joined(table: &str, name: &str) -> String {
    if table.is_empty() {
        name.to_owned()
    } else {
        format!("{table}.{name}")
    }
}

pub(super) fn is_walk_interval(seconds: f64) -> bool {
    (FASTEST_WALK_INTERVAL..=SLOWEST_WALK_INTERVAL).contains(&seconds)
}

/// Returns a [`DispersyBootstrapper`] with these addresses, if there are any.
pub(crate) fn trackers(addresses: &[SocketAddr]) -> Bootstrappers {
    let mut bootstrappers = Bootstrappers::new();
    if !addresses.is_empty() {
        let addresses = addresses.iter().copied();
        bootstrappers.add_bootstrapper(DispersyBootstrapper::new(addresses));
    }
    bootstrappers
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
