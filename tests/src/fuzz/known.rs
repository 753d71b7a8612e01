//! The keys of a fuzzer's world, which are made once.

use std::sync::OnceLock;

use ipv8_core::crypto::PrivateKey;

use crate::desk::key;

/// The number of keys.
pub(super) const KEYS: u16 = 64;

/// Returns the key with this number, modulo [`KEYS`]. Number 0 is the node's.
pub(super) fn known_key(number: u16) -> &'static PrivateKey {
    static KNOWN: OnceLock<Vec<PrivateKey>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| (0..KEYS).map(key).collect());
    &known[usize::from(number % KEYS)]
}
