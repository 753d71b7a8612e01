//! Names to look up, which only the runtime can.

use std::time::Duration;

use crate::wire::packet::CommunityId;

/// How many [`Lookup`]s wait to be polled; what is asked beyond that fails at once. py-ipv8's public servers have seven names.
pub const MAX_LOOKUPS: usize = 256;

/// A host name that somebody in the engine wants the addresses of. Goes back in with what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The name; an IP address as text is one too.
    pub host: String,
    /// The port that goes with the addresses.
    pub port: u16,
    pub(crate) asker: Asker,
}

/// Who wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// The bootstrapper at `index` of the overlay that had this id and serial number.
    Bootstrapper {
        overlay: CommunityId,
        serial: u64,
        index: usize,
    },
    /// A snapshot that was loaded.
    Snapshot,
}

/// Why a name led nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// What the system said.
    #[error("{0}")]
    System(String),
    /// No answer in time.
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    /// The name has no address that this node has a socket for.
    #[error("it has no address that this node can send to")]
    Nothing,
    /// [`MAX_LOOKUPS`] were waiting already.
    #[error("too many names are being looked up")]
    TooMany,
}
