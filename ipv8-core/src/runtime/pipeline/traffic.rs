//! Receive work and answers, a small piece at a time.

use tokio::sync::futures::Notified;
use tokio::time::{Instant, sleep_until};

use crate::counters::DropReason;
use crate::endpoint::Endpoint;
use crate::engine::{Engine, Input};
use crate::outbox::Outgoing;
use crate::runtime::node::now;
use crate::runtime::pipeline::inbox::{Inbox, InboxStatistics};
use crate::runtime::pipeline::piece::{Costs, PIECE, Sealed, Unopened, seal};
use crate::runtime::pipeline::pool::Pool;
use crate::runtime::statistics::count;

/// How many datagrams are taken from one socket before something else is looked at: less than a millisecond's work.
const FILL: usize = 512;

/// Behind how many pieces that wait for signatures nothing more is sent: handlers and steps that send much then wait, as they do when
/// the socket is full. A few milliseconds' work.
const MOST_SEALING: u64 = 32;

/// Everything that is on its way through one node.
#[derive(Debug)]
pub(in crate::runtime) struct Pipeline {
    inbox: Inbox,
    pool: Pool,
    /// Where the datagram that is opened on the spot lies.
    at_hand: Unopened,
    /// What is to be sealed next, and what its signatures cost.
    outgoing: Vec<Outgoing>,
    signatures: usize,
    others: usize,
    /// A step was taken, and what it sent was not polled yet.
    stepped: bool,
    /// The piece with which all of the last step is out.
    flushed_at: Option<u64>,
}

impl Pipeline {
    /// A pipeline that uses up to `cores` cores.
    pub(in crate::runtime) fn new(cores: usize) -> Self {
        Self {
            inbox: Inbox::default(),
            pool: Pool::new(cores),
            at_hand: Unopened::default(),
            outgoing: Vec::new(),
            signatures: 0,
            others: 0,
            stepped: false,
            flushed_at: None,
        }
    }

    pub(in crate::runtime) fn statistics(&self) -> InboxStatistics {
        self.inbox.statistics()
    }

    /// Takes what has arrived into the inbox: this is cheaper than anything that is done with it, so that the buffer of the system stays
    /// empty.
    pub(in crate::runtime) fn fill(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        let inbox = &mut self.inbox;
        let mut dropped = 0;
        endpoint.receive_many(FILL, |datagram| {
            if let Some(ticket) = engine.admit(datagram.source, datagram.bytes) {
                dropped += inbox.push(ticket, datagram.bytes);
            }
        });
        if dropped > 0 {
            engine
                .statistics_mut()
                .record_many(DropReason::QueueFull, dropped);
        }
    }

    /// Opens and handles a small piece of what waits, stopping early when somebody's turn has come.
    ///
    /// When more than that waits, pieces are opened on other cores too, and handled in the order of their arrival.
    pub(in crate::runtime) fn receive(&mut self, engine: &mut Engine) {
        self.pool.collect();
        let more_waits = self.inbox.cost() > PIECE;
        if self.pool.opening() == 0 && !(more_waits && self.pool.has_helpers()) {
            self.receive_here(engine);
            return;
        }
        while let Some(opened) = self.pool.opened() {
            for opened in opened {
                engine.handle(Input::Opened(opened), now());
            }
            if is_turn(engine) {
                return;
            }
        }
        while self.pool.opening() < self.pool.most_opening() && !self.inbox.is_empty() {
            let mut piece = Unopened::default();
            self.inbox.take(&mut piece, PIECE);
            self.pool.open(piece);
        }
        self.pool.call_helpers();
        self.pool.work();
    }

    fn receive_here(&mut self, engine: &mut Engine) {
        let mut cost = 0;
        while cost < PIECE {
            self.at_hand.clear();
            if !self.inbox.take(&mut self.at_hand, 1) {
                // Nothing to open, but somebody may wait for signatures.
                if cost == 0 {
                    self.pool.work();
                }
                return;
            }
            cost += self.at_hand.cost();
            for (ticket, datagram) in self.at_hand.datagrams() {
                engine.handle(Input::Opened(ticket.open(datagram)), now());
            }
            if is_turn(engine) {
                return;
            }
        }
    }

