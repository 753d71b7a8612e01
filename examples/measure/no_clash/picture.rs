//! Draws the losses, and the datagrams of one interval.

use std::time::Duration;

use ipv8_examples::measure::chart::{Axis, Chart, Line, svg as draw};

use crate::Result;
use crate::cells::{Both, Cell, Figures, INTERVAL, Outcome, Row, Size};
use crate::model::{self, Run};

/// The cell whose interval is shown.
const SHOWN: Cell = Cell {
    communities: 10,
    burst: 200,
};

/// The interval that is shown: not the first one, in which turns begin.
const NUMBER: u32 = 2;

pub(crate) fn svg(figures: &Figures) -> Result<String> {
    let mut charts: Vec<_> = Size::ALL.map(|size| losses(figures, size)).into();
    let together = model::run(SHOWN, Size::Small, true)?;
    let spread = model::run(SHOWN, Size::Small, false)?;
    let runs = [("together", &together), ("spread", &spread)];
    charts.push(traffic(&runs));
    charts.push(waiting(&runs));
    Ok(draw(
        "Datagrams that a receiver loses of bursts, fired together and in turns",
        &charts,
        2,
        &figures.machine,
    ))
}

fn losses(figures: &Figures, size: Size) -> Chart {
    let points = |of: &dyn Fn(&Row) -> Option<f64>| {
        let rows = figures.rows.iter();
        let rows = rows.filter(|row| row.datagram_bytes == size.bytes());
        let mut points: Vec<_> = rows
            .filter_map(|row| Some((f64::from(row.cell.datagrams()), of(row)?)))
            .collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        points
    };
    let line = |name: &str, pick: fn(&Both) -> &Outcome| {
        let model = points(&|row| Some(pick(&row.model).lost_percent));
        let real = points(&|row| row.real.as_ref().map(|both| pick(both).lost_percent));
        let mut lines = vec![Line::new(format!("{name}, model"), model)];
        if !real.is_empty() {
            lines.push(Line::new(format!("{name}, real sockets"), real).dashed());
        }
        lines
    };
    let mut lines = line("fired together", |both| &both.together);
    lines.extend(line("in turns, paced", |both| &both.spread));
    Chart {
        title: format!("lost datagrams of {} bytes", size.bytes()),
        x: Axis::linear("datagrams in an interval"),
        y: Axis::linear("%").to(100.0),
        lines,
    }
}

fn title(what: &str) -> String {
    let Cell { communities, burst } = SHOWN;
    format!("{what}: {communities} bursts of {burst}")
}

/// Returns the milliseconds since the beginning of the shown interval; `None` outside of it.
fn of_the_interval(at: Duration) -> Option<f64> {
    let since = at.checked_sub(INTERVAL * NUMBER)?;
    (since < INTERVAL).then_some(since.as_secs_f64() * 1e3)
}

fn traffic(runs: &[(&str, &Run)]) -> Chart {
    let counted = |times: &[Duration]| {
        let times = times.iter().filter_map(|at| of_the_interval(*at));
        let mut points = vec![(0.0, 0.0)];
        for (count, at) in (1..).zip(times) {
            // Every fifth step of the staircase is enough for a picture.
            if count % 5 == 0 {
                points.push((at, points.last().map_or(0.0, |point| point.1)));
                points.push((at, f64::from(count)));
            }
        }
        points.push((
            INTERVAL.as_secs_f64() * 1e3,
            points.last().map_or(0.0, |point| point.1),
        ));
        points
    };
    let lines = runs.iter().flat_map(|(name, run)| {
        [
            Line::new(format!("sent {name}"), counted(&run.sent)),
            Line::new(
                format!("received, sent {name}"),
                counted(&run.receiver.received),
            )
            .dashed(),
        ]
    });
    Chart {
        title: title("one interval"),
        x: Axis::linear("ms"),
        y: Axis::linear("datagrams"),
        lines: lines.collect(),
    }
}

fn waiting(runs: &[(&str, &Run)]) -> Chart {
    let lines = runs.iter().map(|(name, run)| {
        let lengths = run.receiver.lengths.iter();
        let points =
            lengths.filter_map(|(at, length)| Some((of_the_interval(*at)?, number(*length))));
        Line::new(format!("sent {name}"), highest(points))
    });
    let capacity = number(model::capacity(Size::Small));
    let full = vec![(0.0, capacity), (INTERVAL.as_secs_f64() * 1e3, capacity)];
    let mut lines: Vec<_> = lines.collect();
    lines.push(Line::new("full", full).dashed());
    Chart {
        title: title("waiting in the buffer"),
        x: Axis::linear("ms"),
        y: Axis::linear("datagrams"),
        lines,
    }
}

/// Returns the highest point of each millisecond that has points.
fn highest(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut highest: Vec<(f64, f64)> = Vec::new();
    for (at, value) in points {
        match highest.last_mut() {
            Some(last) if last.0 == at.floor() => last.1 = last.1.max(value),
            _ => highest.push((at.floor(), value)),
        }
    }
    highest
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
