//! Random changes to some strategies, and the turns that the others have meanwhile.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{INTERVAL, Scheduler};

/// The turns that a strategy is due: the number of its intervals since its first turn.
struct Account {
    strategy: u32,
    own: Option<f64>,
    paused: bool,
    due: f64,
    had: u32,
    /// Intervals since its last turn or change.
    waiting: f64,
    /// The lowest and the highest number of turns it was ahead.
    range: (f64, f64),
}

/// Applies every kind of change to a scheduler at random times.
struct Chaos {
    scheduler: Scheduler<u32>,
    accounts: Vec<Account>,
    interval: f64,
    now: Instant,
    last: Option<Instant>,
    next: u32,
    rng: StdRng,
    /// The first strategies, which are never changed.
    calm: u32,
    /// The highest number of strategies.
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
            strategy: self.next,
            own,
            paused: false,
            due: 0.0,
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
                account.due += if account.had > 0 { share } else { 0.0 };
            }
            assert!(account.waiting < 4.0, "{} starves", account.strategy);
            let ahead = f64::from(account.had) - 1.0 - account.due;
            if account.had > 0 {
                account.range.0 = account.range.0.min(ahead);
                account.range.1 = account.range.1.max(ahead);
            }
        }
    }

    /// Takes the turn that is due and checks its distance from the last one.
    fn take(&mut self) {
        let Some(strategy) = self.scheduler.take(self.now) else {
            return;
        };
        let least = self.scheduler.gap() / 2;
        if let Some(last) = self.last.replace(self.now) {
            assert!(
                self.now - last >= least,
                "{:?} < {least:?}",
                self.now - last
            );
        }
        let mut accounts = self.accounts.iter_mut();
        let account = accounts.find(|account| account.strategy == strategy);
        let account = account.expect("it was added, and not removed");
        assert!(!account.paused, "{strategy} is paused");
        account.had += 1;
        account.waiting = 0.0;
        let ahead = f64::from(account.had) - 1.0 - account.due;
        account.range.1 = account.range.1.max(ahead);
    }

    fn disturb(&mut self, changes_walk_interval: bool) {
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
                    .remove(|strategy| *strategy == account.strategy, self.now);
            }
            (2, Some(index)) => {
                self.accounts[index].paused = true;
                let strategy = self.accounts[index].strategy;
                self.scheduler.pause(strategy, self.now);
            }
            (3, Some(index)) => {
                self.accounts[index].paused = false;
                self.accounts[index].waiting = 0.0;
                let strategy = self.accounts[index].strategy;
                self.scheduler.resume(strategy, self.now);
            }
            (4, Some(index)) => {
                self.accounts[index].own = own;
                self.accounts[index].waiting = 0.0;
                let duration = own.map(Duration::from_secs_f64);
                let strategy = self.accounts[index].strategy;
                self.scheduler
                    .set_own_interval(strategy, duration, self.now);
            }
            (5, _) if changes_walk_interval => {
                let interval = 0.1 * 20_f64.powf(self.rng.random());
                self.interval = interval;
                let interval = Duration::from_secs_f64(interval);
                self.scheduler.set_interval(interval, self.now);
            }
            _ => {}
        }
    }

    /// Runs `turns` rounds, with a random change about every `every` seconds.
    fn run(&mut self, turns: u32, every: f64, changes_walk_interval: bool) {
        let mut disturbed = self.now;
        for _ in 0..turns {
            let next = self.scheduler.next_time();
            if next.is_none_or(|next| disturbed < next) {
                self.pass(disturbed.max(self.now));
                self.disturb(changes_walk_interval);
                disturbed += Duration::from_secs_f64(every * 2.0 * self.rng.random::<f64>());
            } else if let Some(next) = next {
                self.pass(next.max(self.now));
                self.take();
            }
        }
    }
}

/// Returns how many turns an unchanged strategy was behind and ahead at most, while `touched`
/// strategies were added, removed and changed at random.
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

/// A strategy that waits for its turn is always behind by up to one.
#[test]
fn changes_to_some_strategies_cost_the_others_no_turns() {
    for (touched, turns) in [(1, 12_000), (3, 6_000), (10, 6_000), (30, 6_000)] {
        let (behind, ahead) = disturbed_by(touched, turns);
        assert!(
            behind > -2.5 && ahead < 1.0,
            "{touched} changed: {behind} behind, {ahead} ahead"
        );
    }
}

#[test]
fn without_changes_no_strategy_is_off_by_a_turn() {
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
