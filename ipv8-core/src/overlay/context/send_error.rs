//! Why a message could not be sent.

use crate::state::stats::DropReason;
use crate::wire::PackError;

/// The reason why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// A field does not fit its format.
    #[error("the message cannot be packed: {0}")]
    Pack(#[from] PackError),
    /// The outbox refused the message, and counted it under the same reason.
    #[error("message not queued ({}): {}", .0.name(), advice(*.0))]
    NotQueued(DropReason),
    /// The datagram is longer than this node may send; by default 1,452 bytes.
    #[error(
        "the message is {size} bytes long with its signature, and {limit} may be sent: send less in one message, or raise `max_datagram` in the configuration (to 65507 at most)"
    )]
    TooLong {
        /// The length in bytes with key and signature, without IP and UDP headers.
        size: usize,
        /// The longest datagram that this node may send, in bytes.
        limit: usize,
    },
}

fn advice(reason: DropReason) -> &'static str {
    match reason {
        DropReason::QueueFull => "this call has sent too many datagrams: send fewer in one call",
        _ => "send to the address of one host, with a port",
    }
}
