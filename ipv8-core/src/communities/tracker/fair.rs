//! A queue that serves source groups in turn.

use std::collections::VecDeque;

use indexmap::IndexMap;
use rand::RngExt;
use rand::rngs::StdRng;

use super::group::Subnet;

/// The number of random lanes compared to find a long one when the queue is full.
const COMPARED: usize = 8;

/// The entries of one source group, oldest first.
#[derive(Debug)]
struct Lane<T>(VecDeque<T>);

/// Entries by source group. The groups take turns, and a group that has had nothing to do comes
/// first: who sends little does not wait for who sends much (as in the queueing discipline
/// `fq_codel`, RFC 8290).
#[derive(Debug)]
pub(super) struct FairQueue<T> {
    lanes: IndexMap<Subnet, Lane<T>>,
    /// Groups that have not had a turn since they came.
    fresh: VecDeque<Subnet>,
    /// Groups that had one. An empty one is forgotten at its next turn, not before: it would come
    /// back as a fresh one at once.
    served: VecDeque<Subnet>,
    len: usize,
    most: usize,
    most_of_group: usize,
}

impl<T> FairQueue<T> {
    /// Returns an empty queue for `most` entries in all, and `most_of_group` of one group.
    pub(super) fn new(most: usize, most_of_group: usize) -> Self {
        Self {
            lanes: IndexMap::new(),
            fresh: VecDeque::new(),
            served: VecDeque::new(),
            len: 0,
            most,
            most_of_group,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an entry. Returns the entry that gave way, if there was no room: the group's own
    /// oldest, or the oldest of a group with many.
    pub(super) fn push(&mut self, group: Subnet, entry: T, rng: &mut StdRng) -> Option<T> {
        let lane = self.lanes.entry(group).or_insert_with(|| {
            self.fresh.push_back(group);
            Lane(VecDeque::new())
        });
        lane.0.push_back(entry);
        let length = lane.0.len();
        self.len += 1;
        if self.lanes.len() > 2 * self.most {
            self.forget_empty_lanes();
        }
        let crowded = if length > self.most_of_group {
            group
        } else if self.len > self.most {
            self.long_lane(rng)?
        } else {
            return None;
        };
        let dropped = self.lanes.get_mut(&crowded)?.0.pop_front()?;
        self.len -= 1;
        Some(dropped)
    }

    /// Forgets the groups that lost all their entries to others while they waited for a turn.
    fn forget_empty_lanes(&mut self) {
        self.lanes.retain(|_, lane| !lane.0.is_empty());
        let lanes = &self.lanes;
        self.fresh.retain(|group| lanes.contains_key(group));
        self.served.retain(|group| lanes.contains_key(group));
    }

    fn long_lane(&self, rng: &mut StdRng) -> Option<Subnet> {
        let count = self.lanes.len().max(1);
        let drawn = (0..COMPARED).filter_map(|_| {
            let (group, lane) = self.lanes.get_index(rng.random_range(0..count))?;
            Some((lane.0.len(), *group))
        });
        let longest = drawn.max().filter(|(length, _)| *length > 0);
        let any = || self.lanes.iter().find(|(_, lane)| !lane.0.is_empty());
        let found = longest.map(|(_, group)| group);
        found.or_else(|| any().map(|(group, _)| *group))
    }

    /// Takes the next entry.
    pub(super) fn pop(&mut self) -> Option<T> {
        loop {
            let fresh = self.fresh.pop_front();
            let is_fresh = fresh.is_some();
            let group = fresh.or_else(|| self.served.pop_front())?;
            let Some(lane) = self.lanes.get_mut(&group) else {
                continue;
            };
            let entry = lane.0.pop_front();
            if entry.is_none() && !is_fresh {
                self.lanes.swap_remove(&group);
                continue;
            }
            self.served.push_back(group);
            if let Some(entry) = entry {
                self.len -= 1;
                return Some(entry);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn group(number: u16) -> Subnet {
        let [high, low] = number.to_be_bytes();
        Subnet::V4([20, high, low])
    }

    #[test]
    fn who_sends_little_does_not_wait_for_who_sends_much() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut queue = FairQueue::new(1_000, 100);
        for round in 0..50 {
            for flooder in 0..20 {
                queue.push(group(flooder), (flooder, round), &mut rng);
            }
        }
        // Each flooder has had a turn, and each has more.
        assert!((0..20).all(|_| queue.pop().is_some()));
        queue.push(group(99), (99, 0), &mut rng);
        assert_eq!(queue.pop(), Some((99, 0)));
        let turns: Vec<_> = (0..40).filter_map(|_| queue.pop()).collect();
        assert!((0..20).all(|f| turns.iter().filter(|turn| turn.0 == f).count() == 2));
    }

    #[test]
    fn a_full_queue_drops_from_those_with_many_and_keeps_its_bounds() {
        let mut rng = StdRng::seed_from_u64(2);
        let mut queue = FairQueue::new(200, 50);
        queue.push(group(500), 500, &mut rng);
        let mut dropped = Vec::new();
        for number in 0..4_000 {
            dropped.extend(queue.push(group(number % 10), number % 10, &mut rng));
            assert!(queue.len() <= 200);
        }
        assert_eq!(dropped.len() + queue.len(), 4_001);
        assert!(!dropped.contains(&500));
        let left: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert!(left.contains(&500) && left.len() == 200 && queue.is_empty());
        assert!(queue.lanes.is_empty(), "no trace of past groups");
        for number in 0..10_000 {
            queue.push(group(number), number, &mut rng);
            assert!(queue.lanes.len() <= 400 && queue.fresh.len() <= 400);
        }
        assert_eq!(std::iter::from_fn(|| queue.pop()).count(), 200);
        for number in 0..60 {
            queue.push(group(1), number, &mut rng);
        }
        assert_eq!((queue.len(), queue.pop()), (50, Some(10)));
    }
}
