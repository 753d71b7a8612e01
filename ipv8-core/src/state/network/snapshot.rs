//! The addresses of verified peers as bytes, to start from the next time.
use super::graph::PeerGraph;
use crate::wire::address::{Address, UNSPECIFIED};
use crate::wire::{Field, Reader, Writer};

/// What [`PeerGraph::load_snapshot`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadedSnapshot {
    /// How many addresses became known that were not.
    pub added: usize,
    /// Entries that are host names, with their ports: py-ipv8 makes them known as they are, we leave looking them up to the
    /// caller. At most `max_addresses`.
    pub names: Vec<(String, u16)>,
    /// Where the first malformed entry starts; what is before it was read, what is after it was not.
    pub malformed_at: Option<usize>,
}

impl PeerGraph {
    /// The preferred address of each verified peer that has one, in wire format `address`, in no particular order (protocol 6).
    pub fn snapshot(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for peer in self.verified_peers() {
            if peer.address() == UNSPECIFIED {
                continue;
            }
            let mut writer = Writer::new();
            // Only host names can fail, and these are none.
            if Address::from(peer.address()).pack(&mut writer).is_ok() {
                bytes.extend(writer.into_bytes());
            }
        }
        bytes
    }

    /// Makes the addresses of a snapshot known, without introducer, service and style, which makes them walkable for every
    /// service (protocol 16.6). Those that are known stay as they are; blacklisted and unusable ones are not recorded.
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
