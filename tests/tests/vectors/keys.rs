//! All cases of `keys.json`, in both directions: our code makes the same bytes and signatures, and
//! accepts and refuses the same ones.

use std::collections::HashMap;

use ipv8_core::crypto::{Curve, KeyError, PrivateKey, PublicKey};
use ipv8_core::internals::crypto::{
    LegacyPrivateKey, security_level, signature_length, x25519_public,
};
use ipv8_tests::vectors::{Hex, load};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    keys: Vec<Key>,
    parsing: Vec<Parsing>,
    x25519: Vec<Agreement>,
}

#[derive(Deserialize)]
struct Key {
    name: String,
    curve: String,
    security_level: String,
    private_bin: Hex,
    public_bin: Hex,
    mid: Hex,
    signature_length: usize,
    signatures: Vec<Signature>,
    x25519_private: Option<Hex>,
    ed25519_seed: Option<Hex>,
    x25519_public: Option<Hex>,
    ed25519_public: Option<Hex>,
    private_bin_full: Option<Hex>,
    scalar: Option<Hex>,
    private_pem: Option<String>,
    public_pem: Option<String>,
}

#[derive(Deserialize)]
struct Signature {
    message: Hex,
    signature: Hex,
    valid: bool,
    note: String,
}

#[derive(Deserialize)]
struct Parsing {
    kind: String,
    note: String,
    input: Hex,
    ok: bool,
    curve: Option<String>,
    canonical_bin: Option<Hex>,
    mid: Option<Hex>,
}

#[derive(Deserialize)]
struct Agreement {
    private: String,
    peer: String,
    peer_x25519_public: Hex,
    shared: Hex,
}

fn file() -> File {
    load("keys.json")
}

/// Returns the keys of the file on curve25519, or all other keys.
fn keys(curve25519: bool) -> Vec<Key> {
    let keys = file().keys.into_iter();
    let keys: Vec<Key> = keys
        .filter(|key| (key.curve == "curve25519") == curve25519)
        .collect();
    assert!(!keys.is_empty());
    keys
}

fn check_public(key: &Key, public: &PublicKey) {
    assert_eq!(key.public_bin, *public.as_bytes(), "{}", key.name);
    assert_eq!(key.mid, public.mid().as_bytes()[..], "{}", key.name);
    assert_eq!(public.mid().to_string(), format!("{:?}", key.mid));
    assert_eq!(public.curve().to_string(), key.curve);
    assert_eq!(security_level(public.curve()), key.security_level);
    assert_eq!(signature_length(public), key.signature_length);
}

fn check_verdicts(key: &Key, public: &PublicKey) {
    for case in &key.signatures {
        assert_eq!(
            public.verify(&case.message, &case.signature),
            case.valid,
            "{}: {}",
            key.name,
            case.note
        );
    }
}

#[test]
fn curve25519_keys() {
    for key in keys(true) {
        let private = PrivateKey::from_bytes(&key.private_bin).unwrap();
        let public = PublicKey::from_bytes(&key.public_bin).unwrap();
        assert_eq!(*private.public_key(), public);
        assert_eq!(private.mid(), public.mid());
        assert_eq!(key.private_bin, private.to_bytes()[..]);
        let parts =
            [key.x25519_private.as_deref(), key.ed25519_seed.as_deref()].map(Option::unwrap);
        assert_eq!(private.to_bytes()[10..], parts.concat());
        let parts =
            [key.x25519_public.as_deref(), key.ed25519_public.as_deref()].map(Option::unwrap);
        assert_eq!(public.as_bytes()[10..], parts.concat());
        assert_eq!(x25519_public(&public).unwrap()[..], *parts[0]);
        check_public(&key, &public);
        check_verdicts(&key, &public);
        for case in key.signatures.iter().filter(|case| case.valid) {
            assert_eq!(
                case.signature,
                private.sign(&case.message)[..],
                "{}",
                key.name
            );
        }
    }
}

