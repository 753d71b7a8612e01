//! Keys and signatures.

use divan::{Bencher, black_box};
use ipv8_core::crypto::{Curve, PrivateKey, PublicKey};

use crate::setup::rng;

/// The length of a signed introduction request without its signature.
const MESSAGE: [u8; 128] = [7; 128];

/// A name and a public key in hexadecimal on each line.
const KEYS: &str = include_str!("deprecated_keys.txt");

fn key() -> PrivateKey {
    PrivateKey::generate(&mut rng(9))
}

#[divan::bench]
fn sign(bencher: Bencher) {
    let key = key();
    bencher.bench_local(|| key.sign(black_box(&MESSAGE)));
}

/// Verifies with a key that was parsed before.
#[divan::bench]
fn verify_with_a_known_key(bencher: Bencher) {
    let key = key();
    let signature = key.sign(&MESSAGE);
    let public = PublicKey::from_bytes(key.public_key().as_bytes()).unwrap();
    bencher.bench_local(|| assert!(public.verify(black_box(&MESSAGE), &signature)));
}

/// Verifies with a key that was just read from a datagram.
#[divan::bench]
fn parse_a_key_and_verify(bencher: Bencher) {
    let key = key();
    let signature = key.sign(&MESSAGE);
    let bytes = key.public_key().as_bytes().to_vec();
    bencher.bench_local(|| {
        let public = PublicKey::from_bytes(black_box(&bytes)).unwrap();
        assert!(public.verify(&MESSAGE, &signature));
    });
}

#[divan::bench]
fn parse_a_key(bencher: Bencher) {
    let bytes = key().public_key().as_bytes().to_vec();
    bencher.bench_local(|| PublicKey::from_bytes(black_box(&bytes)).unwrap());
}

#[divan::bench]
fn generate_a_key(bencher: Bencher) {
    let mut rng = rng(10);
    bencher.bench_local(|| PrivateKey::generate(&mut rng));
}

/// Parses a key on a deprecated curve and checks a forged signature: what a stranger can cause.
#[divan::bench(args = KEYS.lines().filter_map(|line| line.split(' ').next()))]
fn parse_a_deprecated_key_and_verify(bencher: Bencher, name: &str) {
    let mut lines = KEYS.lines().filter_map(|line| line.split_once(' '));
    let (_, key) = lines.find(|(known, _)| *known == name).unwrap();
    let byte = |at: usize| u8::from_str_radix(&key[2 * at..2 * at + 2], 16).unwrap();
    let key: Vec<u8> = (0..key.len() / 2).map(byte).collect();
    // Two numbers below the order of the curve.
    let half = match PublicKey::from_bytes(&key).unwrap().curve() {
        Curve::Sect163k1 => 21,
        Curve::Sect233k1 => 30,
        Curve::Sect409k1 => 52,
        _ => 72,
    };
    let mut number = vec![1; half];
    number[0] = 0;
    let forged = [number.clone(), number].concat();
    bencher.bench_local(|| {
        let public = PublicKey::from_bytes(black_box(&key)).unwrap();
        assert!(!public.verify(&MESSAGE, &forged));
    });
}
