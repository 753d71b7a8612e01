//! The command line of the node.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use ipv8_core::{CommunityId, Config};
use ipv8_examples::arguments::seconds;
use ipv8_examples::report::Events;
use ipv8_examples::strategy::NamedStrategy;

use crate::beginning::{Beginning, Server};
use crate::community::COMMUNITY_ID;

/// The default address: any free port, on this machine only.
const HERE: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));

/// A peer of one community, steered by its command line.
#[derive(Debug, Parser)]
#[command(name = "node")]
pub(crate) struct Arguments {
    /// Address to listen on; once for IPv4, once for IPv6. Port 0 picks a free port; if the port is
    /// in use, the next ones are tried [default: 127.0.0.1:0, or the configuration's]
    #[arg(long = "listen", value_name = "ADDR")]
    interfaces: Vec<SocketAddr>,
    /// Configuration file, TOML or JSON, also py-ipv8's; the command line overrides it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The community to join, as 40 hexadecimal digits
    #[arg(long, value_name = "HEX40", default_value_t = COMMUNITY_ID)]
    pub(crate) community: CommunityId,
    /// Address of a tracker; repeatable
    #[arg(long, value_name = "ADDR")]
    bootstrap: Vec<SocketAddr>,
    /// Tracker by address or host name (py-ipv8's DispersyBootstrapper); repeatable
    #[arg(long = "dispersy", value_name = "HOST:PORT")]
    dispersy: Vec<Server>,
    /// Find peers on the local network with beacons, too; needs --listen on 0.0.0.0
    #[arg(long)]
    lan_beacon: bool,
    /// Join the discovery community too, with the same trackers: it finds up to 20 peers, and they
    /// exchange the communities they are in
    #[arg(long)]
    pub(crate) discovery: bool,
    /// Strategy that runs until there are TARGET peers (-1: always); repeatable. Without one the
    /// node only answers. RandomWalk: timeout, window_size, reset_chance, target_interval,
    /// requests_per_step. EdgeWalk: edge_length, neighborhood_size, edge_timeout. For the discovery
    /// community, RandomChurn: sample_size, ping_interval, inactive_time, drop_time;
    /// PeriodicSimilarity: interval
    #[arg(
        long = "strategy",
        visible_alias = "walker",
        value_name = "NAME:TARGET[,option=value…]"
    )]
    pub(crate) strategies: Vec<NamedStrategy>,
    /// Number of peers above which requests are dropped; -1: no limit [default: 30]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    max_peers: Option<i32>,
    /// Time in which every strategy gets one turn, in seconds [default: 0.5]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    walk_interval: Option<f64>,
    /// Key file; created if it is missing. Without it, the node uses a new key
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Snapshot file: addresses to start from; the peers' addresses are saved in it
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// Time to run, in seconds. Without it: until Ctrl-C or SIGTERM
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) duration: Option<Duration>,
    /// Output format
    #[arg(long, value_name = "FORM", value_enum, default_value_t)]
    pub(crate) events: Events,
}

impl Arguments {
    /// Returns the configuration of the node.
    pub(crate) fn config(&self) -> Config {
        let mut configuration = match &self.config {
            Some(path) => Config::from_file(path),
            None => Config::new().interfaces([HERE]),
        };
        if !self.interfaces.is_empty() {
            configuration.interfaces.clone_from(&self.interfaces);
        }
        if !self.bootstrap.is_empty() {
            configuration.bootstrap.clone_from(&self.bootstrap);
        }
        if let Some(peers) = self.max_peers {
            configuration = configuration.max_peers(peers);
        }
        if let Some(seconds) = self.walk_interval {
            configuration = configuration.walk_interval(seconds);
        }
        if let Some(path) = &self.snapshot {
            configuration.snapshot_file = Some(path.clone());
        }
        match &self.key {
            Some(path) => configuration.key_file(path),
            None => configuration,
        }
    }

    /// Returns what is wrong with arguments that are valid one by one.
    pub(crate) fn problems(&self) -> Vec<String> {
        let problems = self.config().problems();
        let mut problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        if !self.discovery && self.strategies.iter().any(NamedStrategy::is_for_discovery) {
            let text =
                "RandomChurn and PeriodicSimilarity need the discovery community: add --discovery";
            problems.push(text.to_owned());
        }
        problems
    }

    /// Returns the bootstrappers besides `--bootstrap`.
    pub(crate) fn beginning(&self) -> Beginning {
        Beginning {
            servers: self.dispersy.clone(),
            lan_beacon: self.lan_beacon,
        }
    }
}
