//! Receive work and answers, a small piece at a time.

use tokio::sync::futures::Notified;
use tokio::time::{Instant, sleep_until};

use crate::engine::{Engine, Input};
use crate::node::driver::now;
use crate::node::endpoint::Endpoint;
use crate::node::pipeline::inbox::InboxStats;
use crate::node::pipeline::intake::Intake;
use crate::node::pipeline::piece::{Costs, PIECE, Sealed, Unopened, seal};
use crate::node::pipeline::pool::Pool;
use crate::node::stats::count;
use crate::state::outbox::Outgoing;
use crate::state::stats::DropReason;

/// After how many datagrams the node's task lets others run at the latest.
const MANY: usize = 64;

/// Behind how many pieces that wait for signatures nothing more is sent: handlers and steps that send much then wait, as they do when
/// the socket is full. A few milliseconds' work.
const MOST_SEALING: u64 = 32;

/// Everything that is on its way through one node.
#[derive(Debug)]
pub(in crate::node) struct Pipeline {
    intake: Intake,
    pool: Pool,
    /// Where the datagram that is opened on the spot lies.
    at_hand: Unopened,
    /// What is to be sealed next, and what its signatures cost.
    outgoing: Vec<Outgoing>,
    signatures: usize,
    others: usize,
    /// The piece with which all is out that the engine waits for.
    flushed_at: Option<u64>,
}

impl Pipeline {
    /// A pipeline that uses up to `cores` cores.
    pub(in crate::node) fn new(cores: usize) -> Self {
        Self {
            intake: Intake::default(),
            pool: Pool::new(cores),
            at_hand: Unopened::default(),
            outgoing: Vec::new(),
            signatures: 0,
            others: 0,
            flushed_at: None,
        }
    }

    pub(in crate::node) fn stats(&self) -> InboxStats {
        self.intake.inbox.stats()
    }

    /// Takes in what has arrived.
    pub(in crate::node) fn fill(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.intake.fill(endpoint, engine);
    }

    /// Opens and handles a small piece of what waits, stopping early when somebody's turn has come.
    ///
    /// When more than that waits, pieces are opened on other cores too, and handled in the order of their arrival. What arrives meanwhile
    /// is taken in.
    pub(in crate::node) fn receive(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.pool.collect();
        let more_waits = self.intake.inbox.cost() > PIECE;
        if self.pool.opening() == 0 && !(more_waits && self.pool.has_helpers()) {
            self.receive_here(endpoint, engine);
            return;
        }
        // One piece, so that what it causes leaves before the next one is handled.
        let opened = self.pool.opened();
        let handles = opened.is_some();
        if let Some(opened) = opened {
            for opened in opened {
                engine.handle(Input::Opened(opened), now());
            }
            if is_turn(engine) {
                return;
            }
        }
        let inbox = &mut self.intake.inbox;
        while self.pool.opening() < self.pool.most_opening() && !inbox.is_empty() {
            let mut piece = Unopened::default();
            inbox.take(&mut piece, PIECE);
            self.pool.open(piece);
        }
        self.pool.call_helpers();
        // Nobody else can handle what is open; helpers do the rest meanwhile.
        if !handles {
            self.work(endpoint, engine);
        }
    }

    /// Does one piece of the pool's on the spot; whether there was one.
    fn work(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) -> bool {
        self.pool.work(self.intake.meanwhile(endpoint, engine))
    }

    fn receive_here(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        let mut cost = 0;
        while cost < PIECE {
            self.at_hand.clear();
            if !self.intake.inbox.take(&mut self.at_hand, 1) {
                // Nothing to open, but somebody may wait for signatures.
                if cost == 0 {
                    self.work(endpoint, engine);
                }
                return;
            }
            cost += self.at_hand.cost();
            for (ticket, datagram) in self.at_hand.datagrams() {
                let opened = ticket.open_with(datagram, self.pool.points());
                engine.handle(Input::Opened(opened), now());
            }
            if is_turn(engine) {
                return;
            }
            self.intake.worked(self.at_hand.cost(), endpoint, engine);
        }
    }

    /// Sends `outgoing` after everything that was sent before.
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

