//! Every packet vector: the tests read it as its message, pack the message again, and refuse it
//! where py-ipv8 refuses it.

mod messages;

use std::collections::BTreeMap;

use ipv8_core::crypto::PrivateKey;
use ipv8_core::internals::packet::{CommunityId, Header, OpenError, open_signed};
use ipv8_core::internals::payload::{
    ConnectionType, IntroductionRequest, IntroductionResponse, New, Old,
};
use ipv8_core::internals::wire::position;
use ipv8_core::wire::Reader;
use ipv8_tests::json::{Entry, bytes, entry, items, text};
use ipv8_tests::vectors::{hex, load};
use messages::{NodeList, Opened, opener};
use serde_json::{Value, json};

const FILE: &str = "packets.json";

/// Returns the curve25519 keys of the vectors, by name.
fn private_keys() -> BTreeMap<String, PrivateKey> {
    let vectors = load::<Value>("keys.json");
    let keys = items(&vectors, "keys").iter();
    keys.filter(|item| item["deterministic_signatures"] == true)
        .map(|item| {
            let key = PrivateKey::from_bytes(&bytes(item, "private_bin")).unwrap();
            (text(item, "name").to_owned(), key)
        })
        .collect()
}

/// Reads the body field by field, with the formats that the vector names.
fn check_fields(item: &Value, body: &[u8]) {
    let node_list = Entry::of::<NodeList>("node-list");
    let mut reader = Reader::new(body);
    for field in items(item, "wire") {
        let entry = match text(field, "format") {
            "node-list" => &node_list,
            name => entry(name),
        };
        let start = position(&reader);
        let value = (entry.decode)(&mut reader).unwrap();
        assert_eq!(value, field["value"], "{field}");
        assert_eq!(
            hex(&body[start..position(&reader)]),
            text(field, "hex"),
            "{field}"
        );
        assert_eq!(
            (entry.encode)(&field["value"]).unwrap(),
            bytes(field, "hex"),
            "{field}"
        );
    }
    assert_eq!(reader.finish(), Ok(()), "{item}");
}

/// Reads the packet and compares it with all fields of the vector.
fn check_packet(item: &Value) -> Opened {
    let datagram = bytes(item, "packet");
    let signed = item["signed"] == true;
    let time = item["global_time"].as_u64();
    let header = Header::split(&datagram).unwrap();
    let community = CommunityId::parse(text(item, "community_id")).unwrap();
    assert_eq!(
        (*header.prefix, u64::from(header.id)),
        (community.prefix(), item["msg_id"].as_u64().unwrap())
    );
    let opened = opener(text(item, "message"))(&datagram, signed, time.is_some());
    let opened = opened.unwrap_or_else(|error| panic!("{error}: {item}"));
    assert_eq!(opened.time, time, "{item}");
    let wire = items(item, "wire")
        .iter()
        .map(|field| field["value"].clone());
    assert_eq!(opened.fields, wire.collect::<Vec<_>>(), "{item}");
    match &opened.key {
        None => assert!(!signed),
        Some((key, canonical)) => {
            assert!(*canonical, "{item}");
            assert_eq!(hex(key.as_bytes()), text(item, "public_key"));
            assert_eq!(hex(key.mid().as_bytes()), text(item, "mid"));
            assert!(datagram.ends_with(&bytes(item, "signature")));
        }
    }
    opened
}

#[test]
fn every_packet_is_read_and_made_again() {
    let vectors = load::<Value>(FILE);
    let keys = private_keys();
    let (mut made, mut verified) = (0, 0);
    for item in items(&vectors, "packets") {
        let opened = check_packet(item);
        check_fields(item, &opened.body);
        let signer = item["key"].as_str().map(|name| keys.get(name));
        if matches!(signer, Some(None)) {
            // Signatures on a legacy curve are random, so the same packet cannot be made again.
            assert_eq!(item["deterministic"], false, "{item}");
            verified += 1;
            continue;
        }
        let community = CommunityId::parse(text(item, "community_id")).unwrap();
        let id = item["msg_id"].as_u64().unwrap() as u8;
        let time = item["global_time"].as_u64();
        let unsealed = (opened.seal)(&community.prefix(), id, signer.flatten(), time);
        let length = unsealed.sealed_length();
        let packet = unsealed.seal();
        assert_eq!(hex(&packet), text(item, "packet"), "{}", item["name"]);
        assert_eq!(packet.len(), length);
        made += 1;
    }
    assert_eq!((made, verified), (119, 8));
}

