//! Receives, opens, handles, seals and sends datagrams, a small piece at a time.

use tokio::sync::futures::Notified;
use tokio::time::{Instant, sleep_until};

use crate::engine::{Engine, Input};
use crate::node::clock::now;
use crate::node::endpoint::Endpoint;
use crate::node::pipeline::inbox::{Crowd, InboxStats};
use crate::node::pipeline::intake::Intake;
use crate::node::pipeline::piece::{Costs, PIECE, Sealed, Unopened, seal};
use crate::node::pipeline::pool::Pool;
use crate::node::stats::count;
use crate::state::outbox::Outgoing;
use crate::state::stats::DropReason;

/// Received datagrams after which the node's task yields to other tasks.
const MANY: usize = 64;

/// The most pieces that wait for signatures, a few milliseconds of work. Beyond it handlers and
/// steps that send have to wait, as they do when the socket is full.
const MOST_SEALING: u64 = 32;

/// All datagrams that are on their way through one node.
#[derive(Debug)]
pub(in crate::node) struct Pipeline {
    pub(super) intake: Intake,
    pub(super) pool: Pool,
    /// The datagram that is being opened at once, without the pool.
    current: Unopened,
    /// The piece to seal next, and the cost of its signed and of its other datagrams.
    outgoing: Vec<Outgoing>,
    signatures: usize,
    others: usize,
    /// Number of sealed pieces after which the engine may be told `Flushed`.
    flushed_at: Option<u64>,
}

impl Pipeline {
    /// Creates a pipeline that uses up to `cores` cores.
    pub(in crate::node) fn new(cores: usize) -> Self {
        Self {
            intake: Intake::default(),
            pool: Pool::new(cores),
            current: Unopened::default(),
            outgoing: Vec::new(),
            signatures: 0,
            others: 0,
            flushed_at: None,
        }
    }

    pub(in crate::node) fn stats(&self) -> InboxStats {
        self.intake.inbox.stats()
    }

    /// Moves received datagrams into the inbox.
    pub(in crate::node) fn fill(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.intake.fill(endpoint, engine);
    }

    /// Opens and handles a small piece of the inbox. Stops early if a turn is due.
    ///
    /// If more is waiting, other cores open pieces too; they are handled in the order of their
    /// arrival. Datagrams that arrive meanwhile are moved into the inbox.
    pub(in crate::node) fn receive(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.pool.collect();
        let more_waits = self.intake.inbox.cost(now()) > PIECE;
        if self.pool.opening() == 0 && !(more_waits && self.pool.has_helpers()) {
            self.receive_here(endpoint, engine);
            return;
        }
        // Only one piece, so that its answers leave before the next one is handled.
        let opened = self.pool.opened();
        let handles = opened.is_some();
        if let Some(opened) = opened {
            for opened in opened {
                self.intake.judge(&opened, engine);
                engine.handle(Input::Opened(opened), now());
            }
            if is_turn_due(engine) {
                return;
            }
        }
        let inbox = &mut self.intake.inbox;
        while self.pool.opening() < self.pool.most_opening() {
            let mut piece = Unopened::default();
            if !inbox.take(&mut piece, PIECE, now()) {
                break;
            }
            self.pool.open(piece);
        }
        inbox.count_losses(engine.stats_mut());
        self.pool.call_helpers();
        // Only this task may touch the engine, so it handles opened pieces itself and leaves
        // opening to the helpers.
        if !handles {
            self.work(endpoint, engine);
        }
    }

    /// Does one job of the pool at once. Returns `true` if there was one.
    pub(super) fn work(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) -> bool {
        self.pool.work(self.intake.meanwhile(endpoint, engine))
    }

    fn receive_here(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        let mut cost = 0;
        while cost < PIECE {
            self.current.clear();
            let any = self.intake.inbox.take(&mut self.current, 1, now());
            self.intake.inbox.count_losses(engine.stats_mut());
            if !any {
                // There is nothing to open, but there may be answers to sign.
                if cost == 0 {
                    self.work(endpoint, engine);
                }
                return;
            }
            cost += self.current.cost();
            for (ticket, datagram) in self.current.datagrams() {
                let opened = ticket.open_with(datagram, self.pool.points());
                self.intake.judge(&opened, engine);
                engine.handle(Input::Opened(opened), now());
            }
            if is_turn_due(engine) {
                return;
            }
            self.intake.worked(self.current.cost(), endpoint, engine);
        }
    }

    /// Sends `outgoing`, after everything that was sent before.
    pub(in crate::node) async fn send(
        &mut self,
        outgoing: Outgoing,
        endpoint: &mut Endpoint,
        engine: &mut Engine,
    ) {
        match Costs::of_outgoing(&outgoing) {
            Costs::SIGNED => self.signatures += Costs::SIGNED,
            cost => self.others += cost,
        }
        self.outgoing.push(outgoing);
        if self.signatures + self.others >= PIECE {
            self.seal(true, endpoint, engine).await;
        }
    }