    /// Seals what was collected: on the spot, or wherever there is time for it when there is more to do.
    async fn seal(&mut self, more_comes: bool, endpoint: &mut Endpoint, engine: &mut Engine) {
        let piece = std::mem::take(&mut self.outgoing);
        let signatures = std::mem::take(&mut self.signatures);
        self.others = 0;
        if piece.is_empty() {
            return;
        }
        let more_waits = more_comes || self.pool.opening() > 0 || self.intake.inbox.cost() > PIECE;
        let is_worth_it = self.pool.has_helpers() && more_waits && 2 * signatures >= PIECE;
        if !is_worth_it && !self.pool.is_sealing() {
            let sealed = seal(piece, self.intake.meanwhile(endpoint, engine));
            self.hand_over(&sealed, endpoint, engine).await;
            return;
        }
        self.pool.seal(piece);
        self.pool.call_helpers();
        while self.sealing() > MOST_SEALING {
            if !self.work(endpoint, engine) {
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
        let mut waiting: Option<Instant> = None;
        loop {
            let done = endpoint.try_send_many(left, |datagram, result| {
                count(engine.statistics_mut(), datagram, result);
            });
            left = left.get(done..).unwrap_or_default();
            if done > 0
                && let Some(since) = waiting.take()
            {
                endpoint.waited(since);
            }
            let Some(((to, datagram), others)) = left.split_first() else {
                return;
            };
            let since = *waiting.get_or_insert_with(Instant::now);
            let until = since + endpoint.send_patience();
            tokio::select! {
                biased;
                () = endpoint.writable(*to) => {}
                () = sleep_until(until) => {
                    endpoint.waited(since);
                    let failure = endpoint.give_up();
                    count(engine.statistics_mut(), datagram, Err(failure));
                    left = others;
                    waiting = None;
                }
                () = endpoint.readable() => self.fill(endpoint, engine),
            }
        }
    }

    /// Tells the engine once all of what it wanted sent was handed to the socket; after a step, once everything is that was to
    /// be sent up to then.
    pub(in crate::node) async fn flush(&mut self, endpoint: &mut Endpoint, engine: &mut Engine) {
        self.seal(false, endpoint, engine).await;
        self.hand_over_sealed(endpoint, engine).await;
        let (given, taken) = self.pool.seal_marks();
        if engine.awaits_flush() && *self.flushed_at.get_or_insert(given) > taken {
            return;
        }
        self.flushed_at = None;
        engine.handle(Input::Flushed, now());
    }

    /// Counts what waits to be opened as dropped: the node has stopped.
    pub(in crate::node) fn drop_waiting(&self, engine: &mut Engine) {
        let dropped = self.stats().waiting + self.pool.datagrams_opening();
        let stats = engine.statistics_mut();
        stats.record_many(DropReason::Stopped, dropped as u64);
    }

    /// Whether answers are still being signed.
    pub(in crate::node) fn is_sealing(&self) -> bool {
        self.pool.is_sealing()
    }

    /// Works on answers only, for a node that stops.
    pub(in crate::node) async fn finish_one(&mut self) {
        if !self.pool.work(|_| {}) {
            self.pool.done().await;
        }
    }

    /// Whether there is something to do for the node's own task at once.
    pub(in crate::node) fn is_busy(&self) -> bool {
        let room = self.pool.opening() < self.pool.most_opening();
        (room && !self.intake.inbox.is_empty()) || self.pool.is_busy()
    }

    /// Whether so many datagrams came in, even if they were dropped at once, that others should run; asked once for that.
    pub(in crate::node) fn has_taken_many(&mut self) -> bool {
        let many = self.intake.taken >= MANY;
        if many {
            self.intake.taken = 0;
        }
        many
    }

    /// Waits until another core has finished something. Cancel safe.
    pub(in crate::node) fn helped(&self) -> Notified<'_> {
        self.pool.done()
    }
}

fn is_turn(engine: &Engine) -> bool {
    engine.poll_timeout().is_some_and(|turn| turn <= now())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::node::endpoint::{EndpointConfig, MemoryNetwork};
    use crate::node::pipeline::tests::{engine, outgoing, signed_datagram, unsigned_datagram};

    const HERE: &str = "10.9.9.9:1000";

    fn endpoint(network: &MemoryNetwork) -> Endpoint {
        let here = [HERE.parse().unwrap()];
        Endpoint::in_memory(network, &here, &EndpointConfig::default()).unwrap()
    }

    fn deliver(network: &MemoryNetwork, datagram: &[u8]) {
        let there = "10.8.8.8:2000".parse().unwrap();
        assert!(network.deliver(there, HERE.parse().unwrap(), datagram));
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_is_due_ends_a_piece_of_receive_work() {
        let network = MemoryNetwork::new();
        let (mut endpoint, mut engine) = (endpoint(&network), engine());
        let mut pipeline = Pipeline::new(1);
        for number in 0..200 {
            deliver(&network, &unsigned_datagram(number));
        }
        pipeline.fill(&mut endpoint, &mut engine);
        assert!(pipeline.is_busy() && pipeline.has_taken_many() && !pipeline.has_taken_many());
        let waiting = |pipeline: &Pipeline| pipeline.stats().waiting;
        assert_eq!(waiting(&pipeline), 200);
        pipeline.receive(&mut endpoint, &mut engine);
        assert_eq!(waiting(&pipeline), 200 - PIECE);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(is_turn(&engine));
        pipeline.receive(&mut endpoint, &mut engine);
        assert_eq!(waiting(&pipeline), 200 - PIECE - 1);
        engine.handle(Input::Timeout, now());
        pipeline.receive(&mut endpoint, &mut engine);
        assert_eq!(waiting(&pipeline), 200 - PIECE - 1 - PIECE);
    }

    #[tokio::test(start_paused = true)]
    async fn what_arrives_while_signatures_are_checked_is_taken_in() {
        let network = MemoryNetwork::new();
        let (mut endpoint, mut engine) = (endpoint(&network), engine());
        let mut pipeline = Pipeline::new(1);
        let arrive =
            |count| (0..count).for_each(|number| deliver(&network, &signed_datagram(number)));
        arrive(16);
        pipeline.fill(&mut endpoint, &mut engine);
        let mut piece = Unopened::default();
        pipeline.intake.inbox.take(&mut piece, PIECE);
        // On the spot, and a piece of those that are there for all cores.
        arrive(5);
        pipeline.receive(&mut endpoint, &mut engine);
        assert_eq!(pipeline.stats().waiting, 5);
        pipeline.pool.open(piece);
        arrive(6);
        assert!(pipeline.work(&mut endpoint, &mut engine));
        assert_eq!(pipeline.stats().waiting, 11);
    }

    #[tokio::test(start_paused = true)]
    async fn what_arrives_while_signatures_are_made_is_taken_in() {
        let network = MemoryNetwork::new();
        let (mut endpoint, mut engine) = (endpoint(&network), engine());
        let mut pipeline = Pipeline::new(1);
        for number in 0..4 {
            pipeline
                .send(outgoing(number), &mut endpoint, &mut engine)
                .await;
        }
        deliver(&network, &signed_datagram(1));
        pipeline.flush(&mut endpoint, &mut engine).await;
        assert_eq!(engine.stats().datagrams_out, 4);
        assert_eq!(pipeline.stats().waiting, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_turn_waits_until_all_that_a_step_sent_is_sealed_and_sent() {
        let network = MemoryNetwork::new();
        let (mut endpoint, mut engine) = (endpoint(&network), engine());
        let mut pipeline = Pipeline::new(3);
        tokio::time::advance(Duration::from_secs(1)).await;
        engine.handle(Input::Timeout, now());
        for number in 0..50 {
            pipeline
                .send(outgoing(number), &mut endpoint, &mut engine)
                .await;
        }
        assert!(pipeline.is_sealing());
        pipeline.flush(&mut endpoint, &mut engine).await;
        while pipeline.is_sealing() {
            assert_eq!(engine.poll_timeout(), None);
            pipeline.finish_one().await;
            pipeline.flush(&mut endpoint, &mut engine).await;
        }
        assert!(engine.poll_timeout().is_some());
        assert_eq!(engine.stats().datagrams_out, 50);
    }

    #[tokio::test(start_paused = true)]
    async fn answers_that_never_cease_do_not_keep_the_next_turn_waiting() {
        let network = MemoryNetwork::new();
        let (mut endpoint, mut engine) = (endpoint(&network), engine());
        let mut pipeline = Pipeline::new(3);
        tokio::time::advance(Duration::from_secs(1)).await;
        engine.handle(Input::Timeout, now());
        assert!(engine.awaits_flush());
        let mut rounds = 0;
        // As long as something is being sealed at every drain, however much came since the step.
        while engine.awaits_flush() {
            for number in 0..20 {
                pipeline
                    .send(outgoing(number), &mut endpoint, &mut engine)
                    .await;
            }
            pipeline.flush(&mut endpoint, &mut engine).await;
            pipeline.finish_one().await;
            rounds += 1;
            assert!(rounds < 100);
        }
        assert!(engine.poll_timeout().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_when_a_node_stops_is_counted() {
        let network = MemoryNetwork::new();
        let (mut endpoint, mut engine) = (endpoint(&network), engine());
        let mut pipeline = Pipeline::new(2);
        for number in 0..100 {
            deliver(&network, &signed_datagram(number));
        }
        pipeline.fill(&mut endpoint, &mut engine);
        pipeline.receive(&mut endpoint, &mut engine);
        pipeline.drop_waiting(&mut engine);
        assert_eq!(engine.stats().count(DropReason::Stopped), 100);
    }

    #[tokio::test(start_paused = true)]
    async fn what_arrives_while_the_socket_is_full_is_taken_in() {
        let network = MemoryNetwork::new();
        let (mut endpoint, mut engine) = (endpoint(&network), engine());
        let mut pipeline = Pipeline::new(1);
        network.block_sends(HERE.parse().unwrap(), true);
        for number in 0..30 {
            deliver(&network, &signed_datagram(number));
        }
        pipeline.send(outgoing(1), &mut endpoint, &mut engine).await;
        pipeline.send(outgoing(2), &mut endpoint, &mut engine).await;
        // Each of them waits for as long as it may.
        let before = now();
        pipeline.flush(&mut endpoint, &mut engine).await;
        assert_eq!(now() - before, 2 * EndpointConfig::default().send_patience);
        assert_eq!(engine.stats().count(DropReason::SendFailed), 2);
        assert_eq!(pipeline.stats().waiting, 30);
    }
}
