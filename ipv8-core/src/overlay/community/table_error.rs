//! Why a message table was refused.

/// The reason why a handler could not be registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageTableError {
    /// Two messages of one community have the same id.
    #[error(
        "messages `{first}` and `{second}` both have id {id}: give one of them another id, 0 to 230"
    )]
    DuplicateId {
        /// The id.
        id: u8,
        /// The message registered first.
        first: &'static str,
        /// The refused message.
        second: &'static str,
    },
    /// The id belongs to IPv8 itself.
    #[error(
        "message `{name}` has id {id}, which is IPv8's own ({owner}): use an id from 0 to 230, or `reserved_id` if an overlay that exists uses this id"
    )]
    ReservedId {
        /// The id.
        id: u8,
        /// The refused message.
        name: &'static str,
        /// The message that IPv8 uses the id for.
        owner: &'static str,
    },
    /// [`MessageTable::take_over`](super::MessageTable::take_over) of an id that is not one of
    /// IPv8's own signed messages.
    #[error(
        "message `{name}` has id {id}, which is none of IPv8's own signed messages: register it with `signed`, or give it the id of the message it takes over"
    )]
    NothingToTakeOver {
        /// The id.
        id: u8,
        /// The refused message.
        name: &'static str,
    },
}
