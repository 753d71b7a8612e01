//! A node that is put together: it answers requests of its handles, and is not on the air.
//!
//! It has a socket and no task of its own. Whoever puts it together lends it time with
//! [`HeldNode::serve`]; dropping it undoes everything at once, which is what makes a launch that
//! fails or is given up leave nothing behind.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Mutex;

use tokio::sync::{broadcast, mpsc, watch};
use tracing::Instrument;

use crate::crypto::PublicKey;
use crate::engine::{Engine, Input};
use crate::node::clock::now;
use crate::node::driver::{Command, Node};
use crate::node::endpoint::Endpoint;
use crate::node::error::Error;
use crate::node::handle::{End, Ipv8, Shared};
use crate::node::lan_watch::local_addresses;

/// How many events wait for a slow listener.
const EVENT_BACKLOG: usize = 1_024;

/// How many requests of other tasks wait for the node; whoever comes later waits for room.
const COMMAND_BACKLOG: usize = 256;

/// The node, what it listens to, and whom it tells of its end.
struct Parts {
    node: Node,
    commands: mpsc::Receiver<Command>,
    stopping: watch::Receiver<bool>,
    ended: watch::Sender<End>,
}

/// A node on hold. No strategy steps, no timer runs, nothing is received and nothing leaves; what
/// arrives meanwhile waits in the socket, what is to leave in the outbox.
///
/// Dropped, it unloads its overlays, the last one first, and closes the socket; nothing of what they
/// wanted sent leaves.
pub(crate) struct HeldNode {
    ipv8: Ipv8,
    /// `None` once it was released.
    parts: Option<Parts>,
}

impl HeldNode {
    /// A node without overlays on `endpoint`, which knows the addresses of that, and opens and seals on up to `cores` cores, or all.
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
        // Reading the interfaces may take long; that is done when the node runs.
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
            ipv8: Ipv8::new(commands, shared),
            parts: Some(Parts {
                node: Node::new(engine, endpoint, events, cores),
                commands: inbox,
                stopping,
                ended,
            }),
        }
    }

    /// The handle that others get.
    pub(crate) fn ipv8(&self) -> &Ipv8 {
        &self.ipv8
    }

    /// Lets `change` work on the engine; the node's handles know of the overlays it adds once somebody is [served](Self::serve).
    /// `None` once somebody stops the node.
    pub(crate) fn with_engine<R>(&mut self, change: impl FnOnce(&mut Engine) -> R) -> Option<R> {
        let parts = self.parts.as_mut()?;
        let stops = *parts.stopping.borrow();
        (!stops).then(|| change(&mut parts.node.engine))
    }

    /// Waits for `work` and meanwhile answers what is asked of the node.
    ///
    /// # Errors
    ///
    /// [`Error::Stopped`] when somebody stops the node; `work` is then dropped unfinished.
    pub(crate) async fn serve<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Error> {
        let parts = self.parts.as_mut().ok_or(Error::Stopped)?;
        self.ipv8.update_launched(&parts.node.engine);
        let mut work = pin!(work);
        loop {
            let command = tokio::select! {
                biased;
                _ = parts.stopping.wait_for(|stop| *stop) => return Err(Error::Stopped),
                done = &mut work => return Ok(done),
                command = parts.commands.recv() => command,
            };
            match command {
                Some(command) => command(&mut parts.node),
                // Not while `ipv8` is here.
                None => return Err(Error::Stopped),
            }
        }
    }

    /// Has the node keep its peers' addresses in this file once it is on the air.
    pub(crate) fn keep_snapshot(&mut self, path: PathBuf) {
        if let Some(parts) = &mut self.parts {
            parts.node.keep_snapshot(path);
        }
    }

    /// Lets the node go on the air, on a task of its own. Must be called inside a tokio runtime.
    pub(crate) fn release(mut self) -> Ipv8 {
        let ipv8 = self.ipv8.clone();
        let Some(mut parts) = self.parts.take() else {
            return ipv8;
        };
        parts.node.engine.restart_turns(now());
        ipv8.set_launched(parts.node.engine.overlays());
        let mid = ipv8.my_peer().mid();
        let overlays = parts.node.engine.overlay_count();
        tracing::info!(addresses = ?ipv8.local_addresses(), %mid, overlays, "node running");
        let span = tracing::info_span!("node", %mid);
        let running = parts.node.run(parts.commands, parts.stopping);
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
            mut node, ended, ..
        }) = self.parts.take()
        else {
            return;
        };
        node.engine.unload_all(now());
        drop(node);
        tracing::info!("the launch was undone");
        ended.send_replace(End::Stopped);
    }
}
