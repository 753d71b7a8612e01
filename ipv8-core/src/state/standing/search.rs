//! When to look for peers of other providers.

use std::time::{Duration, Instant};

/// The number of peers from which on a crowd matters.
const CROWD: usize = 8;

/// The least and the most time between two searches.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(64));

/// The search of one overlay for peers of other providers.
///
/// An attacker with many keys has few networks. If most peers of an overlay are in few networks,
/// the engine looks for others, even while the strategies rest at their targets: once a second
/// while it finds some, else more and more rarely, because there may be no others. With one network
/// alone it looks rarely from the start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    next: Option<Instant>,
    pause: Duration,
    /// The number of providers at the last look.
    providers: usize,
}

impl Search {
    /// Returns the time of the next search; `None` if the list is not crowded.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.next
    }

    /// Plans a search if the list has become crowded. Call it when a peer was added. Returns the
    /// time of the search.
    pub(crate) fn plan(&mut self, peers: usize, providers: usize, now: Instant) -> Option<Instant> {
        let (least, most) = PAUSES;
        if !is_crowded(peers, providers) {
            *self = Self::default();
            return None;
        }
        if self.next.is_none() {
            self.pause = if providers == 1 { most } else { least };
        } else if providers > self.providers {
            // The search finds new providers.
            self.pause = least;
            self.next = self.next.min(Some(now + least));
        }
        self.providers = providers;
        Some(*self.next.get_or_insert(now + self.pause))
    }

    /// Returns `true` if it is time to search, and sets the time of the next search.
    pub(crate) fn take_due(&mut self, peers: usize, providers: usize, now: Instant) -> bool {
        if self.next.take_if(|at| *at <= now).is_none() {
            return false;
        }
        if !is_crowded(peers, providers) {
            *self = Self::default();
            return false;
        }
        let (_, most) = PAUSES;
        self.next = Some(now + self.pause);
        // It doubles with 23 searches that find nothing.
        self.pause = (self.pause + self.pause / 32).min(most);
        true
    }
}

fn is_crowded(peers: usize, providers: usize) -> bool {
    // A list of thirty needs more than twenty providers.
    providers > 0 && peers >= CROWD && peers * 2 >= providers * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the number of searches in ten minutes, if none finds anything.
    fn searches(peers: usize, providers: usize) -> usize {
        let (mut search, mut now) = (Search::default(), Instant::now());
        let end = now + Duration::from_secs(600);
        let mut count = 0;
        search.plan(peers, providers, now);
        while let Some(next) = search.next().filter(|next| *next <= end) {
            now = next;
            count += usize::from(search.take_due(peers, providers, now));
        }
        count
    }

    #[test]
    fn a_crowded_list_is_searched_often_at_first_and_rarely_later() {
        assert!((60..120).contains(&searches(30, 5)), "{}", searches(30, 5));
        assert_eq!(searches(30, 1), 9, "one network alone");
        for (peers, providers) in [(7, 1), (30, 21), (30, 30), (100, 0)] {
            assert_eq!(
                searches(peers, providers),
                0,
                "{peers} peers, {providers} providers"
            );
        }
    }

    #[test]
    fn a_new_provider_makes_the_search_quick_again() {
        let (mut search, start) = (Search::default(), Instant::now());
        search.plan(30, 4, start);
        let mut now = start;
        for _ in 0..200 {
            now = search.next().unwrap_or(now);
            search.take_due(30, 4, now);
        }
        let slow = search.next().map(|next| next - now);
        assert!(slow > Some(Duration::from_secs(20)), "{slow:?}");
        assert_eq!(search.plan(30, 4, now), search.next());
        assert_eq!(search.plan(30, 5, now), Some(now + PAUSES.0));
        assert_eq!(search.plan(30, 21, now), None);
    }
}
