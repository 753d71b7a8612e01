//! What one overlay received and sent, by message.

/// Datagrams of one message id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageTraffic {
    /// Datagrams that came in and looked right: the overlay has a handler for them. Some can turn out to be unreadable.
    pub datagrams_in: u64,
    /// Their bytes, without IP and UDP headers.
    pub bytes_in: u64,
    /// Datagrams queued to be sent.
    pub datagrams_out: u64,
    /// Their bytes, without IP and UDP headers.
    pub bytes_out: u64,
}

/// What one overlay received and sent since it was loaded, by message id; nothing is ever subtracted. Counting costs two
/// additions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic {
    messages: Vec<MessageTraffic>,
}

impl Default for Traffic {
    fn default() -> Self {
        let messages = vec![MessageTraffic::default(); usize::from(u8::MAX) + 1];
        Self { messages }
    }
}

impl Traffic {
    /// Counts a datagram with this message id and length that came in.
    pub fn received(&mut self, id: u8, length: usize) {
        if let Some(message) = self.messages.get_mut(usize::from(id)) {
            message.datagrams_in += 1;
            message.bytes_in += length as u64;
        }
    }

    /// Counts a datagram with this message id and length that was queued to be sent.
    pub fn sent(&mut self, id: u8, length: usize) {
        if let Some(message) = self.messages.get_mut(usize::from(id)) {
            message.datagrams_out += 1;
            message.bytes_out += length as u64;
        }
    }

    /// What passed with this message id.
    #[must_use]
    pub fn message(&self, id: u8) -> MessageTraffic {
        self.messages
            .get(usize::from(id))
            .copied()
            .unwrap_or_default()
    }

    /// Every message id with which something passed, in ascending order.
    pub fn messages(&self) -> impl Iterator<Item = (u8, MessageTraffic)> + '_ {
        let ids = 0..=u8::MAX;
        let all = ids.map(|id| (id, self.message(id)));
        all.filter(|(_, message)| *message != MessageTraffic::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_are_counted_by_message() {
        let mut traffic = Traffic::default();
        assert_eq!(traffic.messages().count(), 0);
        traffic.received(0, 30);
        traffic.received(255, 40);
        traffic.received(255, 2);
        traffic.sent(255, 7);
        let all: Vec<_> = traffic.messages().collect();
        assert_eq!(all.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [0, 255]);
        let last = traffic.message(255);
        assert_eq!((last.datagrams_in, last.bytes_in), (2, 42));
        assert_eq!((last.datagrams_out, last.bytes_out), (1, 7));
    }
}
