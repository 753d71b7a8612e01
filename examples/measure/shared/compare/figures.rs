//! Figures measured in pairs, and the ratios that follow from them.

use serde::Serialize;

use super::{Result, target};
use crate::measure::machine::Machine;

/// A whole report.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The machine and the time.
    pub machine: Machine,
    /// Number of pairs measured for each row.
    pub pairs: usize,
    /// `true` if the runs were short.
    pub quick: bool,
    /// `true` if rates are per second of processor time.
    pub processor_time: bool,
    /// The rows, in order.
    pub rows: Vec<Row>,
}

impl Report {
    /// Returns the report as JSON, with medians and ratios.
    ///
    /// # Errors
    /// Never fails: every key is text.
    pub fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)?)
    }
}

/// The unit of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Number per second; more is better.
    PerSecond,
    /// Seconds; fewer is better.
    Seconds,
    /// Bytes; fewer is better.
    Bytes,
    /// Datagrams; fewer is better.
    Datagrams,
    /// Percent, 0 to 100; less is better.
    Percent,
    /// A factor; more is better.
    Times,
}

impl Unit {
    const fn more_is_better(self) -> bool {
        matches!(self, Self::PerSecond | Self::Times)
    }
}

/// The figures of one turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Turn {
    /// The figure of py-ipv8, if it takes part.
    pub python: Option<f64>,
    /// Our figure.
    pub ours: Option<f64>,
    /// The figure of the bare responder, if there is one.
    pub bare: Option<f64>,
    /// Our figure in the base row, if there is one.
    pub base: Option<f64>,
}

/// One kind of work.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Its short name.
    pub id: String,
    /// The work.
    pub work: String,
    /// The unit.
    pub unit: Unit,
    /// The base of another comparison of our figure: "our rate at 20 peers".
    pub base: Option<&'static str>,
    /// The target, if there is one.
    pub target: Option<&'static str>,
    /// The figures of each turn.
    pub turns: Vec<Turn>,
    /// A note for readers.
    pub note: Option<String>,
    /// The summary of the turns.
    pub summary: Summary,
}

/// The summary of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// The median of py-ipv8.
    pub python: Option<f64>,
    /// Our median.
    pub ours: Option<f64>,
    /// The median of the bare responder.
    pub bare: Option<f64>,
    /// The median of the base.
    pub base: Option<f64>,
    /// Factor by which we are better than py-ipv8.
    pub times_python: Option<Spread>,
    /// Our figure divided by the bare responder's.
    pub share_of_bare: Option<Spread>,
    /// Our figure divided by the base.
    pub per_base: Option<Spread>,
}

/// Median, least and greatest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The median.
    pub median: f64,
    /// The least value.
    pub minimum: f64,
    /// The greatest value.
    pub maximum: f64,
}

impl Row {
    /// Returns a row with the summary of its turns.
    pub fn new(id: &str, work: &str, unit: Unit, turns: Vec<Turn>) -> Self {
        Self {
            id: id.to_owned(),
            work: work.to_owned(),
            unit,
            base: None,
            target: target::of(id),
            summary: Summary::of(unit, &turns),
            turns,
            note: None,
        }
    }

    /// Returns the row with a note.
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Returns the row with a name for its base.
    pub fn against(mut self, base: &'static str) -> Self {
        self.base = Some(base);
        self
    }
}

impl Summary {
    fn of(unit: Unit, turns: &[Turn]) -> Self {
        let figures = |of: fn(&Turn) -> Option<f64>| {
            Spread::of(turns.iter().filter_map(of)).map(|spread| spread.median)
        };
        let better = |turn: &Turn, than: Option<f64>| {
            let (ours, than) = (turn.ours?, than?);
            let (above, below) = if unit.more_is_better() {
                (ours, than)
            } else {
                (than, ours)
            };
            ratio(above, below)
        };
        Self {
            python: figures(|turn| turn.python),
            ours: figures(|turn| turn.ours),
            bare: figures(|turn| turn.bare),
            base: figures(|turn| turn.base),
            times_python: Spread::of(turns.iter().filter_map(|turn| better(turn, turn.python))),
            share_of_bare: Spread::of(turns.iter().filter_map(|turn| better(turn, turn.bare))),
            per_base: Spread::of(
                turns
                    .iter()
                    .filter_map(|turn| ratio(turn.ours?, turn.base?)),
            ),
        }
    }
}

