//! Keys, mids, signatures and shared secrets.
//!
//! New peers have curve25519 keys ([`PrivateKey`]): an X25519 half for shared secrets and an
//! independent Ed25519 half for signatures. Signatures of the four deprecated `sect*k1` curves can
//! only be verified ([`PublicKey`] on any [`Curve`]): trackers still sign with sect163k1.
//!
//! Nothing here does IO or knows a message, and randomness is an argument. Start with `private` and
//! `public`. Source: protocol 1; py-ipv8's `keyvault`.

mod curve;
mod der;
mod ed25519;
pub(crate) mod error;
mod hsalsa20;
pub(crate) mod legacy;
mod mid;
mod pem;
pub(crate) mod points;
mod private;
mod public;
mod sect;

pub use curve::Curve;
pub use error::KeyError;
pub use mid::Mid;
pub(crate) use points::Points;
pub use private::PrivateKey;
pub use public::PublicKey;

#[cfg(test)]
mod tests;
