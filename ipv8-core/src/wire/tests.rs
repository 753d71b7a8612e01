use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6};

use proptest::collection::vec;
use proptest::prelude::*;

use super::error::MAX_DEPTH;
use super::formats::*;
use super::*;
use crate::wire::address::Address;

/// A payload that can contain itself, and one field of each awkward kind.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tree {
    number: u16,
    text: String,
    children: Vec<Tree>,
}

impl Payload for Tree {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        Field::pack(&self.number, writer)?;
        Field::pack(&self.text, writer)?;
        Field::pack(&self.children, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        Ok(Self {
            number: Field::unpack(reader)?,
            text: Field::unpack(reader)?,
            children: Field::unpack(reader)?,
        })
    }
}

/// Returns trees of at most four levels.
fn trees() -> impl Strategy<Value = Tree> {
    let leaf = (any::<u16>(), ".*").prop_map(|(number, text)| Tree {
        number,
        text,
        children: Vec::new(),
    });
    leaf.prop_recursive(4, 20, 4, |inner| {
        (any::<u16>(), "[a-z]*", vec(inner, 0..4)).prop_map(|(number, text, children)| Tree {
            number,
            text,
            children,
        })
    })
}

fn addresses() -> impl Strategy<Value = Address> {
    prop_oneof![
        any::<SocketAddrV4>().prop_map(Address::from),
        any::<([u8; 16], u16)>().prop_map(|(ip, port)| Address::from((ip.into(), port))),
        ("[^\0]*", any::<u16>()).prop_map(|(host, port)| Address::from_host(&host, port)),
    ]
}

fn pack<F: Format<T>, T>(value: &T) -> Vec<u8> {
    let mut writer = Writer::new();
    F::pack(value, &mut writer).unwrap();
    writer.into_bytes()
}

/// Checks that the value round-trips, alone and before other bytes.
fn round_trip<F: Format<T>, T: PartialEq + std::fmt::Debug>(value: T) {
    let mut bytes = pack::<F, T>(&value);
    let length = bytes.len();
    let mut reader = Reader::new(&bytes);
    assert_eq!(F::unpack(&mut reader).as_ref(), Ok(&value));
    assert_eq!(reader.position(), length);
    bytes.extend_from_slice(&[0xee; 3]);
    let mut reader = Reader::new(&bytes);
    assert_eq!(F::unpack(&mut reader).as_ref(), Ok(&value));
    assert_eq!(reader.finish(), Err(UnpackError::Leftover(3)));
}

/// Checks that packing a value that was read, and reading it again, returns the same value. Only a
/// host name with a NUL can be read but not packed.
fn stable<F: Format<T>, T: PartialEq + std::fmt::Debug>(data: &[u8], position: usize) {
    let mut reader = Reader::at(data, position);
    if let Ok(value) = F::unpack(&mut reader) {
        let mut writer = Writer::new();
        let packed = F::pack(&value, &mut writer);
        if packed == Err(PackError::InvalidHost) {
            return;
        }
        assert_eq!(packed, Ok(()));
        let bytes = writer.into_bytes();
        let mut again = Reader::new(&bytes);
        assert_eq!(F::unpack(&mut again), Ok(value));
        assert_eq!(again.finish(), Ok(()));
    }
}

proptest! {
    #[test]
    fn values_round_trip(
        number in any::<(u8, u16, u32, u64, i32, i64)>(),
        flags in any::<[bool; 8]>(),
        bytes in vec(any::<u8>(), 0..300),
        text in ".*",
        lists in (vec(any::<bool>(), 0..99), vec(any::<i64>(), 0..99), vec(vec(any::<u8>(), 0..9), 0..255)),
        items in (vec(any::<[u8; 20]>(), 0..20), vec(any::<[u8; 2]>(), 0..255)),
        address in addresses(),
        tree in trees(),
    ) {
        round_trip::<BH, _>((number.0, number.1));
        round_trip::<QL, _>((number.3, number.2));
        round_trip::<QQHHBH, _>((number.3, 7, number.1, 9, number.0, number.1));
        round_trip::<I32, _>(number.4);
        round_trip::<I64, _>(number.5);
        round_trip::<BitFlags, _>(flags);
        round_trip::<BitFlags, _>(Bits(flags));
        round_trip::<Bool, _>(flags[0]);
        round_trip::<VarlenH, _>(bytes.clone());
        round_trip::<DoubleVarlenH, _>(bytes.clone());
        round_trip::<VarlenI, _>(bytes);
        round_trip::<VarlenHUtf8, _>(text.clone());
        round_trip::<VarlenIUtf8, _>(text);
        round_trip::<ArrayHBool, _>(lists.0);
        round_trip::<ArrayHI64, _>(lists.1);
        round_trip::<VarlenHList, _>(lists.2);
        round_trip::<VarlenHx20, _>(items.0);
        round_trip::<VarlenBx2, _>(items.1);
        if let Some(address) = address.socket_address() {
            round_trip::<IpAddress, _>(address);
        }
        round_trip::<AddressFormat, _>(address);
        round_trip::<Nested, _>(tree.clone());
        round_trip::<NestedList, _>(vec![tree.clone(), tree]);
    }

    #[test]
    fn arbitrary_bytes_never_panic(data in vec(any::<u8>(), 0..200), position in 0..210_usize) {
        stable::<QQHHBH, _>(&data, position);
        stable::<Bytes74, _>(&data, position);
        stable::<BitFlags, Bits>(&data, position);
        stable::<Ipv4, SocketAddr>(&data, position);
        stable::<IpAddress, _>(&data, position);
        stable::<AddressFormat, Address>(&data, position);
        stable::<VarlenH, _>(&data, position);
        stable::<VarlenI, _>(&data, position);
        stable::<VarlenHUtf8, _>(&data, position);
        stable::<VarlenIUtf8, _>(&data, position);
        stable::<VarlenHx20, Vec<[u8; 20]>>(&data, position);
        stable::<VarlenBx2, Vec<[u8; 2]>>(&data, position);
        stable::<VarlenHList, _>(&data, position);
        stable::<ArrayHBool, _>(&data, position);
        stable::<ArrayHI64, _>(&data, position);
        let _ = ArrayHF64::unpack(&mut Reader::at(&data, position));
        stable::<RawBytes, Vec<u8>>(&data, position);
        stable::<Nested, Tree>(&data, position);
        stable::<NestedList, Vec<Tree>>(&data, position);
    }

    #[test]
    fn small_bytes_read_deeply_nested_values(data in vec(0..4_u8, 0..200)) {
        stable::<AddressFormat, Address>(&data, 0);
        stable::<VarlenHList, _>(&data, 0);
        stable::<Nested, Tree>(&data, 0);
        stable::<NestedList, Vec<Tree>>(&data, 0);
    }
}

