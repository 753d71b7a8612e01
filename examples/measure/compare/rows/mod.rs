//! The rows of the table: each group says which rows it has and measures those that are wanted.

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

/// Rows that are measured together, because they share processes.
struct Group {
    /// Their ids.
    ids: &'static [&'static str],
    /// Which of them are part of a quick run.
    quick: &'static [&'static str],
    /// Measures those that are wanted.
    measure: fn(&Bench, &Wanted<'_>) -> Result<Vec<Row>>,
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

/// The ids of all rows.
pub(crate) fn ids() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().flat_map(|group| group.ids).copied()
}

/// What a node is told before it is asked.
pub(crate) struct Told {
    community: &'static str,
    peers: Vec<Value>,
}

impl Told {
    fn arguments(&self) -> Value {
        json!({"community": self.community, "peers": self.peers.len()})
    }
}

/// Which rows of a group to measure.
pub(crate) struct Wanted<'a>(Vec<&'a str>);

impl Wanted<'_> {
    /// Whether this one is among them.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.contains(&id)
    }
}

/// What every group measures with.
pub(crate) struct Bench {
    /// The py-ipv8 to compare with.
    pub(crate) python: Option<Python>,
    /// Who runs where.
    pub(crate) cores: Option<Cores>,
    /// How many cores this program could use before it kept to one.
    pub(crate) cores_there: usize,
    /// How many turns to take.
    pub(crate) pairs: usize,
    /// Keys of peers to know.
    pub(crate) population: RefCell<Population>,
    quick: bool,
    processor_time: bool,
    only: Vec<String>,
    started: Instant,
}

impl Bench {
    /// Finds py-ipv8, and takes one core for this program.
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let cores_there = std::thread::available_parallelism().map_or(1, usize::from);
        let cores = Cores::of_this_process();
        match cores.map(|cores| pin::keep_to(&[cores.load])) {
            Some(Ok(())) => {}
            Some(Err(error)) => complain(&format!("nothing is pinned: {error}")),
            None => complain("nothing is pinned: that needs Linux and two cores"),
        }
        Self {
            python: Python::or_say_why(),
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

    /// The core of what is measured.
    pub(crate) fn measured(&self) -> Vec<usize> {
        self.cores.iter().map(|cores| cores.measured).collect()
    }

    /// `long`, or in a quick run `quick`.
    pub(crate) fn time(&self, long: Duration, quick: Duration) -> Duration {
        if self.quick { quick } else { long }
    }

    /// Says what is going on.
    pub(crate) fn progress(&self, what: &str) {
        complain(&format!(
            "{:4.0} s  {what}",
            self.started.elapsed().as_secs_f64()
        ));
    }

    /// A measured process of ours, of that name, that knows these peers.
    pub(crate) fn ours(&self, name: &str, told: &Told) -> Result<Child> {
        self.ours_on(name, told, &self.measured())
    }

    /// The same, on other cores.
    pub(crate) fn ours_on(&self, name: &str, told: &Told, cores: &[usize]) -> Result<Child> {
        let mut child = Child::ours(name, cores, &told.arguments())?;
        child.tell_all(&told.peers)?;
        Ok(child)
    }

    /// A measured node of py-ipv8 that knows these peers, if there is any.
    pub(crate) fn python_node(&self, told: &Told) -> Result<Option<Child>> {
        let Some(python) = &self.python else {
            return Ok(None);
        };
        let cores = self.measured();
        let mut child = Child::python(python, "node.py", &cores, &told.arguments())?;
        child.tell_all(&told.peers)?;
        Ok(Some(child))
    }

    /// What a script of py-ipv8 answers to what it is told, if there is py-ipv8.
    pub(crate) fn ask_python(
        &self,
        script: &str,
        told: &Value,
        within: Duration,
    ) -> Result<Option<Value>> {
        let Some(python) = &self.python else {
            return Ok(None);
        };
        let mut child = Child::python(python, script, &self.measured(), told)?;
        child.hear(within).map(Some)
    }

    /// What nodes are told: the community, and `count` peers that `load` speaks for.
    pub(crate) fn told(&self, community: &'static str, load: &Load, count: usize) -> Told {
        let peers = self.population.borrow_mut().told(load, count);
        Told { community, peers }
    }

    /// The rate that was asked for.
    pub(crate) fn rate(&self, outcome: &Outcome) -> f64 {
        match outcome.processor_rate {
            Some(rate) if self.processor_time => rate,
            _ => outcome.rate,
        }
    }

    fn wants(&self, group: &Group, id: &str) -> bool {
        if self.only.is_empty() {
            return !self.quick || group.quick.contains(&id);
        }
        self.only.iter().any(|only| id.starts_with(only.as_str()))
    }
}

/// Measures every row that is wanted.
pub(crate) fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    if bench.quick && bench.only.is_empty() {
        let out = GROUPS.iter().flat_map(|group| {
            let out = group.ids.iter().filter(|id| !group.quick.contains(id));
            out.copied()
        });
        let out: Vec<&str> = out.collect();
        bench.progress(&format!("left out of a quick run: {}", out.join(", ")));
    }
    for group in GROUPS {
        let ids = group.ids.iter().copied();
        let wanted = Wanted(ids.filter(|id| bench.wants(group, id)).collect());
        if !wanted.0.is_empty() {
            rows.extend((group.measure)(bench, &wanted)?);
        }
    }
    bench.progress("done");
    Ok(rows)
}
