//! The nodes of a test, and the time.

use std::time::Duration;

use rand::rngs::StdRng;

use super::builder::TestBaseBuilder;
use super::internet::Internet;
use super::received::ReceivedMessage;
use crate::crypto::PrivateKey;
use crate::engine::Event;
use crate::overlay::community::{Community, MessageTable};
use crate::overlay::context::Context;
use crate::wire::packet::CommunityId;

/// The number of datagrams and timeouts after which [`TestBase::deliver_messages`] fails: far more
/// than a test of some nodes needs, and few enough for a second or two.
const DELIVERY_LIMIT: usize = 10_000;

pub(super) struct Node {
    pub(super) machine: usize,
    pub(super) key: PrivateKey,
    pub(super) id: CommunityId,
    pub(super) production: bool,
}

/// Some nodes with one overlay of type `C` each. See the [module](super).
///
/// Its methods fail the test by a panic at the line of the call, with a message that says what
/// happened instead. Methods that take the number of a node panic when there is no such node.
pub struct TestBase<C: Community> {
    pub(super) internet: Internet,
    pub(super) rng: StdRng,
    pub(super) table: MessageTable<C>,
    pub(super) builder: TestBaseBuilder<C>,
    pub(super) nodes: Vec<Node>,
    /// Messages that arrived and were not asserted yet, with the node that received them.
    pub(super) log: Vec<(usize, ReceivedMessage)>,
    pub(super) events_seen: usize,
    pub(super) unregistered_is_fine: bool,
}

impl<C: Community> std::fmt::Debug for TestBase<C> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TestBase")
            .field("nodes", &self.nodes.len())
            .field("internet", &self.internet)
            .finish_non_exhaustive()
    }
}

impl<C: Community> TestBase<C> {
    /// Creates `nodes` nodes with default settings, which are verified peers of each other.
    ///
    /// As in py-ipv8 they become peers without messages; [`TestBase::introduce_nodes`] sends the
    /// introductions too.
    ///
    /// # Panics
    ///
    /// When the community cannot be added to a node.
    #[must_use]
    #[track_caller]
    pub fn new(nodes: usize) -> Self {
        Self::builder(nodes).build()
    }

    /// Returns a builder for `nodes` nodes.
    #[must_use]
    pub fn builder(nodes: usize) -> TestBaseBuilder<C> {
        TestBaseBuilder::new(nodes)
    }

    /// Returns the number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns `true` if there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    #[track_caller]
    pub(super) fn node(&self, i: usize) -> &Node {
        let there = self.nodes.len();
        let node = self.nodes.get(i);
        node.unwrap_or_else(|| panic!("there is no node {i}, only {there} from 0"))
    }

    /// Returns the community of node `i`, to read it.
    ///
    /// # Panics
    ///
    /// When it was unloaded.
    #[must_use]
    #[track_caller]
    pub fn overlay(&self, i: usize) -> &C {
        let community = self.engine(i).community::<C>(self.node(i).id);
        community.unwrap_or_else(|| panic!("the overlay of node {i} is not loaded"))
    }

