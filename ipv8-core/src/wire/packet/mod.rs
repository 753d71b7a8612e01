//! Whole datagrams: the prefix they are routed on, the key and the signature around a payload.
//!
//! ```text
//! offset 0    prefix (22): 0x00, version 0x02, community id (20)
//!        22   message id
//!        23   signed: u16 key length, key bytes
//!             with a global time: u64
//!             payload
//!             signed: signature of everything before it
//! ```
//! Source: protocol 2; py-ipv8's `EZPackOverlay`.

mod community_id;

pub use community_id::{CommunityId, CommunityIdError};

use crate::crypto::{KeyError, Points, PrivateKey, PublicKey};
use crate::wire::{Field, PackError, Payload, Reader, UnpackError, Writer};

/// Length of what a packet is routed on, in bytes.
pub const PREFIX_LENGTH: usize = 22;

/// Length of the prefix and the message id, in bytes: no shorter datagram is a packet.
pub const HEADER_LENGTH: usize = PREFIX_LENGTH + 1;

/// Room for a global time and a payload like those of the introduction messages without IPv6 addresses: such a packet never grows
/// in the making, nor when it is signed.
const USUAL_BODY: usize = 48;

/// What a packet is routed on, as a whole: 0x00, 0x02, the community id.
pub type Prefix = [u8; PREFIX_LENGTH];

/// The cheap first look at a datagram: where it goes, before anything is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The first 22 bytes.
    pub prefix: &'a Prefix,
    /// Byte 22, the message id.
    pub id: u8,
    /// Everything after the message id, keys and signature included; may be empty.
    pub body: &'a [u8],
}

impl<'a> Header<'a> {
    /// Splits a datagram; `None` when it has no message id, that is fewer than 23 bytes.
    #[must_use]
    pub fn split(datagram: &'a [u8]) -> Option<Self> {
        let (prefix, rest) = datagram.split_first_chunk()?;
        let (id, body) = rest.split_first()?;
        Some(Self {
            prefix,
            id: *id,
            body,
        })
    }
}

/// Why a datagram was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Header, key field, global time or payload are not what the message says.
    #[error("the packet cannot be read: {0}")]
    Unpack(#[from] UnpackError),
    /// The key field holds no public key.
    #[error("the packet has no usable key: {0}")]
    Key(#[from] KeyError),
    /// Everything can be read, but the signature is not that of the key in the packet.
    #[error("the signature is not that of the key in the packet")]
    Signature,
}

impl OpenError {
    /// A short fixed name of the kind of error, for counters and logs.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Unpack(error) => error.reason(),
            Self::Key(_) => "key",
            Self::Signature => "signature",
        }
    }
}

/// Reads a signed packet: the key, whether the raw key field is exactly the key's canonical bytes, the global
/// time (`Some` exactly when `global_time` asks for one), and the payload.
///
/// The steps are those of protocol 2.2: key field, key, payload, and the verdict of the signature last, so that a
/// packet with both faults reports the payload. Nothing may follow the payload, except that the format `raw` takes
/// everything.
///
/// Quirk (protocol 2.4): bytes after the key within the key field are ignored, and then the second value is false: py-ipv8 looks
/// known peers up by the raw field, so such a packet never finds the known peer. Prefix and id are not compared with
/// anything; the signature covers them.
///
/// # Errors
/// [`OpenError`]; never panics, whatever the datagram.
pub fn open_signed<P: Payload>(
    datagram: &[u8],
    global_time: bool,
) -> Result<(PublicKey, bool, Option<u64>, P), OpenError> {
    open_signed_with(datagram, global_time, &mut Points::new())
}

/// As [`open_signed`], in less time for a key that has signed something before; `points` remembers it then.
///
/// # Errors
/// [`OpenError`]; never panics, whatever the datagram.
pub fn open_signed_with<P: Payload>(
    datagram: &[u8],
    global_time: bool,
    points: &mut Points,
) -> Result<(PublicKey, bool, Option<u64>, P), OpenError> {
    let mut reader = Reader::at(datagram, HEADER_LENGTH);
    let length = reader.take_u16()?;
    let key_field = reader.take_cut(usize::from(length));
    let key = PublicKey::from_bytes_with(points, key_field)?;
    // A datagram shorter than a signature has nothing before it, and all of it is the (wrong) signature.
    let end = datagram.len().saturating_sub(key.signature_length());
    let (message, signature) = datagram.split_at_checked(end).unwrap_or((datagram, &[]));
    let body = HEADER_LENGTH + 2 + key_field.len();
    let (time, payload) = open_body(Reader::at(message, body), global_time)?;
    if !key.verify_with(points, message, signature) {
        return Err(OpenError::Signature);
    }
    let canonical = key_field == key.as_bytes();
    Ok((key, canonical, time, payload))
}

/// Reads an unsigned packet: the global time (`Some` exactly when `global_time` asks for one) and the payload, which
/// reaches to the end of the datagram.
///
/// # Errors
/// [`OpenError::Unpack`]; never panics, whatever the datagram.
pub fn open_unsigned<P: Payload>(
    datagram: &[u8],
    global_time: bool,
) -> Result<(Option<u64>, P), OpenError> {
    let mut reader = Reader::new(datagram);
    reader.take(HEADER_LENGTH)?;
    Ok(open_body(reader, global_time)?)
}

/// Global time and payload, and nothing after them.
fn open_body<P: Payload>(
    mut reader: Reader<'_>,
    global_time: bool,
) -> Result<(Option<u64>, P), UnpackError> {
    let time = global_time.then(|| u64::unpack(&mut reader)).transpose()?;
    let payload = P::unpack(&mut reader)?;
    reader.finish()?;
    Ok((time, payload))
}

/// A packet that is complete but for its signature, so that signing can be left to another core.
#[derive(Clone, Debug)]
pub struct Unsealed {
    bytes: Vec<u8>,
    signer: Option<PrivateKey>,
}

impl Unsealed {
    /// Packs everything before the signature. With a `signer` its public key comes first and
    /// [`seal`](Self::seal) appends its signature; without one the packet is unsigned.
    ///
    /// # Errors
    /// [`PackError`] when the payload holds a value that its format cannot carry.
    pub fn new<P: Payload>(
        prefix: &Prefix,
        id: u8,
        signer: Option<&PrivateKey>,
        global_time: Option<u64>,
        payload: &P,
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
        payload.pack(&mut writer)?;
        let bytes = writer.into_bytes();
        let signer = signer.cloned();
        Ok(Self { bytes, signer })
    }

    /// Whether sealing will sign.
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        self.signer.is_some()
    }

    /// The message id it was made with.
    #[must_use]
    pub fn message_id(&self) -> u8 {
        self.bytes.get(PREFIX_LENGTH).copied().unwrap_or_default()
    }

    /// Length of the sealed packet, in bytes.
    #[must_use]
    pub fn sealed_length(&self) -> usize {
        let signature = self.signer.as_ref().map(PrivateKey::public_key);
        self.bytes.len() + signature.map_or(0, PublicKey::signature_length)
    }

    /// The finished datagram. Curve25519 signatures are deterministic, so it depends on nothing else.
    #[must_use]
    pub fn seal(self) -> Vec<u8> {
        let Self { mut bytes, signer } = self;
        if let Some(signer) = signer {
            let signature = signer.sign(&bytes);
            bytes.extend_from_slice(&signature);
        }
        bytes
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
