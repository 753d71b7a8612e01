//! The task of a running tracker: it connects [`Tracker`] to a socket and a clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::communities::tracker::Tracker;
use crate::node::clock::{now, sleep_until};
use crate::node::endpoint::Endpoint;
use crate::node::stats::count;
use crate::state::outbox::Outgoing;

/// The most datagrams that are handled before the task checks the timers and yields.
const RECEIVE_BATCH: usize = 64;

/// A tracker, shared by its task, its handle and its API.
pub(super) type Shared = Arc<Mutex<Tracker>>;

pub(super) fn lock(tracker: &Mutex<Tracker>) -> MutexGuard<'_, Tracker> {
    tracker.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) async fn run(tracker: Shared, mut endpoint: Endpoint, mut stop: watch::Receiver<bool>) {
    loop {
        let deadline = lock(&tracker).poll_timeout();
        tokio::select! {
            biased;
            // An error means that the handle was dropped.
            _ = stop.wait_for(|stop| *stop) => return,
            () = sleep_until(deadline) => lock(&tracker).handle_timeout(now()),
            () = endpoint.readable() => {}
        }
        send_all(&tracker, &mut endpoint).await;
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
    // The lock is released before each send, which may wait.
    while let Some(outgoing) = next_output(tracker) {
        let datagram = outgoing.packet.seal();
        let sent = endpoint.send(outgoing.to, &datagram).await;
        count(lock(tracker).statistics_mut(), &datagram, sent);
    }
}

fn next_output(tracker: &Mutex<Tracker>) -> Option<Outgoing> {
    lock(tracker).poll_output()
}
