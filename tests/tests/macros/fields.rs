//! Fields with a format of the program's own, flattened and optional fields, and payloads with
//! type parameters.

use ipv8_core::prelude::*;
use ipv8_core::wire::{Field, Format, PackError, Raw, Reader, UnpackError, Writer};
use std::fmt::Debug;
use std::time::Duration;

/// Returns the bytes of a payload.
fn packed<P: Payload>(payload: &P) -> Result<Vec<u8>, PackError> {
    let mut writer = Writer::new();
    payload.pack(&mut writer)?;
    Ok(writer.into_bytes())
}

/// Reads a payload that has all bytes.
fn unpacked<P: Payload>(bytes: &[u8]) -> Result<P, UnpackError> {
    let mut reader = Reader::new(bytes);
    let payload = P::unpack(&mut reader)?;
    reader.finish()?;
    Ok(payload)
}

/// Checks that `payload` packs to `bytes` and that reading them returns it.
#[track_caller]
fn check<P: Payload + PartialEq + Debug>(payload: &P, bytes: &[u8]) {
    assert_eq!(packed(payload).as_deref(), Ok(bytes));
    assert_eq!(unpacked(bytes).as_ref(), Ok(payload));
}

/// A duration in whole seconds, as a 32-bit number.
enum Seconds {}