#[test]
fn legacy_keys() {
    for key in keys(false) {
        let full = key.private_bin_full.as_ref().unwrap();
        for bin in [&key.private_bin, full] {
            let private = LegacyPrivateKey::from_bytes(bin).unwrap();
            assert_eq!(*bin, private.to_bytes()[..], "{}", key.name);
            assert_eq!(key.mid, private.mid().as_bytes()[..]);
            check_public(&key, private.public_key());
        }
        let scalar = key.scalar.as_deref().unwrap();
        assert!(
            key.private_bin
                .windows(scalar.len())
                .any(|window| window == scalar)
        );
        let pem = LegacyPrivateKey::from_pem(key.private_pem.as_ref().unwrap().as_bytes()).unwrap();
        assert_eq!(key.private_bin, pem.to_bytes()[..]);
        let pem = PublicKey::from_pem(key.public_pem.as_ref().unwrap().as_bytes()).unwrap();
        check_public(&key, &pem);
        assert_eq!(x25519_public(&pem), None);
    }
}

#[test]
fn legacy_signatures() {
    // One thread per key, because verification is slow without optimisation.
    std::thread::scope(|scope| {
        for key in keys(false) {
            scope.spawn(move || {
                check_verdicts(&key, &PublicKey::from_bytes(&key.public_bin).unwrap())
            });
        }
    });
}

/// The serialised form of a parsed key, its mid, and its curve.
type Parsed = (Vec<u8>, [u8; 20], Curve);

fn describe(bin: &[u8], public: &PublicKey) -> Parsed {
    (bin.to_vec(), *public.mid().as_bytes(), public.curve())
}

fn parse_public(input: &[u8]) -> Result<Parsed, KeyError> {
    let key = PublicKey::from_bytes(input)?;
    Ok(describe(key.as_bytes(), &key))
}

fn parse_private(input: &[u8]) -> Result<Parsed, KeyError> {
    if let Ok(key) = PrivateKey::from_bytes(input) {
        return Ok(describe(&*key.to_bytes(), key.public_key()));
    }
    let key = LegacyPrivateKey::from_bytes(input)?;
    Ok(describe(&key.to_bytes(), key.public_key()))
}

/// Parses PEM. Packets never contain PEM, so only the PEM functions accept it.
fn parse_pem(kind: &str, input: &[u8]) -> Result<Parsed, KeyError> {
    if kind == "public" {
        assert!(parse_public(input).is_err());
        let key = PublicKey::from_pem(input)?;
        return Ok(describe(key.as_bytes(), &key));
    }
    assert!(parse_private(input).is_err());
    let key = LegacyPrivateKey::from_pem(input)?;
    Ok(describe(&key.to_bytes(), key.public_key()))
}

#[test]
fn parsing() {
    for case in file().parsing {
        let parsed = match (case.kind.as_str(), case.note.as_str()) {
            (kind, "PEM") => parse_pem(kind, &case.input),
            ("public", _) => parse_public(&case.input),
            ("private", _) => parse_private(&case.input),
            (kind, _) => panic!("unknown kind {kind}"),
        };
        // Refused on purpose: py-ipv8 draws a random X25519 half each time it reads such a text, so
        // the mid changes each time.
        let refused = case.kind == "private"
            && case.note == "PEM"
            && case.curve.as_deref() == Some("curve25519");
        assert_eq!(
            parsed.is_ok(),
            case.ok && !refused,
            "{} {}: {parsed:?}",
            case.kind,
            case.note
        );
        if let Ok((bin, mid, curve)) = parsed {
            assert_eq!(
                case.canonical_bin.unwrap(),
                bin[..],
                "{} {}",
                case.kind,
                case.note
            );
            assert_eq!(case.mid.unwrap(), mid[..]);
            assert_eq!(case.curve, Some(curve.to_string()));
        }
    }
}

#[test]
fn shared_secrets() {
    let keys: HashMap<String, Key> = keys(true)
        .into_iter()
        .map(|key| (key.name.clone(), key))
        .collect();
    for case in file().x25519 {
        let private = PrivateKey::from_bytes(&keys[&case.private].private_bin).unwrap();
        let peer = PublicKey::from_bytes(&keys[&case.peer].public_bin).unwrap();
        assert_eq!(case.peer_x25519_public, x25519_public(&peer).unwrap()[..]);
        assert_eq!(case.shared, private.diffie_hellman(&peer).unwrap()[..]);
    }
}

#[test]
fn legacy_keys_share_no_secret() {
    let private = PrivateKey::from_bytes(&keys(true)[0].private_bin).unwrap();
    for key in keys(false) {
        let peer = PublicKey::from_bytes(&key.public_bin).unwrap();
        let error = private.diffie_hellman(&peer).unwrap_err();
        assert_eq!(
            error,
            KeyError::NoDiffieHellman {
                curve: peer.curve()
            }
        );
    }
}