/// Returns a chain of payloads with `levels` levels.
fn chain(levels: u8) -> Tree {
    (1..levels).fold(Tree::default(), |child, _| Tree {
        children: vec![child],
        ..Tree::default()
    })
}

#[test]
fn nesting_is_limited_in_both_directions() {
    round_trip::<Nested, _>(chain(MAX_DEPTH));
    let mut writer = Writer::new();
    let packed = Nested::pack(&chain(MAX_DEPTH + 1), &mut writer);
    assert_eq!(packed, Err(PackError::TooDeep));
    let mut data = pack::<Nested, _>(&Tree::default());
    for _ in 0..MAX_DEPTH {
        let body = [&[0, 0, 0, 0, 1], data.as_slice()].concat();
        data = [&[0, body.len() as u8], body.as_slice()].concat();
    }
    let unpacked: Result<Tree, _> = Nested::unpack(&mut Reader::new(&data));
    assert_eq!(unpacked, Err(UnpackError::TooDeep));
}

#[test]
fn huge_counts_allocate_nothing() {
    let data = [0xff; 5];
    let mut reader = Reader::new(&data);
    assert_eq!(VarlenI::unpack(&mut reader), Ok(vec![0xff]));
    let mut reader = Reader::new(&data[..2]);
    assert_eq!(ArrayHI64::unpack(&mut reader), Ok(Vec::new()));
    let mut reader = Reader::new(&data[..1]);
    assert!(VarlenHList::unpack(&mut reader).is_err());
}

#[test]
fn a_value_too_long_for_its_count_is_refused() {
    let mut writer = Writer::new();
    assert!(VarlenH::pack(&vec![0; 65_536], &mut writer).is_err());
    assert!(VarlenHUtf8::pack(&"x".repeat(65_536), &mut writer).is_err());
    assert!(ArrayHBool::pack(&vec![true; 65_536], &mut writer).is_err());
    assert!(VarlenHList::pack(&vec![Vec::new(); 256], &mut writer).is_err());
    assert!(VarlenBx2::pack(&vec![[0; 2]; 256], &mut writer).is_err());
    assert!(VarlenBx2::pack(&vec![0_u8; 512], &mut writer).is_err());
    assert!(NestedList::pack(&vec![Tree::default(); 256], &mut writer).is_err());
    let wide = Tree {
        text: "x".repeat(65_535),
        ..Tree::default()
    };
    assert!(Nested::pack(&wide, &mut writer).is_err());
    let name = Address::Domain {
        host: "x".repeat(65_536),
        port: 1,
    };
    assert!(AddressFormat::pack(&name, &mut writer).is_err());
    let v6 = SocketAddr::V6(SocketAddrV6::new([0; 16].into(), 1, 0, 0));
    assert_eq!(Ipv4::pack(&v6, &mut writer), Err(PackError::NotIpv4));
}

#[test]
fn a_host_name_that_is_an_address_is_sent_as_an_address() {
    let name = |host: &str| Address::Domain {
        host: host.to_owned(),
        port: 80,
    };
    let bytes = pack::<AddressFormat, _>(&name("1.2.3.4"));
    assert_eq!(bytes, [1, 1, 2, 3, 4, 0, 80]);
    assert_eq!(pack::<AddressFormat, _>(&name("::1"))[0], 3);
    let packed = AddressFormat::pack(&name("a\0b"), &mut Writer::new());
    assert_eq!(packed, Err(PackError::InvalidHost));
}

#[test]
fn fixed_items_drop_an_incomplete_last_one() {
    let data = [2, 1, 2, 3];
    let items: Result<Vec<[u8; 2]>, _> = VarlenBx2::unpack(&mut Reader::new(&data));
    assert_eq!(items, Ok(vec![[1, 2]]));
    let bytes: Result<Vec<u8>, _> = VarlenBx2::unpack(&mut Reader::new(&data));
    assert_eq!(bytes, Ok(vec![1, 2, 3]));
}

#[test]
fn format_names_are_distinct() {
    let names: std::collections::BTreeSet<_> = NAMES.into_iter().collect();
    assert_eq!(names.len(), 42);
}
