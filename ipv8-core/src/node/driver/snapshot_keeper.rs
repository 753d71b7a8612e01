//! Saves a node's snapshot regularly and at the end, without holding up the loop.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::task::{JoinHandle, spawn_blocking};

use crate::node::clock::now;
use crate::node::files::snapshot_file;

/// The time between two saves, if the addresses changed. A crash loses at most this much.
const SAVE_EVERY: Duration = Duration::from_secs(60);

/// The snapshot file of one node.
pub(super) struct SnapshotKeeper {
    path: PathBuf,
    next: Instant,
    saved: Vec<u8>,
    writing: Option<JoinHandle<bool>>,
    failed: bool,
}

impl SnapshotKeeper {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            next: now() + SAVE_EVERY,
            saved: Vec::new(),
            writing: None,
            failed: false,
        }
    }

    /// Returns when the next save is due.
    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// Begins to write `snapshot`. An empty snapshot is not written: the peers in the file may
    /// return.
    pub(super) async fn save(&mut self, snapshot: Vec<u8>) {
        self.next = now() + SAVE_EVERY;
        self.finish().await;
        if snapshot.is_empty() || snapshot == self.saved {
            return;
        }
        self.saved.clone_from(&snapshot);
        let (path, logged) = (self.path.clone(), self.failed);
        self.writing = Some(spawn_blocking(move || write(&path, &snapshot, logged)));
    }

    /// Waits until the last write has ended.
    pub(super) async fn finish(&mut self) {
        let Some(writing) = self.writing.take() else {
            return;
        };
        self.failed = !writing.await.unwrap_or(false);
        if self.failed {
            // Ensures another attempt, even if the addresses do not change.
            self.saved.clear();
        }
    }
}

/// Returns `true` if the snapshot was written. A failure is logged once, until a write succeeds.
fn write(path: &Path, snapshot: &[u8], logged: bool) -> bool {
    match snapshot_file::write(path, snapshot) {
        Ok(()) => {
            tracing::debug!(file = %path.display(), bytes = snapshot.len(), "snapshot saved");
            true
        }
        Err(error) => {
            if !logged {
                tracing::warn!("{error}");
            }
            false
        }
    }
}
