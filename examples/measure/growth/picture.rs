//! Draws the curves: time above, memory below, one column per series.

use ipv8_examples::measure::chart::{Axis, Chart, Line, svg as draw};

use crate::meter::ratio;
use crate::series::FIGURES;
use crate::table::Report;

pub(crate) fn svg(report: &Report) -> String {
    let curves = &report.curves;
    let times = curves.iter().map(|curve| {
        let timed = FIGURES.iter().filter(|figure| figure.unit == "ns");
        Chart {
            title: format!("time by {}", curve.series.title()),
            x: Axis::log(curve.series.title()),
            y: Axis::log("ns").from(100.0).to(1e6),
            lines: timed
                .map(|figure| Line::new(figure.name, curve.points(figure)))
                .collect(),
        }
    });
    let memory = curves.iter().map(|curve| {
        let resident = curve.samples.iter();
        let resident = resident.map(|sample| (ratio(sample.size), mega(sample.resident)));
        Chart {
            title: format!("memory by {}", curve.series.title()),
            x: Axis::log(curve.series.title()),
            y: Axis::log("MB").from(1.0).to(1e3),
            lines: vec![Line::new("resident memory", resident.collect())],
        }
    });
    let charts: Vec<_> = times.chain(memory).collect();
    draw(
        "Time and memory as peers, addresses, overlays and strategies grow",
        &charts,
        curves.len(),
        &report.machine.to_string(),
    )
}

#[allow(clippy::cast_precision_loss)]
fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
