//! Wire formats by name, with JSON values, as the vectors describe them.

use std::net::{SocketAddr, SocketAddrV4};

use ipv8_core::wire::Address;
use ipv8_core::wire::formats::*;
use ipv8_core::wire::{Field, PackError, Payload, Reader, UnpackError, Writer};
use serde_json::{Value, json};

use crate::vectors::{hex, unhex};

/// Returns the items of the list `section` of a vector file.
///
/// # Panics
///
/// Panics if there is no such list.
#[must_use]
pub fn items<'a>(vectors: &'a Value, section: &str) -> &'a [Value] {
    match &vectors[section] {
        Value::Array(items) => items,
        other => panic!("{section} is {other}"),
    }
}

/// Returns the text `name` of an item.
///
/// # Panics
///
/// Panics if the item has no such text.
#[must_use]
pub fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {item}"))
}

/// Returns the bytes of the hexadecimal text `name` of an item.
///
/// # Panics
///
/// Panics if the item has no such text.
#[must_use]
pub fn bytes(item: &Value, name: &str) -> Vec<u8> {
    unhex(text(item, name))
}

/// A wire format whose values have a JSON form in the vectors.
pub trait JsonFormat {
    /// The Rust type of the values.
    type Value;

    /// Converts a JSON form to a value; `None` if the Rust type cannot hold it.
    fn from_json(value: &Value) -> Option<Self::Value>;

    /// Converts a value to its JSON form.
    fn to_json(value: &Self::Value) -> Value;
}

/// The reason why a JSON value has no encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The Rust type cannot hold it.
    ByType,
    /// Packing fails.
    ByFormat(PackError),
}

/// A wire format with its type erased.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The name of the format.
    pub name: &'static str,
    /// Packs a JSON value.
    pub encode: fn(&Value) -> Result<Vec<u8>, Refused>,
    /// Reads a JSON value.
    pub decode: fn(&mut Reader<'_>) -> Result<Value, UnpackError>,
}

impl Entry {
    /// Erases the type of a format.
    #[must_use]
    pub const fn of<F>(name: &'static str) -> Self
    where
        F: JsonFormat + Format<<F as JsonFormat>::Value>,
    {
        Self {
            name,
            encode: |value| {
                let value = F::from_json(value).ok_or(Refused::ByType)?;
                let mut writer = Writer::new();
                F::pack(&value, &mut writer).map_err(Refused::ByFormat)?;
                Ok(writer.into_bytes())
            },
            decode: |reader| F::unpack(reader).map(|value| F::to_json(&value)),
        }
    }
}

/// Returns the format with this name.
///
/// # Panics
///
/// Panics if there is no such format.
#[must_use]
pub fn entry(name: &str) -> &'static Entry {
    let entry = TABLE.iter().find(|entry| entry.name == name);
    entry.unwrap_or_else(|| panic!("no format {name}"))
}

/// All 42 formats.
pub static TABLE: [Entry; 42] = [
    Entry::of::<Bool>("?"),
    Entry::of::<U8>("B"),
    Entry::of::<U16>("H"),
    Entry::of::<U32>("I"),
    Entry::of::<U64>("Q"),
    Entry::of::<I32>("l"),
    Entry::of::<I64>("q"),
    Entry::of::<F32>("f"),
    Entry::of::<F64>("d"),
    Entry::of::<Char>("c"),
    Entry::of::<BBH>("BBH"),
    Entry::of::<BH>("BH"),
    Entry::of::<HH>("HH"),
    Entry::of::<LL>("LL"),
    Entry::of::<QH>("QH"),
    Entry::of::<QL>("QL"),
    Entry::of::<QQHHBH>("QQHHBH"),
    Entry::of::<CCB>("ccB"),
    Entry::of::<Bytes20>("20s"),
    Entry::of::<Bytes32>("32s"),
    Entry::of::<Bytes64>("64s"),
    Entry::of::<Bytes74>("74s"),
    Entry::of::<Bytes4H>("4SH"),
    Entry::of::<CharBytes20>("c20s"),
    Entry::of::<BitFlags>("bits"),
    Entry::of::<Ipv4>("ipv4"),
    Entry::of::<IpAddress>("ip_address"),
    Entry::of::<AddressFormat>("address"),
    Entry::of::<VarlenH>("varlenH"),
    Entry::of::<DoubleVarlenH>("doublevarlenH"),
    Entry::of::<VarlenI>("varlenI"),
    Entry::of::<VarlenHUtf8>("varlenHutf8"),
    Entry::of::<VarlenIUtf8>("varlenIutf8"),
    Entry::of::<VarlenHx20>("varlenHx20"),
    Entry::of::<VarlenBx2>("varlenBx2"),
    Entry::of::<VarlenHList>("varlenH-list"),
    Entry::of::<ArrayHBool>("arrayH-?"),
    Entry::of::<ArrayHI64>("arrayH-q"),
    Entry::of::<ArrayHF64>("arrayH-d"),
    Entry::of::<RawBytes>("raw"),
    Entry::of::<Nested>("payload"),
    Entry::of::<NestedList>("payload-list"),
];

