//! The three messages of the test community, the same as in `tests/python/payloads.py`, and a
//! nested payload.

use std::net::{SocketAddr, SocketAddrV4};

use ipv8_core::Payload;
use ipv8_core::wire::Address;
use ipv8_core::wire::{Bits, Raw};
use serde_json::{Value, json};

use crate::view::{View, bits, bytes};

/// Nested in [`Everything`].
#[derive(Clone, Debug, PartialEq, Payload)]
pub struct Item {
    /// Any number.
    pub number: i64,
    /// Any text.
    pub text: String,
}

/// Signed, without a global time; the formats follow from the types.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 1)]
#[expect(missing_docs, reason = "the names say no more than the types")]
pub struct Everything {
    pub flag: bool,
    pub number: i64,
    pub real: f64,
    pub data: Vec<u8>,
    pub text: String,
    pub nested: Item,
    pub flags: Vec<bool>,
    pub numbers: Vec<i64>,
    pub reals: Vec<f64>,
    pub items: Vec<Item>,
}

/// Unsigned, without a global time; uses every format.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 2, unsigned)]
#[expect(missing_docs, reason = "the names say no more than the formats")]
pub struct Plain {
    pub byte: u8,
    pub short: u16,
    pub word: u32,
    pub long: u64,
    pub signed: i32,
    pub single: f32,
    pub hash: [u8; 20],
    pub ipv4: SocketAddrV4,
    pub ip: SocketAddr,
    pub address: Address,
    pub bits: Bits,
    #[payload(format = "varlenI")]
    pub sized: Vec<u8>,
    /// All in one piece, as in py-ipv8.
    #[payload(format = "varlenHx20")]
    pub hashes: Vec<u8>,
    #[payload(format = "varlenH-list")]
    pub chunks: Vec<Vec<u8>>,
    #[payload(format = "varlenIutf8")]
    pub text: String,
    pub rest: Raw,
}

/// Signed, with a global time, like the introduction messages.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(id = 3, global_time)]
pub struct Timed {
    /// Any number.
    pub identifier: u16,
    /// Any text.
    pub text: String,
}

impl View for Item {
    fn view(&self) -> Value {
        json!({"number": self.number, "text": self.text})
    }
}

impl View for Everything {
    fn view(&self) -> Value {
        json!({
            "flag": self.flag, "number": self.number, "real": self.real.view(), "data": bytes(&self.data),
            "text": self.text, "nested": self.nested.view(), "flags": self.flags, "numbers": self.numbers,
            "reals": self.reals.view(), "items": self.items.view(),
        })
    }
}

impl View for Plain {
    fn view(&self) -> Value {
        let mut fields = json!({
            "byte": self.byte, "short": self.short, "word": self.word, "long": self.long, "signed": self.signed,
            "single": f64::from(self.single).view(), "hash": bytes(&self.hash),
            "ipv4": SocketAddr::V4(self.ipv4).view(), "ip": self.ip.view(), "address": self.address.view(),
            "sized": bytes(&self.sized), "hashes": bytes(&self.hashes),
            "chunks": self.chunks.iter().map(|chunk| bytes(chunk)).collect::<Vec<_>>(),
            "text": self.text, "rest": bytes(&self.rest.0),
        });
        for (index, bit) in bits(self.bits).into_iter().enumerate() {
            fields[format!("bit{index}")] = bit;
        }
        fields
    }
}

impl View for Timed {
    fn view(&self) -> Value {
        json!({"identifier": self.identifier, "text": self.text})
    }
}
