//! Known peers: their keys and addresses.

use std::io::BufRead;
use std::net::SocketAddr;

use ipv8_core::crypto::PrivateKey;
use serde_json::{Value, json};

use super::Result;
use super::load::Load;

/// Keys that are made once and are the same on every side.
#[derive(Default)]
pub struct Population {
    keys: Vec<PrivateKey>,
}

impl Population {
    /// Returns the first `count` keys.
    pub fn keys(&mut self, count: usize) -> &[PrivateKey] {
        let there = self.keys.len();
        // They are not secret.
        self.keys.extend((there..count).filter_map(|number| {
            let mut bin = b"LibNaCLSK:".to_vec();
            for half in [1_u8, 2] {
                let mut bytes = [half; 32];
                bytes[..8].copy_from_slice(&number.to_be_bytes());
                bin.extend(bytes);
            }
            PrivateKey::from_bytes(&bin).ok()
        }));
        &self.keys[..count.min(self.keys.len())]
    }

    /// Returns `count` peers as lines for a measured process: public key and address. The first
    /// ones are the askers of `load`.
    pub fn peer_lines(&mut self, load: &Load, count: usize) -> Vec<Value> {
        let addresses = load.addresses(count);
        let keys = self.keys(count).iter().zip(addresses);
        keys.map(|(key, address)| json!([hex(key.public_key().as_bytes()), address.to_string()]))
            .collect()
    }
}

/// Reads the next peer from a line.
///
/// # Errors
/// The next line is not a peer.
pub fn read(lines: &mut impl BufRead) -> Result<(Vec<u8>, SocketAddr)> {
    let mut line = String::new();
    lines.read_line(&mut line)?;
    let peer: Value = serde_json::from_str(&line)?;
    let key = peer[0].as_str().and_then(unhex);
    let address = peer[1].as_str().and_then(|text| text.parse().ok());
    key.zip(address)
        .ok_or_else(|| format!("no key and address: {peer}").into())
}

/// Returns bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Parses hexadecimal digits; `None` if the text has others.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_same_each_time_and_all_different() {
        let mut population = Population::default();
        let few: Vec<_> = population.keys(3).iter().map(PrivateKey::mid).collect();
        let many: Vec<_> = population.keys(50).iter().map(PrivateKey::mid).collect();
        assert_eq!(few, many[..3]);
        let different: std::collections::HashSet<_> = many.iter().collect();
        assert_eq!(different.len(), 50);
    }

    #[test]
    fn hexadecimal_goes_both_ways() {
        assert_eq!(unhex(&hex(&[0, 10, 255])), Some(vec![0, 10, 255]));
        assert_eq!(unhex("0g"), None);
    }
}
