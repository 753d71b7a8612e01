//! Formats of fixed size.

use super::*;
use crate::wire::Bits;

macro_rules! numbers {
    ($($marker:ident $number:ty,)*) => {$(
        impl Format<$number> for $marker {
            fn pack(value: &$number, writer: &mut Writer) -> Result<(), PackError> {
                writer.put(&value.to_be_bytes());
                Ok(())
            }

            fn unpack(reader: &mut Reader<'_>) -> Result<$number, UnpackError> {
                reader.take_array().map(<$number>::from_be_bytes)
            }
        }
    )*};
}

numbers! {
    U8 u8,
    U16 u16,
    U32 u32,
    U64 u64,
    I32 i32,
    I64 i64,
    F32 f32,
    F64 f64,
    Char u8,
}

macro_rules! byte_strings {
    ($($marker:ident $length:literal,)*) => {$(
        impl Format<[u8; $length]> for $marker {
            fn pack(value: &[u8; $length], writer: &mut Writer) -> Result<(), PackError> {
                writer.put(value);
                Ok(())
            }

            fn unpack(reader: &mut Reader<'_>) -> Result<[u8; $length], UnpackError> {
                reader.take_array()
            }
        }
    )*};
}

byte_strings! {
    Bytes20 20,
    Bytes32 32,
    Bytes64 64,
    Bytes74 74,
}

/// The first part of `4SH`; not a format itself.
enum Bytes4 {}

byte_strings! {
    Bytes4 4,
}

macro_rules! tuples {
    ($($marker:ident ($($index:tt $part:ident $kind:ty),*),)*) => {$(
        impl Format<($($kind),*)> for $marker {
            fn pack(value: &($($kind),*), writer: &mut Writer) -> Result<(), PackError> {
                $(<$part as Format<$kind>>::pack(&value.$index, writer)?;)*
                Ok(())
            }

            fn unpack(reader: &mut Reader<'_>) -> Result<($($kind),*), UnpackError> {
                Ok(($(<$part as Format<$kind>>::unpack(reader)?),*))
            }
        }
    )*};
}

tuples! {
    BBH (0 U8 u8, 1 U8 u8, 2 U16 u16),
    BH (0 U8 u8, 1 U16 u16),
    HH (0 U16 u16, 1 U16 u16),
    LL (0 U32 u32, 1 U32 u32),
    QH (0 U64 u64, 1 U16 u16),
    QL (0 U64 u64, 1 U32 u32),
    QQHHBH (0 U64 u64, 1 U64 u64, 2 U16 u16, 3 U16 u16, 4 U8 u8, 5 U16 u16),
    CCB (0 Char u8, 1 Char u8, 2 U8 u8),
    Bytes4H (0 Bytes4 [u8; 4], 1 U16 u16),
    CharBytes20 (0 Char u8, 1 Bytes20 [u8; 20]),
}

impl Format<bool> for Bool {
    fn pack(value: &bool, writer: &mut Writer) -> Result<(), PackError> {
        writer.put_u8(u8::from(*value));
        Ok(())
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<bool, UnpackError> {
        reader.take_u8().map(|byte| byte != 0)
    }
}

impl Format<Bits> for BitFlags {
    fn pack(value: &Bits, writer: &mut Writer) -> Result<(), PackError> {
        writer.put_u8(value.to_byte());
        Ok(())
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Bits, UnpackError> {
        reader.take_u8().map(Bits::from_byte)
    }
}

impl Format<[bool; 8]> for BitFlags {
    fn pack(value: &[bool; 8], writer: &mut Writer) -> Result<(), PackError> {
        Self::pack(&Bits(*value), writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<[bool; 8], UnpackError> {
        <Self as Format<Bits>>::unpack(reader).map(|bits| bits.0)
    }
}
