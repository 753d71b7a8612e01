//! Received messages, and assertions about them.

use std::fmt::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use super::message_list::{MessageKind, MessageList, open};
use crate::state::stats::DropReason;
use crate::wire::Message;

/// One message of a community that reached a node.
#[derive(Clone, Debug)]
pub struct ReceivedMessage {
    /// The time of arrival, since the start of the test.
    pub at: Duration,
    /// The source address.
    pub source: SocketAddr,
    /// The sending node, if it is a node of the test.
    pub from: Option<usize>,
    /// The message id.
    pub id: u8,
    /// The name of the message type, if the community has a handler for it.
    pub name: Option<&'static str>,
    /// The reason why the node dropped it, if it did.
    pub dropped: Option<DropReason>,
    /// The whole datagram.
    pub datagram: Vec<u8>,
}

impl ReceivedMessage {
    /// Reads the message; `None` if it is not an `M`.
    #[must_use]
    pub fn open<M: Message>(&self) -> Option<M> {
        if self.id == M::ID {
            open(&self.datagram).ok()
        } else {
            None
        }
    }
}

impl fmt::Display for ReceivedMessage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, id) = (self.name.unwrap_or("a message without a handler"), self.id);
        write!(formatter, "{name} (id {id}) from ")?;
        match self.from {
            Some(node) => write!(formatter, "node {node}")?,
            None => write!(formatter, "{}", self.source)?,
        }
        let (bytes, at) = (self.datagram.len(), self.at.as_secs_f64());
        write!(formatter, ", {bytes} bytes, at {at:.3} s")?;
        match self.dropped {
            Some(reason) => write!(formatter, ", dropped: {reason}"),
            None => Ok(()),
        }
    }
}

/// The messages that one node received, oldest first (py-ipv8's `assertReceivedBy`).
#[derive(Clone, Debug)]
pub struct Received {
    node: usize,
    messages: Vec<ReceivedMessage>,
}

impl Received {
    pub(super) fn new(node: usize, messages: Vec<ReceivedMessage>) -> Self {
        Self { node, messages }
    }

    /// Returns the messages, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &ReceivedMessage> {
        self.messages.iter()
    }

    /// Returns the number of messages.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Returns `true` if there are no messages.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Keeps only the messages of the types in `F` (py-ipv8's `message_filter`).
    #[must_use]
    pub fn only<F: MessageList>(mut self) -> Self {
        let kinds = F::kinds();
        self.messages
            .retain(|message| kinds.iter().any(|kind| kind.id == message.id));
        self
    }

    /// Asserts that these messages and no others were received, in this order. Returns them.
    ///
    /// # Panics
    ///
    /// With the list of received messages if the assertion fails.
    #[track_caller]
    pub fn in_order<L: MessageList>(&self) -> L {
        let kinds = L::kinds();
        let ids = self.messages.iter().map(|message| message.id);
        if !ids.eq(kinds.iter().map(|kind| kind.id)) {
            self.fail(&kinds, "in this order");
        }
        self.open(&kinds, &self.messages.iter().collect::<Vec<_>>())
    }

    /// Asserts that these messages and no others were received, in any order. Returns them in the
    /// order of `L`.
    ///
    /// # Panics
    ///
    /// With the list of received messages if the assertion fails.
    #[track_caller]
    pub fn in_any_order<L: MessageList>(&self) -> L {
        let kinds = L::kinds();
        let mut left: Vec<&ReceivedMessage> = self.messages.iter().collect();
        let mut found = Vec::new();
        for kind in &kinds {
            match left.iter().position(|message| message.id == kind.id) {
                Some(index) => found.push(left.remove(index)),
                None => self.fail(&kinds, "in any order"),
            }
        }
        if !left.is_empty() {
            self.fail(&kinds, "in any order");
        }
        self.open(&kinds, &found)
    }

    #[track_caller]
    fn open<L: MessageList>(&self, kinds: &[MessageKind], found: &[&ReceivedMessage]) -> L {
        let datagrams: Vec<&[u8]> = found.iter().map(|one| one.datagram.as_slice()).collect();
        match L::open(&datagrams) {
            Ok(messages) => messages,
            Err(error) => {
                let expected = names(kinds);
                let node = self.node;
                panic!(
                    "node {node} received {expected}, but {error}\n{}",
                    self.listed()
                )
            }
        }
    }

    #[track_caller]
    fn fail(&self, kinds: &[MessageKind], order: &str) -> ! {
        let (node, expected) = (self.node, names(kinds));
        panic!(
            "node {node} should have received {expected}, {order}, and nothing else.\n{}",
            self.listed()
        )
    }

    /// Returns the received messages, one per line.
    pub(super) fn listed(&self) -> String {
        if self.messages.is_empty() {
            return "It received nothing.".to_owned();
        }
        let mut text = String::from("It received:");
        for (number, message) in (1..).zip(&self.messages) {
            // Writing to a string does not fail.
            let _ = write!(text, "\n  {number}. {message}");
        }
        text
    }
}

fn names(kinds: &[MessageKind]) -> String {
    if kinds.is_empty() {
        return "nothing".to_owned();
    }
    let names = kinds
        .iter()
        .map(|kind| format!("{} (id {})", kind.name, kind.id));
    names.collect::<Vec<_>>().join(", ")
}
