//! Public keys of any curve.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ed25519_dalek::{Signature, Verifier, VerifyingKey};

use super::der::{self, PublicInfo};
use super::ed25519::Curve25519Public;
use super::error::{KeyError, Role};
use super::sect::SectPoint;
use super::{Curve, Mid, Points, pem};

/// The public key of a peer, on any of the five curves.
///
/// Cloning is cheap (a shared pointer). Two keys are equal when their canonical bytes are, so one point of a `sect*k1` curve
/// written compressed and uncompressed makes two keys with two mids, as in py-ipv8. `Debug` shows curve and mid only.
///
/// Source: protocol 1; py-ipv8's `keyvault.public`.
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    mid: Mid,
    material: Material,
}

enum Material {
    Curve25519(Curve25519Public),
    /// Apart, so that the few keys with points of several hundred bytes do not make all others as large.
    Sect(Box<SectPublic>),
}

struct SectPublic {
    der: Vec<u8>,
    point: SectPoint,
}

impl PublicKey {
    /// Parses a public bin: `LibNaCLPK:` and 64 bytes, or the DER of a `sect*k1` key.
    ///
    /// What follows a complete key is ignored and dropped from the canonical bytes ([`as_bytes`](Self::as_bytes)). Ed25519
    /// points are not looked at before [`verify`](Self::verify): 74 bytes of which the last 32 are no point still
    /// parse, and verify nothing. PEM text and Ed25519 DER are refused (protocol 1.1: not needed on the wire).
    ///
    /// # Errors
    /// A [`KeyError`] for any other bytes; the points of `sect*k1` keys have to be on their curve.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.first() != Some(&der::SEQUENCE) {
            return Ok(Self::from_curve25519(Curve25519Public::from_bytes(bytes)?));
        }
        match der::read_public(bytes)? {
            PublicInfo::Sect(curve, point) => {
                Ok(Self::from_sect(SectPoint::decode(curve, &point)?))
            }
            PublicInfo::Ed25519(_) => Err(KeyError::UnsupportedCurve),
        }
    }

    /// As [`from_bytes`](Self::from_bytes), in less time and no memory for a key whose signature `points` remembers.
    pub(crate) fn from_bytes_with(points: &Points, bytes: &[u8]) -> Result<Self, KeyError> {
        match points.key(bytes) {
            Some(key) => Ok(key.clone()),
            None => Self::from_bytes(bytes),
        }
    }

    /// Parses PEM text (`PUBLIC KEY`): a key on a `sect*k1` curve, or an Ed25519 key, whose bytes then are used for the
    /// missing X25519 half too, as py-ipv8 does: such a key verifies, but nobody can agree on a secret with it.
    ///
    /// For files only; keys in packets never are PEM.
    ///
    /// # Errors
    /// [`KeyError::Pem`] when it is no such text, else as [`from_bytes`](Self::from_bytes).
    pub fn from_pem(text: &[u8]) -> Result<Self, KeyError> {
        let der = pem::decode(text, "PUBLIC KEY").ok_or(KeyError::Pem { role: Role::Public })?;
        match der::read_public(&der)? {
            PublicInfo::Sect(curve, point) => {
                Ok(Self::from_sect(SectPoint::decode(curve, &point)?))
            }
            PublicInfo::Ed25519(key) => {
                Ok(Self::from_curve25519(Curve25519Public::from_ed25519(&key)))
            }
        }
    }

    pub(super) fn from_curve25519(key: Curve25519Public) -> Self {
        Self::new(Material::Curve25519(key))
    }

    pub(super) fn from_sect(point: SectPoint) -> Self {
        let der = der::write_public(point.curve(), &point.encode());
        Self::new(Material::Sect(Box::new(SectPublic { der, point })))
    }

    fn new(material: Material) -> Self {
        let mid = Mid::of_public_bin(material.as_bytes());
        Self(Arc::new(Inner { mid, material }))
    }

    /// The canonical public bin: what goes into packets, and what the mid is the SHA-1 of.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.material.as_bytes()
    }

    /// The mid, computed once when the key was made.
    #[must_use]
    pub fn mid(&self) -> Mid {
        self.0.mid
    }

    /// The curve this key is on.
    #[must_use]
    pub fn curve(&self) -> Curve {
        match &self.0.material {
            Material::Curve25519(_) => Curve::Curve25519,
            Material::Sect(key) => key.point.curve(),
        }
    }

    /// How many bytes at the end of a packet are the signature, when this key signed it (protocol 1.3).
    #[must_use]
    pub fn signature_length(&self) -> usize {
        self.curve().signature_length()
    }

    /// Whether `signature` is this key's signature of `message`.
    ///
    /// Never panics: a signature of a wrong length is `false`, and so is everything when the key is no usable point.
    /// The verdict is py-ipv8's (that is OpenSSL's): Ed25519 without cofactor and with S below the group order; ECDSA with
    /// SHA-1 on the `sect*k1` curves.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verify_with(&mut Points::new(), message, signature)
    }

    /// As [`verify`](Self::verify), in less time for a key that has signed something before; `points` remembers it then.
    #[must_use]
    pub fn verify_with(&self, points: &mut Points, message: &[u8], signature: &[u8]) -> bool {
        match &self.0.material {
            Material::Curve25519(key) => {
                self.verify_ed25519(key.ed25519(), points, message, signature)
            }
            Material::Sect(key) => key.point.verify(message, signature),
        }
    }

    /// Plain Ed25519 as OpenSSL (and so py-ipv8) judges it: no cofactor, S below the group order, keys of small order and
    /// unreduced encodings of A taken as they are.
    fn verify_ed25519(
        &self,
        encoded: &[u8; 32],
        points: &mut Points,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else {
            return false;
        };
        if let Some(point) = points.get(encoded) {
            return point.verify(message, &signature).is_ok();
        }
        let Ok(point) = VerifyingKey::from_bytes(encoded) else {
            return false;
        };
        let is_good = point.verify(message, &signature).is_ok();
        if is_good {
            points.keep(self.clone(), point);
        }
        is_good
    }

    /// The X25519 half; `None` for the `sect*k1` curves, which have none.
    #[must_use]
    pub fn x25519_public(&self) -> Option<&[u8; 32]> {
        match &self.0.material {
            Material::Curve25519(key) => Some(key.x25519()),
            Material::Sect(_) => None,
        }
    }
}

impl Material {
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Curve25519(key) => key.as_bytes(),
            Self::Sect(key) => &key.der,
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        // The same object is the usual case in tables of peers.
        Arc::ptr_eq(&self.0, &other.0) || self.as_bytes() == other.as_bytes()
    }
}

impl Eq for PublicKey {}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The mid already is a hash of all of the key.
        self.0.mid.hash(state);
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {})", self.curve(), self.mid())
    }
}

impl TryFrom<&[u8]> for PublicKey {
    type Error = KeyError;

    fn try_from(bytes: &[u8]) -> Result<Self, KeyError> {
        Self::from_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_small() {
        // With the two counts of the Arc that makes 112 bytes: a block of 128 of most allocators.
        assert!(size_of::<Inner>() <= 104, "{}", size_of::<Inner>());
    }
}
