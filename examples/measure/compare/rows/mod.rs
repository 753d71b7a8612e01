//! The rows of the table. Each group lists its rows and measures the selected ones.
//!
//! This code starts the measured processes. The code that they run is in `children`. Start with
//! [`Bench`], then read any group.

mod builds;
mod cores;
mod inside;
mod introductions;
mod launchers;
mod memory;
mod nodes;
mod pings;
mod strategies;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use ipv8_examples::output::complain;
use serde_json::{Value, json};

use crate::Result;
use crate::arguments::Arguments;
use crate::child::Child;
use crate::pin::{self, Cores};
use crate::python::Python;
use ipv8_examples::measure::compare::figures::Row;
use ipv8_examples::measure::compare::load::{Load, Outcome};
use ipv8_examples::measure::compare::population::Population;

/// Rows that are measured together because they share processes.
struct Group {
    /// The ids of the rows.
    ids: &'static [&'static str],
    /// The ids of the rows that a quick run measures.
    quick: &'static [&'static str],
    /// Measures the selected rows.
    measure: fn(&Bench, &Selected<'_>) -> Result<Vec<Row>>,
}

const GROUPS: &[Group] = &[
    introductions::GROUP,
    cores::GROUP,
    pings::GROUP,
    inside::STEPS,
    inside::CALLS,
    memory::GROUP,
    strategies::GROUP,
    nodes::GROUP,
    launchers::GROUP,
    builds::GROUP,
];

/// Returns the ids of all rows.
pub(crate) fn ids() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().flat_map(|group| group.ids).copied()
}

/// The arguments of a measured node: its community and the peers it knows.
pub(crate) struct Setup {
    community: &'static str,
    peers: Vec<Value>,
}

impl Setup {
    fn arguments(&self) -> Value {
        json!({"community": self.community, "peers": self.peers.len()})
    }
}

/// The rows of a group to measure.
pub(crate) struct Selected<'a>(Vec<&'a str>);

impl Selected<'_> {
    /// Returns `true` if the row with this id is selected.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.contains(&id)
    }
}

/// The tools that every group measures with.
pub(crate) struct Bench {
    /// The Python environment with py-ipv8, if there is one.
    pub(crate) python: Option<Python>,
    /// The cores of the measured process and of the requester, if pinned.
    pub(crate) cores: Option<Cores>,
    /// Number of cores that this program could use before it was pinned to one.
    pub(crate) cores_there: usize,
    /// Number of pairs to measure for each row.
    pub(crate) pairs: usize,
    /// The keys of the peers that a measured node knows.
    pub(crate) population: RefCell<Population>,
    quick: bool,
    processor_time: bool,
    only: Vec<String>,
    started: Instant,
}

impl Bench {
    /// Finds py-ipv8 and pins this program to one core.
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let cores_there = std::thread::available_parallelism().map_or(1, usize::from);
        let cores = Cores::of_this_process();
        match cores.map(|cores| pin::keep_to(&[cores.load])) {
            Some(Ok(())) => {}
            Some(Err(error)) => complain(&format!("no process is pinned to a core: {error}")),
            None => complain("no process is pinned to a core: that needs Linux and two cores"),
        }
        Self {
            python: Python::find(),
            cores,
            cores_there,
            pairs: arguments
                .pairs
                .unwrap_or(if arguments.quick { 1 } else { 5 }),
            population: RefCell::default(),
            quick: arguments.quick,
            processor_time: arguments.processor_time,
            only: arguments.only.clone(),
            started: Instant::now(),
        }
    }

    /// Returns the core of the measured process; empty if no process is pinned.
    pub(crate) fn measured(&self) -> Vec<usize> {
        self.cores.iter().map(|cores| cores.measured).collect()
    }

    /// Returns `quick` in a quick run, otherwise `long`.
    pub(crate) fn time(&self, long: Duration, quick: Duration) -> Duration {
        if self.quick { quick } else { long }
    }

    /// Reports progress on the standard error.
    pub(crate) fn progress(&self, what: &str) {
        complain(&format!(
            "{:4.0} s  {what}",
            self.started.elapsed().as_secs_f64()
        ));
    }

    /// Starts this program again as the measured process `name`, pinned to its core.
    pub(crate) fn ours(&self, name: &str, setup: &Setup) -> Result<Child> {
        self.ours_on(name, setup, &self.measured())
    }

    /// Like [`Bench::ours`], but on these cores.
    pub(crate) fn ours_on(&self, name: &str, setup: &Setup, cores: &[usize]) -> Result<Child> {
        let mut child = Child::ours(name, cores, &setup.arguments())?;
        child.send_all(&setup.peers)?;
        Ok(child)
    }

    /// Starts a measured node that runs py-ipv8. Returns `None` if there is no py-ipv8.
    pub(crate) fn python_node(&self, setup: &Setup) -> Result<Option<Child>> {
        let Some(python) = &self.python else {
            return Ok(None);
        };
        let cores = self.measured();
        let mut child = Child::python(python, "node.py", &cores, &setup.arguments())?;
        child.send_all(&setup.peers)?;
        Ok(Some(child))
    }

    /// Runs a script that uses py-ipv8 and returns its answer; `None` if there is no py-ipv8.
    pub(crate) fn ask_python(
        &self,
        script: &str,
        setup: &Value,
        within: Duration,
    ) -> Result<Option<Value>> {
        let Some(python) = &self.python else {
            return Ok(None);
        };
        let mut child = Child::python(python, script, &self.measured(), setup)?;
        child.receive(within).map(Some)
    }

    /// Returns the arguments of a node that knows `count` peers at addresses of `load`.
    pub(crate) fn setup(&self, community: &'static str, load: &Load, count: usize) -> Setup {
        let peers = self.population.borrow_mut().peer_lines(load, count);
        Setup { community, peers }
    }

    /// Returns the rate per second of elapsed time, or of processor time with `--processor-time`.
    pub(crate) fn rate(&self, outcome: &Outcome) -> f64 {
        match outcome.processor_rate {
            Some(rate) if self.processor_time => rate,
            _ => outcome.rate,
        }
    }

    fn selects(&self, group: &Group, id: &str) -> bool {
        if self.only.is_empty() {
            return !self.quick || group.quick.contains(&id);
        }
        self.only.iter().any(|only| id.starts_with(only.as_str()))
    }
}

/// Measures every selected row.
pub(crate) fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    if bench.quick && bench.only.is_empty() {
        let left_out = GROUPS.iter().flat_map(|group| {
            let slow = group.ids.iter().filter(|id| !group.quick.contains(id));
            slow.copied()
        });
        let left_out: Vec<&str> = left_out.collect();
        bench.progress(&format!("a quick run leaves out: {}", left_out.join(", ")));
    }
    for group in GROUPS {
        let ids = group.ids.iter().copied();
        let selected = Selected(ids.filter(|id| bench.selects(group, id)).collect());
        if !selected.0.is_empty() {
            rows.extend((group.measure)(bench, &selected)?);
        }
    }
    bench.progress("done");
    Ok(rows)
}
