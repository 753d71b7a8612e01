//! The four messages by which peers find each other (protocol 4.3 to 4.7).
//!
//! Almost everything is a method of [`Context`](crate::overlay::context::Context). `walk` sends
//! introduction requests, `bootstrap` asks the bootstrappers, `request` answers requests and
//! chooses the peer to introduce, `response` learns from the answers, and `puncture` opens NATs for
//! third parties. `standing` decides what the sender of a message has proven; `contacts` asks for
//! proof. `open` is the part of receiving that needs no state: key, fields, signature.
//!
//! Nothing here decides when to walk; that is up to the strategies. Start with `walk`.

mod bootstrap;
mod contacts;
mod open;
mod puncture;
mod request;
mod response;
mod standing;
mod walk;

pub use open::{
    IntroductionMessage, OpenIntroduction, OpenedIntroduction, SignedBy, introduction_opener,
    introduction_reader,
};
