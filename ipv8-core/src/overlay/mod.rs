//! One overlay: the community and the strategies that users write, and what the engine lends them.
//!
//! Nothing here knows of other overlays, of turns or of sockets. Start with [`community`] and
//! [`strategy`], the two traits to implement; [`context`] is what their methods get.

pub mod bootstrap;
pub mod community;
pub mod context;
pub mod introduction;
pub mod strategy;
