//! From planned launchers to a running node.

use tracing::Instrument;

use super::classes::Class;
use super::configured::{Told, definition_of, overlay_config};
use super::erased::{ErasedLauncher, Failure};
use super::keys::Keys;
use super::launchers::{Launchers, Steps};
use super::session::{AnySession, Given};
use crate::config::{Config, LauncherConfig, SettingProblem};
use crate::engine::{Engine, EngineConfig, OverlayConfig};
use crate::launch::plan::{LauncherMeta, PlanError, Problem};
use crate::node::endpoint::{Endpoint, EndpointConfig};
use crate::node::snapshot_file;
use crate::node::{Error, HeldNode, Ipv8};
use crate::wire::packet::CommunityId;

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
        let steps = self.into_steps(&given)?;
        let interfaces = &steps.configuration.interfaces;
        let endpoint = Endpoint::bind(interfaces, &EndpointConfig::default())?;
        run(&steps, endpoint, given.session).await
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
        let steps = self.into_steps(&given)?;
        run(&steps, endpoint, given.session).await
    }
}

async fn run(steps: &Steps, endpoint: Endpoint, session: &mut AnySession) -> Result<Ipv8, Error> {
    let configuration = &steps.configuration;
    let keys = Keys::of(configuration)?;
    let mut engine = engine(configuration)?;
    engine.reserve(steps.launchers.len() + steps.overlays.len());
    // From here on, whatever ends this function early drops the node, which undoes everything.
    let mut node = HeldNode::new(
        engine,
        endpoint,
        keys.node.public_key(),
        configuration.cores,
    );
    start_from_snapshot(&mut node, configuration)?;
    let mut started = Vec::new();
    for launcher in &steps.launchers {
        let meta = launcher.meta();
        let definition = definition_of(configuration, meta.name);
        let span = tracing::info_span!("launch", launcher = meta.name, place = %meta.place());
        let overlay = OverlayConfig {
            name: Some(meta.name.to_owned()),
            ..overlay_config(configuration, definition, &keys)
        };
        let told = Told::new(configuration, definition);
        let id = launch(launcher.as_ref(), &mut node, (overlay, told), session)
            .instrument(span)
            .await?;
        started.extend(definition.map(|definition| (definition, launcher.class(), id)));
    }
    for (definition, class) in &steps.overlays {
        let overlay = overlay_config(configuration, Some(definition), &keys);
        let id = make(definition, *class, &mut node, overlay)?;
        started.push((definition, *class, id));
    }
    for (definition, class, id) in started {
        start(definition, class, id, &mut node)?;
    }
    Ok(node.release())
}

/// A file that is not there yet is made when the node stops.
fn start_from_snapshot(node: &mut HeldNode, configuration: &Config) -> Result<(), Error> {
    let Some(path) = &configuration.snapshot_file else {
        return Ok(());
    };
    let path = configuration.path(path);
    if let Some(snapshot) = snapshot_file::read(&path)? {
        let loaded = node.with_engine(|engine| engine.load_snapshot(&snapshot));
        tracing::info!(file = %path.display(), ?loaded, "started from a snapshot");
    }
    node.keep_snapshot(path);
    Ok(())
}

/// One launcher, from `prepare` to `finalize`.
async fn launch(
    launcher: &dyn ErasedLauncher,
    node: &mut HeldNode,
    (overlay, told): (OverlayConfig, Told<'_>),
    session: &mut AnySession,
) -> Result<CommunityId, Error> {
    let blame = |failure| blame(launcher.meta(), launcher.session_name(), failure);
    let ipv8 = node.ipv8().clone();
    if let Some(prepared) = launcher.prepare(&ipv8, session) {
        node.serve(prepared).await?.map_err(blame)?;
    }
    let assembled = node.with_engine(|engine| launcher.assemble(engine, overlay, &*session, told));
    let id = assembled.ok_or(Error::Stopped)?.map_err(blame)?;
    if let Some(finalized) = launcher.finalize(&ipv8, session, id) {
        node.serve(finalized).await?.map_err(blame)?;
    }
    Ok(id)
}

/// An overlay that only the configuration names.
fn make(
    definition: &LauncherConfig,
    class: Class,
    node: &mut HeldNode,
    overlay: OverlayConfig,
) -> Result<CommunityId, Error> {
    let made = node.with_engine(|engine| class.assemble(definition, engine, overlay));
    let made = made.ok_or(Error::Stopped)?.map_err(refused)?;
    made.map_err(|error| Error::Overlay {
        overlay: definition.name.value.clone(),
        origin: definition.name.origin.clone(),
        error,
    })
}

/// What the configuration wants done when all overlays are there (py-ipv8's `on_start`).
fn start(
    definition: &LauncherConfig,
    class: Class,
    id: CommunityId,
    node: &mut HeldNode,
) -> Result<(), Error> {
    let actions = definition
        .on_start
        .iter()
        .flat_map(|actions| &actions.value);
    for (index, action) in actions.enumerate() {
        let done = node.with_engine(|engine| class.act(definition, index, engine, id));
        done.ok_or(Error::Stopped)?
            .map_err(|failure| Error::Action {
                action: action.name.value.clone(),
                overlay: definition.name.value.clone(),
                origin: action.name.origin.clone(),
                error: failure.into(),
            })?;
    }
    Ok(())
}

fn refused(problems: Vec<SettingProblem>) -> Error {
    let problems = problems.into_iter();
    let problems = problems.map(Problem::Config);
    Error::Plan(PlanError {
        problems: problems.collect(),
    })
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
        Failure::Config(problems) => refused(problems),
        Failure::Session => Error::Plan(PlanError {
            problems: vec![Problem::Session {
                launcher: meta,
                wanted: session,
                given: "another",
            }],
        }),
    }
}

fn engine(configuration: &Config) -> Result<Engine, Error> {
    let mut seed = [0; 32];
    match configuration.seed {
        Some(given) => seed = given,
        None => getrandom::fill(&mut seed)?,
    }
    Ok(Engine::new(&EngineConfig {
        seed,
        walk_interval: configuration.interval(),
        walk_scaling: configuration.walk_scaling(),
        network: configuration.network.clone(),
        max_datagram: configuration.max_datagram,
        pacing: configuration.pacing.clone(),
    }))
}
