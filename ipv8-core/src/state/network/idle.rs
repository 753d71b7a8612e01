//! The order in which addresses are forgotten if there are too many.
use crate::crypto::PublicKey;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;

/// The introducer of an address; `None` is the group of the addresses without one.
pub(super) type Introducer = Option<PublicKey>;

/// The known addresses without a verified peer, by introducer and age. Every operation takes
/// logarithmic time.
#[derive(Clone, Debug, Default)]
pub(super) struct IdleAddresses {
    groups: HashMap<Introducer, BTreeMap<u64, SocketAddr>>,
    /// The same introducers by their number of addresses; the last one has the most.
    ranking: BTreeSet<(usize, Introducer)>,
    total: usize,
}

impl IdleAddresses {
    pub(super) fn insert(&mut self, introducer: &Introducer, age: u64, address: SocketAddr) {
        let group = self.groups.entry(introducer.clone()).or_default();
        let before = group.len();
        group.insert(age, address);
        let after = group.len();
        self.rank(introducer, before, after);
    }

    pub(super) fn remove(&mut self, introducer: &Introducer, age: u64) {
        let Some(group) = self.groups.get_mut(introducer) else {
            return;
        };
        let before = group.len();
        group.remove(&age);
        let after = group.len();
        if after == 0 {
            self.groups.remove(introducer);
        }
        self.rank(introducer, before, after);
    }

    fn rank(&mut self, introducer: &Introducer, before: usize, after: usize) {
        if before == after {
            return;
        }
        self.ranking.remove(&(before, introducer.clone()));
        if after > 0 {
            self.ranking.insert((after, introducer.clone()));
        }
        self.total = self.total + after - before;
    }

    pub(super) fn len(&self) -> usize {
        self.total
    }

    /// Returns the number of addresses of one introducer.
    pub(super) fn count(&self, introducer: &Introducer) -> usize {
        self.groups.get(introducer).map_or(0, BTreeMap::len)
    }

    /// Returns the oldest address of one introducer.
    pub(super) fn oldest(&self, introducer: &Introducer) -> Option<SocketAddr> {
        let (_, address) = self.groups.get(introducer)?.first_key_value()?;
        Some(*address)
    }

    /// Returns the introducer with the most addresses.
    pub(super) fn largest(&self) -> Option<&Introducer> {
        self.ranking.last().map(|(_, introducer)| introducer)
    }
}
