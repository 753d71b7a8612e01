//! Looks up host names without holding up the loop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::pin;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::overlay::bootstrap::{Lookup, LookupError, MAX_LOOKUPS};

/// The most concurrent lookups: each occupies a thread of tokio's pool.
const AT_A_TIME: usize = 8;

/// How long to wait for an answer. The system's lookup may take longer, and then still counts among
/// [`AT_A_TIME`].
const PATIENCE: Duration = Duration::from_secs(10);

/// The most addresses of one name that are used.
const ADDRESSES: usize = 32;

/// The outcome of a lookup.
pub(super) type Found = (Lookup, Result<Vec<SocketAddr>, LookupError>);

/// The running lookups of one node. Dropping this ends them.
pub(super) struct Resolver {
    running: JoinSet<()>,
    permits: Arc<Semaphore>,
    sender: mpsc::UnboundedSender<Found>,
    receiver: mpsc::UnboundedReceiver<Found>,
}

impl Resolver {
    pub(super) fn new() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self {
            running: JoinSet::new(),
            permits: Arc::new(Semaphore::new(AT_A_TIME)),
            sender,
            receiver,
        }
    }

    /// Starts a lookup. Beyond [`MAX_LOOKUPS`] it fails at once.
    pub(super) fn start(&mut self, lookup: Lookup) {
        while self.running.try_join_next().is_some() {}
        if self.running.len() >= MAX_LOOKUPS {
            // The channel is never closed: `self` holds both ends.
            let _ = self.sender.send((lookup, Err(LookupError::TooMany)));
            return;
        }
        let (permits, sender) = (Arc::clone(&self.permits), self.sender.clone());
        self.running.spawn(look_up(lookup, permits, sender));
    }

    /// Waits for the outcome of the next lookup; forever if there is none. Cancel safe.
    pub(super) async fn found(&mut self) -> Found {
        match self.receiver.recv().await {
            Some(found) => found,
            None => std::future::pending().await,
        }
    }
}

async fn look_up(lookup: Lookup, permits: Arc<Semaphore>, sender: mpsc::UnboundedSender<Found>) {
    let Ok(_permit) = permits.acquire().await else {
        return;
    };
    let host = lookup.host.clone();
    let answer = lookup_host((host.as_str(), lookup.port));
    pin!(answer);
    let found = match timeout(PATIENCE, &mut answer).await {
        Ok(Ok(addresses)) => Ok(addresses.take(ADDRESSES).collect()),
        Ok(Err(error)) => Err(LookupError::System(error.to_string())),
        Err(_) => Err(LookupError::TimedOut(PATIENCE)),
    };
    let late = matches!(found, Err(LookupError::TimedOut(_)));
    // An error means that the node has stopped.
    let _ = sender.send((lookup, found));
    if late {
        // The thread is still occupied, so the permit is kept until the system's lookup ends.
        let _ = answer.await.map(drop);
    }
}
