//! Opens and seals pieces of work on several cores, with the results in order.
//!
//! The node's own task adds jobs and collects results. Helpers run on tokio's threads for blocking
//! work; they take jobs while there are any and then end, so an idle node has none. The node's task
//! takes jobs too instead of waiting, so a node without helpers still makes progress.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::crypto::Points;
use crate::engine::Opened;
use crate::node::pipeline::order::InOrder;
use crate::node::pipeline::piece::{Sealed, Unopened, seal};
use crate::state::outbox::Outgoing;
use crate::support::guard::guarded;

/// The result of a job.
enum Done {
    Opened(u64, Vec<Opened>),
    Sealed(u64, Vec<Sealed>),
}

/// One piece of work, with its number among its kind.
enum Job {
    Open(u64, Unopened),
    Seal(u64, Vec<Outgoing>),
}

impl Job {
    fn work(self, points: &mut Points, after: impl FnMut(usize)) -> Done {
        match self {
            Self::Open(number, piece) => Done::Opened(number, piece.open(points, after)),
            Self::Seal(number, piece) => Done::Sealed(number, seal(piece, after)),
        }
    }
}

#[derive(Default)]
struct State {
    /// Taken before `open`: answers belong to older datagrams.
    seal: VecDeque<(u64, Vec<Outgoing>)>,
    open: VecDeque<(u64, Unopened)>,
    done: Vec<Done>,
    helpers: usize,
    /// The tables of helpers that are not running.
    points: Vec<Points>,
}

impl State {
    fn next(&mut self) -> Option<Job> {
        if let Some((number, piece)) = self.seal.pop_front() {
            return Some(Job::Seal(number, piece));
        }
        let (number, piece) = self.open.pop_front()?;
        Some(Job::Open(number, piece))
    }

    fn waiting(&self) -> usize {
        self.seal.len() + self.open.len()
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Notified by helpers after each job.
    done: Notify,
}

impl Shared {
    /// Ignores poisoning: a panic under the lock would be a bug of this file, and leaves the queues
    /// usable.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn help(&self) {
        let mut points = self.lock().points.pop().unwrap_or_default();
        loop {
            let job = {
                let mut state = self.lock();
                let Some(job) = state.next() else {
                    state.helpers -= 1;
                    state.points.push(points);
                    return;
                };
                job
            };
            let done = job.work(&mut points, |_| {});
            self.lock().done.push(done);
            self.done.notify_one();
        }
    }
}

/// The jobs of one node.
pub(super) struct Pool {
    shared: Arc<Shared>,
    most_helpers: usize,
    /// The tables of the node's own task.
    points: Points,
    opening: InOrder<Vec<Opened>>,
    datagrams_opening: usize,
    sealing: InOrder<Vec<Sealed>>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Pool")
            .field("most_helpers", &self.most_helpers)
            .field("opening", &self.opening.len())
            .field("sealing", &self.sealing.len())
            .finish_non_exhaustive()
    }
}

impl Pool {
    /// Creates a pool that uses up to `cores` cores, including that of the node's own task.
    pub(super) fn new(cores: usize) -> Self {
        Self {
            shared: Arc::default(),
            most_helpers: cores.saturating_sub(1),
            points: Points::new(),
            opening: InOrder::default(),
            datagrams_opening: 0,
            sealing: InOrder::default(),
        }
    }

    /// Returns `true` if the pool may use other cores than that of the node's own task.
    pub(super) fn has_helpers(&self) -> bool {
        self.most_helpers > 0
    }

    /// Returns the most pieces to open ahead: each core has one in work, and two to continue with
    /// while the node's task is busy.
    pub(super) fn most_opening(&self) -> usize {
        3 * (self.most_helpers + 1)
    }

    pub(super) fn open(&mut self, piece: Unopened) {
        let number = self.opening.reserve();
        self.datagrams_opening += piece.count();
        self.shared.lock().open.push_back((number, piece));
    }

    pub(super) fn seal(&mut self, piece: Vec<Outgoing>) {
        let number = self.sealing.reserve();
        self.shared.lock().seal.push_back((number, piece));
    }

    /// Starts as many helpers as there is work for, except for one piece that the caller does
    /// itself.
    pub(super) fn call_helpers(&self) {
        let missing = {
            let mut state = self.shared.lock();
            let wanted = state.waiting().saturating_sub(1).min(self.most_helpers);
            let missing = wanted.saturating_sub(state.helpers);
            state.helpers += missing;
            missing
        };
        for _ in 0..missing {
            let shared = Arc::clone(&self.shared);
            // If the runtime is ending, the helper never runs: the node's task does the work
            // itself.
            let called = guarded(|| tokio::task::spawn_blocking(move || shared.help()));
            // tokio panics if the system cannot create a thread.
            if called.is_err() {
                self.shared.lock().helpers -= 1;
            }
        }
    }

