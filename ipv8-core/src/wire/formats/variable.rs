//! Formats of variable length (protocol 3.3).

use super::*;
use crate::wire::writer::{count_u8, count_u16, count_u32};
use crate::wire::{Payload, Raw};

macro_rules! varlen {
    ($($name:literal $marker:ident $count:ident $take:ident,)*) => {$(
        impl Format<Vec<u8>> for $marker {
            fn pack(value: &Vec<u8>, writer: &mut Writer) -> Result<(), PackError> {
                let length = $count($name, value.len())?;
                writer.put(&length.to_be_bytes());
                writer.put(value);
                Ok(())
            }

            fn unpack(reader: &mut Reader<'_>) -> Result<Vec<u8>, UnpackError> {
                let length = reader.$take()?;
                Ok(reader.take_cut(saturating(length)).to_vec())
            }
        }
    )*};
}

varlen! {
    "varlenH" VarlenH count_u16 take_u16,
    "doublevarlenH" DoubleVarlenH count_u16 take_u16,
    "varlenI" VarlenI count_u32 take_u32,
}

macro_rules! varlen_utf8 {
    ($($name:literal $marker:ident $count:ident $take:ident,)*) => {$(
        impl Format<String> for $marker {
            fn pack(value: &String, writer: &mut Writer) -> Result<(), PackError> {
                let length = $count($name, value.len())?;
                writer.put(&length.to_be_bytes());
                writer.put(value.as_bytes());
                Ok(())
            }

            fn unpack(reader: &mut Reader<'_>) -> Result<String, UnpackError> {
                let length = reader.$take()?;
                let text = str::from_utf8(reader.take_cut(saturating(length)));
                text.map(str::to_owned).map_err(|_| UnpackError::Utf8)
            }
        }
    )*};
}

varlen_utf8! {
    "varlenHutf8" VarlenHUtf8 count_u16 take_u16,
    "varlenIutf8" VarlenIUtf8 count_u32 take_u32,
}

macro_rules! varlen_items {
    ($($name:literal $marker:ident $size:literal $count:ident $take:ident,)*) => {$(
        impl Format<Vec<u8>> for $marker {
            fn pack(value: &Vec<u8>, writer: &mut Writer) -> Result<(), PackError> {
                let count = $count($name, value.len() / $size)?;
                writer.put(&count.to_be_bytes());
                writer.put(value);
                Ok(())
            }

            fn unpack(reader: &mut Reader<'_>) -> Result<Vec<u8>, UnpackError> {
                let count = reader.$take()?;
                Ok(reader.take_cut(usize::from(count) * $size).to_vec())
            }
        }

        impl Format<Vec<[u8; $size]>> for $marker {
            fn pack(value: &Vec<[u8; $size]>, writer: &mut Writer) -> Result<(), PackError> {
                let count = $count($name, value.len())?;
                writer.put(&count.to_be_bytes());
                writer.put(value.as_flattened());
                Ok(())
            }

            fn unpack(reader: &mut Reader<'_>) -> Result<Vec<[u8; $size]>, UnpackError> {
                let count = reader.$take()?;
                let (items, _incomplete) = reader.take_cut(usize::from(count) * $size).as_chunks();
                Ok(items.to_vec())
            }
        }
    )*};
}

varlen_items! {
    "varlenHx20" VarlenHx20 20 count_u16 take_u16,
    "varlenBx2" VarlenBx2 2 count_u8 take_u8,
}

macro_rules! arrays {
    ($($name:literal $marker:ident $item:ty, $size:literal, $to:expr, $from:expr;)*) => {$(
        impl Format<Vec<$item>> for $marker {
            fn pack(value: &Vec<$item>, writer: &mut Writer) -> Result<(), PackError> {
                let count = count_u16($name, value.len())?;
                writer.put(&count.to_le_bytes());
                for item in value {
                    writer.put(&$to(*item));
                }
                Ok(())
            }

            fn unpack(reader: &mut Reader<'_>) -> Result<Vec<$item>, UnpackError> {
                let count = reader.take_array().map(u16::from_le_bytes)?;
                let bytes = reader.take_cut(usize::from(count) * $size);
                match bytes.as_chunks::<$size>() {
                    (items, []) => Ok(items.iter().copied().map($from).collect()),
                    _ => Err(UnpackError::PartialItem),
                }
            }
        }
    )*};
}

arrays! {
    "arrayH-?" ArrayHBool bool, 1, |flag| [u8::from(flag)], |[byte]: [u8; 1]| byte != 0;
    "arrayH-q" ArrayHI64 i64, 8, i64::to_le_bytes, i64::from_le_bytes;
    "arrayH-d" ArrayHF64 f64, 8, f64::to_le_bytes, f64::from_le_bytes;
}

impl Format<Vec<Vec<u8>>> for VarlenHList {
    fn pack(value: &Vec<Vec<u8>>, writer: &mut Writer) -> Result<(), PackError> {
        writer.put_u8(count_u8("varlenH-list", value.len())?);
        value
            .iter()
            .try_for_each(|item| VarlenH::pack(item, writer))
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, UnpackError> {
        let count = reader.take_u8()?;
        (0..count).map(|_| VarlenH::unpack(reader)).collect()
    }
}

impl Format<Vec<u8>> for RawBytes {
    const TAKES_REST: bool = true;

    fn pack(value: &Vec<u8>, writer: &mut Writer) -> Result<(), PackError> {
        writer.put(value);
        Ok(())
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Vec<u8>, UnpackError> {
        Ok(reader.take_rest().to_vec())
    }
}

impl Format<Raw> for RawBytes {
    const TAKES_REST: bool = true;

    fn pack(value: &Raw, writer: &mut Writer) -> Result<(), PackError> {
        Self::pack(&value.0, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Raw, UnpackError> {
        <Self as Format<Vec<u8>>>::unpack(reader).map(Raw)
    }
}

impl<T: Payload> Format<T> for Nested {
    fn pack(value: &T, writer: &mut Writer) -> Result<(), PackError> {
        writer.put_nested(|writer| value.pack(writer))
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<T, UnpackError> {
        T::unpack(&mut reader.take_nested()?)
    }
}

impl<T: Payload> Format<Vec<T>> for NestedList {
    fn pack(value: &Vec<T>, writer: &mut Writer) -> Result<(), PackError> {
        writer.put_u8(count_u8("payload-list", value.len())?);
        value.iter().try_for_each(|item| Nested::pack(item, writer))
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Vec<T>, UnpackError> {
        let count = reader.take_u8()?;
        (0..count).map(|_| Nested::unpack(reader)).collect()
    }
}

/// Converts a length. On a machine with a shorter address type it saturates: no slice is that long.
fn saturating(length: impl TryInto<usize>) -> usize {
    length.try_into().unwrap_or(usize::MAX)
}
