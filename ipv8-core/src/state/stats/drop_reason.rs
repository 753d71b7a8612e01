//! The reasons to drop something.

use serde::{Serialize, Serializer};

/// The reason why a datagram, or another input, was not processed. Each drop has exactly one
/// reason.
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
    /// In: bytes follow the last field.
    Leftover,
    /// In: signed with the overlay's own key, or from the address of our own socket.
    OwnPacket,
    /// In: an introduction request while the overlay has more peers than its limit (protocol 4.4
    /// step 2).
    PeerLimit,
    /// In: the sender asked too often and gets no answer; the sender of an introduction request is
    /// a contact all the same. Out: a response to an address that is not proven, beyond its budget.
    RateLimited,
    /// In: a response without a pending request: late or forged.
    Unsolicited,
    /// In: a request that was made for another node.
    WrongRecipient,
    /// In: an address that its sender may not make us send to, its own one included
    /// (`guide::strangers`).
    OutOfScope,
    /// In or out: a queue had no room.
    QueueFull,
    /// In: signatures of strangers and contacts had already used their share of the processor; this
    /// one was not checked.
    SignatureBudget,
    /// In: signatures on deprecated curves had already used their share of the processor; this one
    /// was not checked.
    LegacyBudget,
    /// In: the overlay was unloaded while the datagram was queued.
    Unloaded,
    /// In: an ignored beacon: one of our own, or one too many (protocol 10.3).
    Beacon,
    /// In: the handler, or the reading of its payload, panicked.
    HandlerPanicked,
    /// Out: the message cannot be packed.
    Unpackable,
    /// Out: the destination cannot be reached (port 0, no socket of its family, a host name).
    Unsendable,
    /// Out: the socket refused.
    SendFailed,
    /// In or out: the node stopped before the datagram was opened or sent.
    Stopped,
}

impl DropReason {
    /// All reasons, in order of their discriminants.
    pub const ALL: [Self; 25] = [
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
        Self::WrongRecipient,
        Self::OutOfScope,
        Self::QueueFull,
        Self::SignatureBudget,
        Self::LegacyBudget,
        Self::Unloaded,
        Self::Beacon,
        Self::HandlerPanicked,
        Self::Unpackable,
        Self::Unsendable,
        Self::SendFailed,
        Self::Stopped,
    ];

    /// Returns the name of the reason in snake case, for logs and JSON. These names are stable.
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
            Self::WrongRecipient => "wrong_recipient",
            Self::OutOfScope => "out_of_scope",
            Self::QueueFull => "queue_full",
            Self::SignatureBudget => "signature_budget",
            Self::LegacyBudget => "legacy_budget",
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

impl Serialize for DropReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
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
}
