//! Snapshots of a running node.

use std::path::Path;

use crate::node::handle::{HandleError, Ipv8};
use crate::node::snapshot_file::{self, SnapshotFileError};
use crate::state::network::LoadedSnapshot;

impl Ipv8 {
    /// The address of each verified peer, of whichever overlay, as bytes to load the next time, here or in py-ipv8 (protocol 6).
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn snapshot(&self) -> Result<Vec<u8>, HandleError> {
        self.ask(|node| node.engine.network().snapshot()).await
    }

    /// Makes the addresses of a snapshot known, which every overlay may walk to; its host names are being looked up when this returns.
    /// Reading stops at the first entry that makes no sense, and what was read before stays.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn load_snapshot(&self, snapshot: Vec<u8>) -> Result<LoadedSnapshot, HandleError> {
        self.ask(move |node| node.engine.load_snapshot(&snapshot))
            .await
    }

    /// Writes [`Ipv8::snapshot`] to a file, whole or not at all. [`Config::snapshot_file`](crate::Config::snapshot_file) does so by itself.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`], [`HandleError::Snapshot`].
    pub async fn save_snapshot(&self, path: impl AsRef<Path>) -> Result<(), HandleError> {
        let snapshot = self.snapshot().await?;
        let path = path.as_ref().to_owned();
        Ok(blocking(move || snapshot_file::write(&path, &snapshot)).await??)
    }
}

/// Files are written on a thread that may wait.
async fn blocking(
    work: impl FnOnce() -> Result<(), SnapshotFileError> + Send + 'static,
) -> Result<Result<(), SnapshotFileError>, HandleError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| HandleError::Stopped)
}
