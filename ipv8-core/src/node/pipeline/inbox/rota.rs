//! Queues that are served in turn, with the longest of them at hand.

use std::collections::HashMap;
use std::hash::Hash;

use crate::support::hashing::StrangersState;

/// Empty queues that are kept, because their senders are likely to come back.
const KEPT: usize = 64;

const NONE: u32 = u32::MAX;

/// A queue of a [`Rota`].
pub(super) trait Queue {
    /// Returns its length; 0: it is empty.
    fn length(&self) -> usize;
}

/// Queues by key. Each that is not empty has one turn in each round. Every operation takes constant
/// time (on average, and for lengths that change by a bounded number).
#[derive(Debug)]
pub(super) struct Rota<K, Q> {
    places: HashMap<K, u32, StrangersState>,
    entries: Vec<Entry<K, Q>>,
    free: Vec<u32>,
    /// The queue whose turn it is.
    turn: Ring,
    /// Empty queues, the longest empty one first.
    empty: Ring,
    /// The queues of each length from 1 on, in any order. The last list is not empty.
    by_length: Vec<Vec<u32>>,
    /// The queue that was used last.
    last: u32,
}

#[derive(Debug)]
struct Entry<K, Q> {
    key: K,
    queue: Q,
    /// The neighbours in the ring that it is in.
    previous: u32,
    next: u32,
    /// The length under which it is listed, and its place in that list.
    length: usize,
    listed_at: usize,
}

/// A circle of entries.
#[derive(Clone, Copy, Debug)]
struct Ring {
    first: u32,
    count: usize,
}

impl Ring {
    const EMPTY: Self = Self {
        first: NONE,
        count: 0,
    };
}

impl<K, Q> Default for Rota<K, Q> {
    fn default() -> Self {
        Self {
            places: HashMap::default(),
            entries: Vec::new(),
            free: Vec::new(),
            turn: Ring::EMPTY,
            empty: Ring::EMPTY,
            by_length: Vec::new(),
            last: NONE,
        }
    }
}

impl<K: Copy + Eq + Hash, Q: Queue> Rota<K, Q> {
    /// Returns the place of the queue with this key, made by `make` if there is none. It is valid
    /// until the next call of [`settle`](Self::settle).
    pub(super) fn place(&mut self, key: K, make: impl FnOnce() -> Q) -> u32 {
        if let Some(last) = self.entries.get(self.last as usize)
            && last.key == key
        {
            return self.last;
        }
        self.last = match self.places.get(&key) {
            Some(place) => *place,
            None => self.insert(key, make()),
        };
        self.last
    }

    /// Returns the place of the queue whose turn it is.
    pub(super) fn first(&self) -> Option<u32> {
        (self.turn.first != NONE).then_some(self.turn.first)
    }

    /// Returns the place of a longest queue.
    pub(super) fn longest(&self) -> Option<u32> {
        self.by_length.last()?.last().copied()
    }

    pub(super) fn get(&self, place: u32) -> Option<&Q> {
        Some(&self.entries.get(place as usize)?.queue)
    }

    /// Returns the queue; after a change of its length call [`settle`](Self::settle).
    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut Q> {
        Some(&mut self.entries.get_mut(place as usize)?.queue)
    }

    pub(super) fn key(&self, place: u32) -> Option<K> {
        Some(self.entries.get(place as usize)?.key)
    }

