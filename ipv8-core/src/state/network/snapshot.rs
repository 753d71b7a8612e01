//! The addresses of verified peers as bytes, for the next start.
use std::net::SocketAddr;

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

/// Returns these entries as a snapshot. Leaves out host names that are too long to be packed.
pub(crate) fn snapshot_bytes<'a>(entries: impl IntoIterator<Item = &'a Address>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        let mut writer = Writer::new();
        if entry.pack(&mut writer).is_ok() {
            bytes.extend(writer.into_bytes());
        }
    }
    bytes
}

/// Reads the entries of a snapshot, up to the first malformed one.
pub(crate) struct SnapshotEntries<'a> {
    reader: Reader<'a>,
    length: usize,
    malformed_at: Option<usize>,
}

impl<'a> SnapshotEntries<'a> {
    pub(crate) fn new(snapshot: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(snapshot),
            length: snapshot.len(),
            malformed_at: None,
        }
    }
}

impl Iterator for SnapshotEntries<'_> {
    type Item = Address;

    fn next(&mut self) -> Option<Address> {
        let start = self.reader.position();
        if self.malformed_at.is_some() || start >= self.length {
            return None;
        }
        let entry = Address::unpack(&mut self.reader).ok();
        if entry.is_none() {
            self.malformed_at = Some(start);
        }
        entry
    }
}

impl PeerGraph {
    /// Returns the preferred address of each verified peer that has one, in wire format `address`,
    /// in no particular order (protocol 6).
    pub fn snapshot(&self) -> Vec<u8> {
        let addresses: Vec<Address> = self.addresses_of_peers().map(Address::from).collect();
        snapshot_bytes(&addresses)
    }

    /// Returns the preferred address of each verified peer that has one, in no particular order.
    pub(crate) fn addresses_of_peers(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        let addresses = self.verified_peers().map(|peer| peer.address());
        addresses.filter(|address| *address != UNSPECIFIED)
    }

    /// Makes the addresses of a snapshot known, without introducer, service and style, so that they
    /// are walkable for every service (protocol 16.6). Known addresses do not change; blacklisted
    /// and unusable ones are not recorded.
    pub fn load_snapshot(&mut self, snapshot: &[u8]) -> LoadedSnapshot {
        let mut loaded = LoadedSnapshot::default();
        let mut entries = SnapshotEntries::new(snapshot);
        for entry in entries.by_ref() {
            match entry {
                Address::Ipv4(address) => {
                    loaded.added += usize::from(self.record_bare(address.into()));
                }
                Address::Ipv6(address) => {
                    loaded.added += usize::from(self.record_bare(address.into()));
                }
                Address::Domain { host, port } => {
                    if loaded.names.len() < self.limits.max_addresses {
                        loaded.names.push((host, port));
                    }
                }
            }
        }
        loaded.malformed_at = entries.malformed_at;
        loaded
    }
}
