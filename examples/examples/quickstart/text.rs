//! The figures as text: the screen, the plain line, the summary. Nothing here prints.

use std::fmt::Write as _;
use std::time::Duration;

use ipv8_examples::measure::spread::Spread;

use crate::figures::{Figures, NodeFigures, Spacing, TrafficStats};

/// The screen fits a terminal of 80 columns and 24 rows for any number of nodes.
const COLUMNS: usize = 4;
const MOST_ON_SCREEN: usize = COLUMNS * 7;
const BAR: usize = 7;

/// Number of nodes that are named if they lack something.
const MOST_LACKING: usize = 25;

/// Returns the live view: one screen, without control codes.
pub(crate) fn screen(figures: &Figures, head: &str, hint: &str) -> String {
    let goal = &figures.goal;
    let mut text = format!("{head}   {:.1} s\n\n", figures.at.as_secs_f64());
    grid(&mut text, figures);
    let _ = writeln!(
        text,
        "\n  {} of {} nodes have found {} peers, {} have heard from {} of them\n",
        figures.found(),
        goal.nodes,
        goal.peers,
        figures.heard(),
        goal.heard
    );
    strategies(&mut text, figures);
    let (sent, received) = figures.hellos();
    let _ = writeln!(text, "\n  hellos      sent {sent}, received {received}");
    let _ = writeln!(text, "  datagrams   {}", traffic(&figures.traffic));
    if let Some(spacing) = &figures.spacing {
        let _ = writeln!(text, "  spacing     {}", spread_of_turns(spacing));
    }
    let _ = write!(text, "\n  {hint}");
    text
}

/// Appends a cell for each node: its number, a bar and the number of its peers, and of heard peers.
fn grid(text: &mut String, figures: &Figures) {
    let cell = format!("  {:>2} {:BAR$} {:>6}", "no", "peers", "heard");
    let _ = writeln!(text, "{}", cell.repeat(COLUMNS.min(figures.nodes.len())));
    for (index, node) in figures.nodes.iter().take(MOST_ON_SCREEN).enumerate() {
        let _ = write!(
            text,
            "  {:>2} {} {:>3} {:>2}",
            index + 1,
            bar(node.peers, figures.goal.peers),
            node.peers,
            node.heard
        );
        if index % COLUMNS == COLUMNS - 1 {
            text.push('\n');
        }
    }
    let shown = figures.nodes.len().min(MOST_ON_SCREEN);
    if !shown.is_multiple_of(COLUMNS) {
        text.push('\n');
    }
    let more = figures.nodes.len() - shown;
    if more > 0 {
        let _ = writeln!(text, "      and {more} more");
    }
}

fn bar(peers: usize, target: usize) -> String {
    let full = (peers * BAR / target.max(1)).min(BAR);
    "#".repeat(full) + &".".repeat(BAR - full)
}

fn strategies(text: &mut String, figures: &Figures) {
    let _ = writeln!(
        text,
        "  {:20} {:>6} {:>9} {:>18}",
        "strategy", "target", "steps", "skipped at target"
    );
    for strategy in &figures.strategies {
        let _ = writeln!(
            text,
            "  {:20} {:>6} {:>9} {:>18}",
            strategy.name, strategy.target, strategy.taken, strategy.skipped
        );
    }
}

/// Returns the progress in one line, for output that is not a terminal.
pub(crate) fn line(figures: &Figures) -> String {
    let goal = &figures.goal;
    let mut peers: Vec<usize> = figures.nodes.iter().map(|node| node.peers).collect();
    peers.sort_unstable();
    let at = |index: usize| peers.get(index).copied().unwrap_or(0);
    let steps: Vec<String> = figures
        .strategies
        .iter()
        .map(|strategy| format!("{} {}", strategy.name, strategy.taken))
        .collect();
    format!(
        "{:6.1} s  peers min {}, median {}, max {}; {} of {} nodes at target {}, {} heard {} peers; \
         steps {}; skipped {}; hellos {}",
        figures.at.as_secs_f64(),
        at(0),
        at(peers.len() / 2),
        at(peers.len().saturating_sub(1)),
        figures.found(),
        goal.nodes,
        goal.peers,
        figures.heard(),
        goal.heard,
        steps.join(", "),
        figures.skipped(),
        figures.hellos().1,
    )
}