    /// Calls into the community of node `i`. Datagrams leave when messages are delivered or time
    /// passes.
    ///
    /// # Panics
    ///
    /// When it was unloaded, or `call` panics.
    #[track_caller]
    pub fn call<R>(&mut self, i: usize, call: impl FnOnce(&mut C, &mut Context<'_>) -> R) -> R {
        let (id, now) = (self.node(i).id, self.internet.now());
        match self.engine_mut(i).call(id, now, call) {
            Ok(result) => result,
            Err(error) => panic!("node {i}: {error}"),
        }
    }

    /// Unloads the overlay of node `i`, and delivers its last datagrams. Returns `true` if it was
    /// loaded.
    #[track_caller]
    pub fn unload(&mut self, i: usize) -> bool {
        let (id, now) = (self.node(i).id, self.internet.now());
        let was_loaded = self.engine_mut(i).unload_overlay(id, now);
        self.deliver_messages();
        was_loaded
    }

    /// Lets node `i` walk to node `other`, and `other` to `i`: delivers the introduction requests
    /// and the answers, which make each a peer of the other.
    #[track_caller]
    pub fn introduce(&mut self, i: usize, other: usize) {
        for (from, to) in [(i, other), (other, i)] {
            let to = self.address(to);
            self.call(from, |_, cx| cx.walk_to(to));
            self.deliver_messages();
        }
    }

    /// Lets every node walk to every other one, and delivers all answers.
    #[track_caller]
    pub fn introduce_nodes(&mut self) {
        for i in 0..self.len() {
            for other in (0..self.len()).filter(|other| *other != i) {
                let to = self.address(other);
                self.call(i, |_, cx| cx.walk_to(to));
            }
        }
        self.deliver_messages();
    }

    /// Delivers all datagrams, and those that they cause, until none are on their way. Time passes
    /// only as far as the delay of the link.
    ///
    /// # Panics
    ///
    /// When that does not end within 10,000 datagrams. Use [`TestBase::deliver`] for nodes that
    /// never stop talking.
    #[track_caller]
    pub fn deliver_messages(&mut self) {
        let quiet = self.internet.deliver(DELIVERY_LIMIT);
        self.check();
        if !quiet {
            let last: Vec<_> = self.log.iter().rev().take(4).collect();
            let last = last
                .iter()
                .rev()
                .map(|(to, one)| format!("\n  {one}, to node {to}"));
            panic!(
                "after {DELIVERY_LIMIT} datagrams there are still more to deliver; the last messages were:{}",
                last.collect::<String>()
            );
        }
    }

    /// Delivers datagrams, and those that they cause, but no more than `limit`. Returns `true` if
    /// none are left.
    #[track_caller]
    pub fn deliver(&mut self, limit: usize) -> bool {
        let quiet = self.internet.deliver(limit);
        self.check();
        quiet
    }

    /// Lets `time` pass: timeouts fire, tasks run, strategies take steps, messages arrive.
    #[track_caller]
    pub fn advance(&mut self, time: Duration) {
        self.internet.run_for(time);
        self.check();
    }

    /// Lets time pass until `reached` returns `true`, at most `limit`.
    ///
    /// # Panics
    ///
    /// When that does not happen within `limit`.
    #[track_caller]
    pub fn advance_until(&mut self, limit: Duration, mut reached: impl FnMut(&Self) -> bool) {
        let end = self.time() + limit;
        while !reached(self) {
            let left = end.saturating_sub(self.time());
            assert!(!left.is_zero(), "not reached within {limit:?}");
            self.internet.step(left);
            self.check();
        }
    }

    /// Returns the time that has passed since the start of the test.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.internet.time()
    }

    /// Makes node `i` as forgiving as in production (py-ipv8's `production_overlay_classes`): a
    /// panic in its code, or an unreadable datagram, is only counted. Otherwise either fails the
    /// test.
    #[track_caller]
    pub fn production(&mut self, i: usize) {
        self.node(i);
        if let Some(node) = self.nodes.get_mut(i) {
            node.production = true;
        }
    }

    /// Allows datagrams to addresses where no node has ever been; they are lost. Otherwise one
    /// fails the test.
    pub fn allow_unregistered_addresses(&mut self) {
        self.unregistered_is_fine = true;
    }

    /// Adds new messages to the log, and fails the test for anything that must not happen.
    #[track_caller]
    pub(super) fn check(&mut self) {
        let mut failures = self.take_arrivals();
        for (_, machine, event) in self.internet.events.iter().skip(self.events_seen) {
            let node = self.nodes.iter().position(|node| node.machine == *machine);
            let node = node.and_then(|i| self.nodes.get(i).map(|node| (i, node)));
            if let (Event::Panicked { callback, .. }, Some((i, node))) = (event, node)
                && !node.production
            {
                failures.push(format!("node {i}: {callback} panicked"));
            }
        }
        self.events_seen = self.internet.events.len();
        if !self.unregistered_is_fine {
            let to_nobody = self.internet.to_nobody.iter();
            failures.extend(to_nobody.map(|(to, count)| {
                format!("{count} datagrams were sent to {to}, where no node has ever been")
            }));
        }
        self.internet.to_nobody.clear();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }
}