    /// Seals the collected piece: at once, or on other cores if there is more to do.
    async fn seal(&mut self, more_comes: bool, endpoint: &mut Endpoint, engine: &mut Engine) {
        let piece = std::mem::take(&mut self.outgoing);
        let signatures = std::mem::take(&mut self.signatures);
        self.others = 0;
        if piece.is_empty() {
            return;
        }
        let more_waits =
            more_comes || self.pool.opening() > 0 || self.intake.inbox.cost(now()) > PIECE;
        let pays_off = self.pool.has_helpers() && more_waits && 2 * signatures >= PIECE;
        if !pays_off && !self.pool.is_sealing() {
            let sealed = seal(piece, self.intake.meanwhile(endpoint, engine));
            self.transmit(&sealed, endpoint, engine).await;
            return;
        }
        self.pool.seal(piece);
        self.pool.call_helpers();
        while self.sealing() > MOST_SEALING {
            if !self.work(endpoint, engine) {
                self.pool.done().await;
            }
            self.transmit_sealed(endpoint, engine).await;
            self.fill(endpoint, engine);
        }
    }

    fn sealing(&self) -> u64 {
        let (given, taken) = self.pool.seal_marks();
        given - taken
    }

    /// Sends the sealed pieces, up to the first that is not sealed yet.
    async fn transmit_sealed(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.pool.collect();
        while let Some(sealed) = self.pool.sealed() {
            self.transmit(&sealed, endpoint, engine).await;
        }
    }

    /// Passes datagrams to the socket, and waits for room for each as long as [`Endpoint::send`]
    /// does. Datagrams that arrive meanwhile are moved into the inbox.
    async fn transmit(&mut self, sealed: &[Sealed], endpoint: &mut Endpoint, engine: &mut Engine) {
        let mut left = sealed;
        let mut waiting: Option<Instant> = None;
        loop {
            let done = endpoint.try_send_many(left, |datagram, result| {
                count(engine.stats_mut(), datagram, result);
            });
            left = left.get(done..).unwrap_or_default();
            if done > 0
                && let Some(since) = waiting.take()
            {
                endpoint.count_wait(since);
            }
            let Some(((to, datagram), rest)) = left.split_first() else {
                return;
            };
            let since = *waiting.get_or_insert_with(Instant::now);
            let until = since + endpoint.send_patience();
            tokio::select! {
                biased;
                () = endpoint.writable(*to) => {}
                () = sleep_until(until) => {
                    endpoint.count_wait(since);
                    let failure = endpoint.give_up();
                    count(engine.stats_mut(), datagram, Err(failure));
                    left = rest;
                    waiting = None;
                }
                () = endpoint.readable() => self.fill(endpoint, engine),
            }
        }
    }

    /// Tells the engine that the socket has everything it wanted to send. After a step, only
    /// datagrams that were queued up to then count.
    pub(in crate::node) async fn flush(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.seal(false, endpoint, engine).await;
        self.transmit_sealed(endpoint, engine).await;
        let (given, taken) = self.pool.seal_marks();
        if engine.awaits_flush() && *self.flushed_at.get_or_insert(given) > taken {
            return;
        }
        self.flushed_at = None;
        engine.handle(Input::Flushed, now());
    }

    /// Counts the unopened datagrams as dropped, because the node has stopped.
    pub(in crate::node) fn drop_waiting(&self, engine: &mut Engine) {
        let dropped = self.stats().waiting + self.pool.datagrams_opening();
        let stats = engine.stats_mut();
        stats.record_many(DropReason::Stopped, dropped as u64);
    }

    /// Returns `true` while answers are being signed.
    pub(in crate::node) fn is_sealing(&self) -> bool {
        self.pool.is_sealing()
    }

    /// Does one job, or waits for a helper to finish one. For a node that is stopping.
    pub(in crate::node) async fn finish_one(&mut self) {
        if !self.pool.work(|_| {}) {
            self.pool.done().await;
        }
    }

    /// Returns `true` if the node's own task can do something at once.
    pub(in crate::node) fn is_busy(&self) -> bool {
        let room = self.pool.opening() < self.pool.most_opening();
        (room && self.intake.inbox.is_ready(now())) || self.pool.is_busy()
    }

    /// Returns when waiting datagrams of strangers may be opened; `None` if none of them waits for
    /// the budget of their signatures.
    pub(in crate::node) fn resumes(&self) -> Option<std::time::Instant> {
        let room = self.pool.opening() < self.pool.most_opening();
        self.intake.inbox.resumes().filter(|_| room)
    }

    /// Returns who lost most of the datagrams that the inbox dropped since the last
    /// [`forget_crowd`](Self::forget_crowd); if none were, who sent most of those that wait.
    pub(in crate::node) fn crowd(&self) -> Option<Crowd> {
        self.intake.inbox.crowd()
    }

    /// Returns who lost most of the datagrams that the inbox dropped since the last
    /// [`forget_crowd`](Self::forget_crowd), if it dropped any.
    pub(in crate::node) fn losers(&self) -> Option<Crowd> {
        self.intake.inbox.losers()
    }

    pub(in crate::node) fn forget_crowd(&mut self) {
        self.intake.inbox.forget_crowd();
    }

    /// Returns `true`, once, after [`MANY`] received datagrams, even if they were dropped: the
    /// node's task should then yield.
    pub(in crate::node) fn has_taken_many(&mut self) -> bool {
        let many = self.intake.taken >= MANY;
        if many {
            self.intake.taken = 0;
        }
        many
    }

    /// Waits until another core has finished a job. Cancel safe.
    pub(in crate::node) fn helped(&self) -> Notified<'_> {
        self.pool.done()
    }
}

pub(super) fn is_turn_due(engine: &Engine) -> bool {
    engine.poll_timeout().is_some_and(|turn| turn <= now())
}
