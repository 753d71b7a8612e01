//! Private curve25519 keys.

use std::fmt;
use std::sync::Arc;

use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};
use ed25519_dalek::{Sha512, SigningKey};
use rand::CryptoRng;
use x25519_dalek::{PublicKey as X25519Public, StaticSecret};
use zeroize::Zeroizing;

use super::ed25519::{
    BIN_LENGTH, Curve25519Public, canonical_bin, ed25519_half, join, x25519_half,
};
use super::error::{KeyError, Role};
use super::hsalsa20::hsalsa20;
use super::mid::Mid;
use super::public::PublicKey;
use super::{der, pem};

/// The private key of a peer, on curve25519: signs (Ed25519) and makes shared secrets (X25519).
///
/// Cloning is cheap (a shared pointer). The secrets are wiped when the last clone is dropped, and
/// `Debug` shows the mid only.
///
/// Source: protocol 1.1; py-ipv8's `keyvault.private`.
#[derive(Clone)]
pub struct PrivateKey(Arc<Inner>);

struct Inner {
    // All three wipe themselves when dropped. The X25519 bytes are kept unclamped: the
    // multiplication clamps them.
    x25519: StaticSecret,
    ed25519: SigningKey,
    /// The expansion of the seed in `ed25519`, so that a signature does not hash the seed again.
    expanded: ExpandedSecretKey,
    public: PublicKey,
}

impl PrivateKey {
    /// Generates a new key: 32 random bytes for each of the two independent halves.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut halves = Zeroizing::new([[0; 32]; 2]);
        for half in halves.iter_mut() {
            rng.fill_bytes(half);
        }
        Self::from_halves(&halves[0], &halves[1])
    }

    /// Parses a private bin: `LibNaCLSK:`, 32 bytes X25519 key, 32 bytes Ed25519 seed. Bytes after
    /// these 74 are ignored.
    ///
    /// # Errors
    /// A [`KeyError`] for anything else, such as private keys on `sect*k1` curves, public bins,
    /// PEM, or too few bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.first() == Some(&der::SEQUENCE) {
            return Err(KeyError::CannotSign);
        }
        let bin = canonical_bin(bytes, Role::Private)?;
        Ok(Self::from_halves(x25519_half(bin), ed25519_half(bin)))
    }

    /// Parses a private bin in base64, as in configurations (protocol 9, `bin`).
    ///
    /// # Errors
    /// [`KeyError::Base64`], and those of [`from_bytes`](Self::from_bytes).
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let role = Role::Private;
        let bytes = pem::base64(text).ok_or(KeyError::Base64 { role })?;
        Self::from_bytes(&bytes)
    }

    fn from_halves(x25519: &[u8; 32], seed: &[u8; 32]) -> Self {
        let x25519 = StaticSecret::from(*x25519);
        let ed25519 = SigningKey::from_bytes(seed);
        let expanded = ExpandedSecretKey::from(seed);
        let x25519_public = X25519Public::from(&x25519);
        let public = Curve25519Public::from_halves(
            x25519_public.as_bytes(),
            ed25519.verifying_key().as_bytes(),
        );
        Self(Arc::new(Inner {
            x25519,
            ed25519,
            expanded,
            public: PublicKey::from_curve25519(public),
        }))
    }

    /// Returns the private bin, 74 bytes, as py-ipv8 writes it to key files. The copy wipes itself
    /// when dropped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; BIN_LENGTH]> {
        Zeroizing::new(join(
            Role::Private,
            self.0.x25519.as_bytes(),
            self.0.ed25519.as_bytes(),
        ))
    }

    /// Returns the public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public
    }

    /// Returns the mid of the public half.
    #[must_use]
    pub fn mid(&self) -> Mid {
        self.0.public.mid()
    }

    /// Returns the Ed25519 signature (RFC 8032) of `message`: 64 bytes, always the same for the
    /// same message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let Inner {
            ed25519, expanded, ..
        } = &*self.0;
        // Both halves come from the same seed: a signature with a different public key would reveal
        // it.
        raw_sign::<Sha512>(expanded, message, ed25519.as_ref()).to_bytes()
    }

    /// Returns the secret shared with the owner of `peer`: 32 bytes that wipe themselves when
    /// dropped.
    ///
    /// It is NaCl's `crypto_box_beforenm`, as in py-ipv8: X25519 of the two halves, then HSalsa20
    /// with a zero input.
    ///
    /// # Errors
    /// [`KeyError::NoDiffieHellman`] if `peer` is on a `sect*k1` curve, and
    /// [`KeyError::SmallOrder`] if the secret would be zero for every private key (py-ipv8 refuses
    /// both).
    pub fn diffie_hellman(&self, peer: &PublicKey) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let peer_half = peer.x25519_public().ok_or(KeyError::NoDiffieHellman {
            curve: peer.curve(),
        })?;
        let shared = self
            .0
            .x25519
            .diffie_hellman(&X25519Public::from(*peer_half));
        if !shared.was_contributory() {
            return Err(KeyError::SmallOrder);
        }
        Ok(hsalsa20(shared.as_bytes()))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({})", self.mid())
    }
}