/// The nested payload of the vectors: `{a: "H", b: "varlenH"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    a: u16,
    b: Vec<u8>,
}

impl Pair {
    /// Converts `{a, b}` to the payload.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        let a = unsigned(&value["a"])?;
        let b = byte_string(&value["b"])?;
        Some(Self { a, b })
    }

    /// Converts the payload to the form in the vectors.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({"a": self.a, "b": hex(&self.b)})
    }
}

impl Payload for Pair {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        Field::pack(&self.a, writer)?;
        Field::pack(&self.b, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        Ok(Self {
            a: Field::unpack(reader)?,
            b: Field::unpack(reader)?,
        })
    }
}

macro_rules! json_formats {
    ($($marker:ident: $kind:ty, $from:expr, $to:expr;)*) => {$(
        impl JsonFormat for $marker {
            type Value = $kind;

            fn from_json(value: &Value) -> Option<$kind> {
                $from(value)
            }

            fn to_json(value: &$kind) -> Value {
                $to(value)
            }
        }
    )*};
}

json_formats! {
    Bool: bool, flag, |value: &bool| json!(value);
    U8: u8, unsigned, |value: &u8| json!(value);
    U16: u16, unsigned, |value: &u16| json!(value);
    U32: u32, unsigned, |value: &u32| json!(value);
    U64: u64, unsigned, |value: &u64| json!(value);
    I32: i32, |value: &Value| value.as_i64()?.try_into().ok(), |value: &i32| json!(value);
    I64: i64, Value::as_i64, |value: &i64| json!(value);
    F32: f32, |value: &Value| value.as_f64().map(|value| value as f32), |value: &f32| json!(f64::from(*value));
    F64: f64, Value::as_f64, |value: &f64| json!(value);
    Char: u8, one_byte, |value: &u8| json!(hex(&[*value]));
    Bytes20: [u8; 20], padded, |value: &[u8; 20]| json!(hex(value));
    Bytes32: [u8; 32], padded, |value: &[u8; 32]| json!(hex(value));
    Bytes64: [u8; 64], padded, |value: &[u8; 64]| json!(hex(value));
    Bytes74: [u8; 74], padded, |value: &[u8; 74]| json!(hex(value));
    BitFlags: [bool; 8], |value| list(value, flag)?.try_into().ok(), |value: &[bool; 8]| json!(value.map(u8::from));
    Ipv4: SocketAddrV4, |value| match address(value)? {
        Address::Ipv4(address) => Some(address),
        _ => None,
    }, |value: &SocketAddrV4| show_address(&Address::from(*value));
    IpAddress: SocketAddr, |value| address(value)?.socket_address(), |value: &SocketAddr| show_address(&Address::from(*value));
    AddressFormat: Address, address, show_address;
    VarlenH: Vec<u8>, byte_string, |value: &Vec<u8>| show_bytes(value);
    DoubleVarlenH: Vec<u8>, byte_string, |value: &Vec<u8>| show_bytes(value);
    VarlenI: Vec<u8>, byte_string, |value: &Vec<u8>| show_bytes(value);
    VarlenHUtf8: String, |value: &Value| value.as_str().map(str::to_owned), |value: &String| json!(value);
    VarlenIUtf8: String, |value: &Value| value.as_str().map(str::to_owned), |value: &String| json!(value);
    VarlenHx20: Vec<u8>, byte_string, |value: &Vec<u8>| show_bytes(value);
    VarlenBx2: Vec<u8>, byte_string, |value: &Vec<u8>| show_bytes(value);
    VarlenHList: Vec<Vec<u8>>, |value| list(value, byte_string), |value: &Vec<Vec<u8>>| value.iter().map(show_bytes).collect();
    ArrayHBool: Vec<bool>, |value| list(value, flag), |value: &Vec<bool>| json!(value);
    ArrayHI64: Vec<i64>, |value| list(value, Value::as_i64), |value: &Vec<i64>| json!(value);
    ArrayHF64: Vec<f64>, |value| list(value, Value::as_f64), |value: &Vec<f64>| json!(value);
    RawBytes: Vec<u8>, byte_string, |value: &Vec<u8>| show_bytes(value);
    Nested: Pair, Pair::from_json, Pair::to_json;
    NestedList: Vec<Pair>, |value| list(value, Pair::from_json), |value: &Vec<Pair>| value.iter().map(Pair::to_json).collect();
}

