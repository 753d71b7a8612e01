//! The strategies that take turns, by name and in the order of their ranks.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use super::entry::Entry;
use super::order::Order;
use super::rates::Rates;
use crate::support::hashing::OwnState;

/// All strategies of a scheduler. Times are nanoseconds of the strategies' clock.
#[derive(Debug)]
pub(super) struct Table<T> {
    /// By index. The indices in `free` are empty.
    entries: Vec<Option<Entry<T>>>,
    free: Vec<u32>,
    indices: HashMap<T, u32, OwnState>,
    /// The indices of the running strategies.
    order: Order,
    rates: Rates,
    next_number: u64,
}

impl<T: Eq + Hash + Copy> Table<T> {
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
            indices: HashMap::default(),
            order: Order::default(),
            rates: Rates::new(interval),
            next_number: 0,
        }
    }

    /// Returns the number of strategies, paused ones included.
    pub(super) fn len(&self) -> usize {
        self.indices.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    pub(super) fn contains(&self, strategy: T) -> bool {
        self.indices.contains_key(&strategy)
    }

    pub(super) fn strategies(&self) -> impl Iterator<Item = T> + '_ {
        self.indices.keys().copied()
    }

    pub(super) fn get(&self, strategy: T) -> Option<&Entry<T>> {
        let index = *self.indices.get(&strategy)?;
        self.entries.get(index as usize)?.as_ref()
    }

    pub(super) fn rates(&self) -> &Rates {
        &self.rates
    }

    /// Reserves room for this many more strategies.
    pub(super) fn reserve(&mut self, strategies: usize) {
        self.entries.reserve(strategies);
        self.indices.reserve(strategies);
        self.order.reserve(strategies);
    }

    /// Adds a strategy that the table does not have. Its first period starts at `now`.
    pub(super) fn insert(&mut self, strategy: T, own: Option<Duration>, now: i64) {
        let mut entry = Entry::new(strategy, own, self.rates.interval(), self.next_number);
        entry.begin(now);
        self.next_number += 1;
        self.rates.add(own);
        let index = self.place(entry);
        self.indices.insert(strategy, index);
    }

    fn place(&mut self, entry: Entry<T>) -> u32 {
        let (rank, from) = (entry.rank(), entry.from);
        let index = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            // Memory runs out first: an entry takes about a hundred bytes.
            u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
        });
        if let Some(free) = self.entries.get_mut(index as usize) {
            *free = Some(entry);
            self.order.insert(index, rank, from);
        }
        index
    }

    /// Removes a strategy, if the table has it.
    pub(super) fn remove(&mut self, strategy: T) {
        let Some(index) = self.indices.remove(&strategy) else {
            return;
        };
        let entry = self.entries.get_mut(index as usize).and_then(Option::take);
        if let Some(entry) = entry.filter(|entry| !entry.paused) {
            self.order.remove(index, entry.rank());
            self.rates.subtract(entry.own);
        }
        self.free.push(index);
    }

    /// Changes one strategy and its rank. Returns `None` if the table does not have it.
    pub(super) fn edit<R>(
        &mut self,
        strategy: T,
        change: impl FnOnce(&mut Entry<T>) -> R,
    ) -> Option<R> {
        let index = *self.indices.get(&strategy)?;
        let entry = self.entries.get_mut(index as usize)?.as_mut()?;
        if !entry.paused {
            self.order.remove(index, entry.rank());
            self.rates.subtract(entry.own);
        }
        let result = change(entry);
        if !entry.paused {
            self.order.insert(index, entry.rank(), entry.from);
            self.rates.add(entry.own);
        }
        Some(result)
    }

    /// Changes every strategy and rebuilds the order. `change` must not change a rate: an own
    /// interval or a pause.
    fn edit_all(&mut self, mut change: impl FnMut(&mut Entry<T>)) {
        self.order.clear();
        for (index, entry) in (0..).zip(&mut self.entries) {
            let Some(entry) = entry else { continue };
            change(entry);
            if !entry.paused {
                self.order.insert(index, entry.rank(), entry.from);
            }
        }
    }

    /// Starts the first period of every running strategy at `now`.
    pub(super) fn restart(&mut self, now: i64) {
        self.edit_all(|entry| {
            if !entry.paused {
                entry.begin(now);
            }
        });
    }

    /// Changes the interval of the strategies without one of their own.
    pub(super) fn set_interval(&mut self, interval: Duration, now: i64) {
        self.rates.set_interval(interval);
        self.edit_all(|entry| entry.update_interval(interval, now));
    }

    /// Returns the earliest start of a period.
    pub(super) fn earliest(&self) -> Option<i64> {
        self.order.earliest()
    }

    /// Returns the earliest end of a period.
    pub(super) fn first_end(&self) -> Option<i64> {
        self.order.first_end()
    }

    /// Returns the strategy whose turn it is at `time`.
    pub(super) fn first(&self, time: i64) -> Option<T> {
        let index = self.order.first(time)?;
        Some(self.entries.get(index as usize)?.as_ref()?.strategy)
    }

    /// Gives the turn at `begins` to the first strategy in line, and counts it as one at `time`.
    pub(super) fn take_turn(&mut self, begins: i64, time: i64) -> Option<T> {
        let index = self.order.first(begins)?;
        let entry = self.entries.get_mut(index as usize)?.as_mut()?;
        self.order.remove(index, entry.rank());
        entry.had_turn(time);
        self.order.insert(index, entry.rank(), entry.from);
        Some(entry.strategy)
    }
}
