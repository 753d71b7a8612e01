//! Testing overlays without a network: nodes in memory, virtual time (py-ipv8's `TestBase`).
//!
//! A [`TestBase`] has some nodes that each run one overlay of the same community. They know each other, unless asked
//! otherwise; messages between them wait until the test delivers them, and time stands still until the test lets it
//! pass. There is no socket: whatever a community does, nothing leaves the process. Every run with the same seed is the
//! same run.
//!
//! ```
//! use ipv8_core::prelude::*;
//! use ipv8_core::testing::TestBase;
//!
//! #[derive(Payload)]
//! #[payload(id = 1)]
//! struct Question {
//!     number: u32,
//! }
//!
//! #[derive(Payload)]
//! #[payload(id = 2)]
//! struct Answer {
//!     number: u32,
//! }
//!
//! struct MyCommunity;
//!
//! impl Community for MyCommunity {
//!     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"questions, answers!!");
//!     type Settings = ();
//!
//!     fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
//!         Ok(Self)
//!     }
//!
//!     fn messages(table: &mut MessageTable<Self>) {
//!         handlers!(table: signed Question => Self::on_question, signed Answer => Self::on_answer);
//!     }
//! }
//!
//! impl MyCommunity {
//!     fn on_question(&mut self, peer: &Peer, question: Question, cx: &mut Context<'_>) {
//!         cx.send(peer, &Answer { number: question.number + 1 }).unwrap();
//!     }
//!
//!     fn on_answer(&mut self, _peer: &Peer, _answer: Answer, _cx: &mut Context<'_>) {}
//! }
//!
//! let mut test = TestBase::<MyCommunity>::new(2);
//! let peer = test.peer(1);
//! test.call(0, |_, cx| cx.send(&peer, &Question { number: 41 })).unwrap();
//! test.deliver_messages();
//! test.assert_received_by::<(Question,)>(1);
//! let answer: Answer = test.assert_message_received(0);
//! assert_eq!(answer.number, 42);
//! ```
//!
//! What py-ipv8 has and where it is here:
//!
//! | py-ipv8 | here |
//! |---|---|
//! | `initialize(MyCommunity, n)` | [`TestBase::new`], [`TestBase::builder`] |
//! | `overlay(i)` | [`TestBase::overlay`] to look, [`TestBase::call`] to do something |
//! | `introduce_nodes()` | [`TestBase::introduce_nodes`], [`TestBase::introduce`] |
//! | `deliver_messages()` | [`TestBase::deliver_messages`]: until nothing is on its way, without waiting |
//! | `asyncio.sleep`, `request_cache.passthrough()` | [`TestBase::advance`]: time passes at once |
//! | `assertReceivedBy(i, [A, B])` | [`TestBase::assert_received_by`]`::<(A, B)>(i)` |
//! | `… ordered=False` | [`TestBase::received`]`(i).`[`in_any_order`](Received::in_any_order)`::<(A, B)>()` |
//! | `… message_filter=[A]` | [`TestBase::received`]`(i).`[`only`](Received::only)`::<(A,)>()` |
//! | fragile packet handling | the default; [`TestBase::production`] for the other |
//! | an address that is not in `internet` | fails the test; [`TestBase::allow_unregistered_addresses`] |
//! | `address(i)`, `peer(i)`, `my_peer(i)`, `mid(i)`, `public_key(i)`, `private_key(i)`, `network(i)` | the same names |

mod builder;
mod internet;
mod link;
mod log;
mod message_list;
mod origin;
mod received;
mod shortcuts;
#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use rand::rngs::StdRng;

pub use builder::TestBaseBuilder;
pub use internet::{Arrival, Internet};
pub use link::Link;
pub use message_list::{MessageKind, MessageList, NotThat};
pub use received::{Received, ReceivedMessage};

use crate::crypto::PrivateKey;
use crate::engine::Event;
use crate::overlay::community::{Community, MessageTable};
use crate::overlay::context::Context;
use crate::state::stats::DropReason;
use crate::wire::packet::CommunityId;

/// How many datagrams and timeouts [`TestBase::deliver_messages`] lets happen before it says that they never end: far
/// more than a test of some nodes needs, and few enough to be done in a second or two.
pub const DELIVERY_LIMIT: usize = 10_000;

/// The first address of the nodes: 198.18.0.0/15 is kept free for tests of networks (RFC 2544), so it is no LAN address.
const FIRST_HOST: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);
const PORT: u16 = 8090;

/// What shows that a community, or a test, makes datagrams that its peers cannot understand.
const FRAGILE: [DropReason; 8] = [
    DropReason::TooShort,
    DropReason::UnknownMessage,
    DropReason::DeprecatedMessage,
    DropReason::BadKey,
    DropReason::BadSignature,
    DropReason::Malformed,
    DropReason::Leftover,
    DropReason::HandlerPanicked,
];

struct Node {
    machine: usize,
    key: PrivateKey,
    id: CommunityId,
    production: bool,
}

