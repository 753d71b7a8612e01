mod chaos;
mod differential;
mod model;

use std::time::{Duration, Instant};

use super::{MIN_GAP, Scheduler};

const INTERVAL: Duration = Duration::from_millis(500);

fn scheduler(count: u32, start: Instant) -> Scheduler<u32> {
    let mut scheduler = Scheduler::new(INTERVAL);
    for strategy in 0..count {
        scheduler.insert(strategy, None, start, start);
    }
    scheduler
}

/// Takes every turn when it is due. Returns each strategy with the time of its turn since `start`.
fn run(scheduler: &mut Scheduler<u32>, start: Instant, count: usize) -> Vec<(u32, Duration)> {
    let mut taken = Vec::new();
    while taken.len() < count {
        let now = scheduler.next_time().expect("a strategy runs");
        let strategy = scheduler.take(now).expect("the turn has begun");
        taken.push((strategy, now - start));
    }
    taken
}

#[test]
fn turns_are_evenly_spaced_and_in_order() {
    let start = Instant::now();
    for count in 1..=10 {
        let taken = run(&mut scheduler(count, start), start, 30);
        for (index, (strategy, at)) in (0..).zip(taken) {
            assert_eq!(strategy, index % count);
            assert_eq!(at, (INTERVAL / count) * index);
        }
    }
}

#[test]
fn the_next_turn_keeps_its_distance_from_the_last_datagram_of_a_step() {
    let start = Instant::now();
    let mut scheduler = scheduler(5, start);
    let gap = scheduler.gap();
    let first = scheduler.next_time().expect("a turn");
    assert!(scheduler.take(first).is_some());
    scheduler.sent_until(first + gap * 2 / 5);
    assert_eq!(scheduler.next_time(), Some(first + gap));
    assert!(scheduler.take(first + gap).is_some());
    scheduler.sent_until(first + gap * 8 / 5);
    assert_eq!(scheduler.next_time(), Some(first + gap * 21 / 10));
    // The turn is late, and moves no later one.
    assert!(scheduler.take(first + gap * 21 / 10).is_some());
    assert_eq!(scheduler.next_time(), Some(first + gap * 3));
    assert_eq!(scheduler.missed(), 0);
}

#[test]
fn a_step_longer_than_a_gap_delays_the_next_turn_by_as_much() {
    let start = Instant::now();
    let mut scheduler = scheduler(5, start);
    let gap = scheduler.gap();
    for (took, next) in [
        (gap, gap * 2),
        (gap * 2, gap * 4),
        (gap * 9, gap * 9 + gap * 5 / 2),
    ] {
        scheduler.restart(start);
        assert!(scheduler.take(start).is_some());
        assert!(scheduler.take(start + gap).is_some());
        scheduler.rest(took, start + took);
        assert_eq!(scheduler.next_time(), Some(start + next));
    }
}

#[test]
fn a_late_turn_moves_no_later_one() {
    let start = Instant::now();
    let gap = INTERVAL / 5;
    let mut scheduler = scheduler(5, start);
    let late = start + gap * 2 / 5;
    assert_eq!(scheduler.take(late), Some(0));
    assert_eq!(scheduler.next_time(), Some(start + gap));
}

#[test]
fn missed_turns_are_not_made_up_for_in_a_burst() {
    let start = Instant::now();
    let gap = INTERVAL / 5;
    let mut scheduler = scheduler(5, start);
    // 3.9 gaps late: grid points 1, 2 and 3 are lost.
    let late = start + gap * 39 / 10;
    assert_eq!(scheduler.take(late), Some(0));
    assert_eq!(scheduler.missed(), 3);
    assert_eq!(scheduler.next_time(), Some(late + gap / 2));
    assert_eq!(scheduler.take(late + gap / 2), Some(1));
    assert_eq!(scheduler.next_time(), Some(start + gap * 5));
}

#[test]
fn a_restart_counts_no_turn_as_missed() {
    let start = Instant::now();
    let mut scheduler = scheduler(2, start);
    scheduler.restart(start + INTERVAL * 9);
    assert_eq!(scheduler.take(start + INTERVAL), None);
    assert_eq!(scheduler.take(start + INTERVAL * 9), Some(0));
    assert_eq!(scheduler.missed(), 0);
    let mut empty = Scheduler::<u32>::new(INTERVAL);
    empty.restart(start);
    assert_eq!(empty.next_time(), None);
}

