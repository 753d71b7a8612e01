//! Anchors: the addresses that a node starts from the next time, and what is known about each.
//!
//! The snapshot file of the node is a list of addresses in py-ipv8's format, which has no room for
//! anything else. How often each address proved itself is in a second file (`anchor_records`).

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};

use crate::state::network::{SnapshotEntries, snapshot_bytes};
use crate::wire::address::Address;
use crate::wire::scope::Scope;

/// The most anchors of a node: 14 kB in the file, and half an hour of walking.
pub const MOST: usize = 2_048;

/// The places of a full list that addresses without a record may take from others.
const FOR_NEWCOMERS: usize = 256;

/// The most anchors on one host. Addresses of this machine and of private networks do not count.
const PER_HOST: usize = 8;

/// The most anchors in one /16 (IPv6: /32), a sixteenth of all; private ones do not count.
const PER_GROUP: usize = 128;

/// The most host names in the file: as many as are looked up when it is loaded.
const MOST_NAMES: usize = 256;

/// The saves (one a minute) at which an address must be a peer for its round to count.
const SAVES_OF_A_PROOF: u32 = 15;

/// The rounds in a row without an answer after which an anchor is worth less than a new one.
const DOUBTED_AFTER: u32 = 4;

/// The rounds in a row without an answer after which an anchor is forgotten. A round takes an hour
/// of a node with peers, so a day without this anchor alone.
const FORGOTTEN_AFTER: u32 = 24;

/// What is known about an anchor from earlier rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The rounds in which it was a peer for long.
    pub proven: u32,
    /// The rounds in a row in which it was tried and did not answer.
    pub missed: u32,
}

#[derive(Clone, Debug)]
struct Anchor {
    address: SocketAddr,
    record: Record,
    /// It was a peer at the last save.
    is_peer: bool,
    /// The saves of this round at which it was a peer.
    seen: u32,
    /// It was given to the walkers in this round, by a node that had peers since.
    tried: bool,
}

/// The worth of an anchor when the list is full: the first class stays longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Established,
    New,
    Doubted,
}

impl Anchor {
    fn new(address: SocketAddr, record: Record) -> Self {
        Self {
            address,
            record,
            is_peer: false,
            seen: 0,
            tried: false,
        }
    }

    fn class(&self) -> Class {
        if self.record.missed >= DOUBTED_AFTER {
            Class::Doubted
        } else if self.record.proven == 0 {
            Class::New
        } else {
            Class::Established
        }
    }

    /// Ends its round. `gone` says that every walker gave the address up.
    fn end_round(&mut self, gone: bool) {
        if self.seen >= SAVES_OF_A_PROOF {
            self.record.proven = self.record.proven.saturating_add(1);
        }
        if self.seen == 0 && self.tried && gone {
            self.record.missed = self.record.missed.saturating_add(1);
        }
        self.tried &= !gone;
        self.seen = u32::from(self.is_peer);
    }
}

/// The anchors of one node, best first.
///
/// A *round* is an hour of a running node. Addresses that were peers for a quarter of it are
/// *established* by it; new ones never displace those, except for a few places. So neither a bad
/// hour nor an hour among liars costs the node its way back.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    list: Vec<Anchor>,
    names: Vec<Address>,
    /// The place in the list from which on addresses are tried again.
    next_retry: usize,
}

impl Anchors {
    /// Returns the anchors of a snapshot that was just loaded. Without `records` (a snapshot of
    /// py-ipv8, or a copied one) every address counts as proven once: it was a peer of its writer.
    pub fn new(snapshot: &[u8], records: Option<&HashMap<SocketAddr, Record>>) -> Self {
        let once = Record {
            proven: 1,
            missed: 0,
        };
        let mut anchors = Self::default();
        let mut known = HashSet::new();
        for entry in SnapshotEntries::new(snapshot) {
            let Some(address) = entry.socket_address() else {
                if anchors.names.len() < MOST_NAMES && !anchors.names.contains(&entry) {
                    anchors.names.push(entry);
                }
                continue;
            };
            if known.insert(address) {
                let record = records.map_or(once, |records| {
                    records.get(&address).copied().unwrap_or_default()
                });
                let mut anchor = Anchor::new(address, record);
                anchor.tried = true;
                anchors.list.push(anchor);
            }
        }
        anchors.trim();
        anchors
    }

