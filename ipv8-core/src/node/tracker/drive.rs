//! The task of a running tracker: it connects [`Tracker`] to a socket and a clock.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::communities::tracker::Tracker;
use crate::node::clock::{now, sleep_until};
use crate::node::endpoint::Endpoint;
use crate::node::stats::count;

/// The most datagrams that are received in a row: less than a millisecond of work.
const RECEIVED: usize = 512;

/// The work in a row, by the costs that the tracker estimates. Then the task receives, looks at the
/// time, and lets other tasks run: even a ten times slower processor never keeps them waiting for
/// more than 20 ms.
const SLICE: Duration = Duration::from_millis(2);

/// The most answers that are signed and sent in a row.
const SENT: usize = 32;

/// A tracker, shared by its task, its handle and its API.
pub(super) type Shared = Arc<Mutex<Tracker>>;

pub(super) fn lock(tracker: &Mutex<Tracker>) -> MutexGuard<'_, Tracker> {
    tracker.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) async fn run(tracker: Shared, mut endpoint: Endpoint, mut stop: watch::Receiver<bool>) {
    let mut is_busy = false;
    loop {
        let deadline = lock(&tracker).poll_timeout();
        tokio::select! {
            biased;
            // An error means that the handle was dropped.
            _ = stop.wait_for(|stop| *stop) => return,
            // Lets reports, signals and the API have their turn, and the runtime poll the socket.
            () = yield_now(), if is_busy => {}
            () = sleep_until(deadline) => {}
            () = endpoint.readable() => {}
        }
        work(&tracker, &mut endpoint);
        is_busy = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return,
            more = send(&tracker, &mut endpoint) => more,
        };
        let due = lock(&tracker).poll_timeout();
        is_busy |= due.is_some_and(|due| due <= now());
    }
}

/// Receives, and handles a slice of what waits.
fn work(tracker: &Mutex<Tracker>, endpoint: &mut Endpoint) {
    let mut tracker = lock(tracker);
    receive(&mut tracker, endpoint, now());
    tracker.tick(now());
    let mut done = Duration::ZERO;
    while done < SLICE
        && let Some(cost) = tracker.work(now())
    {
        done += cost;
    }
}

fn receive(tracker: &mut Tracker, endpoint: &mut Endpoint, now: Instant) {
    for _ in 0..RECEIVED {
        let Some(datagram) = endpoint.try_receive() else {
            return;
        };
        tracker.receive(datagram.source, datagram.bytes, now);
    }
}

/// Signs and sends some of the queued datagrams. Returns `true` if there are more. While the socket
/// is full it waits, as long as [`Endpoint::send`] does.
async fn send(tracker: &Mutex<Tracker>, endpoint: &mut Endpoint) -> bool {
    let mut sealed: Vec<(SocketAddr, Vec<u8>)> = Vec::new();
    // Only the queue is taken from under the lock.
    let queued: Vec<_> = {
        let mut tracker = lock(tracker);
        std::iter::from_fn(|| tracker.poll_output())
            .take(SENT)
            .collect()
    };
    let more = queued.len() == SENT;
    sealed.extend(
        queued
            .into_iter()
            .map(|outgoing| (outgoing.to, outgoing.packet.seal())),
    );
    let mut left = sealed.as_slice();
    loop {
        let done = endpoint.try_send_many(left, |datagram, result| {
            count(lock(tracker).statistics_mut(), datagram, result);
        });
        left = left.get(done..).unwrap_or_default();
        let Some(((to, datagram), rest)) = left.split_first() else {
            return more;
        };
        let since = tokio::time::Instant::now();
        let patience = endpoint.send_patience();
        let waited = timeout(patience, endpoint.writable(*to)).await;
        endpoint.count_wait(since);
        if waited.is_err() {
            let failure = endpoint.give_up();
            count(lock(tracker).statistics_mut(), datagram, Err(failure));
            left = rest;
        }
    }
}
