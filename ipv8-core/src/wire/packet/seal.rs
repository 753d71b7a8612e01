//! Building packets.

use super::prefix::{HEADER_LENGTH, PREFIX_LENGTH, Prefix};
use crate::crypto::{PrivateKey, PublicKey};
use crate::wire::{Field, PackError, Payload, Writer};

/// Room for a global time and a payload like those of the introduction messages without IPv6
/// addresses. Such a packet never reallocates, neither while it is built nor when it is signed.
const USUAL_BODY: usize = 48;

/// A payload whose type is erased.
pub(crate) trait Pack {
    /// Writes the fields.
    ///
    /// # Errors
    /// [`PackError`] if a field has a value that its format cannot carry.
    fn pack_into(&self, writer: &mut Writer) -> Result<(), PackError>;
}

impl<P: Payload> Pack for P {
    fn pack_into(&self, writer: &mut Writer) -> Result<(), PackError> {
        self.pack(writer)
    }
}

/// A packet that is complete except for its signature, so that another core can sign it.
#[derive(Clone, Debug)]
pub struct Unsealed {
    bytes: Vec<u8>,
    signer: Option<PrivateKey>,
}

impl Unsealed {
    /// Packs everything before the signature. With a `signer`, its public key comes first and
    /// [`seal`](Self::seal) appends its signature; without one, the packet is unsigned.
    ///
    /// # Errors
    /// [`PackError`] if the payload has a value that its format cannot carry.
    pub fn new<P: Payload>(
        prefix: &Prefix,
        id: u8,
        signer: Option<&PrivateKey>,
        global_time: Option<u64>,
        payload: &P,
    ) -> Result<Self, PackError> {
        Self::packed(prefix, id, signer, global_time, payload)
    }

    /// Like [`new`](Self::new), but compiled once and not for each type of payload.
    pub(crate) fn packed(
        prefix: &Prefix,
        id: u8,
        signer: Option<&PrivateKey>,
        global_time: Option<u64>,
        payload: &dyn Pack,
    ) -> Result<Self, PackError> {
        let signed = signer
            .map(PrivateKey::public_key)
            .map_or(0, |key| 2 + key.as_bytes().len() + key.signature_length());
        let mut writer = Writer::with_capacity(HEADER_LENGTH + signed + USUAL_BODY);
        writer.put(prefix);
        writer.put_u8(id);
        if let Some(signer) = signer {
            writer.put_counted(signer.public_key().as_bytes())?;
        }
        if let Some(time) = global_time {
            time.pack(&mut writer)?;
        }
        payload.pack_into(&mut writer)?;
        let bytes = writer.into_bytes();
        let signer = signer.cloned();
        Ok(Self { bytes, signer })
    }

    /// Returns `true` if sealing will sign.
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        self.signer.is_some()
    }

    /// Returns the message id.
    #[must_use]
    pub fn message_id(&self) -> u8 {
        self.bytes.get(PREFIX_LENGTH).copied().unwrap_or_default()
    }

    /// Returns the length of the sealed packet in bytes.
    #[must_use]
    pub fn sealed_length(&self) -> usize {
        let signature = self.signer.as_ref().map(PrivateKey::public_key);
        self.bytes.len() + signature.map_or(0, PublicKey::signature_length)
    }

    /// Returns the finished datagram. Curve25519 signatures are deterministic, so equal packets
    /// give equal datagrams.
    #[must_use]
    pub fn seal(self) -> Vec<u8> {
        let Self { mut bytes, signer } = self;
        if let Some(signer) = signer {
            let signature = signer.sign(&bytes);
            bytes.extend_from_slice(&signature);
        }
        bytes
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    #[cfg(test)]
    pub(super) fn as_ptr(&self) -> *const u8 {
        self.bytes.as_ptr()
    }
}
