//! A point of any of the four curves.

use super::curves::{SECT163K1, SECT233K1, SECT409K1, SECT571K1};
use super::ecdsa;
use super::encoding::{self, Form};
use super::point::Affine;
use crate::crypto::curve::Curve;
use crate::crypto::error::KeyError;

/// A point of one of the curves: a public key without its wrapping.
#[derive(Clone, Copy)]
pub(in crate::crypto) enum SectPoint {
    Sect163k1(Affine<163, 3>, Form),
    Sect233k1(Affine<233, 4>, Form),
    Sect409k1(Affine<409, 7>, Form),
    Sect571k1(Affine<571, 9>, Form),
}

impl SectPoint {
    /// Reads a SEC 1 octet string; refuses anything that is not a finite point of the curve.
    pub(in crate::crypto) fn decode(curve: Curve, bytes: &[u8]) -> Result<Self, KeyError> {
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

    /// Returns the public point of a private number, which is big-endian and at most as long as a
    /// field element.
    pub(in crate::crypto) fn of_private_number(
        curve: Curve,
        number: &[u8],
    ) -> Result<Self, KeyError> {
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

    /// Returns the SEC 1 octet string, in the form in which the point was read.
    pub(in crate::crypto) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Sect163k1(point, form) => encoding::encode(point, *form),
            Self::Sect233k1(point, form) => encoding::encode(point, *form),
            Self::Sect409k1(point, form) => encoding::encode(point, *form),
            Self::Sect571k1(point, form) => encoding::encode(point, *form),
        }
    }

    /// Returns the curve of this point.
    pub(in crate::crypto) fn curve(&self) -> Curve {
        match self {
            Self::Sect163k1(..) => Curve::Sect163k1,
            Self::Sect233k1(..) => Curve::Sect233k1,
            Self::Sect409k1(..) => Curve::Sect409k1,
            Self::Sect571k1(..) => Curve::Sect571k1,
        }
    }

    /// Returns `true` if `signature` (r and s, each padded to the size of a field element) is an
    /// ECDSA signature with SHA-1 of `message`.
    pub(in crate::crypto) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Sect163k1(point, _) => ecdsa::verify(&SECT163K1, point, message, signature),
            Self::Sect233k1(point, _) => ecdsa::verify(&SECT233K1, point, message, signature),
            Self::Sect409k1(point, _) => ecdsa::verify(&SECT409K1, point, message, signature),
            Self::Sect571k1(point, _) => ecdsa::verify(&SECT571K1, point, message, signature),
        }
    }
}
