//! From planned launchers to a running node.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::{broadcast, mpsc, watch};
use tracing::Instrument;

use crate::config::{Configuration, MyPeer};
use crate::context::{Interfaces, LocalAddresses};
use crate::crypto::PrivateKey;
use crate::endpoint::{Endpoint, EndpointOptions, guess_lan_address};
use crate::engine::{Engine, EngineConfig, Input, OverlayConfig};
use crate::key_file;
use crate::launcher::{ErasedLauncher, Launchers};
use crate::runtime::error::Error;
use crate::runtime::handle::{End, Ipv8, Shared};
use crate::runtime::node::{Node, now};

/// How many events wait for a slow listener.
const EVENT_BACKLOG: usize = 1_024;

/// How many requests of other tasks wait for the node; whoever comes later waits for room.
const COMMAND_BACKLOG: usize = 256;

/// Launches every launcher linked into this program, with the default configuration: a socket on
/// `0.0.0.0:8090` (or the next free port), a new key, no bootstrap addresses.
///
/// Must be called inside a tokio runtime with its IO and time drivers. For anything else than the
/// defaults there is [`Launchers`].
///
/// # Errors
///
/// [`Error`]: all problems of the launchers at once, before anything starts; or the first thing
/// that failed, after what had started was undone.
pub async fn launch_all() -> Result<Ipv8, Error> {
    Launchers::collected().launch().await
}

impl Launchers {
    /// Plans, checks, and runs: one node with all these launchers' overlays.
    ///
    /// Must be called inside a tokio runtime with its IO and time drivers.
    ///
    /// # Errors
    ///
    /// As [`launch_all`].
    pub async fn launch(self) -> Result<Ipv8, Error> {
        let (launchers, configuration) = self.into_steps()?;
        let endpoint = Endpoint::bind(&configuration.interfaces, &EndpointOptions::default())?;
        run(launchers, &configuration, endpoint)
    }

    /// As [`Launchers::launch`], on a socket made elsewhere: an endpoint in memory, for a test that
    /// must not touch the network. The configuration's interfaces are ignored.
    ///
    /// # Errors
    ///
    /// As [`launch_all`].
    pub async fn launch_on(self, endpoint: Endpoint) -> Result<Ipv8, Error> {
        let (launchers, configuration) = self.into_steps()?;
        run(launchers, &configuration, endpoint)
    }
}

fn run(
    launchers: Vec<Box<dyn ErasedLauncher>>,
    configuration: &Configuration,
    endpoint: Endpoint,
) -> Result<Ipv8, Error> {
    let mut seed = [0; 32];
    match configuration.seed {
        Some(given) => seed = given,
        None => getrandom::fill(&mut seed)?,
    }
    let my_peer = my_peer(&configuration.my_peer)?;
    let mut engine = Engine::new(&EngineConfig {
        seed,
        walk_interval: configuration.interval(),
        network: configuration.network.clone(),
    });
    engine.handle(Input::LocalAddresses(local_addresses(&endpoint)), now());
    for launcher in &launchers {
        assemble(&mut engine, launcher.as_ref(), configuration, &my_peer)?;
    }
    Ok(spawn(engine, endpoint, &my_peer))
}

/// The node's key. A new one never comes from the node's seed: who knows the seed would know it.
fn my_peer(source: &MyPeer) -> Result<PrivateKey, Error> {
    let rng = || -> Result<StdRng, Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(StdRng::from_seed(seed))
    };
    match source {
        MyPeer::New => Ok(PrivateKey::generate(&mut rng()?)),
        MyPeer::Key(key) => Ok(key.clone()),
        MyPeer::File(path) => Ok(key_file::load_or_create(path, &mut rng()?)?),
    }
}

pub(super) fn local_addresses(endpoint: &Endpoint) -> LocalAddresses {
    let bound = endpoint.local_addresses();
    LocalAddresses {
        lan: endpoint.lan_address(),
        ipv6: bound
            .iter()
            .find(|address| address.is_ipv6())
            .map(|address| guess_lan_address(*address)),
        interfaces: Interfaces {
            ipv4: bound.iter().any(std::net::SocketAddr::is_ipv4),
            ipv6: bound.iter().any(std::net::SocketAddr::is_ipv6),
        },
        // The loopback host is every machine's own and says nothing about where a peer is.
        lan_hosts: match endpoint.lan_address().ip() {
            std::net::IpAddr::V4(host) if !host.is_loopback() && !host.is_unspecified() => {
                vec![host]
            }
            _ => Vec::new(),
        },
    }
}

/// Adds one launcher's overlay. On failure the engine is dropped by the caller, which unloads
/// nothing that has been on the air: no datagram leaves before [`spawn`].
fn assemble(
    engine: &mut Engine,
    launcher: &dyn ErasedLauncher,
    configuration: &Configuration,
    my_peer: &PrivateKey,
) -> Result<(), Error> {
    let meta = launcher.meta();
    let _span =
        tracing::info_span!("launch", launcher = meta.name, place = %meta.place()).entered();
    let overlay = OverlayConfig {
        my_peer: my_peer.clone(),
        max_peers: configuration.max_peers,
        bootstrappers: configuration.bootstrappers(),
    };
    let assembled = catch_unwind(AssertUnwindSafe(|| {
        launcher.assemble(engine, overlay, now())
    }));
    let failure = match assembled {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => Error::Launch {
            launcher: Box::new(meta),
            error,
        },
        Err(_) => Error::LauncherPanicked {
            launcher: Box::new(meta),
        },
    };
    engine.unload_all(now());
    Err(failure)
}

fn spawn(engine: Engine, endpoint: Endpoint, my_peer: &PrivateKey) -> Ipv8 {
    let (commands, inbox) = mpsc::channel(COMMAND_BACKLOG);
    let (events, first_events) = broadcast::channel(EVENT_BACKLOG);
    let (stop, stopping) = watch::channel(false);
    let (ended, end) = watch::channel(End::Running);
    let shared = Shared {
        addresses: endpoint.local_addresses(),
        my_peer: my_peer.public_key().clone(),
        overlays: engine.overlays(),
        events: events.downgrade(),
        first_events: Mutex::new(Some(first_events)),
        stop,
        end,
    };
    let mid = shared.my_peer.mid();
    tracing::info!(addresses = ?shared.addresses, %mid, overlays = shared.overlays.len(), "node running");
    let span = tracing::info_span!("node", %mid);
    let node = Node::new(engine, endpoint, events);
    let node = tokio::spawn(node.run(inbox, stopping).instrument(span));
    tokio::spawn(async move {
        let end = if node.await.is_ok() {
            End::Stopped
        } else {
            End::Panicked
        };
        ended.send_replace(end);
    });
    Ipv8::new(commands, shared)
}
