//! The figures as tables in Markdown.

use std::fmt::Write;

use crate::together::spread;
use crate::{Figures, churn, late, together};

/// All tables, each with a line that says what was done.
pub(crate) fn text(figures: &Figures) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = together_table(&mut text, &figures.together);
    let _ = late_table(&mut text, &figures.late);
    let _ = churn_table(&mut text, &figures.churn);
    text
}

fn seconds(value: Option<usize>) -> String {
    value.map_or_else(|| "never".to_owned(), |seconds| format!("{seconds} s"))
}

fn together_table(text: &mut String, outcomes: &[together::Outcome]) -> std::fmt::Result {
    let (nodes, end, wanted) = (together::NODES, together::SECONDS, together::ARRIVED);
    writeln!(
        text,
        "{nodes} nodes start together, knowing a tracker. Half of them, and all but five, have {wanted} peers after so many \
         seconds; the rest is what there is after {end} s.\n"
    )?;
    writeln!(
        text,
        "| strategies | target_peers | half | all but five | peers: fewest, median, most | clustering | distance | parts | \
         datagrams sent, a node and second: first 30 s, last 30 s |"
    )?;
    writeln!(text, "|---|---|---|---|---|---|---|---|---|")?;
    for outcome in outcomes {
        let (least, middle, most) = spread(&outcome.degrees);
        writeln!(
            text,
            "| {} | {} | {} | {} | {least}, {middle}, {most} | {:.2} | {:.2} | {} | {:.1}, {:.1} |",
            outcome.name,
            outcome.target,
            seconds(outcome.arrival(nodes / 2)),
            seconds(outcome.arrival(nodes - 5)),
            outcome.clustering,
            outcome.distance,
            outcome.parts,
            outcome.first,
            outcome.last,
        )?;
    }
    writeln!(text)
}

fn late_table(text: &mut String, outcomes: &[late::Outcome]) -> std::fmt::Result {
    let (old, alone, late, end) = (late::OLD, late::ALONE, late::LATE, late::SECONDS);
    writeln!(
        text,
        "{old} nodes walk by RandomWalk for {alone} s; then {late} more come. This is how it is for the late ones {end} s later.\n"
    )?;
    writeln!(
        text,
        "| target_peers | old peers of a late node (median) | late peers | late nodes without an old peer | requests dropped for \
         max_peers | clustering among the late |"
    )?;
    writeln!(text, "|---|---|---|---|---|---|")?;
    for outcome in outcomes {
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {:.2} |",
            outcome.target,
            outcome.old_peers,
            outcome.late_peers,
            outcome.alone,
            outcome.refused,
            outcome.clustering,
        )?;
    }
    writeln!(text)
}

fn churn_table(text: &mut String, outcomes: &[churn::Outcome]) -> std::fmt::Result {
    let (nodes, gone, before) = (churn::NODES, churn::GONE, churn::BEFORE);
    writeln!(
        text,
        "{nodes} nodes run the discovery community for {before} s; then {gone} of them vanish. This is the share of those in the \
         peer lists of the others, so many seconds later.\n"
    )?;
    writeln!(
        text,
        "| strategies | 10 s | 30 s | 60 s | 90 s | 180 s | less than 1 % after | living peers in the end (median) |"
    )?;
    writeln!(text, "|---|---|---|---|---|---|---|---|")?;
    for outcome in outcomes {
        write!(text, "| {} |", outcome.name)?;
        for second in [10, 30, 60, 90, 180] {
            let dead = outcome.dead.get(second - 1).copied().unwrap_or_default();
            write!(text, " {:.0} % |", dead * 100.0)?;
        }
        writeln!(
            text,
            " {} | {} |",
            seconds(outcome.recovered()),
            outcome.living
        )?;
    }
    Ok(())
}
