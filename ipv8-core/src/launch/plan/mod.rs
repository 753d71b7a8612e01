//! In which order launchers are launched, decided from their metadata alone.
//!
//! The order is the one py-ipv8's loader arrives at (protocol 8.2) when its queue starts in the fixed order of
//! [`LauncherMeta::tie_break`]: pass after pass over those that remain, in that order, launching each whose `after` are all launched. It is
//! computed in O(n log n) instead of by trying.

mod cycles;
mod meta;
mod problem;

use std::collections::{HashMap, HashSet, VecDeque};

pub use meta::{LauncherMeta, Place};
pub use problem::{PlanError, Problem};

use crate::support::hashing::OwnState;
use crate::support::nearest::nearest;
use cycles::cycles;

/// One launcher as the planner sees it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Name, `after` and place.
    pub meta: LauncherMeta,
    /// Whether it is to be launched. One that is not is known by name, but nobody waits for it, as in py-ipv8.
    pub enabled: bool,
}

/// What is launched, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    steps: Vec<PlanStep>,
}

/// One launch of a [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanStep {
    /// Which of the candidates given to the planner.
    pub index: usize,
    /// Its metadata.
    pub meta: LauncherMeta,
}

impl Plan {
    /// The launches in order.
    pub fn steps(&self) -> &[PlanStep] {
        &self.steps
    }

    /// The names in the order of their launch.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.steps.iter().map(|step| step.meta.name)
    }
}

/// Decides the order. The same candidates give the same plan, in whatever order they come. No candidate gives an empty plan.
///
/// # Errors
/// All problems at once: names used twice, an `after` that names no candidate, and cycles. (py-ipv8 lets the last of two launchers
/// of one name win and ignores an unknown `after`: both are mistakes that nobody would see.)
pub fn plan(candidates: &[Candidate]) -> Result<Plan, PlanError> {
    let graph = Graph::new(candidates);
    let passes = graph.passes();
    let mut problems = graph.duplicates(candidates);
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

/// The enabled launchers in their fixed order, and who waits for whom.
struct Graph {
    nodes: Vec<PlanStep>,
    /// For each node the nodes it waits for.
    waits: Vec<Vec<usize>>,
    unknown: Vec<Problem>,
}

impl Graph {
    fn new(candidates: &[Candidate]) -> Self {
        let mut nodes: Vec<PlanStep> = candidates
            .iter()
            .enumerate()
            .filter(|(_, candidate)| candidate.enabled)
            .map(|(index, Candidate { meta, .. })| PlanStep { index, meta: *meta })
            .collect();
        nodes.sort_by_key(|step| step.meta.tie_break());

        // `None`: known, but nobody waits for it.
        let mut known: HashMap<&str, Option<usize>, OwnState> =
            candidates.iter().map(|c| (c.meta.name, None)).collect();
        for (node, step) in nodes.iter().enumerate().rev() {
            known.insert(step.meta.name, Some(node));
        }

        let mut unknown = Vec::new();
        let waits = nodes
            .iter()
            .map(|step| {
                let mut waits = Vec::with_capacity(step.meta.after.len());
                for after in step.meta.after {
                    match known.get(after) {
                        Some(Some(node)) => waits.push(*node),
                        Some(None) => {}
                        None => unknown.push(Problem::UnknownAfter {
                            launcher: step.meta,
                            after,
                            nearest: nearest(after, candidates.iter().map(|c| c.meta.name)),
                        }),
                    }
                }
                // Naming one twice waits for it once.
                waits.sort_unstable();
                waits.dedup();
                waits
            })
            .collect();
        Self {
            nodes,
            waits,
            unknown,
        }
    }

    /// In which pass each node is launched, counted from 0; `None` for those that wait for a cycle.
    ///
    /// A node is launched in the pass of the last one it waits for, or one pass later if that one comes after it in the fixed order.
    fn passes(&self) -> Vec<Option<u32>> {
        let mut waiting: Vec<usize> = self.waits.iter().map(Vec::len).collect();
        let mut waited_for_by: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (node, waits) in self.waits.iter().enumerate() {
            for other in waits {
                if let Some(list) = waited_for_by.get_mut(*other) {
                    list.push(node);
                }
            }
        }
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

    /// Names that an enabled launcher shares with another one, in the fixed order of the first of each name.
    fn duplicates(&self, candidates: &[Candidate]) -> Vec<Problem> {
        let mut names = HashSet::<&str, OwnState>::default();
        names.reserve(candidates.len());
        if candidates.iter().all(|c| names.insert(c.meta.name)) {
            return Vec::new();
        }
        let mut by_name: HashMap<&str, Vec<LauncherMeta>, OwnState> = HashMap::default();
        for candidate in candidates {
            by_name
                .entry(candidate.meta.name)
                .or_default()
                .push(candidate.meta);
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
mod tests;
