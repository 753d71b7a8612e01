//! A node that is being launched: it answers its handles, and neither sends nor receives.
//!
//! It has a socket and no task. The launch gives it time with [`HeldNode::serve`]. Dropping it
//! undoes everything at once, so a launch that fails or is abandoned leaves nothing behind.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Mutex;

use tokio::sync::{broadcast, mpsc, watch};
use tracing::Instrument;

use crate::crypto::PublicKey;
use crate::engine::{Engine, Input};
use crate::node::clock::now;
use crate::node::driver::{Command, Driver};
use crate::node::endpoint::Endpoint;
use crate::node::error::Error;
use crate::node::handles::{End, Ipv8, Link, Shared};
use crate::node::local_addresses::local_addresses;

/// The most events that wait for a slow listener.
const EVENT_BACKLOG: usize = 1_024;

/// The most requests of other tasks that wait for the node. Later ones wait for room.
const COMMAND_BACKLOG: usize = 256;

/// The driver, and its ends of the channels to the handles.
struct Parts {
    driver: Driver,
    commands: mpsc::Receiver<Command>,
    stopping: watch::Receiver<bool>,
    ended: watch::Sender<End>,
}

/// A node on hold: no strategy has turns, no timer runs, nothing is sent or received. Datagrams
/// that arrive wait in the socket; datagrams to send wait in the outbox.
///
/// When dropped, it unloads its overlays, the last one first, discards their queued datagrams, and
/// closes the socket.
pub(crate) struct HeldNode {
    link: Link,
    /// `None` after the release.
    parts: Option<Parts>,
}

impl HeldNode {
    /// Creates a node without overlays on `endpoint`. It opens and seals on up to `cores` cores;
    /// `None` is all.
    pub(crate) fn new(
        mut engine: Engine,
        endpoint: Endpoint,
        my_peer: &PublicKey,
        cores: Option<usize>,
    ) -> Self {
        let (commands, inbox) = mpsc::channel(COMMAND_BACKLOG);
        let (events, first_events) = broadcast::channel(EVENT_BACKLOG);
        let (stop, stopping) = watch::channel(false);
        let (ended, end) = watch::channel(End::Running);
        // Without the interfaces: reading them can take long, so the running node does that.
        let local = local_addresses(&endpoint.local_addresses(), &[]);
        engine.handle(Input::LocalAddresses(local), now());
        let shared = Shared {
            addresses: endpoint.local_addresses(),
            my_peer: my_peer.clone(),
            launched: Mutex::new(engine.overlays().into()),
            events: events.downgrade(),
            first_events: Mutex::new(Some(first_events)),
            stop,
            end,
        };
        Self {
            link: Link::new(commands, shared),
            parts: Some(Parts {
                driver: Driver::new(engine, endpoint, events, cores),
                commands: inbox,
                stopping,
                ended,
            }),
        }
    }

    /// Returns a handle of the node.
    pub(crate) fn ipv8(&self) -> Ipv8 {
        Ipv8::new(self.link.clone())
    }

    /// Runs `change` with the engine. Returns `None` if the node was stopped. The handles know of
    /// new overlays from the next [`HeldNode::serve`] on.
    pub(crate) fn with_engine<R>(&mut self, change: impl FnOnce(&mut Engine) -> R) -> Option<R> {
        let parts = self.parts.as_mut()?;
        let stops = *parts.stopping.borrow();
        (!stops).then(|| change(&mut parts.driver.engine))
    }

    /// Waits for `work`. Meanwhile it answers requests of the handles.
    ///
    /// # Errors
    ///
    /// [`Error::Stopped`] if the node is stopped; `work` is then dropped unfinished.
    pub(crate) async fn serve<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Error> {
        let parts = self.parts.as_mut().ok_or(Error::Stopped)?;
        self.link.update_launched(&parts.driver.engine);
        let mut work = pin!(work);
        loop {
            let command = tokio::select! {
                biased;
                _ = parts.stopping.wait_for(|stop| *stop) => return Err(Error::Stopped),
                done = &mut work => return Ok(done),
                command = parts.commands.recv() => command,
            };
            match command {
                Some(command) => command(&mut parts.driver),
                // Cannot happen while `self.link` exists.
                None => return Err(Error::Stopped),
            }
        }
    }

    /// Makes the running node keep its peers' addresses in this file, whose content is `snapshot`.
    pub(crate) fn keep_snapshot(&mut self, path: PathBuf, snapshot: &[u8]) {
        if let Some(parts) = &mut self.parts {
            parts.driver.keep_snapshot(path, snapshot);
        }
    }

    /// Starts the node on a task of its own. Must be called inside a tokio runtime.
    pub(crate) fn release(mut self) -> Ipv8 {
        let ipv8 = self.ipv8();
        let Some(mut parts) = self.parts.take() else {
            return ipv8;
        };
        parts.driver.engine.restart_turns(now());
        self.link.set_launched(parts.driver.engine.overlays());
        let mid = ipv8.my_peer().mid();
        let overlays = parts.driver.engine.overlay_count();
        tracing::info!(addresses = ?ipv8.local_addresses(), %mid, overlays, "node running");
        let span = tracing::info_span!("node", %mid);
        let running = parts.driver.run(parts.commands, parts.stopping);
        let node = tokio::spawn(running.instrument(span));
        tokio::spawn(async move {
            let end = if node.await.is_ok() {
                End::Stopped
            } else {
                End::Panicked
            };
            parts.ended.send_replace(end);
        });
        ipv8
    }
}

impl Drop for HeldNode {
    fn drop(&mut self) {
        let Some(Parts {
            mut driver, ended, ..
        }) = self.parts.take()
        else {
            return;
        };
        driver.engine.unload_all(now());
        drop(driver);
        tracing::info!("launch undone");
        ended.send_replace(End::Stopped);
    }
}
