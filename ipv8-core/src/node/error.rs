//! Why a node could not be launched, or ended badly.

use std::{fmt, io};

use crate::config::Origin;
use crate::engine::OverlayError;
use crate::launch::plan::{LauncherMeta, PlanError};
use crate::node::endpoint::BindError;
use crate::node::key_file::KeyFileError;
use crate::node::snapshot_file::SnapshotFileError;

/// Why a node could not be launched, or ended badly. What had started by then is undone.
///
/// Its `Debug` form is its message too, because that is what a `main` that returns it prints.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The launchers or the configuration contradict each other; nothing was started.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The key could not be read or made.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The file for the snapshot cannot be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotFileError),
    /// The system gave no random numbers for a new key.
    #[error("the system gave no random numbers: {0}")]
    Randomness(#[from] getrandom::Error),
    /// No socket could be opened.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// A launcher's overlay could not be made.
    #[error("launcher {launcher} failed: {error}")]
    Launch {
        /// The launcher and its place.
        launcher: Box<LauncherMeta>,
        /// Why.
        error: OverlayError,
    },
    /// An overlay that only the configuration names could not be made.
    #[error("{origin}: the overlay {overlay} failed: {error}")]
    Overlay {
        /// The community's type, without path.
        overlay: String,
        /// Where it is named.
        origin: Origin,
        /// Why.
        error: OverlayError,
    },
    /// What a configuration wants done when an overlay starts did not succeed.
    #[error("{origin}: the action {action} of {overlay} failed: {error}")]
    Action {
        /// The action.
        action: String,
        /// The launcher, or the community's type, without path.
        overlay: String,
        /// Where it is named.
        origin: Origin,
        /// What it said.
        error: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A launcher's own code failed.
    #[error("launcher {launcher} failed in {hook}: {error}")]
    Hook {
        /// The launcher and its place.
        launcher: Box<LauncherMeta>,
        /// What of it was called.
        hook: Hook,
        /// What it said.
        error: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A launcher's own code panicked.
    #[error("launcher {launcher} panicked in {hook}")]
    LauncherPanicked {
        /// The launcher and its place.
        launcher: Box<LauncherMeta>,
        /// What of it was called.
        hook: Hook,
    },
    /// [`Ipv8::stop`](crate::Ipv8::stop) was called while launchers were at work.
    #[error("the node was stopped while it was being launched")]
    Stopped,
    /// The state of a tracker may not or cannot be served.
    #[cfg(feature = "http")]
    #[error(transparent)]
    Api(#[from] crate::node::ApiError),
    /// Ctrl-C and SIGTERM could not be listened for.
    #[error("signals cannot be listened for: {0}")]
    Signals(io::Error),
    /// The node's task panicked: a fault of this library.
    #[error("the node's task panicked; please report this")]
    Panicked,
}

/// A method of a [`CommunityLauncher`](crate::CommunityLauncher); shown by its name.
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
    fn a_main_that_returns_an_error_prints_what_is_wrong_and_the_mend() {
        let problems = Launchers::new()
            .only(["Nobody"])
            .check()
            .expect_err("nobody is there");
        let error = Error::from(problems);
        assert_eq!(format!("{error:?}"), error.to_string());
        assert!(format!("{error:?}").contains("Nobody"), "{error:?}");
        assert!(!format!("{error:?}").contains("PlanError"), "{error:?}");
    }
}
