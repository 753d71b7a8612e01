//! Applies the same random changes to the scheduler and to the simple [`model`], and compares them.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{INTERVAL, MIN_GAP, Scheduler, model};

/// One change to both.
#[derive(Clone, Copy, Debug)]
enum Act {
    Insert(u8, Option<Duration>, Duration),
    Remove(u8),
    /// Removes every strategy whose number is a multiple of this.
    RemoveMultiples(u8),
    Pause(u8),
    Resume(u8),
    Own(u8, Option<Duration>),
    Interval(Duration),
    Restart(Duration),
    /// Takes the next turn late by the first duration, then waits for the second.
    Take(Duration, Duration),
    /// Takes this many turns, each when it begins.
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
    let strategy = || 0_u8..24;
    prop_oneof![
        6 => (strategy(), own(), short()).prop_map(|(id, own, first)| Act::Insert(id, own, first)),
        2 => strategy().prop_map(Act::Remove),
        1 => (2_u8..6).prop_map(Act::RemoveMultiples),
        2 => strategy().prop_map(Act::Pause),
        3 => strategy().prop_map(Act::Resume),
        2 => (strategy(), own()).prop_map(|(id, own)| Act::Own(id, own)),
        1 => interval().prop_map(Act::Interval),
        1 => short().prop_map(Act::Restart),
        6 => (short(), short()).prop_map(|(late, took)| Act::Take(late, took)),
        4 => (1_u8..60).prop_map(Act::Run),
        4 => short().prop_map(Act::Wait),
    ]
}

struct Both {
    real: Scheduler<u8>,
    model: model::Scheduler<u8>,
    now: Instant,
}

impl Both {
    fn act(&mut self, act: Act) {
        let now = self.now;
        match act {
            Act::Insert(id, own, first) => {
                // The model does not check for a strategy that it has.
                self.model.remove(|strategy| *strategy == id, now);
                self.real.remove_all([id], now);
                self.model.insert(id, own, now + first, now);
                self.real.insert(id, own, now + first, now);
            }
            Act::Remove(id) => {
                self.model.remove(|strategy| *strategy == id, now);
                self.real.remove_all([id], now);
            }
            Act::RemoveMultiples(of) => {
                self.model.remove(|strategy| strategy % of == 0, now);
                self.real.remove(|strategy| strategy % of == 0, now);
            }
            Act::Pause(id) => assert_eq!(self.real.pause(id, now), self.model.pause(id, now)),
            Act::Resume(id) => assert_eq!(self.real.resume(id, now), self.model.resume(id, now)),
            Act::Own(id, own) => assert_eq!(
                self.real.set_own_interval(id, own, now),
                self.model.set_own_interval(id, own, now)
            ),
            Act::Interval(interval) => {
                self.model.set_interval(interval, now);
                self.real.set_interval(interval, now);
            }
            Act::Restart(first) => {
                self.model.restart(now + first);
                self.real.restart(now + first);
            }
            Act::Take(late, took) => self.take(late, took),
            Act::Run(turns) => (0..turns).for_each(|_| self.take(Duration::ZERO, Duration::ZERO)),
            Act::Wait(time) => self.now += time,
        }
        self.compare();
    }

    fn take(&mut self, late: Duration, took: Duration) {
        self.compare();
        if let Some(next) = self.real.next_time() {
            self.now = self.now.max(next) + late;
        }
        let taken = self.real.take(self.now);
        assert_eq!(taken, self.model.take(self.now));
        self.compare();
        self.now += took;
    }

    fn compare(&self) {
        assert_eq!(self.real.gap(), self.model.gap());
        assert_eq!(self.real.missed(), self.model.missed());
        assert_eq!(self.real.next_time(), self.model.next_time());
        assert_eq!(self.real.peek(), self.model.peek());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_scheduler_and_the_model_give_the_same_turns(acts in prop::collection::vec(act(), 1..80)) {
        let mut both = Both {
            real: Scheduler::new(INTERVAL),
            model: model::Scheduler::new(INTERVAL),
            now: Instant::now() + Duration::from_secs(3_600),
        };
        for act in acts {
            both.act(act);
        }
        prop_assert!(both.real.gap() >= MIN_GAP);
    }
}