#[test]
fn introductions_mean_the_same_as_in_py_ipv8() {
    let vectors = load::<Value>(FILE);
    let mut seen = 0;
    for item in items(&vectors, "packets") {
        let (datagram, decoded) = (bytes(item, "packet"), &item["decoded"]);
        match text(item, "message") {
            "IntroductionRequestPayload" => {
                let (_, _, _, Old(message)) =
                    open_signed::<Old<IntroductionRequest>>(&datagram, true).unwrap();
                // py-ipv8 quirk: its decoder inverts the flag.
                assert_eq!(json!(!message.advice()), decoded["advice"], "{item}");
                assert_eq!(
                    message.supports_new_style,
                    truth(&decoded["supports_new_style"])
                );
                assert_eq!(
                    connection(message.connection_type()),
                    decoded["connection_type"]
                );
            }
            "IntroductionResponsePayload" => {
                let (_, _, _, Old(message)) =
                    open_signed::<Old<IntroductionResponse>>(&datagram, true).unwrap();
                assert_eq!(
                    message.supports_new_style,
                    truth(&decoded["supports_new_style"])
                );
                assert_eq!(
                    message.intro_supports_new_style,
                    truth(&decoded["intro_supports_new_style"])
                );
                assert_eq!(
                    message.peer_limit_reached,
                    truth(&decoded["peer_limit_reached"])
                );
                assert_eq!(
                    connection(message.connection_type()),
                    decoded["connection_type"]
                );
            }
            "NewIntroductionRequestPayload" => {
                let (_, _, _, New(message)) =
                    open_signed::<New<IntroductionRequest>>(&datagram, true).unwrap();
                assert_eq!(message.advice(), truth(&decoded["advice"]));
            }
            "NewIntroductionResponsePayload" => {
                let (_, _, _, New(message)) =
                    open_signed::<New<IntroductionResponse>>(&datagram, true).unwrap();
                assert_eq!(
                    message.intro_supports_new_style,
                    truth(&decoded["intro_supports_new_style"])
                );
            }
            _ => continue,
        }
        seen += 1;
    }
    assert_eq!(seen, 61);
}

/// Reads a flag that is a number or a boolean.
fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value == 1)
}

fn connection(kind: ConnectionType) -> &'static str {
    match kind {
        ConnectionType::Unknown => "unknown",
        ConnectionType::Public => "public",
        ConnectionType::SymmetricNat => "symmetric-NAT",
        ConnectionType::NotAvailable => "N/A",
    }
}

/// Opens a packet of `rejects` or `accepted_quirks`.
fn judge(item: &Value) -> Result<Opened, OpenError> {
    let (signed, time) = (item["signed"] == true, item["has_global_time"] == true);
    opener(text(item, "message"))(&bytes(item, "packet"), signed, time)
}

#[test]
fn damaged_packets_are_refused_for_the_same_reason() {
    let vectors = load::<Value>(FILE);
    let rejects = items(&vectors, "rejects");
    for item in rejects {
        let Err(error) = judge(item) else {
            panic!("accepted: {item}");
        };
        let same = match text(item, "error") {
            "PacketDecodingError" => error == OpenError::Signature,
            "ValueError" => matches!(error, OpenError::Key(_)),
            _ => matches!(error, OpenError::Unpack(_)),
        };
        assert!(same, "{error}: {item}");
    }
    assert_eq!(rejects.len(), 59);
}

#[test]
fn odd_packets_are_accepted() {
    let vectors = load::<Value>(FILE);
    let quirks = items(&vectors, "accepted_quirks");
    for item in quirks {
        let opened = judge(item).unwrap_or_else(|error| panic!("{error}: {item}"));
        let (_, canonical) = opened.key.unwrap();
        assert_eq!(canonical, item["name"] != "padded-key", "{item}");
    }
    assert_eq!(quirks.len(), 2);
}
