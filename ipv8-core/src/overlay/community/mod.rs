//! The traits and tables with which users write a community: its messages, their handlers, and what
//! a configuration can set.
//!
//! Nothing here knows how a community is run; the engine calls it. Start with `community.rs`, the
//! trait to implement, then `message_table.rs`.

mod action;
mod any_community;
mod available;
mod community;
mod error;
mod functions;
mod handler;
mod handlers;
mod handlers_of;
mod message_table;
mod no_overlay;
mod opened;
mod ping;
mod sender;
mod settings;
mod table_error;

pub use action::{Action, ActionError, ActionResult};
pub(crate) use any_community::{AnyCommunity, Call};
pub(crate) use available::AnyAvailable;
pub use available::Available;
pub use community::{Community, DEFAULT_MAX_PEERS};
pub use error::CommunityError;
pub use functions::{Answering, IntoResponse, MessageFn, Nothing, Procedure, RequestFn};
pub use handlers::check_ids;
pub use handlers_of::{Handlers, NotAMessage};
pub use message_table::MessageTable;
pub(crate) use message_table::Messages;
pub use no_overlay::NoOverlay;
pub(crate) use opened::{Delivery, MessageType, OpenedMessage};
pub use ping::PingCommunity;
pub use sender::{IsSigned, IsUnsigned, Sender, SenderOf, SignerOf, SourceOf};
pub use table_error::MessageTableError;
