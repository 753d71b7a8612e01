//! The clock of a node: tokio's, so that a test can pause it.

use std::time::{Duration, Instant};

/// The current time.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// How long ago `start` was; zero if it lies in the future.
pub(super) fn since(start: Instant) -> Duration {
    now().saturating_duration_since(start)
}

/// Waits until `deadline`; forever if there is none. Cancel safe.
pub(super) async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
