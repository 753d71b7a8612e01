//! The 42 formats of the protocol, with a marker type for each.
//!
//! `#[payload(format = "varlenI")]` on a field means: pack and unpack the field's value through
//! `<formats::VarlenI as Format<FieldType>>`. [`Format`] lists the names.

use super::{PackError, Reader, UnpackError, Writer};

mod addresses;
mod fixed;
mod variable;

/// A named format of the protocol (protocol 3), applied to the Rust type `T`.
///
/// A field of a payload names its format: `#[payload(format = "varlenI")]`. These are the 42 names
/// with the Rust types that each can carry, the default type first.
///
/// A format of your own is a type that implements this trait. A field names it by its path:
///
/// ```
/// use ipv8_core::prelude::*;
/// use ipv8_core::wire::{Field, Format, PackError, Reader, UnpackError, Writer};
/// use std::time::Duration;
///
/// /// A duration in whole seconds, as a 32-bit number.
/// enum Seconds {}
///
/// impl Format<Duration> for Seconds {
///     fn pack(value: &Duration, writer: &mut Writer) -> Result<(), PackError> {
///         let seconds = u32::try_from(value.as_secs());
///         seconds.map_err(|_| PackError::Invalid("the duration is too long"))?.pack(writer)
///     }
///
///     fn unpack(reader: &mut Reader<'_>) -> Result<Duration, UnpackError> {
///         u32::unpack(reader).map(|seconds| Duration::from_secs(seconds.into()))
///     }
/// }
///
/// #[derive(Payload)]
/// #[payload(id = 1)]
/// struct Pause {
///     #[payload(format = Seconds)]
///     length: Duration,
/// }
/// ```
///
/// | name | Rust types |
/// |---|---|
/// | `?` | `bool` |
/// | `B` | `u8` |
/// | `H` | `u16` |
/// | `I` | `u32` |
/// | `Q` | `u64` |
/// | `l` | `i32` |
/// | `q` | `i64` |
/// | `f` | `f32` |
/// | `d` | `f64` |
/// | `c` | `u8` |
/// | `BBH` | `(u8, u8, u16)` |
/// | `BH` | `(u8, u16)` |
/// | `HH` | `(u16, u16)` |
/// | `LL` | `(u32, u32)` |
/// | `QH` | `(u64, u16)` |
/// | `QL` | `(u64, u32)` |
/// | `QQHHBH` | `(u64, u64, u16, u16, u8, u16)` |
/// | `ccB` | `(u8, u8, u8)` |
/// | `20s` | `[u8; 20]` |
/// | `32s` | `[u8; 32]` |
/// | `64s` | `[u8; 64]` |
/// | `74s` | `[u8; 74]` |
/// | `4SH` | `([u8; 4], u16)` |
/// | `c20s` | `(u8, [u8; 20])` |
/// | `bits` | [`Bits`](super::Bits), `[bool; 8]` |
/// | `ipv4` | `SocketAddrV4`, `SocketAddr` (IPv6 cannot be packed) |
/// | `ip_address` | `SocketAddr` |
/// | `address` | [`Address`](crate::wire::address::Address) |
/// | `varlenH` | `Vec<u8>` |
/// | `doublevarlenH` | `Vec<u8>` |
/// | `varlenI` | `Vec<u8>` |
/// | `varlenHutf8` | `String` |
/// | `varlenIutf8` | `String` |
/// | `varlenHx20` | `Vec<[u8; 20]>`, `Vec<u8>` |
/// | `varlenBx2` | `Vec<[u8; 2]>`, `Vec<u8>` |
/// | `varlenH-list` | `Vec<Vec<u8>>` |
/// | `arrayH-?` | `Vec<bool>` |
/// | `arrayH-q` | `Vec<i64>` |
/// | `arrayH-d` | `Vec<f64>` |
/// | `raw` | `Vec<u8>`, [`Raw`](super::Raw) |
/// | `payload` | any `T: Payload` |
/// | `payload-list` | `Vec<T>` with `T: Payload` |
///
/// # Quirks kept for compatibility with py-ipv8
/// - A length that exceeds the data is cut, not refused, in all `varlen…`, `array…` and `payload`
///   formats. Any field after it then fails, but a message may end there.
/// - `varlenHx20` and `varlenBx2` count whole items but carry every byte. When read as fixed-size
///   items, an incomplete last item is dropped.
/// - The arrays are little-endian, including the count: the native order of the machines in the
///   network.
/// - Any bytes may follow a nested payload within its announced size.
/// - The fixed strings have an exact length here; py-ipv8 pads short input and cuts long input.
#[diagnostic::on_unimplemented(
    message = "the format `{Self}` cannot carry a `{T}`",
    label = "`{T}` does not fit this format",
    note = "the documentation of `ipv8_core::wire::Format` lists the types of each format"
)]
pub trait Format<T> {
    /// `true` if reading takes everything up to the end of the payload, so that no field can
    /// follow; `#[derive(Payload)]` then refuses one. Default: `false`.
    const TAKES_REST: bool = false;

