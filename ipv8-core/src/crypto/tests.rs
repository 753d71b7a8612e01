//! Properties of all kinds of keys, and unusual `sect*k1` keys.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::legacy::LegacyPrivateKey;
use super::*;

const EDGE_CASES: &str = include_str!("testdata/sect_edge_cases.txt");

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.chars().map(|digit| digit.to_digit(16).unwrap() as u8);
    let digits: Vec<u8> = digits.collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// Returns the lines of the file: kind, two columns, note.
fn cases() -> impl Iterator<Item = [&'static str; 4]> {
    let lines = EDGE_CASES.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.splitn(4, ' ').collect::<Vec<_>>().try_into().unwrap())
}

static KEYS: LazyLock<Vec<PublicKey>> = LazyLock::new(|| {
    let inputs = cases().filter(|[kind, ..]| *kind == "public");
    inputs
        .filter_map(|[_, input, ..]| PublicKey::from_bytes(&unhex(input)).ok())
        .collect()
});

#[test]
fn unusual_public_keys_are_accepted_or_refused_as_in_py_ipv8() {
    for [kind, input, expected, note] in cases() {
        if kind == "public" {
            let ours = PublicKey::from_bytes(&unhex(input));
            assert_eq!(ours.is_ok(), expected != "refused", "{note}: {ours:?}");
            if let Ok(key) = ours {
                assert_eq!(key.as_bytes(), unhex(expected), "{note}");
            }
        }
    }
}

#[test]
fn unusual_private_keys_are_accepted_or_refused_as_in_py_ipv8() {
    for [kind, input, expected, note] in cases() {
        // This library reads version 1 only (RFC 5915); py-ipv8 reads any version and writes it
        // back.
        if kind == "private" {
            let ours = LegacyPrivateKey::from_bytes(&unhex(input));
            let accepted = expected != "refused" && !note.contains("version");
            assert_eq!(ours.is_ok(), accepted, "{note}: {ours:?}");
            if let Ok(key) = ours {
                let (private, public) = expected.split_once(':').unwrap();
                assert_eq!(*key.to_bytes(), unhex(private), "{note}");
                assert_eq!(key.public_key().as_bytes(), unhex(public), "{note}");
            }
        }
    }
}

#[test]
fn keys_outside_the_subgroup_verify_as_in_py_ipv8() {
    let mut judged = 0;
    for [kind, key, message, note] in cases() {
        if kind == "valid" || kind == "invalid" {
            let (key, signature) = key.split_once(':').unwrap();
            let key = PublicKey::from_bytes(&unhex(key)).unwrap();
            assert_eq!(
                key.verify(&unhex(message), &unhex(signature)),
                kind == "valid",
                "{note}"
            );
            judged += 1;
        }
    }
    assert_eq!(judged, 80);
}

#[test]
fn keys_are_equal_if_their_bytes_are() {
    let keys = &*KEYS;
    assert!(keys.len() > 20);
    for a in keys {
        for b in keys {
            assert_eq!(a == b, a.as_bytes() == b.as_bytes());
            assert_eq!(a.cmp(b), a.as_bytes().cmp(b.as_bytes()));
            assert_eq!(a == b, a.mid() == b.mid());
        }
    }
    let distinct: HashSet<&[u8]> = keys.iter().map(PublicKey::as_bytes).collect();
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), distinct.len());
}

#[test]
fn a_legacy_key_cannot_sign() {
    for [kind, input, ..] in cases().filter(|[kind, ..]| *kind == "private") {
        assert_eq!(
            PrivateKey::from_bytes(&unhex(input)).unwrap_err(),
            KeyError::CannotSign,
            "{kind}"
        );
    }
}

proptest! {
    #[test]
    fn damaged_keys_never_panic(which: prop::sample::Index, at: prop::sample::Index, value: u8, cut: prop::sample::Index) {
        let all: Vec<_> = cases().filter(|[kind, ..]| ["public", "private"].contains(kind)).collect();
        let mut input = unhex(which.get(&all)[1]);
        let _ = PublicKey::from_bytes(&input[..cut.index(input.len())]);
        let _ = der::read_private(&input[..cut.index(input.len())]).is_ok();
        let at = at.index(input.len());
        input[at] = value;
        if let Ok(key) = PublicKey::from_bytes(&input) {
            prop_assert_eq!(PublicKey::from_bytes(key.as_bytes()).unwrap(), key);
        }
        let _ = der::read_private(&input).is_ok();
    }

    #[test]
    fn arbitrary_bytes_are_refused_without_panic(mut bytes: Vec<u8>, text: String) {
        bytes.insert(0, der::SEQUENCE);
        prop_assert!(PublicKey::from_bytes(&bytes).is_err());
        prop_assert!(LegacyPrivateKey::from_bytes(&bytes).is_err());
        prop_assert!(PublicKey::from_pem(text.as_bytes()).is_err());
        prop_assert!(LegacyPrivateKey::from_pem(&bytes).is_err());
    }
}

proptest! {
    // Few, because these are slow without optimisation.
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn arbitrary_signatures_are_invalid(which: prop::sample::Index, message: Vec<u8>, mut signature: Vec<u8>, fit: bool) {
        let keys = &*KEYS;
        let key = which.get(keys);
        if fit {
            signature.resize(key.signature_length(), 1);
        }
        prop_assert!(!key.verify(&message, &signature));
    }
}
