//! What passed and what was dropped, as plain numbers.

mod traffic;

pub use traffic::{MessageStats, TrafficStats};

/// Why a datagram, or something else that was offered, was not processed. A closed list: each drop has exactly one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(usize)]
pub enum DropReason {
    /// In: shorter than a prefix and a message id (23 bytes).
    TooShort,
    /// In: longer than any datagram may be (65,507 bytes). Out: longer than this node may send.
    TooLong,
    /// In: no overlay has this prefix.
    UnknownPrefix,
    /// In: the overlay has no handler for this message id.
    UnknownMessage,
    /// In: one of the ids that only old implementations used (protocol 4).
    DeprecatedMessage,
    /// In: the key of a signed message cannot be read.
    BadKey,
    /// In: the signature does not match.
    BadSignature,
    /// In: the fields of the message cannot be read.
    Malformed,
    /// In: bytes are left after the last field.
    Leftover,
    /// In: signed with the overlay's own key.
    OwnPacket,
    /// In: an introduction request while the overlay has more peers than it may (protocol 4.4 step 2).
    PeerLimit,
    /// In: asked more often than it is answered. What the message told was taken in all the same.
    RateLimited,
    /// In: an answer that nobody waits for: late, or forged.
    Unsolicited,
    /// In or out: a queue had no room.
    QueueFull,
    /// In: the overlay was unloaded while the datagram waited.
    Unloaded,
    /// In: a beacon that nobody followed: an own one, or too many (protocol 10.3).
    Beacon,
    /// In: the handler panicked, or the reading of its payload did.
    HandlerPanicked,
    /// Out: the message cannot be packed.
    Unpackable,
    /// Out: the destination cannot be sent to (port 0, no socket of its family, a name).
    Unsendable,
    /// Out: the socket refused.
    SendFailed,
    /// In or out: the node stopped before it was opened, or before it left ([`pacing`](crate::engine::turns::pacing)).
    Stopped,
}

impl DropReason {
    /// Every reason, in the order of their discriminants.
    pub const ALL: [Self; 21] = [
        Self::TooShort,
        Self::TooLong,
        Self::UnknownPrefix,
        Self::UnknownMessage,
        Self::DeprecatedMessage,
        Self::BadKey,
        Self::BadSignature,
        Self::Malformed,
        Self::Leftover,
        Self::OwnPacket,
        Self::PeerLimit,
        Self::RateLimited,
        Self::Unsolicited,
        Self::QueueFull,
        Self::Unloaded,
        Self::Beacon,
        Self::HandlerPanicked,
        Self::Unpackable,
        Self::Unsendable,
        Self::SendFailed,
        Self::Stopped,
    ];

    /// The reason in snake case, for logs and JSON; these names are stable.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::UnknownPrefix => "unknown_prefix",
            Self::UnknownMessage => "unknown_message",
            Self::DeprecatedMessage => "deprecated_message",
            Self::BadKey => "bad_key",
            Self::BadSignature => "bad_signature",
            Self::Malformed => "malformed",
            Self::Leftover => "leftover",
            Self::OwnPacket => "own_packet",
            Self::PeerLimit => "peer_limit",
            Self::RateLimited => "rate_limited",
            Self::Unsolicited => "unsolicited",
            Self::QueueFull => "queue_full",
            Self::Unloaded => "unloaded",
            Self::Beacon => "beacon",
            Self::HandlerPanicked => "handler_panicked",
            Self::Unpackable => "unpackable",
            Self::Unsendable => "unsendable",
            Self::SendFailed => "send_failed",
            Self::Stopped => "stopped",
        }
    }
}

impl std::fmt::Display for DropReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Totals since the start; nothing is ever subtracted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineStats {
    /// Datagrams received, dropped ones included.
    pub datagrams_in: u64,
    /// Their bytes, without IP and UDP headers.
    pub bytes_in: u64,
    /// Datagrams handed to the socket.
    pub datagrams_out: u64,
    /// Their bytes, without IP and UDP headers.
    pub bytes_out: u64,
    /// Panics of users' code that were caught.
    pub panics: u64,
    drops: [u64; DropReason::ALL.len()],
}

impl EngineStats {
    /// Counts one drop.
    pub fn record(&mut self, reason: DropReason) {
        self.record_many(reason, 1);
    }

    /// Counts `count` drops of one reason.
    pub fn record_many(&mut self, reason: DropReason, count: u64) {
        if let Some(drops) = self.drops.get_mut(reason as usize) {
            *drops = drops.saturating_add(count);
        }
    }

    /// How many were dropped for `reason`.
    pub fn count(&self, reason: DropReason) -> u64 {
        self.drops.get(reason as usize).copied().unwrap_or(0)
    }

    /// Every reason with its count, zeros included, in the order of [`DropReason::ALL`].
    pub fn drops(&self) -> impl Iterator<Item = (DropReason, u64)> + '_ {
        DropReason::ALL.into_iter().zip(self.drops)
    }

    /// How many were dropped for any reason.
    pub fn dropped(&self) -> u64 {
        self.drops.iter().sum()
    }

    /// Counts one panic that was caught.
    pub fn panicked(&mut self) {
        self.panics += 1;
    }

    /// Counts one datagram of `length` bytes received.
    pub fn received(&mut self, length: usize) {
        self.datagrams_in += 1;
        self.bytes_in += length as u64;
    }

    /// Counts one datagram of `length` bytes handed to the socket.
    pub fn sent(&mut self, length: usize) {
        self.datagrams_out += 1;
        self.bytes_out += length as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_reasons_are_listed_once_in_order_with_names_of_their_own() {
        for (index, reason) in DropReason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, index);
            assert_eq!(reason.to_string(), reason.name());
        }
        let names: std::collections::BTreeSet<_> =
            DropReason::ALL.iter().map(|r| r.name()).collect();
        assert_eq!(names.len(), DropReason::ALL.len());
        assert!(
            names
                .iter()
                .all(|n| n.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        );
    }

    #[test]
    fn drops_are_counted_by_reason() {
        let mut stats = EngineStats::default();
        stats.record(DropReason::BadKey);
        stats.record_many(DropReason::SendFailed, 3);
        stats.received(100);
        stats.sent(7);
        assert_eq!(stats.count(DropReason::BadKey), 1);
        assert_eq!(stats.count(DropReason::SendFailed), 3);
        assert_eq!(stats.count(DropReason::TooShort), 0);
        assert_eq!(stats.dropped(), 4);
        assert_eq!(stats.drops().filter(|(_, n)| *n > 0).count(), 2);
        assert_eq!((stats.datagrams_in, stats.bytes_in), (1, 100));
        assert_eq!((stats.datagrams_out, stats.bytes_out), (1, 7));
    }
}
