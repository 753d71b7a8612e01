//! The bytes of a message in the making.

use super::{MAX_DEPTH, PackError};

/// Collects packed fields one after another.
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

    /// Starts empty, with room for so many bytes before it has to grow.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self::after(Vec::with_capacity(bytes))
    }

    /// Starts with `bytes`, which come before everything written.
    #[must_use]
    pub const fn after(bytes: Vec<u8>) -> Self {
        Self { bytes, depth: 0 }
    }

    /// Appends bytes as they are.
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

    /// Appends bytes behind their count in 16 bits: the format `varlenH`.
    ///
    /// # Errors
    /// [`PackError::TooLong`] when there are more than 65535; then nothing is written.
    pub fn put_counted(&mut self, bytes: &[u8]) -> Result<(), PackError> {
        self.put_u16(count_u16("varlenH", bytes.len())?);
        self.put(bytes);
        Ok(())
    }

    /// Appends what `pack` writes as a nested payload: its size in 16 bits before it.
    ///
    /// # Errors
    /// [`PackError::TooLong`] when it takes more than 65535 bytes, [`PackError::TooDeep`] when it
    /// would be the ninth level ([`MAX_DEPTH`] is 8), and whatever `pack` reports. What was written before is
    /// then followed by unspecified bytes.
    pub fn put_nested(
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

    /// Number of bytes written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Everything written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// `length` as an 8-bit count of `format`.
pub(super) fn count_u8(format: &'static str, length: usize) -> Result<u8, PackError> {
    u8::try_from(length).map_err(|_| PackError::TooLong {
        format,
        length,
        maximum: usize::from(u8::MAX),
    })
}

/// `length` as a 16-bit count of `format`.
pub(super) fn count_u16(format: &'static str, length: usize) -> Result<u16, PackError> {
    u16::try_from(length).map_err(|_| PackError::TooLong {
        format,
        length,
        maximum: usize::from(u16::MAX),
    })
}

/// `length` as a 32-bit count of `format`.
pub(super) fn count_u32(format: &'static str, length: usize) -> Result<u32, PackError> {
    u32::try_from(length).map_err(|_| PackError::TooLong {
        format,
        length,
        maximum: usize::try_from(u32::MAX).unwrap_or(usize::MAX),
    })
}
