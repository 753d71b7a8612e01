//! The addresses of verified peers as bytes, for the next start.
use super::graph::PeerGraph;
use crate::wire::address::{Address, UNSPECIFIED};
use crate::wire::{Field, Reader, Writer};

/// The result of loading a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadedSnapshot {
    /// The number of addresses that became known.
    pub added: usize,
    /// Entries that are host names, with their ports. py-ipv8 stores them as they are; here the
    /// caller looks them up. At most `max_addresses`.
    pub names: Vec<(String, u16)>,
    /// The offset of the first malformed entry; entries before it were read, the rest was not.
    pub malformed_at: Option<usize>,
}

impl PeerGraph {
    /// Returns the preferred address of each verified peer that has one, in wire format `address`,
    /// in no particular order (protocol 6).
    pub fn snapshot(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for peer in self.verified_peers() {
            if peer.address() == UNSPECIFIED {
                continue;
            }
            let mut writer = Writer::new();
            // Packing fails only for host names, and these are addresses.
            if Address::from(peer.address()).pack(&mut writer).is_ok() {
                bytes.extend(writer.into_bytes());
            }
        }
        bytes
    }

    /// Makes the addresses of a snapshot known, without introducer, service and style, so that they
    /// are walkable for every service (protocol 16.6). Known addresses do not change; blacklisted
    /// and unusable ones are not recorded.
    pub fn load_snapshot(&mut self, snapshot: &[u8]) -> LoadedSnapshot {
        let mut loaded = LoadedSnapshot::default();
        let mut reader = Reader::new(snapshot);
        while reader.position() < snapshot.len() {
            let start = reader.position();
            match Address::unpack(&mut reader) {
                Ok(Address::Ipv4(address)) => {
                    loaded.added += usize::from(self.record_bare(address.into()));
                }
                Ok(Address::Ipv6(address)) => {
                    loaded.added += usize::from(self.record_bare(address.into()));
                }
                Ok(Address::Domain { host, port }) => {
                    if loaded.names.len() < self.limits.max_addresses {
                        loaded.names.push((host, port));
                    }
                }
                Err(_) => {
                    loaded.malformed_at = Some(start);
                    break;
                }
            }
        }
        loaded
    }
}