    /// Notes the addresses of the peers of this moment.
    pub fn note_peers(&mut self, mut peers: Vec<SocketAddr>) {
        peers.sort_unstable();
        peers.dedup();
        let mut places: HashMap<SocketAddr, usize> = HashMap::new();
        for (place, anchor) in self.list.iter_mut().enumerate() {
            anchor.is_peer = false;
            // Without peers nothing can be said about an address that does not answer.
            anchor.tried &= !peers.is_empty();
            places.insert(anchor.address, place);
        }
        for address in peers {
            let place = *places.entry(address).or_insert_with(|| {
                self.list.push(Anchor::new(address, Record::default()));
                self.list.len() - 1
            });
            if let Some(anchor) = self.list.get_mut(place) {
                anchor.is_peer = true;
                anchor.seen += 1;
                anchor.record.missed = 0;
            }
        }
        self.trim();
    }

    /// Ends a round. `is_known` says whether some walker still has an address before it.
    pub fn end_round(&mut self, is_known: impl Fn(&SocketAddr) -> bool) {
        for anchor in &mut self.list {
            let gone = !anchor.is_peer && !is_known(&anchor.address);
            anchor.end_round(gone);
        }
        self.list
            .retain(|anchor| anchor.record.missed < FORGOTTEN_AFTER);
        self.trim();
    }

    /// Returns up to `most` anchors that are not peers, as a snapshot to load. Each call continues
    /// where the last one ended.
    pub fn retry(&mut self, most: usize) -> Vec<u8> {
        let mut again = Vec::new();
        for _ in 0..self.list.len() {
            if again.len() == most {
                break;
            }
            self.next_retry = (self.next_retry + 1) % self.list.len();
            let place = self.next_retry;
            if let Some(anchor) = self.list.get_mut(place).filter(|anchor| !anchor.is_peer) {
                anchor.tried = true;
                again.push(anchor.address.into());
            }
        }
        snapshot_bytes(&again)
    }

    /// Returns the snapshot: the peers of this moment, then the others, then the host names.
    pub fn snapshot(&self) -> Vec<u8> {
        let (now, before): (Vec<&Anchor>, _) = self.list.iter().partition(|one| one.is_peer);
        let addresses = now.into_iter().chain(before).map(|one| one.address.into());
        let entries: Vec<Address> = addresses.chain(self.names.iter().cloned()).collect();
        snapshot_bytes(&entries)
    }

    /// Returns the records that differ from those of a new address.
    pub fn records(&self) -> impl Iterator<Item = (SocketAddr, Record)> + '_ {
        let records = self
            .list
            .iter()
            .map(|anchor| (anchor.address, anchor.record));
        records.filter(|(_, record)| *record != Record::default())
    }

    /// Sorts the anchors by worth and removes those beyond the bounds.
    fn trim(&mut self) {
        self.list.sort_by_key(|anchor| {
            let class = anchor.class();
            let proven = (class == Class::Established).then_some(anchor.record.proven);
            (
                class,
                Reverse(proven),
                anchor.record.missed,
                !anchor.is_peer,
            )
        });
        let (mut hosts, mut groups) = (HashMap::new(), HashMap::new());
        self.list.retain(|anchor| {
            let host = anchor.address.ip();
            is_private(host)
                || may_add(&mut hosts, host, PER_HOST)
                    && may_add(&mut groups, group_of(host), PER_GROUP)
        });
        let excess = self.list.len().saturating_sub(MOST);
        if excess > 0 {
            let up_to = |class| self.list.partition_point(|anchor| anchor.class() <= class);
            let established = up_to(Class::Established);
            let new = up_to(Class::New) - established;
            let stay = established.min(MOST - new.min(FOR_NEWCOMERS));
            self.list.drain(stay..established);
            self.list.truncate(MOST);
        }
    }
}

/// Counts one more entry of `key` if there are fewer than `most`.
fn may_add<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: K, most: usize) -> bool {
    let count = counts.entry(key).or_insert(0);
    let may = *count < most;
    *count += usize::from(may);
    may
}

/// Returns the /16 of an IPv4 host, or the /32 of an IPv6 host.
fn group_of(host: IpAddr) -> (bool, u32) {
    match host {
        IpAddr::V4(host) => (false, u32::from(host) >> 16),
        IpAddr::V6(host) => (true, (u128::from(host) >> 96) as u32),
    }
}

/// Returns `true` for a host of this machine or of a private network. There, all nodes are close
/// together, and no stranger elsewhere can claim an address.
fn is_private(host: IpAddr) -> bool {
    matches!(
        Scope::of(host),
        Scope::Loopback | Scope::LinkLocal | Scope::Private
    )
}

#[cfg(test)]
mod tests;