/// Returns the table that ends the program.
pub(crate) fn summary(figures: &Figures) -> String {
    let goal = &figures.goal;
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:18} {value}");
    };
    row(
        &format!("{} peers", goal.peers),
        &times(figures.times(|node| node.found_after), goal.nodes),
    );
    row(
        &format!("heard from {}", goal.heard),
        &times(figures.times(|node| node.heard_after), goal.nodes),
    );
    for strategy in &figures.strategies {
        let value = format!(
            "{} steps ({} sent nothing), {} skipped at target",
            strategy.taken, strategy.idle, strategy.skipped
        );
        row(strategy.name, &value);
    }
    let (sent, received) = figures.hellos();
    row("hellos", &format!("{sent} sent, {received} received"));
    row("nodes' datagrams", &traffic(&figures.traffic));
    row("tracker's", &traffic(&figures.tracker));
    row("dropped by nodes", &drops(&figures.traffic));
    row("by the tracker", &drops(&figures.tracker));
    row("faults", &faults(&figures.traffic));
    if let Some(spacing) = &figures.spacing {
        row("spacing of turns", &spread_of_turns(spacing));
        let (shortest, longest) = spacing.extremes;
        row(
            "on all nodes",
            &format!("{} to {} ms", ms(shortest), ms(longest)),
        );
    }
    text
}

/// Returns a line for each node that missed its goal, at most 25, with what it lacks.
pub(crate) fn lacking(figures: &Figures) -> String {
    let nodes = figures.nodes.iter().enumerate();
    let lines: Vec<String> = nodes
        .filter_map(|(index, node)| {
            let what = what_lacks(figures, node)?;
            let address = node.address.map(|address| format!(" ({address})"));
            let address = address.unwrap_or_default();
            Some(format!("  node {}{address} {what}\n", index + 1))
        })
        .collect();
    let mut text: String = lines.iter().take(MOST_LACKING).cloned().collect();
    if lines.len() > MOST_LACKING {
        let _ = writeln!(text, "  and {} more", lines.len() - MOST_LACKING);
    }
    text
}

fn what_lacks(figures: &Figures, node: &NodeFigures) -> Option<String> {
    let goal = &figures.goal;
    let peers = format!("found {} of {} peers", node.peers, goal.peers);
    let heard = format!("heard from {} of {}", node.heard, goal.heard);
    match (node.found_after, node.heard_after) {
        (Some(_), Some(_)) => None,
        (None, Some(_)) => Some(peers),
        (Some(_), None) => Some(heard),
        (None, None) => Some(format!("{peers}, {heard}")),
    }
}

fn times(times: impl Iterator<Item = Duration>, nodes: usize) -> String {
    let Some(spread) = Spread::of(times) else {
        return "no node".to_owned();
    };
    let who = if spread.count == nodes {
        "last".to_owned()
    } else {
        format!("last of {} nodes", spread.count)
    };
    format!(
        "median {:.2} s, {who} {:.2} s",
        spread.median.as_secs_f64(),
        spread.maximum.as_secs_f64()
    )
}

fn traffic(traffic: &TrafficStats) -> String {
    format!(
        "{} sent ({}), {} received ({}), {} dropped",
        traffic.datagrams_sent,
        bytes(traffic.bytes_sent),
        traffic.datagrams_received,
        bytes(traffic.bytes_received),
        traffic.dropped()
    )
}

#[allow(clippy::cast_precision_loss)]
fn bytes(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..10_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

fn drops(traffic: &TrafficStats) -> String {
    let mut reasons: Vec<String> = traffic
        .drops
        .iter()
        .map(|(reason, count)| format!("{reason} {count}"))
        .collect();
    if traffic.kernel_drops > 0 {
        reasons.push(format!("kernel {}", traffic.kernel_drops));
    }
    if reasons.is_empty() {
        return "nothing".to_owned();
    }
    reasons.join(", ")
}

fn faults(traffic: &TrafficStats) -> String {
    format!(
        "{} panics, {} slow steps, {} missed turns",
        traffic.panics, traffic.slow_steps, traffic.missed_turns
    )
}

fn spread_of_turns(spacing: &Spacing) -> String {
    let Spread {
        minimum,
        median,
        p99,
        maximum,
        ..
    } = spacing.first;
    format!(
        "min {}, median {}, p99 {}, max {} ms (even: {})",
        ms(minimum),
        ms(median),
        ms(p99),
        ms(maximum),
        ms(spacing.even)
    )
}

fn ms(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64() * 1e3)
}
