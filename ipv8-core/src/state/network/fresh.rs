//! What was introduced last and by whom: where a walker goes first.
use crate::crypto::PublicKey;
use rand::{Rng, RngExt};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;

/// Of how many introducers the latest introductions are kept, for one service; beyond it the one that came first makes room. More than a
/// walker visits in the half minute that the NAT of whoever was introduced stays open.
const INTRODUCERS: usize = 32;

/// How many introductions of one introducer are kept, the latest ones: it is asked for one at a time.
const EACH: usize = 4;

/// Tells introducers apart without their keys. Two keys can have the same one by chance, once in 2^64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IntroducerId(u64);

impl IntroducerId {
    pub(crate) fn of(key: &PublicKey) -> Self {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The latest introductions of some introducer, the newest one last.
#[derive(Clone, Debug)]
struct Batch {
    introducer: IntroducerId,
    addresses: Vec<SocketAddr>,
}

impl Batch {
    /// Takes the newest one that is wanted, and forgets those after it.
    fn take(&mut self, wanted: impl Fn(&SocketAddr) -> bool) -> Option<(SocketAddr, IntroducerId)> {
        while let Some(address) = self.addresses.pop() {
            if wanted(&address) {
                return Some((address, self.introducer));
            }
        }
        None
    }
}

/// The latest introductions for one service, until somebody takes them. What is no longer walkable is noticed then.
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
    ) -> Option<(SocketAddr, IntroducerId)> {
        let start = rng.random_range(0..self.0.len().max(1));
        let order = (start..self.0.len()).chain(0..start);
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
        let found = fresh.take(rng, |_| true, |_| true);
        found.map(|(address, introducer)| (address.port(), introducer.0))
    }

    #[test]
    fn the_newest_of_an_introducer_goes_first_and_is_taken_once() {
        let (mut fresh, mut rng) = (Fresh::default(), StdRng::seed_from_u64(1));
        for number in [1, 2, 3, 1] {
            fresh.push(IntroducerId(7), at(number));
        }
        let taken: Vec<_> = (0..4).map(|_| take(&mut fresh, &mut rng)).collect();
        assert_eq!(taken, [Some((1, 7)), Some((3, 7)), Some((2, 7)), None]);
        assert!(fresh.0.is_empty());
    }

    #[test]
    fn who_introduces_much_is_heard_no_more_often_than_who_introduces_little() {
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
    fn it_is_bounded_whoever_introduces_whatever() {
        let (mut fresh, mut rng) = (Fresh::default(), StdRng::seed_from_u64(3));
        for introducer in 0..100 {
            for number in 0..1000 {
                fresh.push(IntroducerId(introducer), at(number));
            }
        }
        let kept: usize = fresh.0.iter().map(|batch| batch.addresses.len()).sum();
        assert_eq!((fresh.0.len(), kept), (INTRODUCERS, INTRODUCERS * EACH));
        let busy = fresh.take(&mut rng, |introducer| introducer.0 == 99, |_| true);
        assert_eq!(busy, Some((at(999), IntroducerId(99))));
        assert_eq!(fresh.take(&mut rng, |_| true, |_| false), None);
        assert!(fresh.0.is_empty(), "what is not wanted is new no longer");
    }
}
