//! What is held, in the order in which it leaves; what is for one destination can be taken out without looking at the rest.

use std::collections::VecDeque;
use std::time::Instant;

use crate::state::outbox::Outgoing;

/// A datagram of a step, and when it is to leave.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) at: Instant,
    pub(super) outgoing: Outgoing,
    /// The number of the next one for the same destination, if there is one.
    pub(super) next: Option<u64>,
}

/// Places in a row, some of them empty, but never the first one; each has a number for as long as it is there.
#[derive(Debug, Default)]
pub(super) struct Queue {
    places: VecDeque<Option<Held>>,
    /// The number of the first place.
    first: u64,
    count: usize,
    /// How many places were looked at.
    #[cfg(test)]
    looks: usize,
}

impl Queue {
    /// How many are held.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What leaves next.
    pub(super) fn front(&self) -> Option<&Held> {
        self.places.front()?.as_ref()
    }

    /// Puts one at the end; its number.
    pub(super) fn push(&mut self, at: Instant, outgoing: Outgoing) -> u64 {
        let held = Held {
            at,
            outgoing,
            next: None,
        };
        self.places.push_back(Some(held));
        self.count += 1;
        self.first + self.places.len() as u64 - 1
    }

    /// Notes that `next` is for the same destination as `number`, and comes after it.
    pub(super) fn link(&mut self, number: u64, next: u64) {
        if let Some(Some(held)) = self.place(number) {
            held.next = Some(next);
        }
    }

    /// Takes what leaves next.
    pub(super) fn pop(&mut self) -> Option<Held> {
        self.take(self.first)
    }

    /// Takes the one of that number, if it is still there.
    pub(super) fn take(&mut self, number: u64) -> Option<Held> {
        let held = self.place(number)?.take()?;
        self.count -= 1;
        while let Some(None) = self.places.front() {
            #[cfg(test)]
            {
                self.looks += 1;
            }
            self.places.pop_front();
            self.first += 1;
        }
        Some(held)
    }

    pub(super) fn clear(&mut self) {
        self.first += self.places.len() as u64;
        self.places.clear();
        self.count = 0;
    }

    fn place(&mut self, number: u64) -> Option<&mut Option<Held>> {
        #[cfg(test)]
        {
            self.looks += 1;
        }
        let index = number.checked_sub(self.first)?;
        self.places.get_mut(usize::try_from(index).ok()?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::engine::turns::pacing::tests::Nothing;
    use crate::state::outbox::Outbox;
    use crate::wire::packet::{CommunityId, Unsealed};

    /// To the port after `number`.
    fn outgoing(number: u16) -> Outgoing {
        let mut outbox = Outbox::default();
        let prefix = CommunityId::from_bytes([7; 20]).prefix();
        let packet = Unsealed::new(&prefix, 1, None, None, &Nothing).unwrap();
        outbox
            .push(([10, 0, 0, 1], number + 1).into(), packet)
            .unwrap();
        outbox.pop().unwrap()
    }

    fn queue(count: u16, now: Instant) -> Queue {
        let mut queue = Queue::default();
        for number in 0..count {
            assert_eq!(queue.push(now, outgoing(number)), u64::from(number));
        }
        queue
    }

    #[test]
    fn what_is_taken_from_the_middle_leaves_the_others_in_their_order() {
        let mut queue = queue(6, Instant::now());
        queue.link(1, 4);
        let next = queue.take(1).map(|held| held.next);
        assert_eq!((next, queue.len()), (Some(Some(4)), 5));
        assert!(queue.take(1).is_none() && queue.take(6).is_none());
        assert!(queue.take(0).is_some(), "the first one after that is 2");
        assert_eq!(queue.front().map(|held| held.outgoing.to.port()), Some(3));
        assert!(queue.take(4).is_some());
        let left = std::iter::from_fn(|| queue.pop());
        let left: Vec<_> = left.map(|held| held.outgoing.to.port()).collect();
        assert_eq!(left, [3, 4, 6]);
        assert!(queue.is_empty() && queue.front().is_none());
        assert_eq!(queue.push(Instant::now(), outgoing(9)), 6);
        queue.clear();
        assert_eq!(queue.push(Instant::now(), outgoing(9)), 7);
        assert!(queue.take(6).is_none() && queue.pop().is_some());
    }

    #[test]
    fn taking_one_costs_the_same_however_many_are_held() {
        for count in [100, 10_000] {
            let mut queue = queue(count, Instant::now());
            for number in (0..u64::from(count)).rev() {
                assert!(queue.take(number).is_some());
            }
            assert_eq!(queue.looks, 2 * usize::from(count));
        }
    }
}
