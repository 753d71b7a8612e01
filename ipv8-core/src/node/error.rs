//! The errors of launching and running a node.

use std::{fmt, io};

use crate::config::Origin;
use crate::config::launcher_meta::LauncherMeta;
use crate::config::plan_problem::PlanError;
use crate::engine::OverlayError;
use crate::node::endpoint::BindError;
use crate::node::files::key_file::KeyFileError;
use crate::node::files::snapshot_file::SnapshotFileError;

/// Why a node could not be launched, or why it ended. A failed launch is undone.
///
/// The `Debug` form is the message too, because a `main` that returns the error prints that form.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The launchers or the configuration have errors. Nothing was started.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The key could not be read or created.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The snapshot file cannot be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotFileError),
    /// The system provided no random numbers for a new key.
    #[error("could not read the system's random source: {0}")]
    Randomness(#[from] getrandom::Error),
    /// No socket could be opened.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// A launcher's overlay could not be created.
    #[error("launcher {launcher} failed: {error}")]
    Launch {
        /// The launcher and where it is defined.
        launcher: Box<LauncherMeta>,
        /// The cause.
        error: OverlayError,
    },
    /// An overlay that only the configuration defines could not be created.
    #[error("{origin}: overlay {overlay} failed: {error}")]
    Overlay {
        /// The community's type, without path.
        overlay: String,
        /// Where it is defined.
        origin: Origin,
        /// The cause.
        error: OverlayError,
    },
    /// An action that the configuration runs when an overlay starts failed.
    #[error("{origin}: action {action} of {overlay} failed: {error}")]
    Action {
        /// The action.
        action: String,
        /// The launcher, or the community's type, without path.
        overlay: String,
        /// Where it is defined.
        origin: Origin,
        /// The cause.
        error: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A method of a launcher failed.
    #[error("launcher {launcher} failed in {hook}: {error}")]
    Hook {
        /// The launcher and where it is defined.
        launcher: Box<LauncherMeta>,
        /// The method.
        hook: Hook,
        /// The cause.
        error: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A method of a launcher panicked.
    #[error("launcher {launcher} panicked in {hook}")]
    LauncherPanicked {
        /// The launcher and where it is defined.
        launcher: Box<LauncherMeta>,
        /// The method.
        hook: Hook,
    },
    /// [`Ipv8::stop`](crate::Ipv8::stop) was called during the launch.
    #[error("the node was stopped while it was being launched")]
    Stopped,
    /// The state API of a tracker could not be started.
    #[cfg(feature = "http")]
    #[error(transparent)]
    Api(#[from] crate::node::ApiError),
    /// No handlers for Ctrl-C and SIGTERM could be installed.
    #[error("cannot install signal handlers: {0}")]
    Signals(io::Error),
    /// The node's task panicked, which is a bug of this library.
    #[error("the node's task panicked; please report this")]
    Panicked,
}

/// A method of a [`CommunityLauncher`](crate::CommunityLauncher). It is displayed by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hook {
    /// `should_launch`.
    ShouldLaunch,
    /// `prepare`.
    Prepare,
    /// `settings`.
    Settings,
    /// `my_peer`.
    MyPeer,
    /// `walk_strategies`.
    WalkStrategies,
    /// `bootstrappers`.
    Bootstrappers,
    /// `finalize`.
    Finalize,
}

impl fmt::Display for Hook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ShouldLaunch => "should_launch",
            Self::Prepare => "prepare",
            Self::Settings => "settings",
            Self::MyPeer => "my_peer",
            Self::WalkStrategies => "walk_strategies",
            Self::Bootstrappers => "bootstrappers",
            Self::Finalize => "finalize",
        })
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use crate::launch::Launchers;

    use super::*;

    #[test]
    fn a_main_that_returns_an_error_prints_its_message() {
        let problems = Launchers::new()
            .only(["Missing"])
            .check()
            .expect_err("there is no launcher");
        let error = Error::from(problems);
        assert_eq!(format!("{error:?}"), error.to_string());
        assert!(format!("{error:?}").contains("Missing"), "{error:?}");
        assert!(!format!("{error:?}").contains("PlanError"), "{error:?}");
    }
}
