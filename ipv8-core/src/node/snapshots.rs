//! Keeps a node's snapshot in a file: written now and then and at the end, beside the loop.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::task::{JoinHandle, spawn_blocking};

use crate::node::clock::now;
use crate::node::snapshot_file;

/// How often the file is written, if the addresses are others than before: what a crash loses at most.
pub(super) const SAVE_EVERY: Duration = Duration::from_secs(60);

/// The file of one node.
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

    /// When to come back.
    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// Begins to write `snapshot`. A node that knows nobody keeps the file that it has: those in it may come back.
    pub(super) async fn save(&mut self, snapshot: Vec<u8>) {
        self.next = now() + SAVE_EVERY;
        self.finish().await;
        if snapshot.is_empty() || snapshot == self.saved {
            return;
        }
        self.saved.clone_from(&snapshot);
        let (path, again) = (self.path.clone(), self.failed);
        self.writing = Some(spawn_blocking(move || write(&path, &snapshot, again)));
    }

    /// Waits for the last writing.
    pub(super) async fn finish(&mut self) {
        let Some(writing) = self.writing.take() else {
            return;
        };
        self.failed = !writing.await.unwrap_or(false);
        if self.failed {
            // To be tried again, however little has changed.
            self.saved.clear();
        }
    }
}

/// Whether it was written; a failure is told once until it is mended.
fn write(path: &Path, snapshot: &[u8], told: bool) -> bool {
    match snapshot_file::write(path, snapshot) {
        Ok(()) => {
            tracing::debug!(file = %path.display(), bytes = snapshot.len(), "snapshot saved");
            true
        }
        Err(error) => {
            if !told {
                tracing::warn!("{error}");
            }
            false
        }
    }
}
