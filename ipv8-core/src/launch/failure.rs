//! The errors of a launch: what failed, in which launcher or overlay, and where it is defined.

use crate::config::{ActionConfig, LauncherConfig, SettingProblem};
use crate::engine::OverlayError;
use crate::launch::community_launcher::LaunchError;
use crate::launch::plan::{LauncherMeta, PlanError, Problem};
use crate::node::{Error, Hook};
use crate::overlay::community::CommunityError;

/// The reason why a launcher's own code failed.
#[derive(Debug)]
pub(super) enum HookError {
    /// The hook returned an error.
    Failed(Hook, LaunchError),
    /// The hook panicked.
    Panicked(Hook),
    /// The session is of another type. The check of the launch reports that first.
    Session,
}

/// The reason why an overlay could not be created.
#[derive(Debug)]
pub(super) enum AssembleError {
    /// The configuration sets something invalid. The check of the launch reports that first.
    Settings(Vec<SettingProblem>),
    /// The engine refused the overlay.
    Overlay(OverlayError),
}

impl From<OverlayError> for AssembleError {
    fn from(error: OverlayError) -> Self {
        Self::Overlay(error)
    }
}

/// The reason why a launcher failed.
#[derive(Debug)]
pub(super) enum LauncherError {
    Hook(HookError),
    Assemble(AssembleError),
}

impl From<HookError> for LauncherError {
    fn from(error: HookError) -> Self {
        Self::Hook(error)
    }
}

impl From<AssembleError> for LauncherError {
    fn from(error: AssembleError) -> Self {
        Self::Assemble(error)
    }
}

/// A launcher in an error: its metadata, and its session type.
#[derive(Clone, Copy)]
pub(super) struct Culprit {
    pub(super) meta: LauncherMeta,
    pub(super) session: &'static str,
}

impl Culprit {
    /// Adds the launcher to its error.
    pub(super) fn error(self, error: impl Into<LauncherError>) -> Error {
        let launcher = Box::new(self.meta);
        match error.into() {
            LauncherError::Hook(HookError::Failed(hook, error)) => Error::Hook {
                launcher,
                hook,
                error,
            },
            LauncherError::Hook(HookError::Panicked(hook)) => {
                Error::LauncherPanicked { launcher, hook }
            }
            LauncherError::Hook(HookError::Session) => Error::Plan(PlanError {
                problems: vec![Problem::Session {
                    launcher: self.meta,
                    wanted: self.session,
                    given: Vec::new(),
                }],
            }),
            LauncherError::Assemble(AssembleError::Settings(problems)) => invalid(problems),
            LauncherError::Assemble(AssembleError::Overlay(error)) => {
                Error::Launch { launcher, error }
            }
        }
    }
}

/// Adds the overlay, which only the configuration names, to its error.
pub(super) fn of_overlay(definition: &LauncherConfig, error: AssembleError) -> Error {
    match error {
        AssembleError::Settings(problems) => invalid(problems),
        AssembleError::Overlay(error) => Error::Overlay {
            overlay: definition.name.value.clone(),
            origin: definition.name.origin.clone(),
            error,
        },
    }
}

/// Adds the action and its overlay to its error.
pub(super) fn of_action(
    definition: &LauncherConfig,
    action: &ActionConfig,
    error: CommunityError,
) -> Error {
    Error::Action {
        action: action.name.value.clone(),
        overlay: definition.name.value.clone(),
        origin: action.name.origin.clone(),
        error,
    }
}

fn invalid(problems: Vec<SettingProblem>) -> Error {
    let problems = problems.into_iter().map(Problem::Config);
    Error::Plan(PlanError {
        problems: problems.collect(),
    })
}
