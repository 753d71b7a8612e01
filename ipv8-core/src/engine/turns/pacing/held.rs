//! The held datagrams in the order in which they leave. Those for one destination can be taken
//! without visiting the others.

use std::collections::VecDeque;
use std::time::Instant;

use crate::state::outbox::Outgoing;

/// A held datagram of a step.
#[derive(Debug)]
pub(super) struct Held {
    /// When it leaves.
    pub(super) at: Instant,
    pub(super) outgoing: Outgoing,
    /// The number of the next held datagram for the same destination.
    pub(super) next: Option<u64>,
}

/// A queue with numbered entries. Entries taken from the middle leave gaps; the first entry is
/// never a gap.
#[derive(Debug, Default)]
pub(super) struct Queue {
    entries: VecDeque<Option<Held>>,
    /// The number of the first entry.
    first: u64,
    /// The number of entries without the gaps.
    count: usize,
    /// The number of entries visited so far.
    #[cfg(test)]
    pub(super) visits: usize,
}

impl Queue {
    /// Returns the number of held datagrams.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the datagram that leaves next.
    pub(super) fn front(&self) -> Option<&Held> {
        self.entries.front()?.as_ref()
    }

    /// Appends a datagram and returns its number.
    pub(super) fn push(&mut self, at: Instant, outgoing: Outgoing) -> u64 {
        let held = Held {
            at,
            outgoing,
            next: None,
        };
        self.entries.push_back(Some(held));
        self.count += 1;
        self.first + self.entries.len() as u64 - 1
    }

    /// Links the datagram `number` to `next`, the one after it for the same destination.
    pub(super) fn link(&mut self, number: u64, next: u64) {
        if let Some(Some(held)) = self.entry(number) {
            held.next = Some(next);
        }
    }

    /// Takes the datagram that leaves next.
    pub(super) fn pop(&mut self) -> Option<Held> {
        self.take(self.first)
    }

    /// Takes the datagram with this number, if it is still held.
    pub(super) fn take(&mut self, number: u64) -> Option<Held> {
        let held = self.entry(number)?.take()?;
        self.count -= 1;
        while let Some(None) = self.entries.front() {
            #[cfg(test)]
            {
                self.visits += 1;
            }
            self.entries.pop_front();
            self.first += 1;
        }
        Some(held)
    }

    pub(super) fn clear(&mut self) {
        self.first += self.entries.len() as u64;
        self.entries.clear();
        self.count = 0;
    }

    fn entry(&mut self, number: u64) -> Option<&mut Option<Held>> {
        #[cfg(test)]
        {
            self.visits += 1;
        }
        let index = number.checked_sub(self.first)?;
        self.entries.get_mut(usize::try_from(index).ok()?)
    }
}
