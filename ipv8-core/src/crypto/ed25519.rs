//! The public half of curve25519 keys: bins and Ed25519 verification.

use std::sync::OnceLock;

use ed25519_dalek::{Signature, Verifier, VerifyingKey};

use super::error::{KeyError, Role};

/// Bytes of a public bin and of a private bin: 10 of prefix, 32 X25519, 32 Ed25519.
pub(super) const BIN_LENGTH: usize = 74;
const PREFIX_LENGTH: usize = 10;

/// A public bin, and its decompressed Ed25519 point once somebody asked for a verdict.
pub(super) struct Curve25519Public {
    bin: [u8; BIN_LENGTH],
    // Decompressing costs a tenth of a verification, and most keys seen are known or never verified.
    verifying: OnceLock<Option<VerifyingKey>>,
}

impl Curve25519Public {
    /// Reads a bin; bytes after the 74th are dropped (protocol 1.1).
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bin = *canonical_bin(bytes, Role::Public)?;
        Ok(Self {
            bin,
            verifying: OnceLock::new(),
        })
    }

    /// Puts a bin together from its two halves.
    pub(super) fn from_halves(x25519: &[u8; 32], ed25519: VerifyingKey) -> Self {
        Self {
            bin: join(Role::Public, x25519, ed25519.as_bytes()),
            verifying: OnceLock::from(Some(ed25519)),
        }
    }

    /// The canonical public bin.
    pub(super) fn as_bytes(&self) -> &[u8; BIN_LENGTH] {
        &self.bin
    }

    /// The X25519 public key.
    pub(super) fn x25519(&self) -> &[u8; 32] {
        x25519_half(&self.bin)
    }

    /// Plain Ed25519 as OpenSSL (and so py-ipv8) judges it: no cofactor, S below the group order, keys of small order and
    /// unreduced encodings of A taken as they are.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else {
            return false;
        };
        let key = self
            .verifying
            .get_or_init(|| VerifyingKey::from_bytes(ed25519_half(&self.bin)).ok());
        key.as_ref()
            .is_some_and(|key| key.verify(message, &signature).is_ok())
    }
}

/// Checks prefix and length of a curve25519 bin, and cuts off what follows it.
pub(super) fn canonical_bin(bytes: &[u8], role: Role) -> Result<&[u8; BIN_LENGTH], KeyError> {
    if bytes.starts_with(role.other().prefix().as_bytes()) {
        return Err(KeyError::WrongHalf { role });
    }
    if !bytes.starts_with(role.prefix().as_bytes()) {
        return Err(KeyError::UnknownForm { role });
    }
    bytes.first_chunk().ok_or(KeyError::TooShort {
        role,
        length: bytes.len(),
    })
}

/// The X25519 half of a bin.
pub(super) fn x25519_half(bin: &[u8; BIN_LENGTH]) -> &[u8; 32] {
    // 74 bytes hold both halves, so the empty key stands for nothing.
    bin[PREFIX_LENGTH..].first_chunk().unwrap_or(&[0; 32])
}

/// The Ed25519 half of a bin.
pub(super) fn ed25519_half(bin: &[u8; BIN_LENGTH]) -> &[u8; 32] {
    bin.last_chunk().unwrap_or(&[0; 32])
}

/// A bin from its role's prefix and its two halves.
pub(super) fn join(role: Role, x25519: &[u8; 32], ed25519: &[u8; 32]) -> [u8; BIN_LENGTH] {
    let mut bin = [0; BIN_LENGTH];
    bin[..PREFIX_LENGTH].copy_from_slice(role.prefix().as_bytes());
    bin[PREFIX_LENGTH..PREFIX_LENGTH + 32].copy_from_slice(x25519);
    bin[PREFIX_LENGTH + 32..].copy_from_slice(ed25519);
    bin
}
