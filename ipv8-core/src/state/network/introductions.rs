//! The choice of a peer to introduce: preferably one that the requester does not know, and every
//! peer in turn.

use std::net::{IpAddr, SocketAddr};

/// The approximate number of remembered pairs of addresses: far more than one requester has
/// received from us, and small compared to one peer's keys.
const PAIRS: usize = 512;

/// The approximate number of addresses whose last introduction is remembered: more than most
/// overlays have peers.
const PLACES: usize = 256;

/// An overlay's memory of its introductions: which peers may know each other, and when each was
/// introduced.
///
/// Both tables have a fixed size, and an entry may overwrite another. That only makes a choice
/// worse: everything here is a preference, so an attacker who fills the tables gains nothing over a
/// random choice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Introductions {
    turn: u32,
    /// The turn in which the address at this index was last introduced; empty until the first
    /// introduction.
    last: Vec<u32>,
    /// The pair at this index: half of its hash.
    pairs: Vec<u32>,
}

impl Introductions {
    /// Records that the peers at these two addresses have heard of each other.
    pub(crate) fn note_acquainted(&mut self, one: &SocketAddr, other: &SocketAddr) {
        if self.pairs.is_empty() {
            self.pairs = vec![0; PAIRS];
        }
        let (place, tag) = split(pair(one, other), PAIRS);
        if let Some(slot) = self.pairs.get_mut(place) {
            *slot = tag;
        }
    }

    /// Records that the peer at `introduced` was introduced to the peer at `requester`.
    pub(crate) fn note(&mut self, introduced: &SocketAddr, requester: &SocketAddr) {
        self.note_acquainted(introduced, requester);
        if self.turn == u32::MAX {
            (self.turn, self.last) = (0, Vec::new());
        }
        if self.last.is_empty() {
            self.last = vec![0; PLACES];
        }
        self.turn += 1;
        let (place, _) = split(hash(introduced), PLACES);
        if let Some(slot) = self.last.get_mut(place) {
            *slot = self.turn;
        }
    }

    /// Returns the rank of a candidate for an introduction to `requester`; the smallest rank is
    /// best. Strangers come first, then the peer introduced longest ago or never.
    pub(crate) fn ranks_for(
        &self,
        requester: &SocketAddr,
    ) -> impl Fn(&SocketAddr) -> (bool, u32) + '_ {
        let requester = hash(requester);
        move |candidate| {
            let candidate = hash(candidate);
            let (place, tag) = split(mix(candidate ^ requester), PAIRS);
            let acquainted = self.pairs.get(place) == Some(&tag);
            let (place, _) = split(candidate, PLACES);
            let last = self.last.get(place).copied();
            (acquainted, last.unwrap_or_default())
        }
    }
}

/// Returns the hash of a pair, in either order.
fn pair(one: &SocketAddr, other: &SocketAddr) -> u64 {
    mix(hash(one) ^ hash(other))
}

fn hash(address: &SocketAddr) -> u64 {
    let host = match address.ip() {
        IpAddr::V4(host) => u64::from(u32::from(host)),
        IpAddr::V6(host) => {
            let [high, low] = [64, 0].map(|shift| (u128::from(host) >> shift) as u64);
            mix(high) ^ low
        }
    };
    mix(host ^ u64::from(address.port()) << 48)
}

/// Spreads all bits over all others (the last step of splitmix64).
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Returns an index in a table of `size`, and a tag that distinguishes pairs at one index. The tag
/// is never 0, which marks an empty entry.
#[allow(clippy::cast_possible_truncation)]
fn split(hash: u64, size: usize) -> (usize, u32) {
    ((hash >> 32) as usize % size, hash as u32 | 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Introductions {
        fn rank(&self, candidate: &SocketAddr, requester: &SocketAddr) -> (bool, u32) {
            self.ranks_for(requester)(candidate)
        }
    }

    fn at(number: u16) -> SocketAddr {
        SocketAddr::from(([20, 0, 0, 1], number))
    }

    #[test]
    fn strangers_rank_before_acquaintances() {
        let mut known = Introductions::default();
        assert_eq!(known.rank(&at(1), &at(2)), (false, 0));
        known.note(&at(1), &at(2));
        assert!(known.rank(&at(1), &at(2)).0 && known.rank(&at(2), &at(1)).0);
        assert!(!known.rank(&at(1), &at(3)).0);
        known.note_acquainted(&at(5), &at(6));
        assert_eq!(known.rank(&at(6), &at(5)), (true, 0));
    }

    #[test]
    fn the_peer_introduced_longest_ago_ranks_first() {
        let mut known = Introductions::default();
        for number in [1, 2, 3, 1] {
            known.note(&at(number), &at(100));
        }
        let mut numbers = [1, 2, 3, 4];
        numbers.sort_by_key(|number| known.rank(&at(*number), &at(200)));
        assert_eq!(numbers, [4, 2, 3, 1]);
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut known = Introductions::default();
        for number in 0..60_000 {
            known.note(&at(number), &at(number / 2));
        }
        assert_eq!((known.last.len(), known.pairs.len()), (PLACES, PAIRS));
        known.turn = u32::MAX;
        known.note(&at(1), &at(2));
        assert_eq!(known.rank(&at(1), &at(3)).1, 1, "counting starts again");
    }

    #[test]
    fn addresses_differ_by_host_port_and_family() {
        let addresses = [
            "1.2.3.4:5",
            "1.2.3.4:6",
            "1.2.3.5:5",
            "[::102:304]:5",
            "[1::]:5",
            "[::1]:5",
        ];
        let mut hashes: Vec<_> = addresses
            .iter()
            .filter_map(|text| Some(hash(&text.parse().ok()?)))
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        // A mapped-looking host of the other family may collide; the rest must not.
        assert!(hashes.len() >= addresses.len() - 1, "{hashes:?}");
    }
}
