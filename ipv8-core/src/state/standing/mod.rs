//! What strangers have proven, and what they may make a node do ([`guide::strangers`]).
//!
//! [`Standings`] owns the rules of one overlay: which requests are open, which keys are contacts,
//! and which answers make a contact a peer. [`Budgets`] bounds what strangers can cause in all
//! overlays of a node together. [`WanVotes`] estimates our address from the answers of peers.
//!
//! Nothing here sends, reads a clock or knows the peer graph. Start with `standings.rs`.
//!
//! [`guide::strangers`]: crate::guide::strangers

mod budgets;
mod contacts;
mod open_requests;
mod quota;
mod reach;
mod repeats;
mod search;
mod standings;
mod wan_votes;

pub(crate) use budgets::{Asker, Budgets};
pub(crate) use contacts::Contact;
pub(crate) use open_requests::{Asked, Charge, OpenRequests};
pub(crate) use reach::Reach;
pub(crate) use repeats::Repeats;
pub(crate) use search::Search;
pub(crate) use standings::Standings;
pub(crate) use wan_votes::WanVotes;
