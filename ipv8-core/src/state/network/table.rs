//! A compact table with access by key and by index.
use crate::support::hashing::StrangersState;
use hashbrown::HashTable;
use std::hash::{BuildHasher, Hash};

/// An entry of a [`Table`]. It contains its key, so that the table stores none.
pub(super) trait Keyed {
    type Key: Hash + Eq;

    fn key(&self) -> &Self::Key;
}

/// Entries in a vector without gaps, and the index of each key.
///
/// An entry takes its own size and eight bytes. (`IndexMap` also stores the hash of each key,
/// indexes of eight bytes, and capacity for as many entries as its index has: 25 bytes more, and up
/// to the size of the entry again.)
#[derive(Clone, Debug)]
pub(super) struct Table<T> {
    entries: Vec<T>,
    places: HashTable<u32>,
    hasher: StrangersState,
}

/// An entry that moved to another index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    pub(super) from: u32,
    pub(super) to: u32,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            places: HashTable::new(),
            hasher: StrangersState::default(),
        }
    }
}

impl<T: Keyed> Table<T> {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.entries.iter()
    }

    pub(super) fn contains(&self, key: &T::Key) -> bool {
        self.place_of(key).is_some()
    }

    /// Returns the index of the entry with this key, valid until another entry is removed.
    pub(super) fn place_of(&self, key: &T::Key) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        let found = self.places.find(hash, |place| {
            self.at(*place).is_some_and(|at| at.key() == key)
        });
        found.copied()
    }

    pub(super) fn at(&self, place: u32) -> Option<&T> {
        self.entries.get(place as usize)
    }

    pub(super) fn at_mut(&mut self, place: u32) -> Option<&mut T> {
        self.entries.get_mut(place as usize)
    }

    /// Returns the entry at an index below [`Table::len`].
    pub(super) fn get_index(&self, place: usize) -> Option<&T> {
        self.entries.get(place)
    }

    pub(super) fn get(&self, key: &T::Key) -> Option<&T> {
        self.at(self.place_of(key)?)
    }

    pub(super) fn get_mut(&mut self, key: &T::Key) -> Option<&mut T> {
        let place = self.place_of(key)?;
        self.at_mut(place)
    }

    /// Adds an entry, unless its key is present, and returns its index. `None` if there are more
    /// entries than a `u32` can number, which the limits of a graph do not allow.
    pub(super) fn insert(&mut self, entry: T) -> Option<u32> {
        if let Some(place) = self.place_of(entry.key()) {
            return Some(place);
        }
        let place = u32::try_from(self.entries.len()).ok()?;
        if self.entries.len() == self.entries.capacity() {
            // Doubling would reserve memory for ten thousand peers that never come.
            self.entries.reserve_exact(self.entries.len() / 4 + 4);
        }
        let hash = self.hasher.hash_one(entry.key());
        self.entries.push(entry);
        let (entries, hasher) = (&self.entries, &self.hasher);
        self.places.insert_unique(hash, place, |place| {
            let entry = entries.get(*place as usize);
            entry.map_or(0, |entry| hasher.hash_one(entry.key()))
        });
        Some(place)
    }

    /// Removes the entry with this key; the last entry takes its index.
    pub(super) fn swap_remove(&mut self, key: &T::Key) -> Option<(T, Option<Moved>)> {
        let to = self.place_of(key)?;
        let hash = self.hasher.hash_one(key);
        if let Ok(found) = self.places.find_entry(hash, |place| *place == to) {
            found.remove();
        }
        let from = u32::try_from(self.entries.len().checked_sub(1)?).ok()?;
        let removed = self.entries.swap_remove(to as usize);
        let moved = self.at(to).map(|entry| self.hasher.hash_one(entry.key()));
        let moved = moved.map(|hash| {
            if let Some(place) = self.places.find_mut(hash, |place| *place == from) {
                *place = to;
            }
            Moved { from, to }
        });
        self.shrink();
        Some((removed, moved))
    }

    /// Shrinks when three quarters of the memory are unused, so that a past flood does not occupy
    /// memory forever.
    fn shrink(&mut self) {
        let length = self.entries.len();
        if length >= 16 && length < self.entries.capacity() / 4 {
            self.entries.shrink_to(length * 2);
            let (entries, hasher) = (&self.entries, &self.hasher);
            self.places.shrink_to(length * 2, |place| {
                let entry = entries.get(*place as usize);
                entry.map_or(0, |entry| hasher.hash_one(entry.key()))
            });
        }
    }

    /// Returns the number of allocated bytes, without memory that entries point to.
    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        self.entries.capacity() * size_of::<T>() + self.places.allocation_size()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Clone, Debug, PartialEq)]
    struct Pair(u8, u32);

    impl Keyed for Pair {
        type Key = u8;

        fn key(&self) -> &u8 {
            &self.0
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn the_table_is_a_map_without_gaps(operations in prop::collection::vec((any::<bool>(), any::<u8>()), 0..600)) {
            let mut table = Table::default();
            let mut model = BTreeMap::new();
            for (number, (add, key)) in (0..).zip(operations) {
                if add {
                    table.insert(Pair(key, number)).unwrap();
                    model.entry(key).or_insert(number);
                } else {
                    let last = table.len().saturating_sub(1);
                    let removed = table.swap_remove(&key);
                    prop_assert_eq!(removed.as_ref().map(|(pair, _)| pair.1), model.remove(&key));
                    if let Some((_, Some(moved))) = removed {
                        prop_assert_eq!(moved.from as usize, last);
                        prop_assert!((moved.to as usize) < table.len());
                    }
                }
                prop_assert_eq!(table.len(), model.len());
            }
            for key in 0..=u8::MAX {
                prop_assert_eq!(table.get(&key).map(|pair| pair.1), model.get(&key).copied());
                let place = table.place_of(&key);
                prop_assert_eq!(place.and_then(|place| table.at(place)), table.get(&key));
            }
            prop_assert_eq!(table.iter().count(), model.len());
        }
    }

    #[test]
    fn unused_memory_is_released() {
        let mut table = Table::default();
        (0..=u8::MAX).for_each(|key| assert!(table.insert(Pair(key, 0)).is_some()));
        let full = table.allocated();
        (0..200).for_each(|key| assert!(table.swap_remove(&key).is_some()));
        assert!(table.allocated() < full, "{} of {full}", table.allocated());
        assert!((200..=u8::MAX).all(|key| table.contains(&key)));
    }
}