impl Format<Duration> for Seconds {
    fn pack(value: &Duration, writer: &mut Writer) -> Result<(), PackError> {
        seconds::pack(value, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Duration, UnpackError> {
        seconds::unpack(reader)
    }
}

mod seconds {
    use super::*;

    pub(super) fn pack(value: &Duration, writer: &mut Writer) -> Result<(), PackError> {
        let seconds = u32::try_from(value.as_secs());
        let seconds = seconds.map_err(|_| PackError::Invalid("the duration is too long"))?;
        Field::pack(&seconds, writer)
    }

    pub(super) fn unpack(reader: &mut Reader<'_>) -> Result<Duration, UnpackError> {
        let seconds = <u32 as Field>::unpack(reader)?;
        Ok(Duration::from_secs(seconds.into()))
    }
}

#[derive(Debug, PartialEq, Payload)]
struct Pauses {
    #[payload(format = Seconds)]
    by_format: Duration,
    #[payload(with = seconds)]
    by_module: Duration,
    #[payload(format = ipv8_core::wire::formats::VarlenH)]
    by_path: Vec<u8>,
}

#[test]
fn a_field_can_have_a_format_or_a_module_of_the_programs_own() {
    let pauses = Pauses {
        by_format: Duration::from_secs(1),
        by_module: Duration::from_secs(2),
        by_path: vec![3],
    };
    check(&pauses, &[0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 3]);
    let long = Pauses {
        by_format: Duration::MAX,
        ..pauses
    };
    let refused = Err(PackError::Invalid("the duration is too long"));
    assert_eq!(packed(&long), refused);
}

#[derive(Debug, PartialEq, Payload)]
struct Header {
    version: u8,
    size: u16,
}

#[derive(Debug, PartialEq, Payload)]
struct Tail {
    size: u8,
    rest: Raw,
}

#[derive(Debug, PartialEq, Payload)]
struct Whole {
    #[payload(flatten)]
    header: Header,
    nested: Header,
    #[payload(flatten)]
    tail: Tail,
}

#[test]
fn flattened_fields_have_no_size_before_them() {
    let header = || Header {
        version: 1,
        size: 2,
    };
    let whole = Whole {
        header: header(),
        nested: header(),
        tail: Tail {
            size: 3,
            rest: Raw(vec![4, 5]),
        },
    };
    check(&whole, &[1, 0, 2, 0, 3, 1, 0, 2, 3, 4, 5]);
    const {
        assert!(<Whole as Payload>::TAKES_REST && <Tail as Payload>::TAKES_REST);
        assert!(!<Header as Payload>::TAKES_REST && !<Whole as Field>::TAKES_REST);
    }
}

#[derive(Debug, Default, PartialEq, Payload)]
struct Growing {
    first: u8,
    #[payload(optional)]
    second: Option<u16>,
    #[payload(optional, format = "varlenI")]
    third: Option<Vec<u8>>,
    #[payload(optional, with = seconds)]
    fourth: Option<Duration>,
}

#[test]
fn optional_fields_can_be_absent_at_the_end() {
    let mut growing = Growing {
        first: 1,
        ..Growing::default()
    };
    check(&growing, &[1]);
    growing.second = Some(2);
    check(&growing, &[1, 0, 2]);
    growing.third = Some(vec![3]);
    check(&growing, &[1, 0, 2, 0, 0, 0, 1, 3]);
    growing.fourth = Some(Duration::from_secs(4));
    check(&growing, &[1, 0, 2, 0, 0, 0, 1, 3, 0, 0, 0, 4]);
}

#[test]
fn an_optional_field_after_an_absent_one_is_refused() {
    let growing = Growing {
        third: Some(vec![3]),
        ..Growing::default()
    };
    let reason = "an optional field has a value, but the one before it has none";
    assert_eq!(packed(&growing), Err(PackError::Invalid(reason)));
}

#[test]
fn an_incomplete_optional_field_is_an_error() {
    let truncated = UnpackError::Truncated {
        needed: 2,
        available: 1,
    };
    assert_eq!(unpacked::<Growing>(&[1, 0]), Err(truncated));
}

/// A message with a part that the program chooses.
#[derive(Debug, PartialEq, Payload)]
#[payload(id = 9, global_time)]
struct Envelope<T: Payload, const N: usize> {
    content: T,
    list: Vec<T>,
    #[payload(flatten)]
    flat: T,
    seal: [u8; N],
}

#[derive(Debug, PartialEq, Payload)]
struct Bare<T>(T, #[payload(format = "B")] u8);

#[test]
fn a_payload_can_have_type_parameters() {
    let header = || Header {
        version: 1,
        size: 2,
    };
    let envelope = Envelope {
        content: header(),
        list: vec![header()],
        flat: header(),
        seal: [7; 2],
    };
    let bytes = [0, 3, 1, 0, 2, 1, 0, 3, 1, 0, 2, 1, 0, 2, 7, 7];
    check(&envelope, &bytes);
    assert_eq!(<Envelope<Header, 2> as Message>::ID, 9);
    assert_eq!(<Envelope<Header, 2> as Message>::NAME, "Envelope");
    check(&Bare("a".to_owned(), 2), b"\0\x01a\x02");
    check(&Bare(5_u32, 2), &[0, 0, 0, 5, 2]);
}

#[derive(Debug, PartialEq, Payload)]
struct Tree {
    number: u8,
    children: Vec<Tree>,
    #[payload(optional)]
    best: Option<Box<Tree>>,
}

#[test]
fn a_payload_can_contain_itself_in_a_box() {
    let leaf = |number| Tree {
        number,
        children: Vec::new(),
        best: None,
    };
    let tree = Tree {
        number: 1,
        children: vec![leaf(2)],
        best: Some(Box::new(leaf(3))),
    };
    check(&tree, &[1, 1, 0, 2, 2, 0, 0, 2, 3, 0]);
}

/// An id that IPv8 does not use any more.
#[derive(Debug, PartialEq, Payload)]
#[payload(id = 251, reserved_id)]
struct Old(u8);

#[derive(Debug, PartialEq, Payload)]
#[payload(id = LAST, reserved_id)]
struct Last;

const LAST: u8 = 255;

#[test]
fn a_message_can_have_a_reserved_id_on_purpose() {
    assert_eq!((Old::ID, Last::ID), (251, 255));
    const {
        assert!(Old::RESERVED_ID && Last::RESERVED_ID && !Envelope::<Header, 1>::RESERVED_ID);
    }
}

/// A strategy whose option has any type that serde knows.
#[derive(Default, Options)]
struct Adjustable<T, N> {
    pub value: T,
    pub list: Vec<T>,
    #[options(range = ..)]
    pub number: Option<N>,
}

#[test]
fn options_can_have_type_parameters() {
    let mut adjustable = Adjustable::<String, u8>::default();
    let set = adjustable.set_option("value", &"text".into());
    set.expect("a text");
    let set = adjustable.set_option("number", &3.into());
    set.expect("a number");
    assert_eq!(
        (adjustable.value.as_str(), adjustable.number),
        ("text", Some(3))
    );
    assert!(adjustable.list.is_empty());
}
