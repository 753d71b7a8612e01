//! The kinds of damage to a packet: the same as in `tests/python/packets.py`.

use ipv8_core::crypto::PrivateKey;
use rand::RngExt;
use rand::seq::IndexedRandom;

use super::Maker;

/// A good packet before it is signed: `header` + `body` (+ a signature with `key`).
pub(super) struct Parts {
    /// The prefix, the message id and, if signed, the key.
    pub(super) header: Vec<u8>,
    /// The global time and the fields.
    pub(super) body: Vec<u8>,
    /// The signer's key, if the packet is signed.
    pub(super) key: Option<PrivateKey>,
}

impl Parts {
    fn unsigned(&self) -> Vec<u8> {
        [&self.header[..], &self.body].concat()
    }

    /// Returns the packet.
    pub(super) fn sealed(&self) -> Vec<u8> {
        let mut data = self.unsigned();
        if let Some(key) = &self.key {
            let signature = key.sign(&data);
            data.extend(signature);
        }
        data
    }
}

type Damage = fn(&mut Maker, Parts) -> Vec<u8>;

/// Every kind of damage, with its name.
pub(super) const DAMAGES: [(&str, Damage); 19] = [
    ("truncated", truncated),
    ("truncated and signed", truncated_and_signed),
    ("short", short),
    ("extended", extended),
    ("extended and signed", extended_and_signed),
    ("flipped", flipped),
    ("flipped and signed", flipped_and_signed),
    ("lying length", lying_length),
    ("random fields", random_fields),
    ("wrong signature", wrong_signature),
    ("other signer", other_signer),
    ("key field", key_field),
    ("weak key", weak_key),
    ("malleable signature", malleable_signature),
    ("unknown id", unknown_id),
    ("deprecated id", deprecated_id),
    ("other id", other_id),
    ("foreign prefix", foreign_prefix),
    ("noise", noise),
];

/// Ed25519 points of small order, canonical or not. With one of these as the key, a signature needs
/// no secret.
const WEAK_POINTS: [&str; 14] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
];

/// The order of Ed25519's group, little-endian.
const GROUP_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn truncated(maker: &mut Maker, parts: Parts) -> Vec<u8> {
    let mut packet = parts.sealed();
    packet.truncate(maker.rng.random_range(0..packet.len()));
    packet
}

fn truncated_and_signed(maker: &mut Maker, mut parts: Parts) -> Vec<u8> {
    parts
        .body
        .truncate(maker.rng.random_range(0..parts.body.len()));
    parts.sealed()
}

/// Keeps the first 0 to 64 bytes.
fn short(maker: &mut Maker, parts: Parts) -> Vec<u8> {
    let mut packet = parts.sealed();
    packet.truncate(maker.rng.random_range(0..=64));
    packet
}

fn extended(maker: &mut Maker, parts: Parts) -> Vec<u8> {
    let count = maker.rng.random_range(1..20);
    [parts.sealed(), maker.bytes(count)].concat()
}

fn extended_and_signed(maker: &mut Maker, mut parts: Parts) -> Vec<u8> {
    let count = maker.rng.random_range(1..20);
    parts.body.extend(maker.bytes(count));
    parts.sealed()
}

fn flipped(maker: &mut Maker, parts: Parts) -> Vec<u8> {
    let mut packet = parts.sealed();
    flip(maker, &mut packet);
    packet
}

fn flipped_and_signed(maker: &mut Maker, mut parts: Parts) -> Vec<u8> {
    flip(maker, &mut parts.body);
    parts.sealed()
}

/// Flips one to three bits, anywhere.
fn flip(maker: &mut Maker, bytes: &mut [u8]) {
    for _ in 0..maker.rng.random_range(1..4) {
        let at = maker.rng.random_range(0..bytes.len());
        bytes[at] ^= 1 << maker.rng.random_range(0..8);
    }
}

/// Turns two bytes of the fields into a length that is too large.
fn lying_length(maker: &mut Maker, mut parts: Parts) -> Vec<u8> {
    let length = parts.body.len();
    let at = maker.rng.random_range(0..length - 1);
    let rest = u16::try_from(length - at).expect("bodies are small");
    let lies = [0, 1, rest, rest - 1, 255, 256, 32_767, 65_535];
    let lie = lies.choose(&mut maker.rng).expect("some");
    parts.body[at..at + 2].copy_from_slice(&lie.to_be_bytes());
    parts.sealed()
}

fn random_fields(maker: &mut Maker, mut parts: Parts) -> Vec<u8> {
    let count = maker.rng.random_range(0..parts.body.len() + 20);
    parts.body = maker.bytes(count);
    parts.sealed()
}

/// Appends a wrong signature of the right length.
fn wrong_signature(maker: &mut Maker, parts: Parts) -> Vec<u8> {
    let key = parts.key.clone().unwrap_or_else(|| maker.key());
    let mut data = parts.unsigned();
    let signature = match maker.rng.random_range(0..6) {
        0 => vec![0; 64],
        1 => vec![0xff; 64],
        2 => maker.bytes(64),
        3 => key.sign(&data[22..]).to_vec(),
        4 => key.sign(&parts.body).to_vec(),
        _ => key.sign(&data).into_iter().rev().collect(),
    };
    data.extend(signature);
    data
}

