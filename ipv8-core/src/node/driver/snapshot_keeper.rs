//! Saves a node's snapshot regularly and at the end, without holding up the loop.
//!
//! The file keeps the [`Anchors`] of the node: its peers, and addresses that were peers before. A
//! node without peers leaves it alone, and tries its anchors again.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::task::{JoinHandle, spawn_blocking};

use crate::node::clock::{now, since};
use crate::node::files::{Anchors, anchor_records, snapshot_file};
use crate::state::network::PeerGraph;

/// The time between two saves, if the addresses changed. A crash loses at most this much.
const SAVE_EVERY: Duration = Duration::from_secs(60);

/// The time after which the record of each anchor is updated.
const ROUND: Duration = Duration::from_secs(3_600);

/// The shortest run whose end counts as the end of a round.
const SHORTEST_ROUND: Duration = Duration::from_secs(15 * 60);

/// The time between two attempts to find anchors again, for a node without peers.
const RETRY_EVERY: Duration = Duration::from_secs(5 * 60);

/// The number of anchors that are tried again at a time.
const RETRIES: usize = 64;

/// The content of the two files.
#[derive(Clone, PartialEq, Eq)]
struct Content {
    snapshot: Vec<u8>,
    records: Vec<u8>,
}

/// The snapshot file of one node.
pub(super) struct SnapshotKeeper {
    path: PathBuf,
    anchors: Anchors,
    /// The node had a peer since it started. Before that, the files stay as they are.
    was_online: bool,
    next: Instant,
    round: Instant,
    retried: Instant,
    /// The content of the files, if the last write succeeded.
    saved: Option<Content>,
    writing: Option<JoinHandle<bool>>,
    failed: bool,
}

impl SnapshotKeeper {
    /// Creates the keeper of the file at `path`, whose content is `snapshot`. Reads the records of
    /// its anchors: blocks.
    pub(super) fn new(path: PathBuf, snapshot: &[u8]) -> Self {
        let anchors = anchor_records::read(&path, snapshot);
        Self {
            path,
            anchors,
            was_online: false,
            next: now() + SAVE_EVERY,
            round: now(),
            retried: now(),
            saved: None,
            writing: None,
            failed: false,
        }
    }

    /// Returns when the next save is due.
    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// Notes the peers of this moment and begins to write the files, if they change. Returns
    /// addresses to walk to again, as a snapshot to load; usually none.
    pub(super) async fn save(&mut self, graph: &PeerGraph) -> Vec<u8> {
        self.next = now() + SAVE_EVERY;
        self.note_peers(graph);
        let is_alone = graph.verified_count() == 0;
        let is_over = !is_alone && since(self.round) >= ROUND;
        if is_over {
            self.end_round(graph);
        }
        let again = if is_over || is_alone && since(self.retried) >= RETRY_EVERY {
            self.retried = now();
            self.anchors.retry(RETRIES)
        } else {
            Vec::new()
        };
        self.write_changes().await;
        again
    }

    /// Saves for the last time.
    pub(super) async fn save_at_end(&mut self, graph: &PeerGraph) {
        self.note_peers(graph);
        if graph.verified_count() > 0 && since(self.round) >= SHORTEST_ROUND {
            self.end_round(graph);
        }
        self.write_changes().await;
    }

    /// Waits until the last write has ended.
    pub(super) async fn finish(&mut self) {
        let Some(writing) = self.writing.take() else {
            return;
        };
        self.failed = !writing.await.unwrap_or(false);
        if self.failed {
            // Ensures another attempt, even if the addresses do not change.
            self.saved = None;
        }
    }

    fn note_peers(&mut self, graph: &PeerGraph) {
        self.anchors
            .note_peers(graph.addresses_of_peers().collect());
        self.was_online |= graph.verified_count() > 0;
    }

    fn end_round(&mut self, graph: &PeerGraph) {
        self.round = now();
        self.anchors.end_round(|address| graph.is_known(address));
    }

    async fn write_changes(&mut self) {
        self.finish().await;
        if !self.was_online {
            return;
        }
        let content = Content {
            snapshot: self.anchors.snapshot(),
            records: anchor_records::to_json(&self.anchors),
        };
        if self.saved.as_ref() == Some(&content) {
            return;
        }
        self.saved = Some(content.clone());
        let (path, logged) = (self.path.clone(), self.failed);
        self.writing = Some(spawn_blocking(move || write(&path, &content, logged)));
    }
}

/// Returns `true` if both files were written. A failure is logged once, until a write succeeds.
fn write(path: &Path, content: &Content, logged: bool) -> bool {
    // The snapshot is written first: records without their address are ignored.
    let written = snapshot_file::write(path, &content.snapshot)
        .and_then(|()| snapshot_file::write(&anchor_records::path_of(path), &content.records));
    match written {
        Ok(()) => {
            let bytes = content.snapshot.len();
            tracing::debug!(file = %path.display(), bytes, "snapshot saved");
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
