//! Public keys of any curve.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ed25519_dalek::VerifyingKey;

use super::curve::Curve;
use super::der::{self, PublicInfo};
use super::ed25519::{Curve25519Public, is_signature};
use super::error::{KeyError, Role};
use super::mid::Mid;
use super::pem;
use super::sect::SectPoint;

/// The public key of a peer, on any of the five curves.
///
/// Cloning is cheap (a shared pointer). Two keys are equal if their canonical bytes are, so a point
/// of a `sect*k1` curve in compressed and in uncompressed form makes two keys with two mids, as in
/// py-ipv8. `Debug` shows curve and mid only.
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
    /// Boxed, so that the few keys with points of several hundred bytes do not enlarge all others.
    Sect(Box<SectPublic>),
}

struct SectPublic {
    der: Vec<u8>,
    point: SectPoint,
}

impl PublicKey {
    /// Parses a public bin: `LibNaCLPK:` and 64 bytes, or the DER of a `sect*k1` key.
    ///
    /// Bytes after a complete key are dropped and not part of the canonical bytes
    /// ([`as_bytes`](Self::as_bytes)). Ed25519 points are not checked before
    /// [`verify`](Self::verify): 74 bytes whose last 32 are not a point are a key that verifies
    /// nothing. PEM text and Ed25519 DER are refused (protocol 1.1: not needed on the wire).
    ///
    /// # Errors
    /// A [`KeyError`] for any other bytes. The point of a `sect*k1` key must be on its curve.
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

    /// Returns the curve of the key in `bytes` without parsing its point. Bytes that are not a key
    /// count as `Curve25519`, because refusing them is cheap.
    pub(crate) fn announced_curve(bytes: &[u8]) -> Curve {
        match bytes.first() {
            Some(&der::SEQUENCE) => der::curve_of_public(bytes).unwrap_or(Curve::Curve25519),
            _ => Curve::Curve25519,
        }
    }

    /// Parses PEM text (`PUBLIC KEY`): a key on a `sect*k1` curve, or an Ed25519 key, whose bytes
    /// also replace the missing X25519 half, as in py-ipv8. Such an Ed25519 key can verify, but not
    /// share a secret.
    ///
    /// For files only: keys in packets are never PEM.
    ///
    /// # Errors
    /// [`KeyError::Pem`] if the text is not such a block; otherwise those of
    /// [`from_bytes`](Self::from_bytes).
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

    /// Returns the canonical public bin, as in packets. The mid is its SHA-1.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.material.as_bytes()
    }

    /// Returns the mid, which was computed once when the key was made.
    #[must_use]
    pub fn mid(&self) -> Mid {
        self.0.mid
    }

    /// Returns the curve of this key.
    #[must_use]
    pub fn curve(&self) -> Curve {
        match &self.0.material {
            Material::Curve25519(_) => Curve::Curve25519,
            Material::Sect(key) => key.point.curve(),
        }
    }

    /// Returns the length of the signature at the end of a packet signed by this key, in bytes
    /// (protocol 1.3).
    pub(crate) fn signature_length(&self) -> usize {
        self.curve().signature_length()
    }

    /// Returns `true` if `signature` is this key's signature of `message`.
    ///
    /// Never panics: it returns `false` for a signature of a wrong length, and for a key that is
    /// not a usable point. The verdict is that of py-ipv8 (and so of OpenSSL): Ed25519 without
    /// cofactor and with S below the group order; ECDSA with SHA-1 on the `sect*k1` curves.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0.material {
            Material::Curve25519(key) => VerifyingKey::from_bytes(key.ed25519())
                .is_ok_and(|point| is_signature(&point, message, signature)),
            Material::Sect(key) => key.point.verify(message, signature),
        }
    }

    /// Returns the encoded Ed25519 point; `None` for the `sect*k1` curves, which have none.
    pub(super) fn ed25519_public(&self) -> Option<&[u8; 32]> {
        match &self.0.material {
            Material::Curve25519(key) => Some(key.ed25519()),
            Material::Sect(_) => None,
        }
    }

    /// Returns the X25519 half; `None` for the `sect*k1` curves, which have none.
    pub(crate) fn x25519_public(&self) -> Option<&[u8; 32]> {
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
        // In tables of peers, both are usually the same object.
        Arc::ptr_eq(&self.0, &other.0) || self.as_bytes() == other.as_bytes()
    }
}

impl Eq for PublicKey {}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The mid already is a hash of the whole key.
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
    fn a_public_key_stays_small() {
        // With the two counts of the Arc this makes 112 bytes: a block of 128 in most allocators.
        assert!(size_of::<Inner>() <= 104, "{}", size_of::<Inner>());
    }
}
