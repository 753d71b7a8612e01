//! The bytes that `derive(Payload)` writes, for every kind of struct and every format.

use ipv8_core::prelude::Payload;
use ipv8_core::wire::Address;
use ipv8_core::wire::{Bits, Raw, Reader, UnpackError, Writer};
use ipv8_core::{Message, Signed, Unsigned};
use std::any::TypeId;
use std::fmt::Debug;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

/// Checks that `payload` packs to `bytes` and that reading them returns it.
fn check<P: Payload + PartialEq + Debug>(payload: &P, bytes: &[u8]) {
    let mut writer = Writer::new();
    payload
        .pack(&mut writer)
        .unwrap_or_else(|error| panic!("{payload:?}: {error}"));
    assert_eq!(writer.into_bytes(), bytes, "{payload:?}");
    let mut reader = Reader::new(bytes);
    let read = P::unpack(&mut reader).unwrap_or_else(|error| panic!("{payload:?}: {error}"));
    assert_eq!(read, *payload);
    assert_eq!(reader.finish(), Ok(()));
}

/// A signed message without global time, like those that py-ipv8's `ez_send` sends.
#[derive(Debug, PartialEq, Payload)]
#[payload(id = 1)]
struct Hello {
    text: String,
    number: u32,
}

#[derive(Debug, PartialEq, Payload)]
#[payload(unsigned)]
#[payload(global_time, id = 0b10)]
struct Ping(u16, #[payload(format = "varlenI")] Vec<u8>);

#[derive(Debug, PartialEq, Payload)]
#[payload(id = LAST, global_time)]
struct Nothing;

const LAST: u8 = 230;

#[derive(Debug, PartialEq, Payload)]
struct Part {
    r#type: u8,
    nested: Pair,
    list: Vec<Pair>,
}

#[derive(Debug, PartialEq, Payload)]
struct Pair(bool, [u8; 2]);

fn described<M: Message>() -> (u8, &'static str, bool, TypeId) {
    (
        M::ID,
        M::NAME,
        M::GLOBAL_TIME,
        TypeId::of::<M::Authentication>(),
    )
}

#[test]
fn a_message_has_the_properties_in_its_attribute() {
    assert_eq!(
        described::<Hello>(),
        (1, "Hello", false, TypeId::of::<Signed>())
    );
    assert_eq!(
        described::<Ping>(),
        (2, "Ping", true, TypeId::of::<Unsigned>())
    );
    assert_eq!(
        described::<Nothing>(),
        (230, "Nothing", true, TypeId::of::<Signed>())
    );
}

#[test]
fn fields_are_written_in_the_order_of_declaration() {
    check(
        &Hello {
            text: "hé".into(),
            number: 5,
        },
        b"\0\x03h\xc3\xa9\0\0\0\x05",
    );
    check(&Ping(0x0102, vec![9]), &[1, 2, 0, 0, 0, 1, 9]);
    check(&Nothing, &[]);
}

#[test]
fn payloads_nest() {
    let part = Part {
        r#type: 7,
        nested: Pair(true, [1, 2]),
        list: vec![Pair(false, [3, 4])],
    };
    check(&part, &[7, 0, 3, 1, 1, 2, 1, 0, 3, 0, 3, 4]);
}

#[test]
fn reading_stops_at_the_first_missing_field() {
    let truncated = UnpackError::Truncated {
        needed: 4,
        available: 3,
    };
    assert_eq!(
        Hello::unpack(&mut Reader::new(b"\0\x01h\0\0\0")),
        Err(truncated)
    );
}

/// A payload with every format, by name.
#[derive(Debug, PartialEq, Payload)]
struct Everything {
    #[payload(format = "?")]
    bool: bool,
    #[payload(format = "B")]
    u8: u8,
    #[payload(format = "H")]
    u16: u16,
    #[payload(format = "I")]
    u32: u32,
    #[payload(format = "Q")]
    u64: u64,
    #[payload(format = "l")]
    i32: i32,
    #[payload(format = "q")]
    i64: i64,
    #[payload(format = "f")]
    f32: f32,
    #[payload(format = "d")]
    f64: f64,
    #[payload(format = "c")]
    char: u8,
    #[payload(format = "BBH")]
    bbh: (u8, u8, u16),
    #[payload(format = "BH")]
    bh: (u8, u16),
    #[payload(format = "HH")]
    hh: (u16, u16),
    #[payload(format = "LL")]
    ll: (u32, u32),
    #[payload(format = "QH")]
    qh: (u64, u16),
    #[payload(format = "QL")]
    ql: (u64, u32),
    #[payload(format = "QQHHBH")]
    qqhhbh: (u64, u64, u16, u16, u8, u16),
    #[payload(format = "ccB")]
    ccb: (u8, u8, u8),
    #[payload(format = "20s")]
    bytes20: [u8; 20],
    #[payload(format = "32s")]
    bytes32: [u8; 32],
    #[payload(format = "64s")]
    bytes64: [u8; 64],
    #[payload(format = "74s")]
    bytes74: [u8; 74],
    #[payload(format = "4SH")]
    bytes4h: ([u8; 4], u16),
    #[payload(format = "c20s")]
    c20s: (u8, [u8; 20]),
    #[payload(format = "bits")]
    bits: Bits,
    #[payload(format = "ipv4")]
    ipv4: SocketAddrV4,
    #[payload(format = "ip_address")]
    ip_address: SocketAddr,
    #[payload(format = "address")]
    address: Address,
    #[payload(format = "varlenH")]
    varlen_h: Vec<u8>,
    #[payload(format = "doublevarlenH")]
    double: Vec<u8>,
    #[payload(format = "varlenI")]
    varlen_i: Vec<u8>,
    #[payload(format = "varlenHutf8")]
    utf8_h: String,
    #[payload(format = "varlenIutf8")]
    utf8_i: String,
    #[payload(format = "varlenHx20")]
    x20: Vec<[u8; 20]>,
    #[payload(format = "varlenBx2")]
    x2: Vec<[u8; 2]>,
    #[payload(format = "varlenH-list")]
    list: Vec<Vec<u8>>,
    #[payload(format = "arrayH-?")]
    bools: Vec<bool>,
    #[payload(format = "arrayH-q")]
    ints: Vec<i64>,
    #[payload(format = "arrayH-d")]
    floats: Vec<f64>,
    #[payload(format = "payload")]
    nested: Pair,
    #[payload(format = "payload-list")]
    nested_list: Vec<Pair>,
    #[payload(format = "raw")]
    raw: Raw,
}

#[test]
fn every_format_has_its_name() {
    let v4 = SocketAddrV4::new(Ipv4Addr::new(1, 2, 3, 4), 5);
    let everything = Everything {
        bool: true,
        u8: 1,
        u16: 2,
        u32: 3,
        u64: 4,
        i32: -5,
        i64: -6,
        f32: 0.5,
        f64: -0.25,
        char: b'c',
        bbh: (1, 2, 3),
        bh: (4, 5),
        hh: (6, 7),
        ll: (8, 9),
        qh: (10, 11),
        ql: (12, 13),
        qqhhbh: (14, 15, 16, 17, 18, 19),
        ccb: (b'a', b'b', 20),
        bytes20: [21; 20],
        bytes32: [22; 32],
        bytes64: [23; 64],
        bytes74: [24; 74],
        bytes4h: ([25; 4], 26),
        c20s: (b'd', [27; 20]),
        bits: Bits([true, false, false, false, false, false, true, false]),
        ipv4: v4,
        ip_address: v4.into(),
        address: Address::Domain {
            host: "a.b".into(),
            port: 6,
        },
        varlen_h: vec![28],
        double: vec![29, 30],
        varlen_i: vec![31],
        utf8_h: "h".into(),
        utf8_i: "i".into(),
        x20: vec![[32; 20]],
        x2: vec![[33; 2], [34; 2]],
        list: vec![vec![], vec![35]],
        bools: vec![true],
        ints: vec![-36],
        floats: vec![37.0],
        nested: Pair(true, [38, 39]),
        nested_list: vec![Pair(false, [40, 41])],
        raw: Raw(vec![42, 43]),
    };
    let mut writer = Writer::new();
    everything
        .pack(&mut writer)
        .unwrap_or_else(|error| panic!("{error}"));
    check(&everything, &writer.into_bytes());
}
