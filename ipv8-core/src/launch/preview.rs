//! Reports the result of a launch without launching.

use super::failure::HookError;
use super::session::Session;
use super::set::{Entry, LauncherSet};
use crate::config::Located;
use crate::engine::overlays::CommunityType;
use crate::launch::plan::{LauncherMeta, Plan, PlanError, Problem};
use crate::node::Hook;

/// Whether a launcher would be launched, and the reason if not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LaunchDecision {
    /// It would be launched, unless the plan has problems.
    Launch,
    /// [`Launchers::only`](crate::Launchers::only) or
    /// [`Launchers::without`](crate::Launchers::without) leaves it out.
    LeftOut,
    /// The configuration says `enabled = false`.
    ConfiguredOff,
    /// Its condition is false.
    ConditionFalse,
    /// It needs a session of another type.
    OtherSession,
    /// It panicked in this hook.
    Panicked(Hook),
}

/// One launcher of a [`Preview`].
#[derive(Clone, Debug)]
pub struct LauncherPreview {
    /// The launcher's name, order and location.
    pub meta: LauncherMeta,
    /// The full name of the community's type; `None` for a launcher without an overlay.
    pub overlay: Option<&'static str>,
    /// The full name of the session's type; `()` for none.
    pub session: &'static str,
    /// The strategies' types, without path, with their target numbers of peers (-1: none), in
    /// order, as the configuration changes them. Empty if the launcher panicked.
    pub strategies: Vec<(&'static str, i32)>,
    /// The types of the launcher's own bootstrappers, without path, in order. Empty for another
    /// session, if the configuration names the bootstrappers, or if the launcher panicked.
    pub bootstrappers: Vec<&'static str>,
    /// Whether the launcher would be launched.
    pub decision: LaunchDecision,
}

/// The result of a launch with a given session; see
/// [`Launchers::preview`](crate::Launchers::preview).
#[derive(Clone, Debug)]
pub struct Preview {
    /// All launchers, in the fixed order of their locations.
    pub launchers: Vec<LauncherPreview>,
    /// The overlays that only the configuration names. They are created after those of the
    /// launchers.
    pub overlays: Vec<Located<String>>,
    /// The names of the launchers that would be launched, in order, or all problems.
    pub plan: Result<Vec<&'static str>, PlanError>,
    /// The problems that prevent no launch: see
    /// [`Launchers::warnings`](crate::Launchers::warnings).
    pub warnings: Vec<Problem>,
}

impl Preview {
    /// Returns the launcher with this name; the first one if there are several.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&LauncherPreview> {
        self.launchers.iter().find(|one| one.meta.name == name)
    }

    /// Returns the launcher's position in the order of launch, counted from 1; `None` if it would
    /// not be launched.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        let order = self.plan.as_ref().ok()?;
        order.iter().position(|one| *one == name).map(|at| at + 1)
    }
}

/// Asks each launcher for its condition, strategies and bootstrappers. Starts nothing.
pub(super) fn preview(set: &LauncherSet, session: &Session<'_>) -> Preview {
    let mut asked: Vec<(&Entry, LauncherPreview)> = set
        .entries
        .iter()
        .map(|entry| (entry, preview_one(set, entry, session)))
        .collect();
    asked.sort_by_key(|(_, one)| one.meta.tie_break());
    let is_planned = |entry: &Entry| {
        let asked = asked.iter().find(|(other, _)| std::ptr::eq(*other, entry));
        asked.is_some_and(|(_, one)| {
            matches!(
                one.decision,
                LaunchDecision::Launch | LaunchDecision::OtherSession
            )
        })
    };
    let checked = set.check_asked(is_planned, session);
    let launchers: Vec<_> = asked.into_iter().map(|(_, one)| one).collect();
    let plan = plan_with_sessions(&launchers, session, checked);
    let overlays = set.configured().into_iter();
    Preview {
        overlays: overlays.map(|(definition, _)| definition.name).collect(),
        launchers,
        plan,
        warnings: set.warnings(),
    }
}

/// Adds a problem for each launcher that needs another session.
fn plan_with_sessions(
    launchers: &[LauncherPreview],
    session: &Session<'_>,
    checked: Result<Plan, PlanError>,
) -> Result<Vec<&'static str>, PlanError> {
    let of_other_sessions = launchers
        .iter()
        .filter(|one| one.decision == LaunchDecision::OtherSession);
    let others = of_other_sessions.map(|one| Problem::Session {
        launcher: one.meta,
        wanted: one.session,
        given: session.type_names(),
    });
    let repeated = session.repeated().iter().copied();
    let repeated = repeated.map(|session| Problem::RepeatedSession { session });
    let mut problems: Vec<Problem> = repeated.chain(others).collect();
    match checked {
        Ok(plan) if problems.is_empty() => Ok(plan.names().collect()),
        Ok(_) => Err(PlanError { problems }),
        Err(error) => {
            problems.extend(error.problems);
            Err(PlanError { problems })
        }
    }
}

fn preview_one(set: &LauncherSet, entry: &Entry, session: &Session<'_>) -> LauncherPreview {
    let launcher = &entry.launcher;
    let overrides = set.overrides(launcher);
    let described = launcher.describe(session, overrides);
    let decision = match &described {
        _ if !entry.selected => LaunchDecision::LeftOut,
        _ if !overrides.enabled() => LaunchDecision::ConfiguredOff,
        _ if !launcher.fits(session) => LaunchDecision::OtherSession,
        Err(error) => failed(error),
        Ok(_) => match launcher.should_launch(session) {
            Ok(true) => LaunchDecision::Launch,
            Ok(false) => LaunchDecision::ConditionFalse,
            Err(error) => failed(&error),
        },
    };
    let (strategies, bootstrappers) = described.unwrap_or_default();
    LauncherPreview {
        meta: launcher.meta(),
        overlay: launcher.overlay().map(CommunityType::full_name),
        session: launcher.session_name(),
        strategies,
        bootstrappers,
        decision,
    }
}

fn failed(error: &HookError) -> LaunchDecision {
    match error {
        HookError::Failed(hook, _) | HookError::Panicked(hook) => LaunchDecision::Panicked(*hook),
        HookError::Session => LaunchDecision::OtherSession,
    }
}
