//! Rust types with a default format.

use std::net::{SocketAddr, SocketAddrV4};

use super::formats::{self, Format};
use super::{ListItem, PackError, Payload, Reader, UnpackError, Writer};
use crate::wire::address::Address;

/// A type with a default format. A field can name another format.
///
/// | Rust type | format |
/// |---|---|
/// | `bool` | `?` |
/// | `u8`, `u16`, `u32`, `u64` | `B`, `H`, `I`, `Q` |
/// | `i32`, `i64` | `l`, `q` |
/// | `f32`, `f64` | `f`, `d` |
/// | `String` | `varlenHutf8` |
/// | `Vec<u8>` | `varlenH` |
/// | `[u8; N]` | exactly N bytes |
/// | `SocketAddrV4`, `SocketAddr` | `ipv4`, `ip_address` |
/// | [`Address`] | `address` |
/// | [`Bits`], [`Raw`] | `bits`, `raw` |
/// | `Vec<bool>`, `Vec<i64>`, `Vec<f64>` | `arrayH-?`, `arrayH-q`, `arrayH-d` |
/// | `T: Payload`, `Vec<T>` | `payload`, `payload-list` |
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no default wire format",
    label = "cannot be a field of a payload without a format",
    note = "name a format with `#[payload(format = \"…\")]`, or derive `Payload` for the type to nest it",
    note = "write an optional field as `#[payload(optional)]`, at the end of the payload",
    note = "for a type of yours: `impl ipv8_core::wire::Field for {Self} {{ fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {{ … }} fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {{ … }} }}`",
    note = "for a type of another crate: `#[payload(with = my_module)]`, a module with the same two functions"
)]
pub trait Field: Sized {
    /// `true` if reading takes everything up to the end of the payload, so that no field can
    /// follow; `#[derive(Payload)]` then refuses one. Default: `false`.
    const TAKES_REST: bool = false;

    /// Writes the value.
    ///
    /// # Errors
    /// [`PackError`] if the format cannot carry this value.
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError>;

    /// Reads a value.
    ///
    /// # Errors
    /// [`UnpackError`] if the bytes are not such a value.
    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError>;
}

macro_rules! fields {
    ($($kind:ty: $marker:ident,)*) => {$(
        impl Field for $kind {
            const TAKES_REST: bool = <formats::$marker as Format<$kind>>::TAKES_REST;

            fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
                <formats::$marker as Format<$kind>>::pack(self, writer)
            }

            fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
                <formats::$marker as Format<$kind>>::unpack(reader)
            }
        }
    )*};
}

fields! {
    bool: Bool,
    u8: U8,
    u16: U16,
    u32: U32,
    u64: U64,
    i32: I32,
    i64: I64,
    f32: F32,
    f64: F64,
    String: VarlenHUtf8,
    SocketAddrV4: Ipv4,
    SocketAddr: IpAddress,
    Address: AddressFormat,
    Bits: BitFlags,
    Raw: RawBytes,
}

impl<const N: usize> Field for [u8; N] {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        writer.put(self);
        Ok(())
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        reader.take_array()
    }
}

impl<T: ListItem> Field for Vec<T> {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        T::pack_list(self, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        T::unpack_list(reader)
    }
}

// Without the attribute, rustc would ask for `Payload`, and list other payloads.
#[diagnostic::do_not_recommend]
impl<T: Payload> Field for T {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        formats::Nested::pack(self, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        formats::Nested::unpack(reader)
    }
}

/// Eight flags in one byte, the most significant bit (0x80) first (format `bits`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bits(
    /// The flags, most significant first.
    pub [bool; 8],
);

impl Bits {
    /// Returns the flags of a byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Self {
        Self(std::array::from_fn(|index| byte & (0x80 >> index) != 0))
    }

    /// Returns the byte with these flags.
    #[must_use]
    pub fn to_byte(self) -> u8 {
        self.0
            .iter()
            .fold(0, |byte, flag| (byte << 1) | u8::from(*flag))
    }
}

/// All bytes up to the end of the message (format `raw`); only useful as the last field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Raw(
    /// The bytes.
    pub Vec<u8>,
);

impl From<Vec<u8>> for Raw {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Raw {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
