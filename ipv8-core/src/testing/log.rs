//! What the nodes of a test received, until somebody asks.

use super::{Arrival, FRAGILE, MessageList, Received, ReceivedMessage, TestBase, message_list};
use crate::overlay::community::Community;
use crate::wire::Message;
use crate::wire::packet::Header;
use crate::wire::payload::ids;

impl<C: Community> TestBase<C> {
    /// Puts what has arrived into the log; gives what must not have.
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
                failures.push(format!("node {to} could not take {message}"));
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
            name: ids::name(id).or_else(|| self.table.name(id)),
            dropped: arrival.dropped,
            datagram: arrival.bytes,
        }
    }

    fn is_own_message(&self, to: usize, message: &ReceivedMessage) -> bool {
        let header = Header::split(&message.datagram);
        let prefix = header.map(|header| header.prefix);
        prefix == Some(&self.node(to).id.prefix()) && !ids::is_reserved(message.id)
    }

    /// Takes what node `i` received of its community's own messages since the last time, to be looked at or asserted.
    #[track_caller]
    pub fn received(&mut self, i: usize) -> Received {
        self.node(i);
        let log = std::mem::take(&mut self.log);
        let (taken, left) = log.into_iter().partition(|(to, _)| *to == i);
        self.log = left;
        let taken: Vec<(usize, ReceivedMessage)> = taken;
        Received::new(i, taken.into_iter().map(|(_, message)| message).collect())
    }

    /// Node `i` received exactly these messages, in this order, since the last time this (or
    /// [`TestBase::received`]) was asked; gives them.
    ///
    /// # Panics
    ///
    /// With what it received instead.
    #[track_caller]
    pub fn assert_received_by<L: MessageList>(&mut self, i: usize) -> L {
        self.received(i).in_order()
    }

    /// Node `i` received an `M`, whatever else; takes the first and leaves the others.
    ///
    /// # Panics
    ///
    /// With what it received instead.
    #[track_caller]
    pub fn assert_message_received<M: Message>(&mut self, i: usize) -> M {
        let wanted = |(to, message): &(usize, ReceivedMessage)| *to == i && message.id == M::ID;
        let Some(place) = self.log.iter().position(wanted) else {
            let received = self.received(i).listed();
            panic!(
                "node {i} should have received {} (id {}).\n{received}",
                M::NAME,
                M::ID
            );
        };
        let (_, message) = self.log.remove(place);
        match message_list::open(&message.datagram) {
            Ok(opened) => opened,
            Err(error) => panic!("node {i} received {message}, but {error}"),
        }
    }
}
