//! Every wire format and every message: reading never panics, a value that was read is written and
//! read again as the same value, and no length makes the reader allocate more than the bytes
//! justify.

use std::net::{SocketAddr, SocketAddrV4};

use ipv8_core::Payload;
use ipv8_core::internals::discovery::{
    DiscoveryIntroductionRequest, Ping, Pong, SimilarityRequest, SimilarityResponse,
};
use ipv8_core::internals::payload::{
    IntroductionRequest, IntroductionResponse, New, Old, Puncture, PunctureRequest,
};
use ipv8_core::wire::formats::{self, Format};
use ipv8_core::wire::{Address, Bits, Raw, Reader, UnpackError, Writer};

use super::Meter;
use crate::payloads::{Everything, Item, Plain, Timed};

/// The most bytes that reading a value may allocate: the worst case is a list of empty byte
/// strings, of which each takes 2 bytes of input and 24 of memory, while the list grows.
fn allowance(length: usize) -> u64 {
    256 + 48 * length as u64
}

/// A payload that contains itself.
#[derive(Clone, Debug, PartialEq, Payload)]
struct Tree {
    number: u16,
    children: Vec<Tree>,
}

type Read<T> = fn(&mut Reader<'_>) -> Result<T, UnpackError>;
type Write<T> = fn(&T, &mut Writer) -> bool;

/// Reads `data`, and checks the value, unless `is_exact` says that the format cannot repeat it.
fn check<T>(data: &[u8], meter: Meter, read: Read<T>, write: Write<T>, is_exact: fn(&T) -> bool) {
    let mut reader = Reader::new(data);
    let mut value = None;
    let used = meter(&mut || value = read(&mut reader).ok());
    assert!(
        used <= allowance(data.len()),
        "{used} bytes for {} of input",
        data.len()
    );
    let Some(value) = value.filter(is_exact) else {
        return;
    };
    let written = |value: &T| {
        let mut writer = Writer::new();
        let is_written = write(value, &mut writer);
        assert!(is_written, "a value that was read can be written");
        writer.into_bytes()
    };
    let bytes = written(&value);
    let again = read(&mut Reader::new(&bytes)).expect("our own bytes are readable");
    assert_eq!(bytes, written(&again), "a value changes when it is sent");
}

fn check_format<F: Format<T>, T>(data: &[u8], meter: Meter) {
    check_some::<F, T>(data, meter, |_| true);
}

fn check_some<F: Format<T>, T>(data: &[u8], meter: Meter, is_exact: fn(&T) -> bool) {
    check::<T>(
        data,
        meter,
        F::unpack,
        |value, writer| F::pack(value, writer).is_ok(),
        is_exact,
    );
}

fn check_payload<P: ipv8_core::wire::Payload>(data: &[u8], meter: Meter) {
    check::<P>(
        data,
        meter,
        P::unpack,
        |value, writer| value.pack(writer).is_ok(),
        |_| true,
    );
}

macro_rules! check_formats {
    ($data:ident, $meter:ident, $($marker:ident $kind:ty,)*) => {
        $(check_format::<formats::$marker, $kind>($data, $meter);)*
    };
}

fn check_fixed(data: &[u8], meter: Meter) {
    check_formats! { data, meter,
        Bool bool, U8 u8, U16 u16, U32 u32, U64 u64, I32 i32, I64 i64, F32 f32, F64 f64, Char u8,
        BBH (u8, u8, u16), BH (u8, u16), HH (u16, u16), LL (u32, u32), QH (u64, u16),
        QL (u64, u32), QQHHBH (u64, u64, u16, u16, u8, u16), CCB (u8, u8, u8),
        Bytes20 [u8; 20], Bytes32 [u8; 32], Bytes64 [u8; 64], Bytes74 [u8; 74],
        Bytes4H ([u8; 4], u16), CharBytes20 (u8, [u8; 20]), BitFlags Bits, BitFlags [bool; 8],
        Ipv4 SocketAddrV4, Ipv4 SocketAddr, IpAddress SocketAddr,
    }
    check_some::<formats::AddressFormat, Address>(data, meter, is_sendable);
}

/// A name with a NUL is read, but never sent.
fn is_sendable(address: &Address) -> bool {
    !address.host().contains('\0')
}

/// Returns `true` if the bytes are whole items. Formats that count items read as bytes keep the
/// rest of a cut item, but their count does not.
#[expect(clippy::ptr_arg, reason = "it is called with the value of a format")]
fn is_whole<const SIZE: usize>(bytes: &Vec<u8>) -> bool {
    bytes.len().is_multiple_of(SIZE)
}

fn check_variable(data: &[u8], meter: Meter) {
    check_formats! { data, meter,
        VarlenH Vec<u8>, DoubleVarlenH Vec<u8>, VarlenI Vec<u8>, VarlenHUtf8 String,
        VarlenIUtf8 String, VarlenHx20 Vec<[u8; 20]>, VarlenBx2 Vec<[u8; 2]>, VarlenHList Vec<Vec<u8>>, ArrayHBool Vec<bool>, ArrayHI64 Vec<i64>,
        ArrayHF64 Vec<f64>, RawBytes Vec<u8>, RawBytes Raw, Nested Item, NestedList Vec<Item>,
        Nested Tree, NestedList Vec<Tree>,
    }
    check_some::<formats::VarlenHx20, Vec<u8>>(data, meter, is_whole::<20>);
    check_some::<formats::VarlenBx2, Vec<u8>>(data, meter, is_whole::<2>);
}

fn check_messages(data: &[u8], meter: Meter) {
    macro_rules! payloads {
        ($($payload:ty,)*) => {$(check_payload::<$payload>(data, meter);)*};
    }
    payloads! {
        Tree, Item, Everything, Timed,
        Old<IntroductionRequest>, New<IntroductionRequest>,
        Old<IntroductionResponse>, New<IntroductionResponse>,
        Old<PunctureRequest>, New<PunctureRequest>, Old<Puncture>, New<Puncture>,
        SimilarityRequest, SimilarityResponse, Ping, Pong, DiscoveryIntroductionRequest,
    }
    check::<Plain>(
        data,
        meter,
        Plain::unpack,
        |value, writer| value.pack(writer).is_ok(),
        |value| is_sendable(&value.address) && is_whole::<20>(&value.hashes),
    );
}

/// Reads the bytes as each format and message.
pub(super) fn run(data: &[u8], meter: Meter) {
    check_fixed(data, meter);
    check_variable(data, meter);
    check_messages(data, meter);
}