fn other_signer(maker: &mut Maker, parts: Parts) -> Vec<u8> {
    let mut data = parts.unsigned();
    let claimed = parts.key.as_ref().map(PrivateKey::mid);
    let others: Vec<_> = maker
        .keys
        .iter()
        .filter(|key| Some(key.mid()) != claimed)
        .collect();
    let signature = others.choose(&mut maker.rng).expect("some").sign(&data);
    data.extend(signature);
    data
}

/// Replaces the key field; the right key signs the packet.
fn key_field(maker: &mut Maker, mut parts: Parts) -> Vec<u8> {
    let key = parts.key.clone().unwrap_or_else(|| maker.key());
    let field = other_key_field(maker, &key);
    let right = u16::try_from(field.len()).expect("key fields are small");
    let lengths = [right, right, right, 0, right + 1, 65_535];
    let length = lengths.choose(&mut maker.rng).expect("some");
    parts.header.truncate(23);
    parts.header.extend(length.to_be_bytes());
    parts.header.extend(field);
    parts.key = Some(key);
    parts.sealed()
}

fn other_key_field(maker: &mut Maker, key: &PrivateKey) -> Vec<u8> {
    const PREFIX: &[u8] = b"LibNaCLPK:";
    let public = key.public_key().as_bytes();
    match maker.rng.random_range(0..10) {
        0 => Vec::new(),
        1 => public[..73].to_vec(),
        2 => [public, &[0]].concat(),
        3 => [public, &maker.bytes(7)].concat(),
        4 => maker.bytes(74),
        5 => [PREFIX, &maker.bytes(64)].concat(),
        6 => [PREFIX, &[0; 64]].concat(),
        7 => key.to_bytes().to_vec(),
        8 => [b"libnaclpk:", &public[10..]].concat(),
        _ => public.iter().rev().copied().collect(),
    }
}

/// Uses a key of small order, and a signature made without a secret.
fn weak_key(maker: &mut Maker, parts: Parts) -> Vec<u8> {
    let [key, signature] = [(); 2].map(|()| {
        let point = WEAK_POINTS.choose(&mut maker.rng).expect("some");
        crate::python::hex::decode(point)
    });
    let mut packet = parts.header[..23].to_vec();
    packet.extend([0, 74]);
    packet.extend(b"LibNaCLPK:");
    packet.extend(maker.bytes(32));
    packet.extend(key);
    packet.extend(parts.body);
    packet.extend(signature);
    packet.extend([0; 32]);
    packet
}

/// Adds the group order to the second half of a good signature.
fn malleable_signature(maker: &mut Maker, mut parts: Parts) -> Vec<u8> {
    parts.key.get_or_insert_with(|| maker.key());
    let mut packet = parts.sealed();
    let start = packet.len() - 32;
    let mut carry = 0;
    for (byte, order) in packet[start..].iter_mut().zip(GROUP_ORDER) {
        let [low, high] = (u16::from(*byte) + u16::from(order) + carry).to_le_bytes();
        *byte = low;
        carry = u16::from(high);
    }
    packet
}

fn unknown_id(maker: &mut Maker, parts: Parts) -> Vec<u8> {
    let id = maker.rng.random_range(4..231);
    renumbered(parts, if id == 4 { 0 } else { id })
}

fn deprecated_id(maker: &mut Maker, parts: Parts) -> Vec<u8> {
    let others = [255, 254, 253, 252, 251, 248, 247, 244];
    let ids: Vec<u8> = others.into_iter().chain(235..244).collect();
    renumbered(parts, *ids.choose(&mut maker.rng).expect("some"))
}

fn other_id(maker: &mut Maker, parts: Parts) -> Vec<u8> {
    let ids = [246, 245, 250, 249, 234, 233, 232, 231, 1, 2, 3];
    renumbered(parts, *ids.choose(&mut maker.rng).expect("some"))
}

/// Signs the same packet as message `id`.
fn renumbered(mut parts: Parts, id: u8) -> Vec<u8> {
    parts.header[22] = id;
    parts.sealed()
}

fn foreign_prefix(maker: &mut Maker, mut parts: Parts) -> Vec<u8> {
    let at = maker.rng.random_range(0..22);
    parts.header[at] ^= 1 << maker.rng.random_range(0..8);
    parts.sealed()
}

/// Returns random bytes, sometimes after the right prefix, sometimes none.
fn noise(maker: &mut Maker, _parts: Parts) -> Vec<u8> {
    let count = maker.rng.random_range(0..400);
    let noise = maker.bytes(count);
    match maker.rng.random_range(0..5) {
        0 | 1 => noise,
        2 | 3 => [&maker.prefix[..], &noise].concat(),
        _ => maker.prefix.to_vec(),
    }
}
