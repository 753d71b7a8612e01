//! Reports a step that hangs.
//!
//! A step runs on the node's own task, so nothing on that task can notice that it hangs. A small
//! thread checks four times a second, and warns about a step that runs for longer than
//! [`PATIENCE`].

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::engine::overlays::StrategyName;

/// How long a step may run before it is reported.
const PATIENCE: Duration = Duration::from_secs(1);

const CHECK_EVERY: Duration = Duration::from_millis(250);

#[derive(Debug, Default)]
struct State {
    running: Option<(StrategyName, Instant)>,
    reported: bool,
    stopped: bool,
    hanging: u64,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Watches the steps of one node. Stops and joins its thread when dropped.
#[derive(Debug)]
pub(super) struct Watchdog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// Starts the thread. If the system refuses one, steps are not watched.
    pub(super) fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let watched = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("ipv8-watchdog".into())
            .spawn(move || watch(&watched))
            .inspect_err(|error| tracing::warn!(%error, "no watchdog thread: hanging steps will not be reported"))
            .ok();
        Self { shared, thread }
    }

    /// Notes that a step of `strategy` begins.
    pub(super) fn enter(&self, strategy: StrategyName) {
        let mut state = self.shared.lock();
        state.running = Some((strategy, Instant::now()));
        state.reported = false;
    }

    /// Notes that the step has returned. Returns how long it took.
    pub(super) fn leave(&self) -> Duration {
        let entered = self.shared.lock().running.take();
        entered.map_or(Duration::ZERO, |(_, since)| since.elapsed())
    }

    /// Returns the number of reported steps.
    pub(super) fn hanging(&self) -> u64 {
        self.shared.lock().hanging
    }
}

fn watch(shared: &Shared) {
    let mut state = shared.lock();
    while !state.stopped {
        if let Some((strategy, since)) = state.running
            && !state.reported
            && since.elapsed() > PATIENCE
        {
            state.reported = true;
            state.hanging += 1;
            let seconds = since.elapsed().as_secs_f64();
            tracing::warn!(
                %strategy,
                seconds,
                "hanging step: steps must not block, because nothing else of the node runs meanwhile"
            );
        }
        let waited = shared.wake.wait_timeout(state, CHECK_EVERY);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.wake.notify_all();
        if let Some(thread) = self.thread.take() {
            // The thread only ever waits for the condition that was just notified.
            let _ = thread.join();
        }
    }
}
