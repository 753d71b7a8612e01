//! A queue that serves sites in turn.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use rand::RngExt;
use rand::rngs::StdRng;

use crate::wire::host_group::HostGroup;

/// The number of random lanes compared to find a long one when the queue is full.
const COMPARED: usize = 8;

/// Time without a turn after which a group counts as new again, at least; at most twice as long.
const REMEMBERED: Duration = Duration::from_secs(10);

/// The number of groups remembered in each of two tables.
const GROUPS: usize = 8_192;

/// The entries of one site, oldest first.
#[derive(Debug)]
struct Lane<T>(VecDeque<T>);

/// Entries by site. The groups take turns, and a group that had no turn lately comes first:
/// who sends little does not wait for who sends much (like the sparse flows of the queueing
/// discipline `fq_codel`, RFC 8290).
///
/// Of those, the newest comes first. It makes a difference only if there are too many: each would
/// wait until it is too late otherwise.
#[derive(Debug)]
pub(super) struct FairQueue<T> {
    lanes: IndexMap<HostGroup, Lane<T>>,
    /// Groups that had no turn lately.
    fresh: Vec<HostGroup>,
    /// The other groups. An empty one leaves at its next turn.
    turns: VecDeque<HostGroup>,
    /// Groups that had a turn, and the time from which the newer table is.
    recent: HashSet<HostGroup>,
    older: HashSet<HostGroup>,
    since: Option<Instant>,
    len: usize,
    most: usize,
    most_of_group: usize,
}

impl<T> FairQueue<T> {
    /// Returns an empty queue for `most` entries in all, and `most_of_group` of one group.
    pub(super) fn new(most: usize, most_of_group: usize) -> Self {
        Self {
            lanes: IndexMap::new(),
            fresh: Vec::new(),
            turns: VecDeque::new(),
            recent: HashSet::new(),
            older: HashSet::new(),
            since: None,
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
    pub(super) fn push(
        &mut self,
        group: HostGroup,
        entry: T,
        now: Instant,
        rng: &mut StdRng,
    ) -> Option<T> {
        self.forget_old_turns(now);
        let had_turn = self.recent.contains(&group) || self.older.contains(&group);
        let lane = self.lanes.entry(group).or_insert_with(|| {
            if had_turn {
                self.turns.push_back(group);
            } else {
                self.fresh.push(group);
            }
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

    fn forget_old_turns(&mut self, now: Instant) {
        let since = *self.since.get_or_insert(now);
        let is_old = now.saturating_duration_since(since) >= REMEMBERED;
        if is_old || self.recent.len() >= GROUPS {
            self.older = std::mem::take(&mut self.recent);
            self.since = Some(now);
        }
    }

    /// Forgets the groups that lost all their entries to others while they waited for a turn.
    fn forget_empty_lanes(&mut self) {
        self.lanes.retain(|_, lane| !lane.0.is_empty());
        let lanes = &self.lanes;
        self.fresh.retain(|group| lanes.contains_key(group));
        self.turns.retain(|group| lanes.contains_key(group));
    }

    fn long_lane(&self, rng: &mut StdRng) -> Option<HostGroup> {
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
            let group = self.fresh.pop().or_else(|| self.turns.pop_front())?;
            let Some(lane) = self.lanes.get_mut(&group) else {
                continue;
            };
            let entry = lane.0.pop_front();
            if lane.0.is_empty() {
                self.lanes.swap_remove(&group);
            } else {
                self.turns.push_back(group);
            }
            if let Some(entry) = entry {
                self.recent.insert(group);
                self.len -= 1;
                return Some(entry);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use rand::SeedableRng;

    use super::*;

    fn group(number: u16) -> HostGroup {
        let [high, low] = number.to_be_bytes();
        HostGroup::site(IpAddr::from([20, high, low, 1]))
    }

    #[test]
    fn who_sends_little_does_not_wait_for_who_sends_much() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut queue = FairQueue::new(1_000, 100);
        let now = Instant::now();
        for round in 0..50 {
            for flooder in 0..20 {
                queue.push(group(flooder), (flooder, round), now, &mut rng);
            }
        }
        // Each flooder has had a turn, and each has more.
        assert!((0..20).all(|_| queue.pop().is_some()));
        queue.push(group(99), (99, 0), now, &mut rng);
        assert_eq!(queue.pop(), Some((99, 0)));
        let turns: Vec<_> = (0..40).filter_map(|_| queue.pop()).collect();
        assert!((0..20).all(|f| turns.iter().filter(|turn| turn.0 == f).count() == 2));
        // A flooder whose entries are all gone is not new when it comes back.
        while queue.pop().is_some() {}
        for sender in [3, 98, 4] {
            queue.push(group(sender), (sender, 0), now, &mut rng);
        }
        assert_eq!(queue.pop(), Some((98, 0)));
        while queue.pop().is_some() {}
        let later = now + 2 * REMEMBERED;
        queue.push(group(5), (5, 0), now + REMEMBERED, &mut rng);
        queue.push(group(6), (6, 0), later, &mut rng);
        assert_eq!(queue.pop(), Some((6, 0)), "after a pause it is");
    }

    #[test]
    fn a_full_queue_drops_from_those_with_many_and_keeps_its_bounds() {
        let mut rng = StdRng::seed_from_u64(2);
        let mut queue = FairQueue::new(200, 50);
        let now = Instant::now();
        queue.push(group(500), 500, now, &mut rng);
        let mut dropped = Vec::new();
        for number in 0..4_000 {
            dropped.extend(queue.push(group(number % 10), number % 10, now, &mut rng));
            assert!(queue.len() <= 200);
        }
        assert_eq!(dropped.len() + queue.len(), 4_001);
        assert!(!dropped.contains(&500));
        let left: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert!(left.contains(&500) && left.len() == 200 && queue.is_empty());
        assert!(queue.lanes.is_empty(), "no trace of past groups");
        for number in 0..10_000 {
            queue.push(group(number), number, now, &mut rng);
            assert!(queue.lanes.len() <= 400 && queue.fresh.len() <= 600);
        }
        assert_eq!(std::iter::from_fn(|| queue.pop()).count(), 200);
        for number in 0..60 {
            queue.push(group(1), number, now, &mut rng);
        }
        assert_eq!((queue.len(), queue.pop()), (50, Some(10)));
    }
}
