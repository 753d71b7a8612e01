//! Keys, mids, signatures and shared secrets.
//!
//! New peers have curve25519 keys ([`PrivateKey`]): an X25519 half for shared secrets and an independent Ed25519 half for
//! signatures. The four deprecated `sect*k1` curves are there to be *verified* only ([`PublicKey`] of any [`Curve`],
//! [`LegacyPrivateKey`] for reading old key files): trackers still sign with sect163k1.
//!
//! Nothing in here does IO, and randomness is an argument.
//! Source: protocol 1 (keys); py-ipv8's `keyvault`.

mod curve;
mod der;
mod ed25519;
mod error;
mod hsalsa20;
mod legacy;
mod mid;
mod pem;
mod points;
mod private;
mod public;
mod sect;

pub use curve::Curve;
pub use error::{KeyError, Role};
pub use legacy::LegacyPrivateKey;
pub use mid::Mid;
pub use points::Points;
pub use private::PrivateKey;
pub use public::PublicKey;

#[cfg(test)]
mod tests;
