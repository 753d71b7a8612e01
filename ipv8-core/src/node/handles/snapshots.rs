//! Snapshots of a running node.

use std::path::Path;

use super::error::HandleError;
use super::ipv8::Ipv8;
use crate::node::files::snapshot_file;
use crate::state::network::LoadedSnapshot;

impl Ipv8 {
    /// Returns the address of each verified peer of all overlays, as bytes that this crate or
    /// py-ipv8 can load later (protocol 6).
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn snapshot(&self) -> Result<Vec<u8>, HandleError> {
        self.link
            .ask(|driver| driver.engine.network().snapshot())
            .await
    }

    /// Adds the addresses of a snapshot to the known ones, for all overlays. Host names in it are
    /// still being looked up when this returns. Loading stops at the first invalid entry and keeps
    /// those before it.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn load_snapshot(&self, snapshot: Vec<u8>) -> Result<LoadedSnapshot, HandleError> {
        self.link
            .ask(move |driver| driver.engine.load_snapshot(&snapshot))
            .await
    }

    /// Writes [`Ipv8::snapshot`] to a file, completely or not at all.
    /// [`Config::snapshot_file`](crate::Config::snapshot_file) does so regularly.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`], [`HandleError::Snapshot`].
    pub async fn save_snapshot(&self, path: impl AsRef<Path>) -> Result<(), HandleError> {
        let snapshot = self.snapshot().await?;
        let path = path.as_ref().to_owned();
        let write = move || snapshot_file::write(&path, &snapshot);
        let written = tokio::task::spawn_blocking(write).await;
        Ok(written.map_err(|_| HandleError::Stopped)??)
    }
}
