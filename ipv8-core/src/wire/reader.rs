//! Reads fields from bytes that came from outside.

use super::error::{MAX_DEPTH, UnpackError};

/// Reads fields in sequence from a byte slice.
///
/// The position may be past the end of the data: a varlen value that announces more bytes than
/// remain gets the remaining ones, and the position still advances by the announced length
/// (protocol 3.3). A field that needs bytes after that fails; a message that ends there is
/// accepted.
///
/// No method panics or allocates, whatever the data.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    data: &'a [u8],
    position: usize,
    depth: u8,
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of `data`.
    #[must_use]
    pub const fn new(data: &'a [u8]) -> Self {
        Self::at(data, 0)
    }

    /// Starts at `position`, which may be past the end of `data`.
    pub(crate) const fn at(data: &'a [u8], position: usize) -> Self {
        Self {
            data,
            position,
            depth: 0,
        }
    }

    /// Returns the offset of the next byte, possibly past the end of the data.
    pub(crate) const fn position(&self) -> usize {
        self.position
    }

    /// Returns the remaining bytes; empty at and past the end.
    pub(crate) fn remaining(&self) -> &'a [u8] {
        self.data.get(self.position..).unwrap_or_default()
    }

    /// Reads exactly `length` bytes.
    ///
    /// # Errors
    /// [`UnpackError::Truncated`] if fewer remain; the position then stays.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], UnpackError> {
        let left = self.remaining();
        let taken = left.get(..length).filter(|_| self.is_inside());
        let taken = taken.ok_or(UnpackError::Truncated {
            needed: length,
            available: left.len(),
        })?;
        self.position += length;
        Ok(taken)
    }

    /// Reads exactly `N` bytes as an array.
    ///
    /// # Errors
    /// [`UnpackError::Truncated`] if fewer remain; the position then stays.
    pub fn take_array<const N: usize>(&mut self) -> Result<[u8; N], UnpackError> {
        let left = self.remaining();
        let taken = left.first_chunk::<N>().filter(|_| self.is_inside());
        let taken = taken.ok_or(UnpackError::Truncated {
            needed: N,
            available: left.len(),
        })?;
        self.position += N;
        Ok(*taken)
    }

    /// Reads up to `length` bytes and advances by `length`, even past the end (protocol 3.3).
    pub(crate) fn take_cut(&mut self, length: usize) -> &'a [u8] {
        let left = self.remaining();
        self.position = self.position.saturating_add(length);
        left.get(..length).unwrap_or(left)
    }

    /// Reads all remaining bytes and moves the position to the end of the data, even if it was past
    /// it, as the format `raw` does.
    pub fn take_rest(&mut self) -> &'a [u8] {
        let left = self.remaining();
        self.position = self.data.len();
        left
    }

    /// Reads one byte.
    ///
    /// # Errors
    /// [`UnpackError::Truncated`] if none remains.
    pub fn take_u8(&mut self) -> Result<u8, UnpackError> {
        self.take_array().map(u8::from_be_bytes)
    }

    /// Reads a big-endian 16-bit number.
    ///
    /// # Errors
    /// [`UnpackError::Truncated`] if fewer than 2 bytes remain.
    pub fn take_u16(&mut self) -> Result<u16, UnpackError> {
        self.take_array().map(u16::from_be_bytes)
    }

    /// Reads a big-endian 32-bit number.
    ///
    /// # Errors
    /// [`UnpackError::Truncated`] if fewer than 4 bytes remain.
    pub fn take_u32(&mut self) -> Result<u32, UnpackError> {
        self.take_array().map(u32::from_be_bytes)
    }

    /// Reads the 16-bit size of a nested payload and returns a reader of that payload alone. The
    /// position advances by the announced size, even past the end.
    ///
    /// # Errors
    /// [`UnpackError::Truncated`] if the size is missing, [`UnpackError::TooDeep`] if the payload
    /// would be at the ninth level ([`MAX_DEPTH`] is 8).
    pub(crate) fn take_nested(&mut self) -> Result<Reader<'a>, UnpackError> {
        let size = self.take_u16()?;
        let data = self.take_cut(usize::from(size));
        if self.depth >= MAX_DEPTH {
            return Err(UnpackError::TooDeep);
        }
        Ok(Reader {
            data,
            position: 0,
            depth: self.depth + 1,
        })
    }

    /// Returns `true` if no bytes remain.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.remaining().is_empty()
    }

    /// Ends reading.
    ///
    /// # Errors
    /// [`UnpackError::Leftover`] if bytes remain.
    pub fn finish(&self) -> Result<(), UnpackError> {
        match self.remaining().len() {
            0 => Ok(()),
            left => Err(UnpackError::Leftover(left)),
        }
    }

    /// Past the end, even reading zero bytes fails, as in py-ipv8.
    const fn is_inside(&self) -> bool {
        self.position <= self.data.len()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_value_moves_past_the_end_and_only_raw_moves_back() {
        let mut reader = Reader::new(&[1, 2, 3]);
        assert_eq!(reader.take_u8(), Ok(1));
        assert_eq!(reader.take_cut(usize::MAX), &[2, 3]);
        assert_eq!(reader.position(), usize::MAX);
        assert_eq!(reader.finish(), Ok(()));
        assert!(reader.take(0).is_err());
        assert!(reader.take_array::<0>().is_err());
        assert!(reader.take_u8().is_err());
        assert_eq!(reader.take_rest(), &[] as &[u8]);
        assert_eq!(reader.position(), 3);
    }

    #[test]
    fn a_failed_read_does_not_move() {
        let mut reader = Reader::new(&[1, 2, 3]);
        assert_eq!(
            reader.take_u32(),
            Err(UnpackError::Truncated {
                needed: 4,
                available: 3
            })
        );
        assert_eq!(reader.take_u16(), Ok(0x0102));
        assert_eq!(reader.finish(), Err(UnpackError::Leftover(1)));
    }

    #[test]
    fn nesting_is_limited() {
        let data = [0_u8, 255].repeat(20);
        let mut reader = Reader::new(&data);
        for _ in 0..MAX_DEPTH {
            reader = reader.take_nested().unwrap();
        }
        assert_eq!(reader.take_nested().err(), Some(UnpackError::TooDeep));
    }
}
