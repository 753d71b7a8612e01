//! Why a request had no answer.

use super::send_error::SendError;
use crate::state::request_cache::RequestCacheError;

/// The reason why a request had no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// No answer came in time.
    #[error("no answer came in time")]
    Timeout,
    /// The overlay was unloaded, or the node stopped, before an answer came.
    #[error("the overlay was unloaded before an answer came")]
    Unloaded,
    /// The limit of pending requests is reached: 4,096 for each overlay.
    #[error("too many pending requests: send fewer at once or use a shorter timeout")]
    Full,
    /// Every number that the identifier can carry belongs to a pending request.
    #[error(
        "every number of the identifier is in use: send fewer requests at once, or make the identifier a `u32`"
    )]
    NoNumber,
    /// The request could not be sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The overlay has no handler for the response, so no answer could ever arrive.
    #[error(
        "the overlay does not accept `{0}`: write `response {0}` (or `request …`, to answer as well) in `handlers!`"
    )]
    NotTaken(&'static str),
    /// The callback is a method of another community than the one of this context.
    #[error("the callback works on a `{given}`, but this overlay's community is a `{expected}`")]
    OtherCommunity {
        /// The community type of this overlay.
        expected: &'static str,
        /// The community type of the callback.
        given: &'static str,
    },
}

impl From<RequestCacheError> for RequestError {
    fn from(error: RequestCacheError) -> Self {
        match error {
            RequestCacheError::InUse => Self::NoNumber,
            RequestCacheError::Full => Self::Full,
            RequestCacheError::ShutDown => Self::Unloaded,
        }
    }
}
