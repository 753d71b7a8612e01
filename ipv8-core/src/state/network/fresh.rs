//! The newest introductions: where a walker goes first.
use crate::crypto::PublicKey;
use rand::{Rng, RngExt};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;

/// The maximum number of introducers whose newest introductions are stored for one service; beyond
/// it the oldest is dropped. More than a walker visits in the half minute that the NAT of an
/// introduced peer stays open.
const INTRODUCERS: usize = 32;

/// The maximum number of stored introductions per introducer, the newest ones: a walker asks an
/// introducer for one at a time.
const EACH: usize = 4;

/// An introducer's id without its key. Two keys collide by chance once in 2^64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IntroducerId(u64);

impl IntroducerId {
    pub(crate) fn of(key: &PublicKey) -> Self {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The newest introductions of one introducer, newest last.
#[derive(Clone, Debug)]
struct Batch {
    introducer: IntroducerId,
    addresses: Vec<SocketAddr>,
}

impl Batch {
    /// Removes and returns the newest wanted one, and drops those after it.
    fn take(&mut self, wanted: impl Fn(&SocketAddr) -> bool) -> Option<(SocketAddr, IntroducerId)> {
        while let Some(address) = self.addresses.pop() {
            if wanted(&address) {
                return Some((address, self.introducer));
            }
        }
        None
    }
}

/// The newest introductions for one service that were not taken yet. An address that is no longer
/// walkable is dropped when it is taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Fresh(Vec<Batch>);

impl Fresh {
    pub(super) fn push(&mut self, introducer: IntroducerId, address: SocketAddr) {
        let place = self.0.iter().position(|one| one.introducer == introducer);
        let place = place.unwrap_or_else(|| {
            if self.0.len() >= INTRODUCERS {
                self.0.remove(0);
            }
            self.0.push(Batch {
                introducer,
                addresses: Vec::new(),
            });
            self.0.len() - 1
        });
        let Some(Batch { addresses, .. }) = self.0.get_mut(place) else {
            return;
        };
        addresses.retain(|other| *other != address);
        if addresses.len() >= EACH {
            addresses.remove(0);
        }
        addresses.push(address);
    }

    pub(super) fn take<R: Rng + ?Sized>(
        &mut self,
        rng: &mut R,
        introducer_wanted: impl Fn(IntroducerId) -> bool,
        wanted: impl Fn(&SocketAddr) -> bool,
        preferred: impl Fn(&SocketAddr) -> bool,
    ) -> Option<(SocketAddr, IntroducerId)> {
        let start = rng.random_range(0..self.0.len().max(1));
        let order = (start..self.0.len()).chain(0..start);
        for place in order.clone() {
            let batch = self.0.get_mut(place);
            let batch = batch.filter(|batch| introducer_wanted(batch.introducer));
            let is_preferred = |address: &SocketAddr| wanted(address) && preferred(address);
            if let Some(batch) = batch
                && let Some(at) = batch.addresses.iter().rposition(is_preferred)
            {
                let found = (batch.addresses.remove(at), batch.introducer);
                self.0.retain(|batch| !batch.addresses.is_empty());
                return Some(found);
            }
        }
        let mut found = None;
        for place in order {
            let batch = self.0.get_mut(place);
            let Some(batch) = batch.filter(|batch| introducer_wanted(batch.introducer)) else {
                continue;
            };
            found = batch.take(&wanted);
            if found.is_some() {
                break;
            }
        }
        self.0.retain(|batch| !batch.addresses.is_empty());
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn at(number: u16) -> SocketAddr {
        SocketAddr::from(([20, 0, 0, 1], number))
    }

    fn take(fresh: &mut Fresh, rng: &mut StdRng) -> Option<(u16, u64)> {
        let found = fresh.take(rng, |_| true, |_| true, |_| false);
        found.map(|(address, introducer)| (address.port(), introducer.0))
    }

    #[test]
    fn the_newest_introduction_is_taken_first_and_only_once() {
        let (mut fresh, mut rng) = (Fresh::default(), StdRng::seed_from_u64(1));
        for number in [1, 2, 3, 1] {
            fresh.push(IntroducerId(7), at(number));
        }
        let taken: Vec<_> = (0..4).map(|_| take(&mut fresh, &mut rng)).collect();
        assert_eq!(taken, [Some((1, 7)), Some((3, 7)), Some((2, 7)), None]);
        assert!(fresh.0.is_empty());
    }

    #[test]
    fn an_introducer_of_many_addresses_has_the_same_chance_as_one_of_few() {
        let mut rng = StdRng::seed_from_u64(2);
        let mut hits = [0_u32; 2];
        for _ in 0..2000 {
            let mut fresh = Fresh::default();
            fresh.push(IntroducerId(0), at(1));
            (100..200).for_each(|number| fresh.push(IntroducerId(1), at(number)));
            if let Some((_, introducer)) = take(&mut fresh, &mut rng) {
                hits[usize::from(introducer == 1)] += 1;
            }
        }
        assert!(hits.iter().all(|n| (900..1100).contains(n)), "{hits:?}");
    }

    #[test]
    fn a_preferred_introduction_is_taken_before_newer_ones() {
        let (mut fresh, mut rng) = (Fresh::default(), StdRng::seed_from_u64(4));
        for number in 1..=4 {
            fresh.push(IntroducerId(7), at(number));
        }
        let mut take = |wanted: u16| {
            let preferred = |address: &SocketAddr| address.port() == wanted;
            let found = fresh.take(&mut rng, |_| true, |_| true, preferred);
            found.map(|(address, _)| address.port())
        };
        assert_eq!([take(2), take(9), take(1), take(2)], [2, 4, 1, 3].map(Some));
    }

    #[test]
    fn the_stored_introductions_are_bounded() {
        let (mut fresh, mut rng) = (Fresh::default(), StdRng::seed_from_u64(3));
        for introducer in 0..100 {
            for number in 0..1000 {
                fresh.push(IntroducerId(introducer), at(number));
            }
        }
        let kept: usize = fresh.0.iter().map(|batch| batch.addresses.len()).sum();
        assert_eq!((fresh.0.len(), kept), (INTRODUCERS, INTRODUCERS * EACH));
        let busy = fresh.take(
            &mut rng,
            |introducer| introducer.0 == 99,
            |_| true,
            |_| false,
        );
        assert_eq!(busy, Some((at(999), IntroducerId(99))));
        assert_eq!(fresh.take(&mut rng, |_| true, |_| false, |_| true), None);
        assert!(
            fresh.0.is_empty(),
            "unwanted introductions are no longer new"
        );
    }
}
