//! The limits that both tables of requests share, and their error.

use std::time::Duration;

use thiserror::Error;

/// The default time that a request waits for a response (protocol 11).
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The default maximum number of pending requests: a response to more of them is not worth the
/// memory.
pub const DEFAULT_CAPACITY: usize = 4096;

/// The number of random draws before the free numbers are searched in order.
pub(super) const RANDOM_TRIES: usize = 1000;

/// The reason why a request was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RequestCacheError {
    /// The pair of prefix and number is pending, or no number of the prefix is free.
    #[error("this request is already pending")]
    InUse,
    /// The cache is full.
    #[error("too many pending requests")]
    Full,
    /// The cache was shut down.
    #[error("the request cache is shut down")]
    ShutDown,
}
