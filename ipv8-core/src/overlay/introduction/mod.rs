//! The four messages by which peers find each other (protocol 4.3 to 4.7).
//!
//! `walk` sends introduction requests, `bootstrap` asks where to begin, `request` answers them and chooses whom to introduce,
//! `response` learns from the answers, `puncture` opens NATs for third parties, and `open` is the part of receiving that needs no
//! state: key, fields, signature. All of it is `impl` blocks on [`crate::overlay::context::Context`].

mod bootstrap;
mod open;
mod puncture;
mod request;
mod response;
mod walk;

pub use open::{
    IntroductionMessage, OpenIntroduction, OpenedIntroduction, SignedBy, introduction_opener,
    introduction_reader,
};
