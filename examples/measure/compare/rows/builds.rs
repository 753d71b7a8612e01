//! The cost of each launcher in a build.
//!
//! The programs are built in turn, and each figure is about the build of one of them after a change
//! of its `main.rs`: [`ipv8_examples::measure::builds`]. They are below cargo's target directory,
//! so that later runs find the dependencies.

use super::{Bench, Group, Selected};
use crate::{Result, pin, python};
use ipv8_examples::measure::builds::programs::Communities;
use ipv8_examples::measure::builds::{Cost, Profile, Workspace};
use ipv8_examples::measure::compare::figures::{Row, Spread, Turn, Unit};
use ipv8_examples::measure::compare::format;

pub(super) const GROUP: Group = Group {
    ids: &[
        "launchers-build",
        "communities-release",
        "communities-debug",
        "communities-bytes",
    ],
    quick: &[],
    measure,
};

/// Two programs, which differ in their number of launchers.
struct Pair {
    communities: Communities,
    profile: Profile,
    /// Number of launchers of each.
    launchers: [usize; 2],
}

const ONE: Pair = Pair {
    communities: Communities::One,
    profile: Profile::Release,
    launchers: [1, 1_001],
};
const EACH: Pair = Pair {
    communities: Communities::Each,
    profile: Profile::Release,
    launchers: [1, 51],
};
const EACH_IN_DEBUG: Pair = Pair {
    profile: Profile::Debug,
    ..EACH
};

fn measure(bench: &Bench, selected: &Selected<'_>) -> Result<Vec<Row>> {
    let on = bench.cores.map(|cores| vec![cores.load, cores.measured]);
    // Cargo and the compiler inherit the cores of this thread. They need both.
    keep_to(on.as_deref())?;
    let rows = build_all(bench, selected);
    keep_to(bench.cores.map(|cores| vec![cores.load]).as_deref())?;
    rows.or_else(|error| {
        bench.progress(&format!("skipping builds: {error}"));
        Ok(Vec::new())
    })
}

fn keep_to(cores: Option<&[usize]>) -> Result<()> {
    Ok(cores.map_or(Ok(()), pin::keep_to)?)
}

fn build_all(bench: &Bench, selected: &Selected<'_>) -> Result<Vec<Row>> {
    let home = python::target_directory().join("compare-launchers");
    let checkout = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let programs = [ONE, EACH].map(|pair| (pair.communities, pair.launchers));
    let workspace = Workspace::prepare(&home, &checkout, &programs)?;
    let mut rows = Vec::new();
    if selected.has("launchers-build") {
        let builds = build_in_turn(bench, &workspace, &ONE)?;
        rows.extend(launchers_row(&builds));
    }
    if selected.has("communities-release") || selected.has("communities-bytes") {
        let builds = build_in_turn(bench, &workspace, &EACH)?;
        rows.extend(time_row("communities-release", "release", &builds));
        rows.extend(bytes_row(&builds));
    }
    if selected.has("communities-debug") {
        let builds = build_in_turn(bench, &workspace, &EACH_IN_DEBUG)?;
        rows.extend(time_row("communities-debug", "debug", &builds));
    }
    rows.retain(|row| selected.has(&row.id));
    Ok(rows)
}

/// The builds of two programs, turn by turn.
struct Builds {
    launchers: [usize; 2],
    turns: Vec<[Cost; 2]>,
}

fn build_in_turn(bench: &Bench, workspace: &Workspace, pair: &Pair) -> Result<Builds> {
    bench.progress("builds: building the dependencies");
    workspace.build_all(pair.profile)?;
    let mut turns = Vec::new();
    for number in 1..=bench.pairs {
        bench.progress(&format!("builds: turn {number} of {}", bench.pairs));
        let [few, many] = pair
            .launchers
            .map(|count| workspace.rebuild(pair.communities, count, pair.profile));
        turns.push([few?, many?]);
    }
    Ok(Builds {
        launchers: pair.launchers,
        turns,
    })
}

impl Builds {
    /// Returns a row about the difference of the two programs, for each launcher. `None` if a
    /// figure is unknown.
    fn row(
        &self,
        id: &str,
        work: &str,
        unit: Unit,
        figure: fn(&Cost) -> Option<f64>,
    ) -> Option<Row> {
        let more = self.launchers[1] - self.launchers[0];
        let figures: Option<Vec<[f64; 2]>> = self
            .turns
            .iter()
            .map(|[few, many]| Some([figure(few)?, figure(many)?]))
            .collect();
        let figures = figures?;
        let each = figures.iter().map(|[few, many]| (many - few) / more as f64);
        let turns = each.clone().map(|each| Turn {
            ours: Some(each),
            ..Turn::default()
        });
        let row = Row::new(id, work, unit, turns.collect());
        let spread = |at: usize| spread(figures.iter().map(|figures| figures[at]), unit);
        let ([few, many], [fewest, most]) = ([0, 1].map(spread), self.launchers);
        let each = self::spread(each, unit);
        Some(row.noted(format!(
            "{each} over all turns; {few} with {fewest} launcher and {many} with {}",
            format::number(most as f64)
        )))
    }
}

fn launchers_row(builds: &Builds) -> Option<Row> {
    let work = "release build, for each of 1,000 launchers of one community";
    builds.row("launchers-build", work, Unit::Seconds, |cost| {
        Some(cost.elapsed.as_secs_f64())
    })
}

fn time_row(id: &str, profile: &str, builds: &Builds) -> Option<Row> {
    let work = format!(
        "processor time of a {profile} build, for each of 50 launchers with a community each"
    );
    builds.row(id, &work, Unit::Seconds, |cost| {
        Some(cost.processor?.as_secs_f64())
    })
}

fn bytes_row(builds: &Builds) -> Option<Row> {
    let work = "size of the release program, for each of 50 launchers with a community each";
    builds.row("communities-bytes", work, Unit::Bytes, |cost| {
        Some(cost.bytes as f64)
    })
}

/// Returns the median, with the least and the greatest in brackets.
fn spread(figures: impl IntoIterator<Item = f64>, unit: Unit) -> String {
    Spread::of(figures).map_or_else(String::new, |spread| {
        let [median, least, greatest] = [spread.median, spread.minimum, spread.maximum]
            .map(|figure| format::figure(figure, unit));
        format!("{median} ({least} to {greatest})")
    })
}
