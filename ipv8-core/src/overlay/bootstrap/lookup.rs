//! Host names to look up outside the engine.

use std::time::Duration;

use crate::wire::packet::CommunityId;

/// The number of [`Lookup`]s that can wait to be polled; more fail at once. py-ipv8's public
/// servers have seven names.
pub const MAX_LOOKUPS: usize = 256;

/// A host name to look up. The driver passes it back to the engine with the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The name, or an IP address as text.
    pub host: String,
    /// The port to combine with the addresses.
    pub port: u16,
    pub(crate) asker: Asker,
}

/// The part of the engine that asked for a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// The bootstrapper at `index` of the overlay with this id and serial number.
    Bootstrapper {
        overlay: CommunityId,
        serial: u64,
        index: usize,
    },
    /// The loading of a snapshot.
    Snapshot,
}

/// The reason why a lookup found no addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// The resolver of the system failed.
    #[error("{0}")]
    System(String),
    /// The resolver did not answer in time.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// The name has no address that this node has a socket for.
    #[error("the name has no address that this node can send to")]
    Nothing,
    /// 256 lookups are waiting already.
    #[error("too many lookups are waiting")]
    TooMany,
}
