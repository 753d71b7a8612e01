//! A tracker on a socket.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::communities::tracker::Tracker;
use crate::counters::Statistics;
use crate::crypto::{PrivateKey, PublicKey};
use crate::endpoint::{Endpoint, EndpointOptions};
use crate::network::NetworkLimits;
use crate::packet::CommunityId;
use crate::runtime::error::Error;
use crate::runtime::hold::local_addresses;
use crate::runtime::node::now;
use crate::runtime::statistics::count;

/// How many datagrams are answered before the task lets others run.
const RECEIVE_BATCH: usize = 64;

/// A tracker that answers on a socket of its own, until it is stopped or dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ipv8_core::Error> {
/// let tracker = ipv8_core::runtime::RunningTracker::launch("127.0.0.1:0".parse().expect("an address")).await?;
/// println!("bootstrap from {}", tracker.address());
/// tracker.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RunningTracker {
    address: SocketAddr,
    my_peer: PublicKey,
    tracker: Arc<Mutex<Tracker>>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl RunningTracker {
    /// Opens a socket on `address` (the next ports if that one is taken, any free one for port 0)
    /// and answers there, with a new key. Must be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`Error::Bind`] when no socket can be opened, [`Error::Randomness`] without random numbers.
    pub async fn launch(address: SocketAddr) -> Result<Self, Error> {
        let endpoint = Endpoint::bind(&[address], &EndpointOptions::default())?;
        Self::launch_on(endpoint)
    }

    /// As [`RunningTracker::launch`], on a socket made elsewhere: an endpoint in memory, for a test.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`] without random numbers.
    pub fn launch_on(endpoint: Endpoint) -> Result<Self, Error> {
        let (mut key_seed, mut seed) = ([0; 32], [0; 32]);
        getrandom::fill(&mut key_seed)?;
        getrandom::fill(&mut seed)?;
        let my_peer = PrivateKey::generate(&mut StdRng::from_seed(key_seed));
        let mut tracker = Tracker::new(my_peer, NetworkLimits::default(), seed);
        tracker.set_local_addresses(local_addresses(&endpoint));
        let address = endpoint
            .local_addresses()
            .first()
            .copied()
            .unwrap_or(crate::address::UNSPECIFIED);
        let my_peer = tracker.my_peer().clone();
        let tracker = Arc::new(Mutex::new(tracker));
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(run(Arc::clone(&tracker), endpoint, stopping));
        tracing::info!(%address, mid = %my_peer.mid(), "tracker running");
        Ok(Self {
            address,
            my_peer,
            tracker,
            stop,
            task,
        })
    }

    /// The address of the socket, with the port it got.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The tracker's public key.
    #[must_use]
    pub fn my_peer(&self) -> &PublicKey {
        &self.my_peer
    }

    /// What came in, went out and was dropped so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        lock(&self.tracker).statistics().clone()
    }

    /// Each community with the number of its peers.
    #[must_use]
    pub fn services(&self) -> Vec<(CommunityId, usize)> {
        lock(&self.tracker).services().collect()
    }

    /// Stops answering and closes the socket; returns when that is done.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if self.task.await.is_err() {
            tracing::error!("the tracker's task panicked; please report this");
        }
    }
}

fn lock(tracker: &Mutex<Tracker>) -> MutexGuard<'_, Tracker> {
    tracker.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn run(
    tracker: Arc<Mutex<Tracker>>,
    mut endpoint: Endpoint,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            biased;
            // An error means that the handle was dropped.
            _ = stop.wait_for(|stop| *stop) => return,
            () = endpoint.readable() => {}
        }
        for _ in 0..RECEIVE_BATCH {
            let Some(datagram) = endpoint.try_receive() else {
                break;
            };
            lock(&tracker).handle(datagram.source, datagram.bytes, now());
        }
        send_all(&tracker, &mut endpoint).await;
    }
}

async fn send_all(tracker: &Mutex<Tracker>, endpoint: &mut Endpoint) {
    // The lock is given back before each send: that may wait.
    while let Some(outgoing) = next_output(tracker) {
        let datagram = outgoing.packet.seal();
        let sent = endpoint.send(outgoing.to, &datagram).await;
        count(lock(tracker).statistics_mut(), &datagram, sent);
    }
}

fn next_output(tracker: &Mutex<Tracker>) -> Option<crate::outbox::Outgoing> {
    lock(tracker).poll_output()
}
