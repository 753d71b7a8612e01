//! Finds the grid on which turns should begin, from the times at which they began.

use std::time::{Duration, Instant};

/// The times at which turns should have begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// The grid time of each turn.
    pub due: Vec<Instant>,
    /// Number of grid points skipped just before each turn.
    pub lost: Vec<u64>,
}

impl Grid {
    /// Fits a grid to the turns. A turn that is late by a gap or more has skipped that many points,
    /// and no turn begins early.
    #[must_use]
    pub fn of(turns: &[Instant], gap: Duration) -> Self {
        let mut due = Vec::with_capacity(turns.len());
        let mut lost = Vec::with_capacity(turns.len());
        let Some(first) = turns.first() else {
            return Self { due, lost };
        };
        // The grid begins at the earliest turn, moved back to the position of the first one.
        let mut begin = *first;
        for _ in 0..2 {
            due.clear();
            lost.clear();
            let mut point = begin;
            let mut early = Duration::ZERO;
            for turn in turns {
                let late = turn.saturating_duration_since(point);
                let passed = late.as_nanos() / gap.as_nanos().max(1);
                // A turn is late against its own grid point.
                due.push(point);
                lost.push(u64::try_from(passed).unwrap_or(u64::MAX));
                early = early.max(point.saturating_duration_since(*turn));
                point += gap * u32::try_from(passed + 1).unwrap_or(u32::MAX);
            }
            begin -= early;
        }
        Self { due, lost }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_millis(10);

    /// Takes the beginnings of turns in milliseconds after the first grid point. Returns the due
    /// times, in milliseconds, and the skipped points.
    fn grid(began: &[u64]) -> (Vec<u128>, Vec<u64>) {
        let start = Instant::now() + Duration::from_secs(1);
        let began: Vec<_> = began
            .iter()
            .map(|after| start + Duration::from_millis(*after))
            .collect();
        let grid = Grid::of(&began, GAP);
        let due = grid.due.iter();
        let due = due.map(|due| due.duration_since(start).as_millis());
        (due.collect(), grid.lost)
    }

    #[test]
    fn turns_on_the_grid_are_due_when_they_began() {
        assert_eq!(grid(&[]), (Vec::new(), Vec::new()));
        assert_eq!(grid(&[0]), (vec![0], vec![0]));
        assert_eq!(grid(&[0, 10, 20]), (vec![0, 10, 20], vec![0; 3]));
    }

    #[test]
    fn a_late_turn_moves_no_other() {
        assert_eq!(grid(&[0, 13, 20, 39]), (vec![0, 10, 20, 30], vec![0; 4]));
    }

    #[test]
    fn a_first_turn_that_is_late_does_not_move_the_grid() {
        assert_eq!(grid(&[4, 10, 20, 35]), (vec![0, 10, 20, 30], vec![0; 4]));
    }

    #[test]
    fn points_that_passed_are_lost_and_the_turn_is_late_against_its_own() {
        let (due, lost) = grid(&[0, 35, 40, 50]);
        assert_eq!((due, lost), (vec![0, 10, 40, 50], vec![0, 2, 0, 0]));
    }

    #[test]
    fn no_gap_is_no_division_by_zero() {
        let now = Instant::now();
        assert_eq!(Grid::of(&[now, now], Duration::ZERO).lost, [0, 0]);
    }
}
