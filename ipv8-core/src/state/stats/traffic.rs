//! Received and sent datagrams of one overlay, by message.

use serde::{Serialize, Serializer};

/// Datagrams of one message id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MessageStats {
    /// Received datagrams that the overlay has a handler for. Some can turn out to be unreadable.
    pub datagrams_in: u64,
    /// Their bytes, without IP and UDP headers.
    pub bytes_in: u64,
    /// Datagrams queued to be sent.
    pub datagrams_out: u64,
    /// Their bytes, without IP and UDP headers.
    pub bytes_out: u64,
}

/// Received and sent datagrams of one overlay since it was loaded, by message id; they never
/// decrease.
///
/// An id is stored from the first datagram on, because most overlays of a node with a thousand of
/// them exchange few messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TrafficStats {
    /// In ascending order of id.
    #[serde(serialize_with = "by_id")]
    messages: Vec<(u8, MessageStats)>,
}

impl TrafficStats {
    /// Counts a received datagram with this message id and length.
    pub(crate) fn received(&mut self, id: u8, length: usize) {
        let message = self.place(id);
        message.datagrams_in += 1;
        message.bytes_in += length as u64;
    }

    /// Counts a queued datagram with this message id and length.
    pub(crate) fn sent(&mut self, id: u8, length: usize) {
        let message = self.place(id);
        message.datagrams_out += 1;
        message.bytes_out += length as u64;
    }

    /// Returns the counts of this message id.
    #[must_use]
    pub fn message(&self, id: u8) -> MessageStats {
        let place = self.find(id);
        place.map_or_else(|_| MessageStats::default(), |place| self.messages[place].1)
    }

    /// Returns the counts of every message id with a datagram, in ascending order.
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

/// Serializes messages as an object with each message id and its counts.
fn by_id<S: Serializer>(messages: &[(u8, MessageStats)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(messages.iter().map(|(id, message)| (id, message)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
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
        let json = r#"{"0":{"datagrams_in":1,"bytes_in":30,"datagrams_out":0,"bytes_out":0},"#;
        let found = serde_json::to_string(&traffic).unwrap();
        assert!(found.starts_with(json), "{found}");
    }
}
