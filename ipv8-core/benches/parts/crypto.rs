//! Keys and signatures.

use divan::{Bencher, black_box};
use ipv8_core::crypto::{PrivateKey, PublicKey};

use crate::setup::rng;

/// The length of a signed introduction request without its signature.
const MESSAGE: [u8; 128] = [7; 128];

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
