//! Requests that are waiting for a response (protocol 11).
//!
//! Both tables are bounded and read no clock: the overlay's context adds requests, and the engine
//! takes out the overdue ones. `pending` has the requests with a typed response, `cache` those of
//! py-ipv8's request cache.

mod cache;
mod error;
mod pending;

pub use cache::RequestCache;
pub use error::{DEFAULT_CAPACITY, DEFAULT_TIMEOUT, RequestCacheError};
pub use pending::{Answerer, Asked, Pending};
