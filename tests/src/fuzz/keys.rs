//! Keys in every form: reading never panics, and what was read is written in a form that is read
//! again as the same key. No text about a private key contains it.

use std::fmt::Write as _;

use ipv8_core::crypto::{PrivateKey, PublicKey};
use ipv8_core::internals::crypto::{LegacyPrivateKey, signature_length};

use super::Meter;
use super::bytes::Bytes;
use super::known::known_key;
use super::text::pem;
use crate::vectors::hex;

/// The labels of the PEM blocks that hold keys.
const LABELS: [&str; 4] = [
    "PUBLIC KEY",
    "EC PRIVATE KEY",
    "PRIVATE KEY",
    "EC PARAMETERS",
];

/// The most bytes that reading a key may allocate: a key on the longest curve, its points, and
/// copies of the input.
fn allowance(length: usize) -> u64 {
    16_384 + 8 * length as u64
}

/// Reads the bytes as they are, and in PEM blocks of their own.
pub(super) fn run(data: &[u8], meter: Meter) {
    let mut bytes = Bytes::new(data);
    let wrap = bytes.byte();
    let data = match wrap % 8 {
        0..=3 => bytes.rest().to_vec(),
        _ => pem(LABELS[usize::from(wrap % 4)], bytes.rest()),
    };
    // Made before anything is counted.
    let own = known_key(1);
    let used = meter(&mut || {
        public_key(&data, own);
        private_key(&data);
        legacy_key(&data);
    });
    assert!(
        used <= allowance(data.len()),
        "{used} bytes for {}",
        data.len()
    );
}

fn public_key(data: &[u8], own: &PrivateKey) {
    let read = PublicKey::from_bytes(data).into_iter();
    for key in read.chain(PublicKey::from_pem(data)) {
        let again = PublicKey::from_bytes(key.as_bytes()).expect("its own bytes are readable");
        assert_eq!((again.as_bytes(), again.mid()), (key.as_bytes(), key.mid()));
        assert_eq!(again.curve(), key.curve());
        let length = signature_length(&key);
        let signature = data.get(..length).unwrap_or(data);
        // Any answer will do: a key of small order verifies some forged signatures.
        let _ = key.verify(b"a message of the test", signature);
        let _ = own.diffie_hellman(&key);
    }
}

fn private_key(data: &[u8]) {
    let from_text = str::from_utf8(data).ok().map(PrivateKey::from_base64);
    let read = PrivateKey::from_bytes(data).into_iter();
    for key in read.chain(from_text.and_then(Result::ok)) {
        let again = PrivateKey::from_bytes(&*key.to_bytes()).expect("its own bytes are readable");
        assert_eq!(*again.to_bytes(), *key.to_bytes());
        assert_eq!(again.public_key(), key.public_key());
        let signature = key.sign(data);
        assert!(key.public_key().verify(data, &signature));
        assert!(!format!("{key:?}").contains(&hex(&key.to_bytes()[10..])));
    }
}

fn legacy_key(data: &[u8]) {
    let read = LegacyPrivateKey::from_bytes(data).into_iter();
    for key in read.chain(LegacyPrivateKey::from_pem(data)) {
        let written = key.to_bytes();
        let again = LegacyPrivateKey::from_bytes(&written).expect("its own bytes are readable");
        assert_eq!(*again.to_bytes(), *written);
        assert_eq!(again.public_key(), key.public_key());
        let mut text = String::new();
        write!(text, "{key:?}").expect("it has a text");
        assert!(!text.contains(&hex(&written)));
    }
}
