//! Checks every format against every serialisation vector.

use std::collections::BTreeSet;

use ipv8_core::internals::wire::{FORMAT_NAMES as NAMES, position, reader_at, remaining};
use ipv8_core::wire::{Payload, Reader};
use ipv8_tests::json::{Pair, Refused, TABLE, bytes, entry, items, text};
use ipv8_tests::vectors::{hex, load};
use serde_json::{Value, json};

const FILE: &str = "serialization.json";

/// Returns the value to pack. The vectors give a double exactly by its bits, and a long value by a
/// text in parentheses.
fn value_of(item: &Value) -> Value {
    if let Some(bits) = item["value_f64_hex"].as_str() {
        let bits = u64::from_str_radix(bits, 16).unwrap();
        return json!(f64::from_bits(bits));
    }
    match item["value"].as_str() {
        Some("(65536 zero bytes)") => json!("00".repeat(65_536)),
        Some("(256 empty items)") => json!(vec![""; 256]),
        _ => item["value"].clone(),
    }
}

#[test]
fn there_are_the_same_forty_two_formats() {
    let vectors = load::<Value>(FILE);
    let formats = items(&vectors, "formats").iter();
    let formats: BTreeSet<_> = formats.map(|name| name.as_str().unwrap()).collect();
    assert_eq!(formats, NAMES.into_iter().collect());
    assert_eq!(formats, TABLE.iter().map(|entry| entry.name).collect());
    assert_eq!(formats.len(), 42);
}

#[test]
fn values_are_packed_to_the_same_bytes() {
    let vectors = load::<Value>(FILE);
    let (mut packed, mut inet_aton) = (0, 0);
    for item in items(&vectors, "encode") {
        match (entry(text(item, "format")).encode)(&value_of(item)) {
            Ok(bytes) => {
                assert_eq!(hex(&bytes), text(item, "encoded"), "{item}");
                packed += 1;
            }
            // Only the C library reads `1.2.3` as an IPv4 address. Our type cannot hold it.
            Err(Refused::ByType) if text(item, "note").contains("inet_aton") => inet_aton += 1,
            Err(refused) => panic!("{refused:?}: {item}"),
        }
    }
    assert_eq!((packed, inet_aton), (153, 3));
}

#[test]
fn long_values_are_packed_to_the_same_bytes() {
    let vectors = load::<Value>(FILE);
    let items = items(&vectors, "encode_large");
    for item in items {
        let zeros = item["zero_bytes"].as_u64().unwrap() as usize;
        let packed = (entry(text(item, "format")).encode)(&json!("00".repeat(zeros))).unwrap();
        assert_eq!(packed.len() as u64, item["encoded_length"], "{item}");
        assert!(packed.starts_with(&bytes(item, "head")), "{item}");
        let count = packed.len() - zeros;
        assert!(packed[count..].iter().all(|byte| *byte == 0), "{item}");
    }
    assert_eq!(items.len(), 3);
}

#[test]
fn values_out_of_range_are_refused() {
    let vectors = load::<Value>(FILE);
    let (mut by_type, mut by_format) = (0, 0);
    for item in items(&vectors, "encode_errors") {
        match (entry(text(item, "format")).encode)(&value_of(item)) {
            Err(Refused::ByType) => by_type += 1,
            Err(Refused::ByFormat(_)) => by_format += 1,
            Ok(packed) => panic!("{item} gives {packed:?}"),
        }
    }
    assert_eq!((by_type, by_format), (33, 2));
}

#[test]
fn bytes_are_read_as_the_same_values() {
    let vectors = load::<Value>(FILE);
    let items = items(&vectors, "decode");
    let mut beyond_end = 0;
    for item in items {
        let entry = entry(text(item, "format"));
        let data = bytes(item, "data");
        let offset = item["offset"].as_u64().unwrap() as usize;
        let mut reader = reader_at(&data, offset);
        let value = (entry.decode)(&mut reader).unwrap_or_else(|error| panic!("{error}: {item}"));
        // The JSON parser may be off by the last bit of a double, so singles are compared by their
        // packed bytes.
        if entry.name != "f" {
            assert_eq!(value, item["value"], "{item}");
        }
        assert_eq!(
            (entry.encode)(&value),
            (entry.encode)(&item["value"]),
            "{item}"
        );
        assert_eq!(position(&reader) as u64, item["new_offset"], "{item}");
        assert_eq!(position(&reader) > data.len(), item["beyond_end"], "{item}");
        beyond_end += usize::from(position(&reader) > data.len());
    }
    assert_eq!(items.len(), 531);
    assert!(beyond_end > 30, "{beyond_end}");
}

#[test]
fn broken_bytes_are_refused() {
    let vectors = load::<Value>(FILE);
    let items = items(&vectors, "decode_errors");
    for item in items {
        let data = bytes(item, "data");
        let offset = item["offset"].as_u64().unwrap() as usize;
        let value = (entry(text(item, "format")).decode)(&mut reader_at(&data, offset));
        assert!(value.is_err(), "{item} gives {value:?}");
    }
    assert_eq!(items.len(), 287);
}

#[test]
fn whole_payloads_are_consumed_or_refused() {
    let vectors = load::<Value>(FILE);
    let items = items(&vectors, "lists");
    for item in items {
        assert_eq!(item["formats"], json!(["H", "varlenH"]));
        let data = bytes(item, "data");
        let mut reader = Reader::new(&data);
        let pair = <Pair as Payload>::unpack(&mut reader);
        let consume_all = item["consume_all"] == true;
        let finished = if consume_all { reader.finish() } else { Ok(()) };
        let ok = pair.is_ok() && finished.is_ok();
        assert_eq!(ok, item["ok"], "{item}");
        if let (true, Ok(pair)) = (ok, pair) {
            let mut value = vec![pair.to_json()];
            if !remaining(&reader).is_empty() {
                value.push(json!(hex(remaining(&reader))));
            }
            assert_eq!(json!(value), item["value"], "{item}");
        }
    }
    assert_eq!(items.len(), 5);
}
