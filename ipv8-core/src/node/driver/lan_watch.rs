//! Polls the machine's own addresses without holding up the loop: reading the interfaces can take a
//! second.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::node::endpoint::Endpoint;
use crate::node::local_addresses::local_addresses;
use crate::overlay::context::LocalAddresses;

/// The time between two polls (py-ipv8: 10 s).
const POLL_EVERY: Duration = Duration::from_secs(10);

/// The task that polls. Dropping this ends it.
pub(super) struct LanWatch {
    changes: mpsc::Receiver<LocalAddresses>,
    task: Option<JoinHandle<()>>,
}

impl LanWatch {
    /// Polls at once, then every ten seconds. A network in memory has no interfaces to poll.
    pub(super) fn start(endpoint: &Endpoint) -> Self {
        let (sender, changes) = mpsc::channel(1);
        let bound = endpoint.local_addresses();
        let task = endpoint
            .is_real()
            .then(|| tokio::spawn(watch(bound, sender)));
        Self { changes, task }
    }

    /// Waits until the machine's addresses change; the first call returns them once known. Cancel
    /// safe.
    pub(super) async fn changed(&mut self) -> LocalAddresses {
        match self.changes.recv().await {
            Some(local) => local,
            None => std::future::pending().await,
        }
    }
}

impl Drop for LanWatch {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn watch(bound: Vec<SocketAddr>, changes: mpsc::Sender<LocalAddresses>) {
    let mut before = None;
    let mut failed = false;
    loop {
        let sockets = bound.clone();
        let polled = spawn_blocking(move || poll(&sockets)).await;
        match polled {
            Ok(Ok(local)) => {
                if before.as_ref() != Some(&local) {
                    before = Some(local.clone());
                    if changes.send(local).await.is_err() {
                        return;
                    }
                }
            }
            Ok(Err(error)) if !std::mem::replace(&mut failed, true) => {
                tracing::warn!(%error, "cannot read the addresses of this machine");
            }
            // Logged before, or the runtime is shutting down.
            Ok(Err(_)) | Err(_) => {}
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
}

/// Reads the interfaces, and asks which address datagrams would leave from. Blocks.
fn poll(bound: &[SocketAddr]) -> std::io::Result<LocalAddresses> {
    let interfaces = if_addrs::get_if_addrs()?;
    let hosts: Vec<IpAddr> = interfaces.iter().map(if_addrs::Interface::ip).collect();
    Ok(local_addresses(bound, &hosts))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_interfaces_of_this_machine_can_be_read() {
        let local = poll(&["0.0.0.0:5".parse().unwrap()]).unwrap();
        assert_eq!(local.lan.port(), 5);
        assert!(!local.lan.ip().is_unspecified());
    }
}
