//! The figures as tables in Markdown.

use std::fmt::Write;

use ipv8_examples::measure::markers::wrapped;

use crate::together::spread;
use crate::{Figures, churn, late, together};

/// Returns all tables, each with a description of the experiment.
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
    let (nodes, end, enough) = (together::NODES, together::SECONDS, together::ARRIVED);
    let experiment = format!(
        "{nodes} nodes that know a tracker start together. The columns *half* and *all but five* \
         show when that many nodes have {enough} peers. The other columns show the network after \
         {end} s."
    );
    writeln!(text, "{}", wrapped(&experiment))?;
    writeln!(
        text,
        "| strategies | target_peers | half | all but five | peers: fewest, median, most | clustering \
         | distance | parts | datagrams sent per node and second: first 30 s, last 30 s |"
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
    let experiment = format!(
        "{old} nodes use RandomWalk for {alone} s; then {late} more nodes start. The table shows \
         these late nodes {end} s later."
    );
    writeln!(text, "{}", wrapped(&experiment))?;
    writeln!(
        text,
        "| target_peers | old peers of a late node (median) | late peers | late nodes without an old \
         peer | requests dropped because of max_peers | clustering among the late nodes |"
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
    let experiment = format!(
        "{nodes} nodes run the discovery community for {before} s; then {gone} of them vanish. The \
         table shows the share of vanished nodes in the peer lists of the other nodes, by the time \
         since then."
    );
    writeln!(text, "{}", wrapped(&experiment))?;
    writeln!(
        text,
        "| strategies | 10 s | 30 s | 60 s | 90 s | 180 s | less than 1 % after | living peers at the \
         end (median) |"
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
