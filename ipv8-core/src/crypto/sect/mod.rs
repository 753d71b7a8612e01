//! Verification on the four binary Koblitz curves sect163k1, sect233k1, sect409k1 and sect571k1, in plain safe Rust.
//!
//! A binary curve is y² + xy = x³ + ax² + 1 over GF(2^m). From the bottom: [`field`] (GF(2^m)), [`scalar`] (numbers modulo
//! the order), [`point`] (adding, doubling, u·G + v·Q), [`curves`] (the constants), [`encoding`] (SEC 1 octet strings) and
//! [`ecdsa`] (the verdict). Sizes are const parameters: `M` is the degree of the field, `N` its 64-bit words.
//!
//! Everything here takes time that depends on its inputs. That is fine for public keys; deriving the public key of an old
//! private key file is the only use with a secret, and happens once, on the owner's machine.
//!
//! Sources: SEC 1 and SEC 2 (v1) for the curves and encodings, FIPS 186-4 for ECDSA and the K-curves' other names, Hankerson,
//! Menezes and Vanstone's "Guide to Elliptic Curve Cryptography" for the algorithms.

mod curves;
mod ecdsa;
mod encoding;
mod field;
mod point;
mod scalar;

use super::{Curve, KeyError};
use curves::{SECT163K1, SECT233K1, SECT409K1, SECT571K1};
use encoding::Form;
use point::Affine;

/// A point of one of the curves: a public key without its wrapping.
#[derive(Clone, Copy)]
pub(super) enum SectPoint {
    Sect163k1(Affine<163, 3>, Form),
    Sect233k1(Affine<233, 4>, Form),
    Sect409k1(Affine<409, 7>, Form),
    Sect571k1(Affine<571, 9>, Form),
}

impl SectPoint {
    /// Reads a SEC 1 octet string; refuses what is no finite point of the curve.
    pub(super) fn decode(curve: Curve, bytes: &[u8]) -> Result<Self, KeyError> {
        let point = match curve {
            Curve::Sect163k1 => {
                encoding::decode(&SECT163K1, bytes).map(|(p, f)| Self::Sect163k1(p, f))
            }
            Curve::Sect233k1 => {
                encoding::decode(&SECT233K1, bytes).map(|(p, f)| Self::Sect233k1(p, f))
            }
            Curve::Sect409k1 => {
                encoding::decode(&SECT409K1, bytes).map(|(p, f)| Self::Sect409k1(p, f))
            }
            Curve::Sect571k1 => {
                encoding::decode(&SECT571K1, bytes).map(|(p, f)| Self::Sect571k1(p, f))
            }
            Curve::Curve25519 => return Err(KeyError::UnsupportedCurve),
        };
        point.ok_or(KeyError::NotOnCurve { curve })
    }

    /// The public point of a private number, given big-endian, at most as long as a field element.
    pub(super) fn of_private_number(curve: Curve, number: &[u8]) -> Result<Self, KeyError> {
        let form = Form::Uncompressed;
        let point = match curve {
            Curve::Sect163k1 => SECT163K1
                .public_point(number)
                .map(|p| Self::Sect163k1(p, form)),
            Curve::Sect233k1 => SECT233K1
                .public_point(number)
                .map(|p| Self::Sect233k1(p, form)),
            Curve::Sect409k1 => SECT409K1
                .public_point(number)
                .map(|p| Self::Sect409k1(p, form)),
            Curve::Sect571k1 => SECT571K1
                .public_point(number)
                .map(|p| Self::Sect571k1(p, form)),
            Curve::Curve25519 => return Err(KeyError::UnsupportedCurve),
        };
        point.ok_or(KeyError::ZeroScalar { curve })
    }

    /// The SEC 1 octet string, in the form the point was read in.
    pub(super) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Sect163k1(point, form) => encoding::encode(point, *form),
            Self::Sect233k1(point, form) => encoding::encode(point, *form),
            Self::Sect409k1(point, form) => encoding::encode(point, *form),
            Self::Sect571k1(point, form) => encoding::encode(point, *form),
        }
    }

    /// The curve this is a point of.
    pub(super) fn curve(&self) -> Curve {
        match self {
            Self::Sect163k1(..) => Curve::Sect163k1,
            Self::Sect233k1(..) => Curve::Sect233k1,
            Self::Sect409k1(..) => Curve::Sect409k1,
            Self::Sect571k1(..) => Curve::Sect571k1,
        }
    }

    /// Whether `signature` (r and s, each padded to the size of a field element) is an ECDSA signature with SHA-1 of `message`.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Sect163k1(point, _) => ecdsa::verify(&SECT163K1, point, message, signature),
            Self::Sect233k1(point, _) => ecdsa::verify(&SECT233K1, point, message, signature),
            Self::Sect409k1(point, _) => ecdsa::verify(&SECT409K1, point, message, signature),
            Self::Sect571k1(point, _) => ecdsa::verify(&SECT571K1, point, message, signature),
        }
    }
}
