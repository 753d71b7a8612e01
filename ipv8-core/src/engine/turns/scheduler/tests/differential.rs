//! The scheduler against the one that looks at everybody, whatever is done to both.

use proptest::prelude::*;

use super::model;
use super::{INTERVAL, Scheduler};
use crate::engine::turns::scheduler::MIN_GAP;
use std::time::{Duration, Instant};

/// What is done to both.
#[derive(Clone, Copy, Debug)]
enum Act {
    Insert(u8, Option<Duration>, Duration),
    Remove(u8),
    /// Every so manieth.
    RemoveMany(u8),
    Pause(u8),
    Resume(u8),
    Own(u8, Option<Duration>),
    Interval(Duration),
    Restart(Duration),
    /// The next turn is taken so much after it begins, and handed to the socket so much later.
    Take(Duration, Duration),
    /// So many turns are taken, each when it begins.
    Run(u8),
    Wait(Duration),
}

fn short() -> impl Strategy<Value = Duration> {
    prop_oneof![
        4 => Just(Duration::ZERO),
        3 => (0_u64..5_000_000).prop_map(Duration::from_nanos),
        2 => (0_u64..700).prop_map(Duration::from_millis),
        1 => (0_u64..20).prop_map(Duration::from_secs),
    ]
}

fn interval() -> impl Strategy<Value = Duration> {
    prop_oneof![
        3 => prop::sample::select(vec![100_u64, 250, 500, 1_000, 3_000]).prop_map(Duration::from_millis),
        1 => (20_000_000_u64..9_000_000_000).prop_map(Duration::from_nanos),
    ]
}

fn own() -> impl Strategy<Value = Option<Duration>> {
    prop_oneof![2 => Just(None), 1 => interval().prop_map(Some)]
}

fn act() -> impl Strategy<Value = Act> {
    let who = || 0_u8..24;
    prop_oneof![
        6 => (who(), own(), short()).prop_map(|(who, own, first)| Act::Insert(who, own, first)),
        2 => who().prop_map(Act::Remove),
        1 => (2_u8..6).prop_map(Act::RemoveMany),
        2 => who().prop_map(Act::Pause),
        3 => who().prop_map(Act::Resume),
        2 => (who(), own()).prop_map(|(who, own)| Act::Own(who, own)),
        1 => interval().prop_map(Act::Interval),
        1 => short().prop_map(Act::Restart),
        6 => (short(), short()).prop_map(|(late, took)| Act::Take(late, took)),
        4 => (1_u8..60).prop_map(Act::Run),
        4 => short().prop_map(Act::Wait),
    ]
}

struct Both {
    new: Scheduler<u8>,
    old: model::Scheduler<u8>,
    now: Instant,
}

impl Both {
    fn act(&mut self, act: Act) {
        let now = self.now;
        match act {
            Act::Insert(who, own, first) => {
                // The old one would have it twice.
                self.old.remove(|turn| *turn == who, now);
                self.new.remove_all([who], now);
                self.old.insert(who, own, now + first, now);
                self.new.insert(who, own, now + first, now);
            }
            Act::Remove(who) => {
                self.old.remove(|turn| *turn == who, now);
                self.new.remove_all([who], now);
            }
            Act::RemoveMany(every) => {
                self.old.remove(|turn| turn % every == 0, now);
                self.new.remove(|turn| turn % every == 0, now);
            }
            Act::Pause(who) => assert_eq!(self.new.pause(who, now), self.old.pause(who, now)),
            Act::Resume(who) => assert_eq!(self.new.resume(who, now), self.old.resume(who, now)),
            Act::Own(who, own) => assert_eq!(
                self.new.set_own_interval(who, own, now),
                self.old.set_own_interval(who, own, now)
            ),
            Act::Interval(interval) => {
                self.old.set_interval(interval, now);
                self.new.set_interval(interval, now);
            }
            Act::Restart(first) => {
                self.old.restart(now + first);
                self.new.restart(now + first);
            }
            Act::Take(late, took) => self.take(late, took),
            Act::Run(turns) => (0..turns).for_each(|_| self.take(Duration::ZERO, Duration::ZERO)),
            Act::Wait(time) => self.now += time,
        }
        self.compare();
    }

    fn take(&mut self, late: Duration, took: Duration) {
        self.compare();
        if let Some(next) = self.new.next_time() {
            self.now = self.now.max(next) + late;
        }
        let taken = self.new.take(self.now);
        assert_eq!(taken, self.old.take(self.now));
        self.compare();
        self.now += took;
        self.new.flushed();
        self.old.flushed();
    }

    fn compare(&self) {
        assert_eq!(self.new.gap(), self.old.gap());
        assert_eq!(self.new.missed(), self.old.missed());
        assert_eq!(self.new.next_time(), self.old.next_time());
        assert_eq!(self.new.peek(), self.old.peek());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn turns_are_those_of_the_scheduler_that_looks_at_everybody(acts in prop::collection::vec(act(), 1..80)) {
        let mut both = Both {
            new: Scheduler::new(INTERVAL),
            old: model::Scheduler::new(INTERVAL),
            now: Instant::now() + Duration::from_secs(3_600),
        };
        for act in acts {
            both.act(act);
        }
        prop_assert!(both.new.gap() >= MIN_GAP);
    }
}
