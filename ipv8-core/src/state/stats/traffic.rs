//! What one overlay received and sent, by message.

/// Datagrams of one message id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageStats {
    /// Datagrams that came in and looked right: the overlay has a handler for them. Some can turn out to be unreadable.
    pub datagrams_in: u64,
    /// Their bytes, without IP and UDP headers.
    pub bytes_in: u64,
    /// Datagrams queued to be sent.
    pub datagrams_out: u64,
    /// Their bytes, without IP and UDP headers.
    pub bytes_out: u64,
}

/// What one overlay received and sent since it was loaded, by message id; nothing is ever subtracted. An id has its place from the
/// first datagram on: a node with a thousand overlays has few that say anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrafficStats {
    /// In ascending order of the ids.
    messages: Vec<(u8, MessageStats)>,
}

impl TrafficStats {
    /// Counts a datagram with this message id and length that came in.
    pub fn received(&mut self, id: u8, length: usize) {
        let message = self.place(id);
        message.datagrams_in += 1;
        message.bytes_in += length as u64;
    }

    /// Counts a datagram with this message id and length that was queued to be sent.
    pub fn sent(&mut self, id: u8, length: usize) {
        let message = self.place(id);
        message.datagrams_out += 1;
        message.bytes_out += length as u64;
    }

    /// What passed with this message id.
    #[must_use]
    pub fn message(&self, id: u8) -> MessageStats {
        let place = self.find(id);
        place.map_or_else(|_| MessageStats::default(), |place| self.messages[place].1)
    }

    /// Every message id with which something passed, in ascending order.
    pub fn messages(&self) -> impl Iterator<Item = (u8, MessageStats)> + '_ {
        self.messages.iter().copied()
    }

    fn find(&self, id: u8) -> Result<usize, usize> {
        self.messages.binary_search_by_key(&id, |(id, _)| *id)
    }

    fn place(&mut self, id: u8) -> &mut MessageStats {
        let place = self.find(id).unwrap_or_else(|place| {
            self.messages.insert(place, (id, MessageStats::default()));
            place
        });
        &mut self.messages[place].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_are_counted_by_message() {
        let mut traffic = TrafficStats::default();
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