#[test]
fn removing_strategies_keeps_the_order_of_the_others() {
    let start = Instant::now();
    let mut scheduler = scheduler(4, start);
    let mut now = start;
    for expected in [0, 1] {
        now = scheduler.next_time().expect("a turn");
        assert_eq!(scheduler.take(now), Some(expected));
    }
    scheduler.remove(|strategy| *strategy == 0 || *strategy == 2, now);
    assert_eq!(scheduler.peek(), Some(3));
    assert_eq!(scheduler.gap(), INTERVAL / 2);
    scheduler.remove(|_| true, now);
    assert_eq!(scheduler.next_time(), None);
    scheduler.insert(9, None, now + INTERVAL, now);
    assert_eq!(scheduler.next_time(), Some(now + INTERVAL));
}

#[test]
fn an_own_interval_is_kept_on_average_and_all_turns_stay_evenly_spaced() {
    let start = Instant::now();
    let mut scheduler = scheduler(3, start);
    let own = Duration::from_secs(3);
    assert!(scheduler.set_own_interval(2, Some(own), start));
    assert!(!scheduler.set_own_interval(2, Some(own), start));
    assert_eq!(scheduler.scheduled(2).unwrap().own_interval, Some(own));
    let gap = Duration::from_secs_f64(1.0 / (2.0 + 2.0 + 1.0 / 3.0));
    assert_eq!(scheduler.gap(), gap);
    let taken = run(&mut scheduler, start, 1_300);
    for (index, (_, at)) in (0..).zip(&taken) {
        assert_eq!(*at, gap * index);
    }
    for (strategy, every) in [(0, INTERVAL), (1, INTERVAL), (2, own)] {
        let mut turns = taken.iter().filter(|(other, _)| *other == strategy);
        let first = turns.next().expect("it has turns").1.as_secs_f64();
        for (index, (_, at)) in (1..).zip(turns) {
            let off = (at.as_secs_f64() - first) / every.as_secs_f64() - f64::from(index);
            assert!(
                off.abs() < 1.0,
                "turn {index} of {strategy} is off by {off}"
            );
        }
    }
}

#[test]
fn a_resumed_strategy_continues_where_it_was_paused() {
    let start = Instant::now();
    let mut scheduler = scheduler(1, start);
    assert_eq!(scheduler.take(start), Some(0));
    // It is paused 0.3 intervals later, for 9.2 intervals.
    assert!(scheduler.pause(0, start + INTERVAL * 3 / 10));
    assert!(!scheduler.pause(0, start + INTERVAL * 4 / 10));
    assert!(scheduler.scheduled(0).unwrap().paused);
    assert_eq!(scheduler.next_time(), None);
    let resumed = start + INTERVAL * 95 / 10;
    assert!(scheduler.resume(0, resumed));
    assert!(!scheduler.resume(0, resumed));
    let next = scheduler.next_time().expect("a turn");
    let off = next.abs_diff_to(resumed + INTERVAL * 7 / 10);
    assert!(off < Duration::from_micros(1), "{off:?}");
    assert_eq!(scheduler.missed(), 0);
}

trait AbsDiff {
    fn abs_diff_to(&self, other: Instant) -> Duration;
}

impl AbsDiff for Instant {
    fn abs_diff_to(&self, other: Instant) -> Duration {
        self.saturating_duration_since(other)
            .max(other.saturating_duration_since(*self))
    }
}

#[test]
fn intervals_that_are_too_short_together_are_stretched_alike() {
    let start = Instant::now();
    let mut scheduler = Scheduler::new(Duration::from_nanos(1));
    for strategy in 0..4 {
        scheduler.insert(strategy, None, start, start);
    }
    assert_eq!(scheduler.gap(), MIN_GAP);
    let taken = run(&mut scheduler, start, 400);
    for (index, (strategy, at)) in (0..).zip(&taken) {
        assert_eq!((*strategy, *at), (index % 4, MIN_GAP * index));
    }
    // A new strategy is not behind the others, which never had the turns they asked for.
    let now = start + MIN_GAP * 400;
    scheduler.insert(4, None, now, now);
    let taken = run(&mut scheduler, start, 10);
    assert_eq!(
        taken.iter().filter(|(strategy, _)| *strategy == 4).count(),
        2
    );
}
