mod differential;
mod model;

use super::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const INTERVAL: Duration = Duration::from_millis(500);

fn scheduler(count: u32, start: Instant) -> Scheduler<u32> {
    let mut scheduler = Scheduler::new(INTERVAL);
    for turn in 0..count {
        scheduler.insert(turn, None, start, start);
    }
    scheduler
}

/// Runs every turn when it is due and returns when each was taken, since `start`.
fn run(scheduler: &mut Scheduler<u32>, start: Instant, count: usize) -> Vec<(u32, Duration)> {
    let mut taken = Vec::new();
    while taken.len() < count {
        let now = scheduler.next_time().expect("somebody has a turn");
        let turn = scheduler.take(now).expect("the turn has begun");
        taken.push((turn, now - start));
        scheduler.flushed();
    }
    taken
}

#[test]
fn turns_are_evenly_spread_and_in_order() {
    let start = Instant::now();
    for count in 1..=10 {
        let taken = run(&mut scheduler(count, start), start, 30);
        for (index, (turn, at)) in (0..).zip(taken) {
            assert_eq!(turn, index % count);
            assert_eq!(at, (INTERVAL / count) * index);
        }
    }
}

#[test]
fn the_next_turn_keeps_its_distance_from_the_last_datagram_of_a_step() {
    let start = Instant::now();
    let mut scheduler = Scheduler::new(INTERVAL);
    for turn in 0..5 {
        scheduler.insert(turn, None, start, start);
    }
    let gap = scheduler.gap();
    let first = scheduler.next_time().unwrap();
    assert!(scheduler.take(first).is_some());
    scheduler.sent_until(first + gap * 2 / 5);
    scheduler.flushed();
    // Told when there is no step, it changes nothing.
    scheduler.sent_until(first + gap * 9 / 10);
    assert_eq!(scheduler.next_time(), Some(first + gap));
    assert!(scheduler.take(first + gap).is_some());
    scheduler.sent_until(first + gap * 8 / 5);
    scheduler.flushed();
    assert_eq!(scheduler.next_time(), Some(first + gap * 21 / 10));
    // It is late, and moves no later one.
    assert!(scheduler.take(first + gap * 21 / 10).is_some());
    scheduler.flushed();
    assert_eq!(scheduler.next_time(), Some(first + gap * 3));
    assert_eq!(scheduler.missed(), 0);
}

#[test]
fn nobody_steps_before_the_last_step_was_flushed() {
    let start = Instant::now();
    let mut scheduler = scheduler(2, start);
    assert_eq!(scheduler.take(start), Some(0));
    assert_eq!(scheduler.next_time(), None);
    assert_eq!(scheduler.take(start + INTERVAL * 3), None);
    scheduler.flushed();
    assert_eq!(scheduler.take(start + INTERVAL * 3), Some(1));
}

#[test]
fn a_late_turn_shifts_nothing_but_itself() {
    let start = Instant::now();
    let gap = INTERVAL / 5;
    let mut scheduler = scheduler(5, start);
    let late = start + gap * 2 / 5;
    assert_eq!(scheduler.take(late), Some(0));
    scheduler.flushed();
    assert_eq!(scheduler.next_time(), Some(start + gap));
}

