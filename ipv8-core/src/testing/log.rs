//! The messages that the nodes of a test received, until they are asserted.

use super::internet::Arrival;
use super::message_list::{self, MessageList};
use super::received::{Received, ReceivedMessage};
use super::test_base::TestBase;
use crate::overlay::community::Community;
use crate::state::stats::DropReason;
use crate::wire::Message;
use crate::wire::packet::Header;
use crate::wire::payload::ids;

/// The drop reasons that show that a community, or a test, sends datagrams that its peers cannot
/// understand.
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

impl<C: Community> TestBase<C> {
    /// Adds the arrivals to the log. Returns a text for each that must not happen.
    #[track_caller]
    pub(super) fn take_arrivals(&mut self) -> Vec<String> {
        let arrivals = self.internet.arrivals.replace(Vec::new());
        let mut failures = Vec::new();
        for arrival in arrivals.into_iter().flatten() {
            let to = self
                .nodes
                .iter()
                .position(|node| node.machine == arrival.machine);
            let Some(to) = to else { continue };
            let message = self.describe(to, arrival);
            let bad = message.dropped.filter(|reason| FRAGILE.contains(reason));
            if bad.is_some() && !self.node(to).production {
                failures.push(format!("node {to} could not read {message}"));
            }
            if self.is_own_message(to, &message) {
                self.log.push((to, message));
            }
        }
        failures
    }

    fn describe(&self, _to: usize, arrival: Arrival) -> ReceivedMessage {
        let id = Header::split(&arrival.bytes).map_or(0, |header| header.id);
        let from = self
            .nodes
            .iter()
            .position(|node| self.internet.address(node.machine) == arrival.from);
        ReceivedMessage {
            at: arrival.at,
            source: arrival.from,
            from,
            id,
            name: ids::name(id).or_else(|| self.table.erased().name(id)),
            dropped: arrival.dropped,
            datagram: arrival.bytes,
        }
    }

    fn is_own_message(&self, to: usize, message: &ReceivedMessage) -> bool {
        let header = Header::split(&message.datagram);
        let prefix = header.map(|header| header.prefix);
        prefix == Some(&self.node(to).id.prefix()) && !ids::is_reserved(message.id)
    }

    /// Takes the messages of its community that node `i` received since the last call, to read or
    /// assert them.
    #[track_caller]
    pub fn received(&mut self, i: usize) -> Received {
        self.node(i);
        let log = std::mem::take(&mut self.log);
        let (taken, left) = log.into_iter().partition(|(to, _)| *to == i);
        self.log = left;
        let taken: Vec<(usize, ReceivedMessage)> = taken;
        Received::new(i, taken.into_iter().map(|(_, message)| message).collect())
    }

    /// Asserts that node `i` received exactly these messages, in this order, since the last call of
    /// this method or [`TestBase::received`]. Returns them.
    ///
    /// # Panics
    ///
    /// With the list of received messages if the assertion fails.
    #[track_caller]
    pub fn assert_received_by<L: MessageList>(&mut self, i: usize) -> L {
        self.received(i).in_order()
    }

    /// Asserts that node `i` received an `M`, among any other messages. Takes and returns the first
    /// one.
    ///
    /// # Panics
    ///
    /// With the list of received messages if the assertion fails.
    #[track_caller]
    pub fn assert_message_received<M: Message>(&mut self, i: usize) -> M {
        let wanted = |(to, message): &(usize, ReceivedMessage)| *to == i && message.id == M::ID;
        let Some(index) = self.log.iter().position(wanted) else {
            let received = self.received(i).listed();
            panic!(
                "node {i} should have received {} (id {}).\n{received}",
                M::NAME,
                M::ID
            );
        };
        let (_, message) = self.log.remove(index);
        match message_list::open(&message.datagram) {
            Ok(opened) => opened,
            Err(error) => panic!("node {i} received {message}, but {error}"),
        }
    }
}