    /// Sends `outgoing` after everything that was sent before.
    pub(in crate::runtime) async fn send(
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

    /// Seals what was collected: on the spot, or wherever there is time for it when there is more to do.
    async fn seal(&mut self, more_comes: bool, endpoint: &mut Endpoint, engine: &mut Engine) {
        let piece = std::mem::take(&mut self.outgoing);
        let signatures = std::mem::take(&mut self.signatures);
        self.others = 0;
        if piece.is_empty() {
            return;
        }
        let more_waits = more_comes || self.pool.opening() > 0 || self.inbox.cost() > PIECE;
        let is_worth_it = self.pool.has_helpers() && more_waits && 2 * signatures >= PIECE;
        if !is_worth_it && !self.pool.is_sealing() {
            self.hand_over(&seal(piece), endpoint, engine).await;
            return;
        }
        self.pool.seal(piece);
        self.pool.call_helpers();
        while self.sealing() > MOST_SEALING {
            if !self.pool.work() {
                self.pool.done().await;
            }
            self.hand_over_sealed(endpoint, engine).await;
            self.fill(endpoint, engine);
        }
    }

    fn sealing(&self) -> u64 {
        let (given, taken) = self.pool.seal_marks();
        given - taken
    }

    /// Hands over what is sealed, as far as everything before it is.
    async fn hand_over_sealed(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.pool.collect();
        while let Some(sealed) = self.pool.sealed() {
            self.hand_over(&sealed, endpoint, engine).await;
        }
    }

    /// Hands datagrams to the socket, waiting for room for each as long as [`Endpoint::send`] does. Meanwhile what arrives is taken
    /// in.
    async fn hand_over(&mut self, sealed: &[Sealed], endpoint: &mut Endpoint, engine: &mut Engine) {
        let mut left = sealed;
        let mut deadline = None;
        loop {
            let done = endpoint.try_send_many(left, |datagram, result| {
                count(engine.statistics_mut(), datagram, result);
            });
            left = left.get(done..).unwrap_or_default();
            let Some(((to, datagram), others)) = left.split_first() else {
                return;
            };
            if done > 0 {
                deadline = None;
            }
            let until = *deadline.get_or_insert_with(|| Instant::now() + endpoint.send_patience());
            tokio::select! {
                biased;
                () = endpoint.writable(*to) => {}
                () = sleep_until(until) => {
                    let failure = endpoint.give_up();
                    count(engine.statistics_mut(), datagram, Err(failure));
                    left = others;
                    deadline = None;
                }
                () = endpoint.readable() => self.fill(endpoint, engine),
            }
        }
    }

    /// Tells the engine once all of what it wanted sent was handed to the socket; after a step, once everything is that was to
    /// be sent up to then.
    pub(in crate::runtime) async fn flush(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.seal(false, endpoint, engine).await;
        self.hand_over_sealed(endpoint, engine).await;
        let (given, taken) = self.pool.seal_marks();
        if std::mem::take(&mut self.stepped) {
            self.flushed_at = Some(given);
        }
        if given == taken || self.flushed_at.is_some_and(|at| at <= taken) {
            self.flushed_at = None;
            engine.handle(Input::Flushed, now());
        }
    }

    /// A step was taken: what it sends has to be out before the next one.
    pub(in crate::runtime) fn stepped(&mut self) {
        self.stepped = true;
    }

    /// Whether answers are still being signed.
    pub(in crate::runtime) fn is_sealing(&self) -> bool {
        self.pool.is_sealing()
    }

    /// Works on answers only, for a node that stops.
    pub(in crate::runtime) async fn finish_one(&mut self) {
        if !self.pool.work() {
            self.pool.done().await;
        }
    }

    /// Whether there is something to do for the node's own task at once.
    pub(in crate::runtime) fn is_busy(&self) -> bool {
        let room = self.pool.opening() < self.pool.most_opening();
        (room && !self.inbox.is_empty()) || self.pool.is_busy()
    }

    /// Waits until another core has finished something. Cancel safe.
    pub(in crate::runtime) fn helped(&self) -> Notified<'_> {
        self.pool.done()
    }
}

fn is_turn(engine: &Engine) -> bool {
    engine.poll_timeout().is_some_and(|turn| turn <= now())
}