/// Some nodes with one overlay of type `C` each, to be tested. See the [module](self).
///
/// Its methods fail the test, by a panic that says what happened instead, at the line that called them. All of them that
/// take a node's number panic when there is no such node.
pub struct TestBase<C: Community> {
    internet: Internet,
    rng: StdRng,
    table: MessageTable<C>,
    builder: TestBaseBuilder<C>,
    nodes: Vec<Node>,
    /// What arrived and was not asserted yet: to which node, what.
    log: Vec<(usize, ReceivedMessage)>,
    events_seen: usize,
    unregistered_is_fine: bool,
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
    /// As many nodes with default settings, all of which are verified peers of each other.
    ///
    /// As in py-ipv8 they are made peers directly, without messages; [`TestBase::introduce_nodes`] has them introduce
    /// themselves too.
    ///
    /// # Panics
    ///
    /// When the community is refused, or cannot be made.
    #[must_use]
    #[track_caller]
    pub fn new(nodes: usize) -> Self {
        Self::builder(nodes).build()
    }

    /// As many nodes, about which more is to be said.
    #[must_use]
    pub fn builder(nodes: usize) -> TestBaseBuilder<C> {
        TestBaseBuilder::new(nodes)
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    #[track_caller]
    fn node(&self, i: usize) -> &Node {
        let there = self.nodes.len();
        let node = self.nodes.get(i);
        node.unwrap_or_else(|| panic!("there is no node {i}, only {there} from 0"))
    }

    /// The community of node `i`, to look at.
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

    /// Calls into the community of node `i`. What that sends leaves when messages are delivered or time passes.
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

    /// Unloads the overlay of node `i`, and delivers what it sends last. Returns whether it was loaded.
    #[track_caller]
    pub fn unload(&mut self, i: usize) -> bool {
        let (id, now) = (self.node(i).id, self.internet.now());
        let was_loaded = self.engine_mut(i).unload_overlay(id, now);
        self.deliver_messages();
        was_loaded
    }

    /// Node `i` walks to node `other`: it sends an introduction request, and the answer comes back.
    #[track_caller]
    pub fn introduce(&mut self, i: usize, other: usize) {
        let to = self.address(other);
        self.call(i, |_, cx| cx.walk_to(to));
        self.deliver_messages();
    }

    /// Every node walks to every other, and all answers come back.
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

    /// Delivers what is on its way, what that causes, and so on, until nothing is on its way any more. Time passes only
    /// as far as the link takes it.
    ///
    /// # Panics
    ///
    /// When that does not end: after [`DELIVERY_LIMIT`] datagrams. For nodes that never stop talking there is
    /// [`TestBase::deliver`].
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
                "after {DELIVERY_LIMIT} datagrams there are still some on their way; the last messages were:{}",
                last.collect::<String>()
            );
        }
    }

    /// Delivers what is on its way and what that causes, but no more than `limit` datagrams. Returns whether nothing is
    /// on its way any more.
    #[track_caller]
    pub fn deliver(&mut self, limit: usize) -> bool {
        let quiet = self.internet.deliver(limit);
        self.check();
        quiet
    }

    /// Lets time pass: timeouts come, tasks run, strategies take their steps, messages arrive.
    #[track_caller]
    pub fn advance(&mut self, time: Duration) {
        self.internet.run_for(time);
        self.check();
    }

    /// Lets time pass until `reached`, at most `limit`.
    ///
    /// # Panics
    ///
    /// When it is not reached within `limit`.
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

    /// Which time has passed since the test began.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.internet.time()
    }

    /// Lets node `i` be as forgiving as it is in production (py-ipv8's `production_overlay_classes`): a panic in its
    /// code, or a datagram that it cannot understand, is counted and nothing else. Otherwise either fails the test.
    #[track_caller]
    pub fn production(&mut self, i: usize) {
        self.node(i);
        if let Some(node) = self.nodes.get_mut(i) {
            node.production = true;
        }
    }

    /// Lets nodes send to addresses where no node has ever been; such datagrams get lost. Otherwise one fails the test.
    pub fn allow_unregistered_addresses(&mut self) {
        self.unregistered_is_fine = true;
    }

    /// Takes in what has happened since the last time: the log grows, and what must not happen fails the test.
    #[track_caller]
    fn check(&mut self) {
        let mut failures = self.take_arrivals();
        for (_, machine, event) in self.internet.events.iter().skip(self.events_seen) {
            let node = self.nodes.iter().position(|node| node.machine == *machine);
            let node = node.and_then(|i| self.nodes.get(i).map(|node| (i, node)));
            if let (Event::Panicked { place, .. }, Some((i, node))) = (event, node)
                && !node.production
            {
                failures.push(format!("node {i}: {place} panicked"));
            }
        }
        self.events_seen = self.internet.events.len();
        if !self.unregistered_is_fine {
            let to_nobody = self.internet.to_nobody.iter();
            failures.extend(to_nobody.map(|(to, count)| {
                format!("{count} datagrams were sent to {to}, where nobody has ever been")
            }));
        }
        self.internet.to_nobody.clear();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }
}

/// Where node `index` is: each has a host of its own.
fn node_address(index: usize) -> SocketAddr {
    let number = u32::try_from(index).unwrap_or(u32::MAX);
    let host = u32::from(FIRST_HOST).saturating_add(number);
    SocketAddr::from((Ipv4Addr::from(host), PORT))
}
