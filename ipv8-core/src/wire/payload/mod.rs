//! The messages that every community understands: introductions and punctures, in both styles
//! (protocol 4).
//!
//! Each exists twice on the wire. The old style carries IPv4 addresses only, the new style carries
//! IPv4 and IPv6. One struct represents both: [`Styled`] packs it in either style, and the wrappers
//! [`Old`] and [`New`] are payloads for [`open_signed`](crate::wire::packet::open_signed) and
//! [`open_unsigned`](crate::wire::packet::open_unsigned).

pub mod ids;
mod introduction;
mod puncture;
mod style;

pub use introduction::{ConnectionType, IntroductionRequest, IntroductionResponse};
pub use puncture::{Puncture, PunctureRequest};
pub use style::{New, Old, Style, Styled};

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
