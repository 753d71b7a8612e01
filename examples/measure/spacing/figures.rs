//! The figures of one run, computed from its turns.

use std::fmt::Write;
use std::time::{Duration, Instant};

use ipv8_examples::measure::grid::Grid;
use ipv8_examples::measure::spread::Spread;
use serde::Serialize;
use serde_json::{Value, json};

use crate::measure::{Measured, Turn};

/// Durations in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
struct Milliseconds {
    minimum: f64,
    median: f64,
    p99: f64,
    maximum: f64,
}

impl Milliseconds {
    fn of(durations: impl IntoIterator<Item = Duration>) -> Option<Self> {
        let spread = Spread::of(durations)?;
        Some(Self {
            minimum: milliseconds(spread.minimum),
            median: milliseconds(spread.median),
            p99: milliseconds(spread.p99),
            maximum: milliseconds(spread.maximum),
        })
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// The effect of one slow step on the turns after it.
struct Slow {
    took: Duration,
    /// Turns that were skipped.
    lost: u64,
    /// The lag of the next turn.
    next: Duration,
    /// The largest lag of the 18 turns after the next one.
    others: Duration,
    /// The least time between two turns after it.
    distance: Duration,
}

/// The figures of one run.
pub(crate) struct Figures {
    strategies: u32,
    interval: Duration,
    gap: Duration,
    turns: usize,
    busy: bool,
    /// The lags of turns; 0 for turns exactly on the grid.
    began: Option<Milliseconds>,
    /// The lags of their datagrams, on the same grid.
    arrived: Option<Milliseconds>,
    missing: usize,
    /// The least distance between the datagrams of two strategies.
    distance: Option<Duration>,
    lost: u64,
    lost_in_all: u64,
    slow: Vec<Slow>,
}

impl Figures {
    pub(crate) fn of(measured: &Measured, busy: bool) -> Self {
        let began: Vec<Instant> = measured.turns.iter().map(|turn| turn.began).collect();
        let grid = Grid::of(&began, measured.gap);
        let plain = measured.plain.min(grid.due.len());
        let turns = &measured.turns[..plain];
        let due = &grid.due[..plain];
        let began = due.iter().zip(turns);
        let began = began.map(|(due, turn)| turn.began.saturating_duration_since(*due));
        let arrived = due.iter().zip(turns).filter_map(|(due, turn)| {
            let arrived = turn.arrived?;
            Some(arrived.saturating_duration_since(*due))
        });
        Self {
            strategies: measured.strategies,
            interval: measured.interval,
            gap: measured.gap,
            turns: plain,
            busy,
            began: Milliseconds::of(began),
            arrived: Milliseconds::of(arrived),
            missing: turns.iter().filter(|turn| turn.arrived.is_none()).count(),
            distance: least_distance(turns),
            lost: grid.lost[..plain].iter().sum(),
            lost_in_all: measured.lost,
            slow: slow_steps(measured, &grid),
        }
    }

    /// Returns half a gap: the least distance between the datagrams of two strategies.
    fn least(&self) -> Duration {
        self.gap / 2
    }

    pub(crate) fn table(&self) -> String {
        let mut text = String::new();
        let busy = if self.busy {
            "all cores busy"
        } else {
            "no load of our own"
        };
        let _ = writeln!(
            text,
            "{} strategies, interval {:.3} s: a turn every {:.3} ms; {} turns, {busy}",
            self.strategies,
            self.interval.as_secs_f64(),
            milliseconds(self.gap),
            self.turns,
        );
        let _ = writeln!(
            text,
            "{:<28}{:>9}{:>9}{:>9}{:>9}",
            "", "min", "median", "p99", "max"
        );
        for (name, spread) in [
            ("turns begin late", self.began),
            ("datagrams arrive late", self.arrived),
        ] {
            let Some(spread) = spread else { continue };
            let _ = writeln!(
                text,
                "{name:<28}{:>9.3}{:>9.3}{:>9.3}{:>9.3} ms",
                spread.minimum, spread.median, spread.p99, spread.maximum
            );
        }
        if let Some(distance) = self.distance {
            let kept = if distance >= self.least() {
                "kept"
            } else {
                "BROKEN"
            };
            let _ = writeln!(
                text,
                "datagrams of two strategies: at least {:.3} ms apart; limit I/(2N) = {:.3} ms: {kept}",
                milliseconds(distance),
                milliseconds(self.least()),
            );
        }
        let _ = writeln!(
            text,
            "turns lost: {}; datagrams missing: {}",
            self.lost, self.missing
        );
        for slow in &self.slow {
            let _ = writeln!(
                text,
                "a step of {:.1} ms: {} turns lost; the next one is {:.3} ms late, the 18 after it at most \
                 {:.3} ms; at least {:.3} ms between two turns",
                milliseconds(slow.took),
                slow.lost,
                milliseconds(slow.next),
                milliseconds(slow.others),
                milliseconds(slow.distance),
            );
        }
        text
    }

    pub(crate) fn json(&self) -> Value {
        let slow = self.slow.iter().map(|slow| {
            json!({
                "took_ms": milliseconds(slow.took),
                "turns_lost": slow.lost,
                "next_late_ms": milliseconds(slow.next),
                "others_late_ms": milliseconds(slow.others),
                "least_distance_ms": milliseconds(slow.distance),
            })
        });
        json!({
            "strategies": self.strategies,
            "interval_ms": milliseconds(self.interval),
            "gap_ms": milliseconds(self.gap),
            "turns": self.turns,
            "busy": self.busy,
            "turns_late_ms": self.began,
            "datagrams_late_ms": self.arrived,
            "datagrams_missing": self.missing,
            "least_distance_ms": self.distance.map(milliseconds),
            "least_distance_allowed_ms": milliseconds(self.least()),
            "turns_lost": self.lost,
            "turns_lost_in_all": self.lost_in_all,
            "slow_steps": slow.collect::<Vec<_>>(),
        })
    }
}

/// Returns the least time between two consecutive datagrams of different strategies.
fn least_distance(turns: &[Turn]) -> Option<Duration> {
    let pairs = turns.windows(2);
    let pairs = pairs.filter(|pair| pair[0].strategy != pair[1].strategy);
    pairs
        .filter_map(|pair| Some(pair[1].arrived?.saturating_duration_since(pair[0].arrived?)))
        .min()
}

fn slow_steps(measured: &Measured, grid: &Grid) -> Vec<Slow> {
    let turns = measured.turns.iter().enumerate();
    let slow = turns.filter(|(_, turn)| !turn.slow.is_zero());
    slow.filter_map(|(index, turn)| {
        let after = index + 1..(index + 20).min(measured.turns.len());
        let late = after.clone().map(|index| {
            let (turn, due) = (&measured.turns[index], grid.due[index]);
            turn.began.saturating_duration_since(due)
        });
        let distances = measured.turns[index..after.end].windows(2);
        let distances =
            distances.map(|pair| pair[1].began.saturating_duration_since(pair[0].began));
        Some(Slow {
            took: turn.slow,
            lost: grid.lost[after.clone()].iter().sum(),
            next: late.clone().next()?,
            others: late.skip(1).max().unwrap_or_default(),
            distance: distances.min()?,
        })
    })
    .collect()
}