    /// Writes `value`.
    ///
    /// # Errors
    /// [`PackError`] if the format cannot carry this value.
    fn pack(value: &T, writer: &mut Writer) -> Result<(), PackError>;

    /// Reads a value.
    ///
    /// # Errors
    /// [`UnpackError`] if the bytes are not such a value. The position of the reader is then
    /// unspecified.
    fn unpack(reader: &mut Reader<'_>) -> Result<T, UnpackError>;
}

macro_rules! formats {
    ($($name:literal $marker:ident $doc:literal,)*) => {
        $(
            #[doc = concat!("Format `", $name, "`: ", $doc)]
            #[derive(Debug)]
            pub enum $marker {}
        )*

        /// All format names of the protocol, in the order of the table above.
        pub(crate) const NAMES: [&str; 42] = [$($name),*];
    };
}

formats! {
    "?" Bool "one byte, 0 or 1; any nonzero byte reads as true.",
    "B" U8 "one byte.",
    "H" U16 "2 bytes, big-endian.",
    "I" U32 "4 bytes, big-endian.",
    "Q" U64 "8 bytes, big-endian.",
    "l" I32 "4 bytes, signed, big-endian.",
    "q" I64 "8 bytes, signed, big-endian.",
    "f" F32 "IEEE single precision, big-endian.",
    "d" F64 "IEEE double precision, big-endian.",
    "c" Char "one byte, the code of a character.",
    "BBH" BBH "two bytes and a 16-bit number.",
    "BH" BH "a byte and a 16-bit number.",
    "HH" HH "two 16-bit numbers.",
    "LL" LL "two 32-bit numbers.",
    "QH" QH "a 64-bit and a 16-bit number.",
    "QL" QL "a 64-bit and a 32-bit number.",
    "QQHHBH" QQHHBH "two 64-bit numbers, two of 16 bits, a byte, one of 16 bits.",
    "ccB" CCB "three bytes, the first two of them codes of characters.",
    "20s" Bytes20 "exactly 20 bytes.",
    "32s" Bytes32 "exactly 32 bytes.",
    "64s" Bytes64 "exactly 64 bytes.",
    "74s" Bytes74 "exactly 74 bytes.",
    "4SH" Bytes4H "4 bytes and a 16-bit number.",
    "c20s" CharBytes20 "one byte and 20 bytes.",
    "bits" BitFlags "eight flags in one byte, the first flag is 0x80.",
    "ipv4" Ipv4 "4 bytes of address and a 16-bit port.",
    "ip_address" IpAddress "a type byte (1: IPv4, 3: IPv6), the address, a 16-bit port.",
    "address" AddressFormat "like `ip_address`, but also type 2: a host name with a 16-bit length.",
    "varlenH" VarlenH "bytes after a 16-bit length.",
    "doublevarlenH" DoubleVarlenH "bytes after a 16-bit length, like `varlenH`.",
    "varlenI" VarlenI "bytes after a 32-bit length.",
    "varlenHutf8" VarlenHUtf8 "UTF-8 text after a 16-bit length in bytes.",
    "varlenIutf8" VarlenIUtf8 "UTF-8 text after a 32-bit length in bytes.",
    "varlenHx20" VarlenHx20 "items of 20 bytes after their 16-bit count.",
    "varlenBx2" VarlenBx2 "items of 2 bytes after their 8-bit count.",
    "varlenH-list" VarlenHList "an 8-bit count, then that many `varlenH`.",
    "arrayH-?" ArrayHBool "a 16-bit little-endian count, then one byte for each flag.",
    "arrayH-q" ArrayHI64 "a 16-bit little-endian count, then 64-bit signed little-endian numbers.",
    "arrayH-d" ArrayHF64 "a 16-bit little-endian count, then little-endian IEEE doubles.",
    "raw" RawBytes "all bytes up to the end; only useful as the last field.",
    "payload" Nested "a payload after its 16-bit size.",
    "payload-list" NestedList "an 8-bit count, then that many `payload`.",
}
