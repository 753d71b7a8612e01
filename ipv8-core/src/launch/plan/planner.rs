//! Computes the order of a launch.
//!
//! The order is the one that py-ipv8's loader arrives at (protocol 8.2) when its queue starts in
//! the fixed order of [`LauncherMeta::tie_break`]: pass after pass over the remaining launchers, in
//! that order, launching each one whose `after` are all launched. Here it takes O(n log n) and no
//! retries.

use std::collections::{HashMap, HashSet, VecDeque};

use super::cycles::cycles;
use crate::config::launcher_meta::LauncherMeta;
use crate::config::plan_problem::{PlanError, Problem};
use crate::support::hashing::OwnState;
use crate::support::nearest::nearest;

/// One launcher as the planner sees it.
#[derive(Clone, Copy, Debug)]
pub struct PlanInput {
    /// The launcher's name, `after` and location.
    pub meta: LauncherMeta,
    /// `true` if it will be launched. The name of a disabled launcher is known, but no launcher
    /// waits for it, as in py-ipv8.
    pub enabled: bool,
}

/// The launchers of one launch, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    steps: Vec<PlanStep>,
}

/// One launcher of a [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanStep {
    /// The launcher's index in the planner's input.
    pub index: usize,
    /// The launcher's metadata.
    pub meta: LauncherMeta,
}

impl Plan {
    /// Returns the launchers in the order of their launch.
    pub fn steps(&self) -> &[PlanStep] {
        &self.steps
    }

    /// Returns the names in the order of their launch.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.steps.iter().map(|step| step.meta.name)
    }
}

/// Computes the order. The order of `inputs` does not matter. No input gives an empty plan.
///
/// # Errors
/// All problems at once: names used twice, an `after` that names no launcher, and cycles. (py-ipv8
/// keeps the last of two launchers with the same name and ignores an unknown `after`: it reports
/// neither mistake.)
pub fn plan(inputs: &[PlanInput]) -> Result<Plan, PlanError> {
    let graph = Graph::new(inputs);
    let passes = graph.passes();
    let mut problems = graph.duplicates(inputs);
    problems.extend(graph.unknown.iter().cloned());
    problems.extend(graph.cycles(&passes));
    if !problems.is_empty() {
        return Err(PlanError { problems });
    }
    let mut order: Vec<(u32, PlanStep)> = passes.into_iter().flatten().zip(graph.nodes).collect();
    // Stable: within a pass the nodes stay in their fixed order.
    order.sort_by_key(|(pass, _)| *pass);
    Ok(Plan {
        steps: order.into_iter().map(|(_, step)| step).collect(),
    })
}

/// Every launcher's name, with the index of its node; `None` if the launcher is disabled.
type KnownNames<'a> = HashMap<&'a str, Option<usize>, OwnState>;

/// The enabled launchers in their fixed order, and the launchers that each one waits for.
struct Graph {
    nodes: Vec<PlanStep>,
    /// For each node, the nodes it waits for.
    waits: Vec<Vec<usize>>,
    unknown: Vec<Problem>,
}

impl Graph {
    fn new(inputs: &[PlanInput]) -> Self {
        let mut nodes: Vec<PlanStep> = inputs
            .iter()
            .enumerate()
            .filter(|(_, input)| input.enabled)
            .map(|(index, PlanInput { meta, .. })| PlanStep { index, meta: *meta })
            .collect();
        nodes.sort_by_key(|step| step.meta.tie_break());

        let mut known: KnownNames<'_> = inputs.iter().map(|c| (c.meta.name, None)).collect();
        for (node, step) in nodes.iter().enumerate().rev() {
            known.insert(step.meta.name, Some(node));
        }

        let mut graph = Self {
            nodes,
            waits: Vec::new(),
            unknown: Vec::new(),
        };
        graph.find_waits(&known, inputs);
        graph
    }

    fn find_waits(&mut self, known: &KnownNames<'_>, inputs: &[PlanInput]) {
        for step in &self.nodes {
            let mut waits = Vec::with_capacity(step.meta.after.len());
            for after in step.meta.after {
                match known.get(after) {
                    Some(Some(node)) => waits.push(*node),
                    Some(None) => {}
                    None => self.unknown.push(Problem::UnknownAfter {
                        launcher: step.meta,
                        after,
                        nearest: nearest(after, inputs.iter().map(|c| c.meta.name)),
                    }),
                }
            }
            // A launcher that names another one twice waits for it once.
            waits.sort_unstable();
            waits.dedup();
            self.waits.push(waits);
        }
    }

    /// Returns the pass in which each node is launched, counted from 0; `None` for nodes that wait
    /// for a cycle.
    ///
    /// A node is launched in the pass of the last node it waits for, or one pass later if that node
    /// follows it in the fixed order.
    fn passes(&self) -> Vec<Option<u32>> {
        let mut waiting: Vec<usize> = self.waits.iter().map(Vec::len).collect();
        let waited_for_by = self.waited_for_by();
        let mut passes = vec![None; self.nodes.len()];
        let mut earliest = vec![0; self.nodes.len()];
        let mut free: VecDeque<usize> = (0..self.nodes.len())
            .filter(|node| waiting.get(*node) == Some(&0))
            .collect();
        while let Some(node) = free.pop_front() {
            let pass: u32 = earliest.get(node).copied().unwrap_or(0);
            if let Some(slot) = passes.get_mut(node) {
                *slot = Some(pass);
            }
            for next in waited_for_by.get(node).into_iter().flatten() {
                if let Some(earliest) = earliest.get_mut(*next) {
                    *earliest = (*earliest).max(pass + u32::from(node > *next));
                }
                if let Some(waiting) = waiting.get_mut(*next) {
                    *waiting -= 1;
                    if *waiting == 0 {
                        free.push_back(*next);
                    }
                }
            }
        }
        passes
    }

    /// Returns, for each node, the nodes that wait for it.
    fn waited_for_by(&self) -> Vec<Vec<usize>> {
        let mut waited_for_by: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (node, waits) in self.waits.iter().enumerate() {
            for other in waits {
                if let Some(list) = waited_for_by.get_mut(*other) {
                    list.push(node);
                }
            }
        }
        waited_for_by
    }

    /// Returns a problem for each name that an enabled launcher shares with another launcher, in
    /// the fixed order of the first launcher of each name.
    fn duplicates(&self, inputs: &[PlanInput]) -> Vec<Problem> {
        let mut names = HashSet::<&str, OwnState>::default();
        names.reserve(inputs.len());
        if inputs.iter().all(|c| names.insert(c.meta.name)) {
            return Vec::new();
        }
        let mut by_name: HashMap<&str, Vec<LauncherMeta>, OwnState> = HashMap::default();
        for input in inputs {
            by_name.entry(input.meta.name).or_default().push(input.meta);
        }
        let mut problems = Vec::new();
        for step in &self.nodes {
            // Removed, so that each name is reported once.
            if let Some(mut launchers) = by_name.remove(step.meta.name)
                && launchers.len() > 1
            {
                launchers.sort_by_key(LauncherMeta::tie_break);
                problems.push(Problem::Duplicate { launchers });
            }
        }
        problems
    }

    fn cycles(&self, passes: &[Option<u32>]) -> Vec<Problem> {
        if passes.iter().all(Option::is_some) {
            return Vec::new();
        }
        cycles(&self.waits)
            .into_iter()
            .map(|path| Problem::Cycle {
                path: path
                    .into_iter()
                    .filter_map(|node| self.nodes.get(node).map(|step| step.meta))
                    .collect(),
            })
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "tests.rs"]
mod tests;