    /// Returns the number of queues that are not empty.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.turn.count
    }

    /// Gives the turn to the next queue.
    pub(super) fn rotate(&mut self) {
        if let Some(entry) = self.entries.get(self.turn.first as usize) {
            self.turn.first = entry.next;
        }
    }

    /// Notes a changed length. A queue that is no longer empty has its turn after all others.
    pub(super) fn settle(&mut self, place: u32) {
        let Some(entry) = self.entries.get(place as usize) else {
            return;
        };
        let (was, is, listed_at) = (entry.length, entry.queue.length(), entry.listed_at);
        if was == is {
            return;
        }
        // First the new list, then the old one: so only the difference is trimmed.
        if is > 0 {
            self.list(place, is);
        }
        if was > 0 {
            self.unlist(was, listed_at);
        }
        match (was, is) {
            (0, _) => {
                self.empty = self.unlink(self.empty, place);
                self.turn = self.link(self.turn, place);
            }
            (_, 0) => {
                if let Some(entry) = self.entries.get_mut(place as usize) {
                    entry.length = 0;
                }
                self.turn = self.unlink(self.turn, place);
                self.empty = self.link(self.empty, place);
                if self.empty.count > KEPT {
                    self.forget(self.empty.first);
                }
            }
            _ => {}
        }
    }

    fn insert(&mut self, key: K, queue: Q) -> u32 {
        let entry = Entry {
            key,
            queue,
            previous: NONE,
            next: NONE,
            length: 0,
            listed_at: 0,
        };
        let place = match self.free.pop() {
            Some(place) => {
                if let Some(free) = self.entries.get_mut(place as usize) {
                    *free = entry;
                }
                place
            }
            None => {
                self.entries.push(entry);
                // There are far fewer queues than datagrams.
                u32::try_from(self.entries.len() - 1).unwrap_or(NONE)
            }
        };
        self.places.insert(key, place);
        self.empty = self.link(self.empty, place);
        place
    }

    /// Removes an empty queue.
    fn forget(&mut self, place: u32) {
        self.empty = self.unlink(self.empty, place);
        if let Some(entry) = self.entries.get(place as usize) {
            self.places.remove(&entry.key);
            self.free.push(place);
        }
        if self.last == place {
            self.last = NONE;
        }
    }

    /// Appends an entry to the end of a ring.
    fn link(&mut self, ring: Ring, place: u32) -> Ring {
        let first = match ring.first {
            NONE => place,
            first => first,
        };
        let last = match ring.first {
            NONE => place,
            first => self
                .entries
                .get(first as usize)
                .map_or(place, |e| e.previous),
        };
        self.join(last, place);
        self.join(place, first);
        Ring {
            first,
            count: ring.count + 1,
        }
    }

    fn unlink(&mut self, ring: Ring, place: u32) -> Ring {
        let Some(entry) = self.entries.get(place as usize) else {
            return ring;
        };
        let (previous, next) = (entry.previous, entry.next);
        self.join(previous, next);
        let first = match ring.first == place {
            true if next == place => NONE,
            true => next,
            false => ring.first,
        };
        Ring {
            first,
            count: ring.count - 1,
        }
    }

    fn join(&mut self, left: u32, right: u32) {
        if let Some(entry) = self.entries.get_mut(left as usize) {
            entry.next = right;
        }
        if let Some(entry) = self.entries.get_mut(right as usize) {
            entry.previous = left;
        }
    }

    fn list(&mut self, place: u32, length: usize) {
        if self.by_length.len() < length {
            self.by_length.resize_with(length, Vec::new);
        }
        let (Some(list), Some(entry)) = (
            self.by_length.get_mut(length - 1),
            self.entries.get_mut(place as usize),
        ) else {
            return;
        };
        (entry.length, entry.listed_at) = (length, list.len());
        list.push(place);
    }

    fn unlist(&mut self, length: usize, at: usize) {
        if let Some(list) = self.by_length.get_mut(length - 1) {
            list.swap_remove(at);
            if let Some(moved) = list.get(at)
                && let Some(moved) = self.entries.get_mut(*moved as usize)
            {
                moved.listed_at = at;
            }
        }
        while self.by_length.last().is_some_and(Vec::is_empty) {
            self.by_length.pop();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug)]
    struct Count(usize);

    impl Queue for Count {
        fn length(&self) -> usize {
            self.0
        }
    }

    fn change(rota: &mut Rota<u8, Count>, key: u8, length: usize) {
        let place = rota.place(key, || Count(0));
        rota.get_mut(place).unwrap().0 = length;
        rota.settle(place);
    }

    fn round(rota: &mut Rota<u8, Count>) -> Vec<u8> {
        let turns = (0..rota.count()).map(|_| {
            let key = rota.key(rota.first().unwrap()).unwrap();
            rota.rotate();
            key
        });
        turns.collect()
    }

    #[test]
    fn every_queue_has_one_turn_in_each_round() {
        let mut rota = Rota::default();
        for (key, length) in [(7, 1), (8, 100), (9, 2), (8, 99)] {
            change(&mut rota, key, length);
        }
        assert_eq!(round(&mut rota), [7, 8, 9]);
        assert_eq!(rota.key(rota.longest().unwrap()), Some(8));
        change(&mut rota, 8, 0);
        assert_eq!(round(&mut rota), [7, 9]);
        change(&mut rota, 8, 1);
        assert_eq!(round(&mut rota), [7, 9, 8]);
    }

    proptest! {
        #[test]
        fn the_longest_queue_is_known_and_none_is_lost(
            changes in prop::collection::vec((0_u8..=200, 0_usize..9), 1..600)
        ) {
            let mut rota = Rota::default();
            let mut lengths = [0; 256];
            for (key, length) in changes {
                change(&mut rota, key, length);
                lengths[usize::from(key)] = length;
                let longest = rota.longest().map_or(0, |place| rota.get(place).unwrap().0);
                prop_assert_eq!(longest, *lengths.iter().max().unwrap());
                prop_assert_eq!(rota.by_length.len(), longest);
                let waiting = lengths.iter().filter(|length| **length > 0).count();
                prop_assert_eq!(rota.count(), waiting);
                prop_assert!(rota.places.len() <= waiting + KEPT);
            }
            let mut seen = round(&mut rota);
            seen.sort_unstable();
            let expected = (0..=255).filter(|key| lengths[usize::from(*key)] > 0);
            prop_assert_eq!(seen, expected.collect::<Vec<u8>>());
        }
    }
}
