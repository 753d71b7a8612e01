//! Reading packets.

use super::prefix::HEADER_LENGTH;
use crate::crypto::{KeyError, Points, PublicKey};
use crate::wire::{Field, Payload, Reader, UnpackError};

/// The reason why a datagram was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Header, key field, global time or payload do not match the message.
    #[error("the packet cannot be read: {0}")]
    Unpack(#[from] UnpackError),
    /// The key field does not contain a public key.
    #[error("the packet has no usable key: {0}")]
    Key(#[from] KeyError),
    /// Everything can be read, but the signature is not by the key in the packet.
    #[error("the signature is not by the key in the packet")]
    Signature,
}

/// Reads a payload and keeps it.
type ReadPayload<'a> = dyn FnMut(&mut Reader<'_>) -> Result<(), UnpackError> + 'a;

/// The error for a payload that was not read, which does not happen.
const UNREAD: UnpackError = UnpackError::Invalid("the payload was not read");

/// Reads a signed packet. Returns the key, whether the raw key field is exactly the key's canonical
/// bytes, the global time (`Some` exactly if `global_time` is set), and the payload.
///
/// The steps are those of protocol 2.2: key field, key, payload, and the signature last, so a
/// packet with a bad payload and a bad signature reports the payload. Nothing may follow the
/// payload, except that the format `raw` takes everything.
///
/// Quirk (protocol 2.4): bytes after the key within the key field are ignored, and the second value
/// is then `false`: py-ipv8 looks up known peers by the raw field, so such a packet never finds the
/// known peer. Prefix and id are not checked; the signature covers them.
///
/// # Errors
/// [`OpenError`]; never panics, whatever the datagram.
pub fn open_signed<P: Payload>(
    datagram: &[u8],
    global_time: bool,
) -> Result<(PublicKey, bool, Option<u64>, P), OpenError> {
    open_signed_with(datagram, global_time, &mut Points::new())
}

/// Like [`open_signed`], but in less time for a key in `points`, which also stores the key of this
/// packet if its signature is good.
///
/// # Errors
/// [`OpenError`]; never panics, whatever the datagram.
pub fn open_signed_with<P: Payload>(
    datagram: &[u8],
    global_time: bool,
    points: &mut Points,
) -> Result<(PublicKey, bool, Option<u64>, P), OpenError> {
    let mut payload = None;
    let (key, canonical, time) = read_signed(datagram, global_time, points, &mut |reader| {
        payload = Some(P::unpack(reader)?);
        Ok(())
    })?;
    let payload = payload.ok_or(UNREAD)?;
    Ok((key, canonical, time, payload))
}

/// Like [`open_signed_with`], but compiled once and not for each type of payload, which `read`
/// reads. Returns the key, whether the packet has it in its canonical form, and the global time.
///
/// # Errors
/// [`OpenError`]; never panics, whatever the datagram.
pub(crate) fn read_signed(
    datagram: &[u8],
    global_time: bool,
    points: &mut Points,
    read: &mut ReadPayload<'_>,
) -> Result<(PublicKey, bool, Option<u64>), OpenError> {
    let mut reader = Reader::at(datagram, HEADER_LENGTH);
    let length = reader.take_u16()?;
    let key_field = reader.take_cut(usize::from(length));
    let key = points.parse_key(key_field)?;
    // In a datagram shorter than a signature, all of it is the (wrong) signature.
    let end = datagram.len().saturating_sub(key.signature_length());
    let (message, signature) = datagram.split_at_checked(end).unwrap_or((datagram, &[]));
    let body = HEADER_LENGTH + 2 + key_field.len();
    let time = read_body(Reader::at(message, body), global_time, read)?;
    if !points.verify(&key, message, signature) {
        return Err(OpenError::Signature);
    }
    let canonical = key_field == key.as_bytes();
    Ok((key, canonical, time))
}

/// Reads an unsigned packet. Returns the global time (`Some` exactly if `global_time` is set) and
/// the payload, which extends to the end of the datagram.
///
/// # Errors
/// [`OpenError::Unpack`]; never panics, whatever the datagram.
pub fn open_unsigned<P: Payload>(
    datagram: &[u8],
    global_time: bool,
) -> Result<(Option<u64>, P), OpenError> {
    let mut payload = None;
    let time = read_unsigned(datagram, global_time, &mut |reader| {
        payload = Some(P::unpack(reader)?);
        Ok(())
    })?;
    Ok((time, payload.ok_or(UNREAD)?))
}

/// Like [`open_unsigned`], but compiled once and not for each type of payload, which `read` reads.
/// Returns the global time.
///
/// # Errors
/// [`OpenError::Unpack`]; never panics, whatever the datagram.
pub(crate) fn read_unsigned(
    datagram: &[u8],
    global_time: bool,
    read: &mut ReadPayload<'_>,
) -> Result<Option<u64>, OpenError> {
    let mut reader = Reader::new(datagram);
    reader.take(HEADER_LENGTH)?;
    Ok(read_body(reader, global_time, read)?)
}

/// Reads the global time and the payload, and checks that nothing follows.
fn read_body(
    mut reader: Reader<'_>,
    global_time: bool,
    read: &mut ReadPayload<'_>,
) -> Result<Option<u64>, UnpackError> {
    let time = global_time.then(|| u64::unpack(&mut reader)).transpose()?;
    read(&mut reader)?;
    reader.finish()?;
    Ok(time)
}
