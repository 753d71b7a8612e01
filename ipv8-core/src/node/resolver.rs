//! Looks up host names beside the node's loop, so that a slow name server keeps nobody waiting.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::pin;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::overlay::bootstrap::{Lookup, LookupError, MAX_LOOKUPS};

/// How many names are looked up at a time: each takes a thread of tokio's pool.
const AT_A_TIME: usize = 8;

/// How long an answer is waited for. The system may go on for longer, and then keeps its place among [`AT_A_TIME`].
const PATIENCE: Duration = Duration::from_secs(10);

/// How many addresses of one name are taken.
const ADDRESSES: usize = 32;

/// What became of a name.
pub(super) type Found = (Lookup, Result<Vec<SocketAddr>, LookupError>);

/// The names of one node that are being looked up; dropped with it.
pub(super) struct Resolver {
    running: JoinSet<()>,
    places: Arc<Semaphore>,
    give: mpsc::UnboundedSender<Found>,
    take: mpsc::UnboundedReceiver<Found>,
}

impl Resolver {
    pub(super) fn new() -> Self {
        let (give, take) = mpsc::unbounded_channel();
        Self {
            running: JoinSet::new(),
            places: Arc::new(Semaphore::new(AT_A_TIME)),
            give,
            take,
        }
    }

    /// Begins to look up a name; one too many fails at once.
    pub(super) fn start(&mut self, lookup: Lookup) {
        while self.running.try_join_next().is_some() {}
        if self.running.len() >= MAX_LOOKUPS {
            // The channel cannot be closed: this holds both ends.
            let _ = self.give.send((lookup, Err(LookupError::TooMany)));
            return;
        }
        let (places, give) = (Arc::clone(&self.places), self.give.clone());
        self.running.spawn(look_up(lookup, places, give));
    }

    /// Waits for what became of the next name. Cancel safe; never ends when nothing is looked up.
    pub(super) async fn found(&mut self) -> Found {
        match self.take.recv().await {
            Some(found) => found,
            None => std::future::pending().await,
        }
    }
}

async fn look_up(lookup: Lookup, places: Arc<Semaphore>, give: mpsc::UnboundedSender<Found>) {
    let Ok(_place) = places.acquire().await else {
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
    // Nobody listens once the node has stopped.
    let _ = give.send((lookup, found));
    if late {
        // The thread is still busy with it.
        let _ = answer.await.map(drop);
    }
}
