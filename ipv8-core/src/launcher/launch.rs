//! From planned launchers to a running node.

use tracing::Instrument;

use super::erased::{ErasedLauncher, Failure};
use super::keys::Keys;
use super::launchers::Launchers;
use super::session::{AnySession, Given};
use crate::config::Configuration;
use crate::endpoint::{Endpoint, EndpointOptions};
use crate::engine::{Engine, EngineConfig, OverlayConfig};
use crate::plan::{LauncherMeta, Problem};
use crate::runtime::{Error, HeldNode, Ipv8, my_peer};

/// Launches every launcher linked into this program, with the default configuration: a socket on
/// `0.0.0.0:8090` (or the next free port), a new key, no bootstrap addresses.
///
/// Must be called inside a tokio runtime with its IO and time drivers. For anything else than the
/// defaults there is [`Launchers`].
///
/// # Errors
///
/// [`Error`]: all problems of the launchers at once, before anything starts; or the first thing
/// that failed, after what had started was undone, the last overlay first. Nothing is left then, no
/// task and no socket; nor when the launch is given up, which is to drop what this returns.
pub async fn launch_all() -> Result<Ipv8, Error> {
    Launchers::collected().launch().await
}

/// As [`launch_all`], with a session: see [`Launchers::launch_with`].
///
/// # Errors
///
/// As [`launch_all`].
pub async fn launch_all_with<S: Send + 'static>(session: &mut S) -> Result<Ipv8, Error> {
    Launchers::collected().launch_with(session).await
}

impl Launchers {
    /// Plans, checks, and runs: one node with all these launchers' overlays.
    ///
    /// First every launcher is asked whether it should be launched, once. Then, one launcher after the
    /// other: [`prepare`](super::CommunityLauncher::prepare), what makes its overlay, the overlay
    /// itself, [`finalize`](super::CommunityLauncher::finalize). Until all are done the node is on
    /// hold: it has its socket and answers its handles, but no strategy steps, nothing is received and
    /// nothing leaves.
    ///
    /// Must be called inside a tokio runtime with its IO and time drivers.
    ///
    /// # Errors
    ///
    /// As [`launch_all`].
    pub async fn launch(self) -> Result<Ipv8, Error> {
        self.launch_with(&mut ()).await
    }

    /// As [`Launchers::launch`], with a session: a value of the program's own type which every launcher
    /// whose [`Session`](super::CommunityLauncher::Session) is that type reads and changes.
    ///
    /// # Errors
    ///
    /// As [`launch_all`]; each launcher that needs a session of another type is a
    /// [`Problem::Session`]. After a failure the session is as the launchers left it; handles in it
    /// are those of a stopped node.
    pub async fn launch_with<S: Send + 'static>(self, session: &mut S) -> Result<Ipv8, Error> {
        let given = Given::new(session);
        let (launchers, configuration) = self.into_steps(&given)?;
        let endpoint = Endpoint::bind(&configuration.interfaces, &EndpointOptions::default())?;
        run(launchers, &configuration, endpoint, given.session).await
    }

    /// As [`Launchers::launch`], on a socket made elsewhere: an endpoint in memory, for a test that
    /// must not touch the network. The configuration's interfaces are ignored.
    ///
    /// # Errors
    ///
    /// As [`launch_all`].
    pub async fn launch_on(self, endpoint: Endpoint) -> Result<Ipv8, Error> {
        self.launch_on_with(endpoint, &mut ()).await
    }

    /// As [`Launchers::launch_with`], on a socket made elsewhere: see [`Launchers::launch_on`].
    ///
    /// # Errors
    ///
    /// As [`Launchers::launch_with`].
    pub async fn launch_on_with<S: Send + 'static>(
        self,
        endpoint: Endpoint,
        session: &mut S,
    ) -> Result<Ipv8, Error> {
        let given = Given::new(session);
        let (launchers, configuration) = self.into_steps(&given)?;
        run(launchers, &configuration, endpoint, given.session).await
    }
}

async fn run(
    launchers: Vec<Box<dyn ErasedLauncher>>,
    configuration: &Configuration,
    endpoint: Endpoint,
    session: &mut AnySession,
) -> Result<Ipv8, Error> {
    let keys = Keys::of(configuration)?;
    let my_peer = &keys.node;
    let engine = engine(configuration)?;
    // From here on, whatever ends this function early drops the node, which undoes everything.
    let mut node = HeldNode::new(engine, endpoint, my_peer.public_key());
    for launcher in &launchers {
        let meta = launcher.meta();
        let span = tracing::info_span!("launch", launcher = meta.name, place = %meta.place());
        let overlay = OverlayConfig {
            name: Some(meta.name.to_owned()),
            max_peers: configuration.max_peers,
            bootstrappers: configuration.bootstrappers(),
            ..OverlayConfig::new(my_peer.clone())
        };
        launch(launcher.as_ref(), &mut node, overlay, session)
            .instrument(span)
            .await?;
    }
    Ok(node.release())
}

/// One launcher, from `prepare` to `finalize`.
async fn launch(
    launcher: &dyn ErasedLauncher,
    node: &mut HeldNode,
    overlay: OverlayConfig,
    session: &mut AnySession,
) -> Result<(), Error> {
    let blame = |failure| blame(launcher.meta(), launcher.session_name(), failure);
    let ipv8 = node.ipv8().clone();
    node.serve(launcher.prepare(&ipv8, session))
        .await?
        .map_err(blame)?;
    let assembled = node.with_engine(|engine| launcher.assemble(engine, overlay, &*session));
    let id = assembled.ok_or(Error::Stopped)?.map_err(blame)?;
    node.serve(launcher.finalize(&ipv8, session, id))
        .await?
        .map_err(blame)
}

/// Whose fault a failure is, and where that stands.
pub(super) fn blame(meta: LauncherMeta, session: &'static str, failure: Failure) -> Error {
    let launcher = Box::new(meta);
    match failure {
        Failure::Failed(hook, error) => Error::Hook {
            launcher,
            hook,
            error,
        },
        Failure::Panicked(hook) => Error::LauncherPanicked { launcher, hook },
        Failure::Overlay(error) => Error::Launch { launcher, error },
        Failure::Session => Error::Plan(crate::plan::PlanError {
            problems: vec![Problem::Session {
                launcher: meta,
                wanted: session,
                given: "another",
            }],
        }),
    }
}

fn engine(configuration: &Configuration) -> Result<Engine, Error> {
    let mut seed = [0; 32];
    match configuration.seed {
        Some(given) => seed = given,
        None => getrandom::fill(&mut seed)?,
    }
    Ok(Engine::new(&EngineConfig {
        seed,
        walk_interval: configuration.interval(),
        network: configuration.network.clone(),
    }))
}