/// Returns the quotient; `None` if it is not a finite number.
fn ratio(above: f64, below: f64) -> Option<f64> {
    (below != 0.0)
        .then(|| above / below)
        .filter(|ratio| ratio.is_finite())
}

impl Spread {
    /// Returns the spread of these numbers; `None` if there are none. The median of an even number
    /// of values is the mean of the middle two.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let upper = *sorted.get(sorted.len() / 2)?;
        let lower = *sorted.get((sorted.len() - 1) / 2)?;
        Some(Self {
            median: f64::midpoint(lower, upper),
            minimum: *sorted.first()?,
            maximum: *sorted.last()?,
        })
    }
}

/// Returns the 99th percentile, in seconds, of the difference between the gaps of steps and `even`.
pub fn deviation(steps: &[f64], even: f64) -> Option<f64> {
    let mut off: Vec<f64> = steps
        .windows(2)
        .map(|pair| (pair[1] - pair[0] - even).abs())
        .collect();
    off.sort_by(f64::total_cmp);
    off.get((off.len() * 99).div_ceil(100).checked_sub(1)?)
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(python: f64, ours: f64) -> Turn {
        Turn {
            python: Some(python),
            ours: Some(ours),
            ..Turn::default()
        }
    }

    fn spread(median: f64, minimum: f64, maximum: f64) -> Option<Spread> {
        Some(Spread {
            median,
            minimum,
            maximum,
        })
    }

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_middle_two() {
        assert_eq!(Spread::of([]), None);
        assert_eq!(Spread::of([4.0]), spread(4.0, 4.0, 4.0));
        assert_eq!(Spread::of([9.0, 1.0, 5.0]), spread(5.0, 1.0, 9.0));
        assert_eq!(Spread::of([9.0, 1.0, 2.0, 5.0]), spread(3.5, 1.0, 9.0));
    }

    #[test]
    fn ratios_are_those_of_the_turns_not_of_the_medians() {
        let turns = [turn(10.0, 100.0), turn(20.0, 100.0), turn(50.0, 150.0)];
        let summary = Summary::of(Unit::PerSecond, &turns);
        assert_eq!((summary.python, summary.ours), (Some(20.0), Some(100.0)));
        assert_eq!(summary.times_python, spread(5.0, 3.0, 10.0));
        assert_eq!(summary.share_of_bare, None);
    }

    #[test]
    fn of_times_and_sizes_less_is_better() {
        for unit in [Unit::Seconds, Unit::Bytes, Unit::Datagrams, Unit::Percent] {
            let summary = Summary::of(unit, &[turn(10.0, 2.0)]);
            assert_eq!(summary.times_python, spread(5.0, 5.0, 5.0), "{unit:?}");
        }
    }

    #[test]
    fn of_rates_and_gains_more_is_better() {
        for unit in [Unit::PerSecond, Unit::Times] {
            let summary = Summary::of(unit, &[turn(2.0, 10.0)]);
            assert_eq!(summary.times_python, spread(5.0, 5.0, 5.0), "{unit:?}");
        }
    }

    #[test]
    fn a_share_and_a_base_come_from_the_same_turn() {
        let full = |ours, bare, base| Turn {
            python: None,
            ours: Some(ours),
            bare: Some(bare),
            base: Some(base),
        };
        let turns = [full(80.0, 100.0, 160.0), full(90.0, 100.0, 90.0)];
        let summary = Summary::of(Unit::PerSecond, &turns);
        assert_eq!(summary.share_of_bare, spread(0.8500000000000001, 0.8, 0.9));
        assert_eq!(summary.per_base, spread(0.75, 0.5, 1.0));
        assert_eq!(summary.times_python, None);
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        let summary = Summary::of(Unit::Percent, &[turn(40.0, 0.0)]);
        assert_eq!(summary.times_python, None);
        assert_eq!(summary.ours, Some(0.0));
    }

    #[test]
    fn even_steps_are_not_off() {
        let even: Vec<f64> = (0..50).map(|step| f64::from(step) * 0.125).collect();
        assert_eq!(deviation(&even, 0.125), Some(0.0));
        assert_eq!(deviation(&[1.0], 0.125), None);
    }

    #[test]
    fn one_late_step_of_few_shows() {
        assert_eq!(deviation(&[0.0, 1.0, 2.5, 3.0], 1.0), Some(0.5));
    }
}
