//! Writes fields to bytes.

use super::error::{MAX_DEPTH, PackError};

/// Collects packed fields in sequence.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    depth: u8,
}

impl Writer {
    /// Starts empty.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            depth: 0,
        }
    }

    /// Starts empty, with room for `bytes` bytes before it has to grow.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            depth: 0,
        }
    }

    /// Appends bytes unchanged.
    pub fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends one byte.
    pub fn put_u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Appends a 16-bit number, big-endian.
    pub fn put_u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    /// Appends a 32-bit number, big-endian.
    pub fn put_u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    /// Appends a 16-bit count and the bytes: the format `varlenH`.
    ///
    /// # Errors
    /// [`PackError::TooLong`] for more than 65535 bytes; then nothing is written.
    pub(crate) fn put_counted(&mut self, bytes: &[u8]) -> Result<(), PackError> {
        self.put_u16(count_u16("varlenH", bytes.len())?);
        self.put(bytes);
        Ok(())
    }

    /// Appends a nested payload that `pack` writes, after its size in 16 bits.
    ///
    /// # Errors
    /// [`PackError::TooLong`] if it takes more than 65535 bytes, [`PackError::TooDeep`] if it would
    /// be at the ninth level ([`MAX_DEPTH`] is 8), and the errors of `pack`. Unspecified bytes then
    /// follow those written before.
    pub(crate) fn put_nested(
        &mut self,
        pack: impl FnOnce(&mut Self) -> Result<(), PackError>,
    ) -> Result<(), PackError> {
        if self.depth >= MAX_DEPTH {
            return Err(PackError::TooDeep);
        }
        let start = self.bytes.len();
        self.put_u16(0);
        self.depth += 1;
        let packed = pack(self);
        self.depth -= 1;
        packed?;
        let length = self.bytes.len().saturating_sub(start + 2);
        let size = count_u16("payload", length)?;
        if let Some(place) = self.bytes.get_mut(start..start + 2) {
            place.copy_from_slice(&size.to_be_bytes());
        }
        Ok(())
    }

    /// Returns all written bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Returns `length` as an 8-bit count of `format`.
pub(super) fn count_u8(format: &'static str, length: usize) -> Result<u8, PackError> {
    u8::try_from(length).map_err(|_| PackError::TooLong {
        format,
        length,
        maximum: usize::from(u8::MAX),
    })
}

/// Returns `length` as a 16-bit count of `format`.
pub(super) fn count_u16(format: &'static str, length: usize) -> Result<u16, PackError> {
    u16::try_from(length).map_err(|_| PackError::TooLong {
        format,
        length,
        maximum: usize::from(u16::MAX),
    })
}

/// Returns `length` as a 32-bit count of `format`.
pub(super) fn count_u32(format: &'static str, length: usize) -> Result<u32, PackError> {
    u32::try_from(length).map_err(|_| PackError::TooLong {
        format,
        length,
        maximum: usize::try_from(u32::MAX).unwrap_or(usize::MAX),
    })
}
