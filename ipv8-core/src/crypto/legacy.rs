//! Private keys on the deprecated curves.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::curve::Curve;
use super::error::{KeyError, Role};
use super::mid::Mid;
use super::public::PublicKey;
use super::sect::SectPoint;
use super::{der, pem};

/// A private key on one of the `sect*k1` curves, as in old key files.
///
/// It can be read and written, and has a public key. It cannot sign, because this library only
/// verifies on these curves. Cloning is cheap (a shared pointer), the number is wiped when the last
/// clone is dropped, and `Debug` shows curve and mid only.
///
/// Source: protocol 1.2; py-ipv8's `keyvault.private`.
#[derive(Clone)]
pub struct LegacyPrivateKey(Arc<Inner>);

struct Inner {
    // The whole DER. It has the public point only if the key was read with it.
    der: Zeroizing<Vec<u8>>,
    public: PublicKey,
}

impl LegacyPrivateKey {
    /// Parses the DER of a SEC 1 ECPrivateKey. Bytes after it are ignored.
    ///
    /// If the public point (part `[1]`) is missing, it is computed. If it is present, it is used
    /// without a check against the number, as py-ipv8 does.
    ///
    /// # Errors
    /// A [`KeyError`] for other bytes (including curve25519 bins and PEM), other curves, a point
    /// that is not on the curve, a number longer than the order, or (without a point) zero modulo
    /// the order.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.starts_with(b"LibNaCL") {
            return Err(KeyError::UnsupportedCurve);
        }
        let info = der::read_private(bytes)?;
        let number = padded(info.curve, info.number)?;
        let given = match info.point {
            Some(bytes) => Some(SectPoint::decode(info.curve, &bytes)?),
            None => None,
        };
        let point = match given {
            Some(point) => point,
            None => SectPoint::of_private_number(info.curve, &number)?,
        };
        let written = given.map(|point| point.encode());
        let der = der::write_private(info.curve, &number, written.as_deref());
        let public = PublicKey::from_sect(point);
        Ok(Self(Arc::new(Inner { der, public })))
    }

    /// Parses the PEM text (`EC PRIVATE KEY`, not encrypted) of such a key.
    ///
    /// # Errors
    /// [`KeyError::Pem`] if the text is not such a block; otherwise those of
    /// [`from_bytes`](Self::from_bytes).
    pub fn from_pem(text: &[u8]) -> Result<Self, KeyError> {
        let der = Zeroizing::new(pem::decode(text, "EC PRIVATE KEY").ok_or(KeyError::Pem {
            role: Role::Private,
        })?);
        Self::from_bytes(&der)
    }

    /// Returns the private bin, with the public point if the key was read with it. The copy wipes
    /// itself when dropped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        self.0.der.clone()
    }

    /// Returns the public key, in the form of the point that the key was read with, otherwise
    /// uncompressed.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public
    }

    /// Returns the mid of the public key.
    #[must_use]
    pub fn mid(&self) -> Mid {
        self.0.public.mid()
    }

    /// Returns the curve, never [`Curve::Curve25519`].
    #[must_use]
    pub fn curve(&self) -> Curve {
        self.0.public.curve()
    }
}

impl fmt::Debug for LegacyPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LegacyPrivateKey({}, {})", self.curve(), self.mid())
    }
}

/// Returns the number with as many bytes as the order: leading zeros are added or dropped.
fn padded(curve: Curve, number: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let length = der::number_length(curve);
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let significant = &number[zeros..];
    let missing = length.checked_sub(significant.len()).ok_or(KeyError::Der {
        part: "private number",
    })?;
    let mut padded = Zeroizing::new(vec![0; length]);
    padded[missing..].copy_from_slice(significant);
    Ok(padded)
}
