//! Verification on the four binary Koblitz curves sect163k1, sect233k1, sect409k1 and sect571k1, in
//! safe Rust.
//!
//! A binary curve is y² + xy = x³ + ax² + 1 over GF(2^m). From the bottom: [`field`] (GF(2^m)),
//! [`scalar`] (numbers modulo the order), [`point`] (adding, doubling, u·G + v·Q), [`curves`] (the
//! constants), [`encoding`] (SEC 1 octet strings), [`ecdsa`] (the verdict) and [`sect_point`] (a
//! point of any of the curves). Sizes are const parameters: `M` is the degree of the field, `N` its
//! 64-bit words.
//!
//! The run time of everything here depends on its inputs. That is fine for public keys. The only
//! use with a secret is deriving the public key of an old private key file, which happens once, on
//! the owner's machine.
//!
//! Sources: SEC 1 and SEC 2 (v1) for the curves and encodings, FIPS 186-4 for ECDSA and the
//! K-curves' other names, Hankerson, Menezes and Vanstone's "Guide to Elliptic Curve Cryptography"
//! for the algorithms.

mod curves;
mod ecdsa;
mod encoding;
mod field;
mod point;
mod scalar;
mod sect_point;

pub(super) use sect_point::SectPoint;