    /// Does one piece at once, and calls `after` with the cost of each datagram. Returns `true` if
    /// there was one.
    pub(super) fn work(&mut self, after: impl FnMut(usize)) -> bool {
        let job = self.shared.lock().next();
        let any = job.is_some();
        if let Some(job) = job {
            let done = job.work(&mut self.points, after);
            self.put(done);
        }
        any
    }

    /// Returns the key tables of the node's own task.
    pub(super) fn points(&mut self) -> &mut Points {
        &mut self.points
    }

    /// Collects the results of the helpers.
    pub(super) fn collect(&mut self) {
        let done = std::mem::take(&mut self.shared.lock().done);
        for done in done {
            self.put(done);
        }
    }

    fn put(&mut self, done: Done) {
        match done {
            Done::Opened(number, opened) => self.opening.fill(number, opened),
            Done::Sealed(number, sealed) => self.sealing.fill(number, sealed),
        }
    }

    /// Waits until a helper has finished a job since the last wait. Cancel safe.
    pub(super) fn done(&self) -> Notified<'_> {
        self.shared.done.notified()
    }

    /// Returns `true` if the node's own task can do something here now, after [`Pool::collect`].
    pub(super) fn is_busy(&self) -> bool {
        self.opening.is_ready() || self.sealing.is_ready() || self.shared.lock().waiting() > 0
    }

    /// Returns the piece that arrived first, if it is open.
    pub(super) fn opened(&mut self) -> Option<Vec<Opened>> {
        let opened = self.opening.pop()?;
        self.datagrams_opening -= opened.len();
        Some(opened)
    }

    /// Returns the number of datagrams in pieces that were added for opening and not returned yet.
    pub(super) fn datagrams_opening(&self) -> usize {
        self.datagrams_opening
    }

    /// Returns the piece that was added first, if it is sealed.
    pub(super) fn sealed(&mut self) -> Option<Vec<Sealed>> {
        self.sealing.pop()
    }

    /// Returns the number of pieces that were added for opening and not returned yet.
    pub(super) fn opening(&self) -> usize {
        self.opening.len()
    }

    pub(super) fn is_sealing(&self) -> bool {
        !self.sealing.is_empty()
    }

    /// Returns how many pieces were added for sealing so far, and how many of them were returned.
    pub(super) fn seal_marks(&self) -> (u64, u64) {
        (self.sealing.end(), self.sealing.first())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::node::pipeline::tests::{outgoing, signed_datagram, signed_ticket};

    #[test]
    fn the_results_of_several_cores_are_in_order() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let mut pool = Pool::new(4);
            let ticket = signed_ticket();
            let (mut given, mut opened, mut sealed) = (0_u16, Vec::new(), Vec::new());
            while opened.len() < 300 || sealed.len() < 300 {
                while given < 300 && pool.opening() < pool.most_opening() {
                    let mut piece = Unopened::default();
                    for _ in 0..3 {
                        // Opening takes very different times, so helpers overtake each other.
                        let datagram = signed_datagram(given);
                        let cut = if given % 2 == 0 { datagram.len() } else { 30 };
                        piece.push(ticket, &datagram[..cut]);
                        pool.seal(vec![outgoing(given)]);
                        given += 1;
                    }
                    pool.open(piece);
                }
                pool.call_helpers();
                if !pool.work(|_| {}) {
                    pool.done().await;
                }
                pool.collect();
                opened.extend(std::iter::from_fn(|| pool.opened()).flatten());
                sealed.extend(std::iter::from_fn(|| pool.sealed()).flatten());
            }
            for (number, opened) in (0_u16..).zip(&opened) {
                assert_eq!(opened.error().is_some(), number % 2 == 1, "{number}");
            }
            for (number, (to, bytes)) in (0_u16..).zip(&sealed) {
                assert_eq!(to.port(), number + 1);
                assert_eq!(*bytes, outgoing(number).packet.seal());
            }
            assert!(!pool.is_busy() && !pool.is_sealing());
            assert_eq!(pool.seal_marks(), (300, 300));
        });
    }

    #[test]
    fn without_helpers_the_caller_does_all_jobs() {
        let mut pool = Pool::new(1);
        assert!(!pool.has_helpers() && !pool.work(|_| {}));
        pool.seal(vec![outgoing(1), outgoing(2)]);
        pool.seal(vec![outgoing(3)]);
        pool.call_helpers();
        assert!(pool.work(|_| {}) && pool.work(|_| {}) && !pool.work(|_| {}));
        assert_eq!(pool.seal_marks(), (2, 0));
        assert_eq!([2, 1], [(); 2].map(|()| pool.sealed().unwrap().len()));
        assert_eq!(pool.seal_marks(), (2, 2));
    }
}