macro_rules! tuples {
    ($($marker:ident ($($index:tt $part:ident),*);)*) => {$(
        impl JsonFormat for $marker {
            type Value = ($(<$part as JsonFormat>::Value),*);

            fn from_json(value: &Value) -> Option<Self::Value> {
                Some(($($part::from_json(value.get($index)?)?),*))
            }

            fn to_json(value: &Self::Value) -> Value {
                json!([$($part::to_json(&value.$index)),*])
            }
        }
    )*};
}

/// The first part of `4SH`.
pub enum Bytes4 {}

json_formats! {
    Bytes4: [u8; 4], padded, |value: &[u8; 4]| json!(hex(value));
}

tuples! {
    BBH (0 U8, 1 U8, 2 U16);
    BH (0 U8, 1 U16);
    HH (0 U16, 1 U16);
    LL (0 U32, 1 U32);
    QH (0 U64, 1 U16);
    QL (0 U64, 1 U32);
    QQHHBH (0 U64, 1 U64, 2 U16, 3 U16, 4 U8, 5 U16);
    CCB (0 Char, 1 Char, 2 U8);
    Bytes4H (0 Bytes4, 1 U16);
    CharBytes20 (0 Char, 1 Bytes20);
}

/// Converts `{type, host, port}` to an address; the type is only informative.
#[must_use]
pub fn address(value: &Value) -> Option<Address> {
    let host = value["host"].as_str()?;
    Some(Address::from_host(host, unsigned(&value["port"])?))
}

/// Converts an address to the form in the vectors.
#[must_use]
pub fn show_address(address: &Address) -> Value {
    let kind = match address {
        Address::Ipv4(_) => "ipv4",
        Address::Ipv6(_) => "ipv6",
        Address::Domain { .. } => "domain",
    };
    json!({"type": kind, "host": address.host(), "port": address.port()})
}

fn flag(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| Some(value.as_i64()? != 0))
}

fn unsigned<T: TryFrom<u64>>(value: &Value) -> Option<T> {
    value.as_u64()?.try_into().ok()
}

fn byte_string(value: &Value) -> Option<Vec<u8>> {
    value.as_str().map(unhex)
}

fn show_bytes(value: impl AsRef<[u8]>) -> Value {
    json!(hex(value.as_ref()))
}

fn one_byte(value: &Value) -> Option<u8> {
    let [byte] = byte_string(value)?.try_into().ok()?;
    Some(byte)
}

/// Pads with zeros and truncates. py-ipv8's packer does this; ours leaves it to the caller.
fn padded<const N: usize>(value: &Value) -> Option<[u8; N]> {
    let mut bytes = byte_string(value)?;
    bytes.resize(N, 0);
    bytes.try_into().ok()
}

fn list<T>(value: &Value, item: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    value.as_array()?.iter().map(item).collect()
}