#[test]
fn missed_turns_are_not_made_up_for_in_a_burst() {
    let start = Instant::now();
    let gap = INTERVAL / 5;
    let mut scheduler = scheduler(5, start);
    // Three and nine tenths of a gap late: grid points 1, 2 and 3 are gone.
    let late = start + gap * 39 / 10;
    assert_eq!(scheduler.take(late), Some(0));
    scheduler.flushed();
    assert_eq!(scheduler.missed(), 3);
    assert_eq!(scheduler.next_time(), Some(late + gap / 2));
    assert_eq!(scheduler.take(late + gap / 2), Some(1));
    scheduler.flushed();
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
fn removing_keeps_the_order_of_the_others() {
    let start = Instant::now();
    let mut scheduler = scheduler(4, start);
    let mut now = start;
    for expected in [0, 1] {
        now = scheduler.next_time().expect("a turn");
        assert_eq!(scheduler.take(now), Some(expected));
        scheduler.flushed();
    }
    scheduler.remove(|turn| *turn == 0 || *turn == 2, now);
    assert_eq!(scheduler.peek(), Some(3));
    assert_eq!(scheduler.gap(), INTERVAL / 2);
    scheduler.remove(|_| true, now);
    assert_eq!(scheduler.next_time(), None);
    scheduler.insert(9, None, now + INTERVAL, now);
    assert_eq!(scheduler.next_time(), Some(now + INTERVAL));
}

#[test]
fn an_interval_of_its_own_is_kept_on_average_and_all_turns_stay_evenly_spread() {
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
    for (turn, every) in [(0, INTERVAL), (1, INTERVAL), (2, own)] {
        let mut its = taken.iter().filter(|(other, _)| *other == turn);
        let first = its.next().expect("it has turns").1.as_secs_f64();
        for (index, (_, at)) in (1..).zip(its) {
            let off = (at.as_secs_f64() - first) / every.as_secs_f64() - f64::from(index);
            assert!(off.abs() < 1.0, "turn {index} of {turn} is off by {off}");
        }
    }
}

#[test]
fn who_pauses_goes_on_where_it_was() {
    let start = Instant::now();
    let mut scheduler = scheduler(1, start);
    assert_eq!(scheduler.take(start), Some(0));
    scheduler.flushed();
    // Three tenths of the interval later it pauses, for nine intervals and a bit.
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
fn intervals_shorter_than_the_machine_can_are_stretched_alike() {
    let start = Instant::now();
    let mut scheduler = Scheduler::new(Duration::from_nanos(1));
    for turn in 0..4 {
        scheduler.insert(turn, None, start, start);
    }
    assert_eq!(scheduler.gap(), MIN_GAP);
    let taken = run(&mut scheduler, start, 400);
    for (index, (turn, at)) in (0..).zip(&taken) {
        assert_eq!((*turn, *at), (index % 4, MIN_GAP * index));
    }
    // Whoever comes later is not behind those who never got what they wanted.
    let now = start + MIN_GAP * 400;
    scheduler.insert(4, None, now, now);
    let taken = run(&mut scheduler, start, 10);
    assert_eq!(taken.iter().filter(|(turn, _)| *turn == 4).count(), 2);
}

/// What a strategy was promised: how many turns its intervals, one after the other, make since its first turn.
struct Account {
    turn: u32,
    own: Option<f64>,
    paused: bool,
    promised: f64,
    had: u32,
    /// How many intervals ago it last had a turn, or something was done to it.
    waiting: f64,
    /// The least and the most that it was ahead.
    range: (f64, f64),
}

/// Drives a scheduler with anything that can be done to it, at random times.
struct Chaos {
    scheduler: Scheduler<u32>,
    accounts: Vec<Account>,
    interval: f64,
    now: Instant,
    last: Option<Instant>,
    next: u32,
    rng: StdRng,
    /// How many of the first are never touched.
    calm: u32,
    /// How many there are at most.
    most: usize,
}

impl Chaos {
    fn new(seed: u64, calm: u32, touched: usize) -> Self {
        let now = Instant::now();
        let mut chaos = Self {
            scheduler: Scheduler::new(INTERVAL),
            accounts: Vec::new(),
            interval: INTERVAL.as_secs_f64(),
            now,
            last: None,
            next: 0,
            rng: StdRng::seed_from_u64(seed),
            calm,
            most: calm as usize + touched,
        };
        for _ in 0..calm {
            chaos.add(None);
        }
        chaos
    }

    fn add(&mut self, own: Option<f64>) {
        let first = self.now + self.scheduler.gap().mul_f64(self.rng.random());
        let duration = own.map(Duration::from_secs_f64);
        self.scheduler.insert(self.next, duration, first, self.now);
        self.accounts.push(Account {
            turn: self.next,
            own,
            paused: false,
            promised: 0.0,
            had: 0,
            waiting: 0.0,
            range: (0.0, 0.0),
        });
        self.next += 1;
    }

    fn pass(&mut self, to: Instant) {
        let passed = to.saturating_duration_since(self.now).as_secs_f64();
        self.now = to;
        for account in &mut self.accounts {
            let share = passed / account.own.unwrap_or(self.interval);
            if !account.paused {
                account.waiting += share;
                account.promised += if account.had > 0 { share } else { 0.0 };
            }
            assert!(account.waiting < 4.0, "{} starves", account.turn);
            let ahead = f64::from(account.had) - 1.0 - account.promised;
            if account.had > 0 {
                account.range.0 = account.range.0.min(ahead);
                account.range.1 = account.range.1.max(ahead);
            }
        }
    }

    /// Takes the turn that is due, at once, and checks its distance from the one before.
    fn take(&mut self) {
        let Some(turn) = self.scheduler.take(self.now) else {
            return;
        };
        self.scheduler.flushed();
        let least = self.scheduler.gap() / 2;
        if let Some(last) = self.last.replace(self.now) {
            assert!(
                self.now - last >= least,
                "{:?} < {least:?}",
                self.now - last
            );
        }
        let account = self.accounts.iter_mut().find(|one| one.turn == turn);
        let account = account.expect("it was added, and not removed");
        assert!(!account.paused, "{turn} pauses");
        account.had += 1;
        account.waiting = 0.0;
        let ahead = f64::from(account.had) - 1.0 - account.promised;
        account.range.1 = account.range.1.max(ahead);
    }

    fn disturb(&mut self, walk_interval_too: bool) {
        let touched = self.calm as usize..self.accounts.len();
        let chosen = (!touched.is_empty()).then(|| self.rng.random_range(touched));
        let own = self
            .rng
            .random_bool(0.7)
            .then(|| 0.05 * 200_f64.powf(self.rng.random()));
        match (self.rng.random_range(0..6), chosen) {
            (0, _) if self.accounts.len() < self.most => self.add(own),
            (1, Some(index)) => {
                let account = self.accounts.swap_remove(index);
                self.scheduler
                    .remove(|turn| *turn == account.turn, self.now);
            }
            (2, Some(index)) => {
                self.accounts[index].paused = true;
                self.scheduler.pause(self.accounts[index].turn, self.now);
            }
            (3, Some(index)) => {
                self.accounts[index].paused = false;
                self.accounts[index].waiting = 0.0;
                self.scheduler.resume(self.accounts[index].turn, self.now);
            }
            (4, Some(index)) => {
                self.accounts[index].own = own;
                self.accounts[index].waiting = 0.0;
                let duration = own.map(Duration::from_secs_f64);
                let turn = self.accounts[index].turn;
                self.scheduler.set_own_interval(turn, duration, self.now);
            }
            (5, _) if walk_interval_too => {
                let interval = 0.1 * 20_f64.powf(self.rng.random());
                self.interval = interval;
                let interval = Duration::from_secs_f64(interval);
                self.scheduler.set_interval(interval, self.now);
            }
            _ => {}
        }
    }

    /// Something happens about every `every` seconds, for so many turns.
    fn run(&mut self, turns: u32, every: f64, walk_interval_too: bool) {
        let mut disturbed = self.now;
        for _ in 0..turns {
            let next = self.scheduler.next_time();
            if next.is_none_or(|next| disturbed < next) {
                self.pass(disturbed.max(self.now));
                self.disturb(walk_interval_too);
                disturbed += Duration::from_secs_f64(every * 2.0 * self.rng.random::<f64>());
            } else if let Some(next) = next {
                self.pass(next.max(self.now));
                self.take();
            }
        }
    }
}

/// How far the others are off their turns at worst, behind and ahead, when `touched` strategies come, go and change at random.
fn disturbed_by(touched: usize, turns: u32) -> (f64, f64) {
    let (mut behind, mut ahead) = (0.0_f64, 0.0_f64);
    for seed in 0..40 {
        let every = [0.003, 0.05, 0.4, 3.0][seed as usize % 4];
        let calm = 1 + u32::try_from(seed % 5).expect("small");
        let mut chaos = Chaos::new(seed, calm, touched);
        chaos.run(turns, every, seed % 3 == 0);
        for account in &chaos.accounts[..calm as usize] {
            assert!(account.had > 20, "seed {seed}: {} turns", account.had);
            behind = behind.min(account.range.0);
            ahead = ahead.max(account.range.1);
        }
    }
    (behind, ahead)
}

/// Who waits for a turn is behind by up to one, on its best days too.
#[test]
fn whatever_is_done_to_some_the_others_have_the_turns_they_were_promised() {
    for (touched, turns) in [(1, 12_000), (3, 6_000), (10, 6_000), (30, 6_000)] {
        let (behind, ahead) = disturbed_by(touched, turns);
        assert!(
            behind > -2.5 && ahead < 1.0,
            "{touched} changed: {behind} behind, {ahead} ahead"
        );
    }
}

#[test]
fn those_that_nothing_was_done_to_are_never_off_by_a_turn() {
    for seed in 0..20 {
        let mut chaos = Chaos::new(seed, 0, 0);
        for index in 0..=seed {
            chaos.add(
                (index % 3 > 0)
                    .then(|| 0.07 * 1.7_f64.powi(i32::try_from(index).expect("small") % 9)),
            );
        }
        (chaos.calm, chaos.most) = (chaos.next, 0);
        chaos.run(4_000, 1e9, false);
        for account in &chaos.accounts {
            let (behind, ahead) = account.range;
            assert!(account.had > 2, "seed {seed}");
            assert!(
                behind > -2.0 && ahead < 1.0,
                "seed {seed}: {behind} {ahead}"
            );
        }
    }
}
