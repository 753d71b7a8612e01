//! Reports a step, or another call of user code, that hangs.
//!
//! User code runs on the node's own task, so nothing on that task can notice that it hangs. A small
//! thread checks four times a second, and warns about code that runs for longer than [`PATIENCE`].

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::engine::overlays::StrategyName;
use crate::state::watch::{Watch, Work};
use crate::wire::packet::CommunityId;

/// How long user code may run before it is reported.
const PATIENCE: Duration = Duration::from_secs(1);

const CHECK_EVERY: Duration = Duration::from_millis(250);

#[derive(Debug, Default)]
struct State {
    running: Option<(StrategyName, Instant)>,
    reported: bool,
    stopped: bool,
    hanging_steps: u64,
    /// Calls of user code that have not returned, the innermost last.
    calls: Vec<(CommunityId, Work, Instant)>,
    call_reported: bool,
    hanging_calls: u64,
}

impl State {
    fn check_step(&mut self) {
        if let Some((strategy, since)) = self.running
            && !self.reported
            && since.elapsed() > PATIENCE
        {
            self.reported = true;
            self.hanging_steps += 1;
            let seconds = since.elapsed().as_secs_f64();
            tracing::warn!(
                %strategy,
                seconds,
                "hanging step: steps must not block, because nothing else of the node runs meanwhile"
            );
        }
    }

    fn check_calls(&mut self) {
        if let Some((overlay, work, since)) = self.calls.last()
            && !self.call_reported
            && since.elapsed() > PATIENCE
        {
            self.call_reported = true;
            self.hanging_calls += 1;
            let seconds = since.elapsed().as_secs_f64();
            tracing::warn!(
                %overlay,
                call = %work,
                seconds,
                "hanging call: user code must not block, because nothing else of the node runs meanwhile"
            );
        }
    }
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
    pub(super) fn hanging_steps(&self) -> u64 {
        self.shared.lock().hanging_steps
    }

    /// Returns the number of reported calls of other user code.
    pub(super) fn hanging_calls(&self) -> u64 {
        self.shared.lock().hanging_calls
    }

    /// Returns the part that the engine tells about its calls.
    pub(super) fn watch(&self) -> Box<dyn Watch> {
        Box::new(Calls(Arc::clone(&self.shared)))
    }
}

#[derive(Debug)]
struct Calls(Arc<Shared>);

impl Watch for Calls {
    fn enter(&self, overlay: CommunityId, work: &Work) {
        let mut state = self.0.lock();
        state.calls.push((overlay, work.clone(), Instant::now()));
        state.call_reported = false;
    }

    fn leave(&self) {
        self.0.lock().calls.pop();
    }
}

fn watch(shared: &Shared) {
    let mut state = shared.lock();
    while !state.stopped {
        state.check_step();
        state.check_calls();
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
