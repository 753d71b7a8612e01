//! The sequence of a launch: from checked launchers to a running node.

use tracing::Instrument;

use super::blueprint::{Blueprint, run_action};
use super::failure::{self, LauncherError};
use super::keys::Keys;
use super::launcher::Launcher;
use super::overrides::Overrides;
use super::session::Session;
use super::set::LauncherSet;
use crate::config::{Config, LauncherConfig};
use crate::engine::overlays::CommunityType;
use crate::engine::{Engine, EngineConfig, OverlayConfig};
use crate::launch::plan::Problem;
use crate::node::endpoint::Endpoint;
use crate::node::snapshot_file;
use crate::node::{Error, HeldNode, Ipv8};
use crate::wire::packet::CommunityId;

/// The overlays of one launch, in order.
pub(super) struct Sequence {
    pub(super) launchers: Vec<Launcher>,
    /// The overlays that only the configuration names.
    overlays: Vec<(LauncherConfig, &'static CommunityType)>,
    pub(super) config: Config,
}

/// Asks each launcher once, in the fixed order of their locations, whether it should be launched,
/// then checks and orders them.
///
/// # Errors
/// Every problem of the launchers, their sessions and the configuration at once;
/// [`Error::LauncherPanicked`].
pub(super) fn order(mut set: LauncherSet, session: &Session<'_>) -> Result<Sequence, Error> {
    set.entries
        .sort_by_key(|entry| entry.launcher.meta().tie_break());
    select(&mut set, session)?;
    let plan = set.check_asked(|entry| entry.selected, session)?;
    for warning in set.warnings() {
        tracing::warn!("{warning}");
    }
    let overlays = set.configured();
    let mut launchers: Vec<_> = set
        .entries
        .into_iter()
        .map(|entry| Some(entry.launcher))
        .collect();
    let steps = plan.steps().iter();
    let in_order = steps.filter_map(|step| launchers.get_mut(step.index).and_then(Option::take));
    Ok(Sequence {
        launchers: in_order.collect(),
        overlays,
        config: set.config,
    })
}

/// Leaves out the launchers that do not want to be launched.
fn select(set: &mut LauncherSet, session: &Session<'_>) -> Result<(), Error> {
    let enabled: Vec<bool> = set
        .entries
        .iter()
        .map(|entry| set.is_enabled(entry))
        .collect();
    let repeated = session.repeated().iter().copied();
    let repeated = repeated.map(|session| Problem::RepeatedSession { session });
    set.problems.extend(repeated);
    for (entry, enabled) in set.entries.iter_mut().zip(enabled) {
        let launcher = &entry.launcher;
        entry.selected = enabled;
        if !enabled {
            continue;
        }
        if launcher.fits(session) {
            entry.selected = launcher
                .should_launch(session)
                .map_err(|error| launcher.culprit().error(error))?;
        } else {
            set.problems.push(Problem::Session {
                launcher: launcher.meta(),
                wanted: launcher.session_name(),
                given: session.type_names(),
            });
        }
    }
    Ok(())
}

/// Runs the launch on this endpoint.
pub(super) async fn run(
    sequence: &Sequence,
    endpoint: Endpoint,
    session: &mut Session<'_>,
) -> Result<Ipv8, Error> {
    let config = &sequence.config;
    let keys = Keys::of(config)?;
    let mut engine = engine(config)?;
    engine.reserve(sequence.launchers.len() + sequence.overlays.len());
    // From here on, an early end of this function drops the node, which undoes everything.
    let mut node = HeldNode::new(engine, endpoint, keys.node.public_key(), config.cores);
    start_from_snapshot(&mut node, config)?;
    let mut launched = Vec::new();
    for launcher in &sequence.launchers {
        let meta = launcher.meta();
        let overrides = Overrides::of_launcher(config, meta.name);
        let span = tracing::info_span!("launch", launcher = meta.name, location = %meta.location());
        let id = launch(launcher, &mut node, (overrides, &keys), session)
            .instrument(span)
            .await?;
        let of_overlay = overrides.definition().zip(launcher.overlay()).zip(id);
        launched
            .extend(of_overlay.map(|((definition, community), id)| (definition, community, id)));
    }
    for (definition, community) in &sequence.overlays {
        let overlay = Overrides::of_overlay(config, definition).overlay_config(&keys);
        let id = add_overlay(definition, community, &mut node, overlay)?;
        launched.push((definition, community, id));
    }
    for (definition, community, id) in launched {
        run_actions(definition, community, id, &mut node)?;
    }
    Ok(node.release())
}

/// Reads the snapshot, if its file exists, and keeps it up to date while the node runs.
fn start_from_snapshot(node: &mut HeldNode, config: &Config) -> Result<(), Error> {
    let Some(path) = &config.snapshot_file else {
        return Ok(());
    };
    let path = config.path(path);
    snapshot_file::clean_up(&path);
    let snapshot = snapshot_file::read(&path)?;
    if let Some(snapshot) = &snapshot {
        let loaded = node.with_engine(|engine| engine.load_snapshot(snapshot));
        tracing::info!(file = %path.display(), ?loaded, "started from a snapshot");
    }
    node.keep_snapshot(path, &snapshot.unwrap_or_default());
    Ok(())
}

/// Runs one launcher, from `prepare` to `finalize`. Returns the id of its overlay.
async fn launch(
    launcher: &Launcher,
    node: &mut HeldNode,
    (overrides, keys): (Overrides<'_>, &Keys),
    session: &mut Session<'_>,
) -> Result<Option<CommunityId>, Error> {
    let culprit = launcher.culprit();
    let ipv8 = node.ipv8();
    if let Some(prepared) = launcher.prepare(&ipv8, session) {
        node.serve(prepared)
            .await?
            .map_err(|error| culprit.error(error))?;
    }
    let id = match launcher.overlay() {
        Some(community) => Some(create(
            launcher,
            community,
            node,
            (overrides, keys),
            session,
        )?),
        None => None,
    };
    if let Some(finalized) = launcher.finalize(&ipv8, session, id) {
        node.serve(finalized)
            .await?
            .map_err(|error| culprit.error(error))?;
    }
    Ok(id)
}

/// Creates the overlay of a launcher.
fn create(
    launcher: &Launcher,
    community: &'static CommunityType,
    node: &mut HeldNode,
    (overrides, keys): (Overrides<'_>, &Keys),
    session: &Session<'_>,
) -> Result<CommunityId, Error> {
    let mut overlay = OverlayConfig {
        name: Some(launcher.name().to_owned()),
        ..overrides.overlay_config(keys)
    };
    let assembled = node.with_engine(|engine| {
        let blueprint = launcher.blueprint(community, session, overrides, &mut overlay)?;
        let definition = overrides.definition();
        Ok::<_, LauncherError>(blueprint.build(definition, engine, overlay)?)
    });
    assembled
        .ok_or(Error::Stopped)?
        .map_err(|error| launcher.culprit().error(error))
}

/// Creates an overlay that only the configuration names.
fn add_overlay(
    definition: &LauncherConfig,
    community: &'static CommunityType,
    node: &mut HeldNode,
    overlay: OverlayConfig,
) -> Result<CommunityId, Error> {
    let blueprint = Blueprint::new(community);
    let added = node.with_engine(|engine| blueprint.build(Some(definition), engine, overlay));
    added
        .ok_or(Error::Stopped)?
        .map_err(|error| failure::of_overlay(definition, error))
}

/// Runs the configured actions of an overlay (py-ipv8's `on_start`).
fn run_actions(
    definition: &LauncherConfig,
    community: &CommunityType,
    id: CommunityId,
    node: &mut HeldNode,
) -> Result<(), Error> {
    let actions = definition.on_start.iter();
    for action in actions.flat_map(|actions| &actions.value) {
        let done = node.with_engine(|engine| run_action(action, community, engine, id));
        done.ok_or(Error::Stopped)?
            .map_err(|error| failure::of_action(definition, action, error))?;
    }
    Ok(())
}

fn engine(config: &Config) -> Result<Engine, Error> {
    let mut seed = [0; 32];
    match config.seed {
        Some(given) => seed = given,
        None => getrandom::fill(&mut seed)?,
    }
    Ok(Engine::new(&EngineConfig {
        seed,
        walk_interval: config.interval(),
        walk_scaling: config.walk_scaling(),
        network: config.network.clone(),
        max_datagram: config.max_datagram,
        avoid_service_ports: config.avoid_service_ports,
        wan: config.wan,
        pacing: config.pacing.clone(),
    }))
}
