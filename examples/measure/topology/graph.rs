//! What can be said of a graph: who is connected to whom, in either direction.

use std::collections::BTreeSet;

/// An undirected graph.
pub(crate) struct Graph {
    neighbours: Vec<BTreeSet<usize>>,
}

impl Graph {
    /// The graph in which two nodes are connected when one of them lists the other.
    pub(crate) fn new(lists: &[Vec<usize>]) -> Self {
        let mut neighbours = vec![BTreeSet::new(); lists.len()];
        for (node, list) in lists.iter().enumerate() {
            for other in list {
                neighbours[node].insert(*other);
                neighbours[*other].insert(node);
            }
        }
        Self { neighbours }
    }

    /// The chance that two neighbours of a node are neighbours of each other, averaged over the nodes with at least two.
    pub(crate) fn clustering(&self) -> f64 {
        let shares: Vec<f64> = self
            .neighbours
            .iter()
            .filter_map(|own| self.cluster(own))
            .collect();
        mean(&shares)
    }

    fn cluster(&self, own: &BTreeSet<usize>) -> Option<f64> {
        let pairs = own.len() * own.len().saturating_sub(1);
        let joined = own
            .iter()
            .map(|one| self.neighbours[*one].intersection(own).count());
        let joined: usize = joined.sum();
        (pairs > 0).then(|| ratio(joined, pairs))
    }

    /// The mean length of the shortest way between two nodes, over the pairs that have one.
    pub(crate) fn distance(&self) -> f64 {
        let (mut sum, mut pairs) = (0, 0);
        for start in 0..self.neighbours.len() {
            for (distance, node) in self.reach(start) {
                if node != start {
                    sum += distance;
                    pairs += 1;
                }
            }
        }
        ratio(sum, pairs)
    }

    /// In how many parts, without a way from one to the other, the graph falls.
    pub(crate) fn parts(&self) -> usize {
        let mut left: BTreeSet<usize> = (0..self.neighbours.len()).collect();
        let mut parts = 0;
        while let Some(start) = left.first().copied() {
            parts += 1;
            for (_, node) in self.reach(start) {
                left.remove(&node);
            }
        }
        parts
    }

    /// Every node that there is a way to, and how far it is.
    fn reach(&self, start: usize) -> Vec<(usize, usize)> {
        let mut seen = BTreeSet::from([start]);
        let mut found = vec![(0, start)];
        let mut next = 0;
        while let Some((distance, node)) = found.get(next).copied() {
            next += 1;
            for other in &self.neighbours[node] {
                if seen.insert(*other) {
                    found.push((distance + 1, *other));
                }
            }
        }
        found
    }
}

/// `part` of `whole`; 0 of nothing.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / ratio(values.len().max(1), 1)
}

/// The value that as many are below as are above (the lower one of two).
pub(crate) fn median<T: Copy + Ord + Default>(values: &[T]) -> T {
    let mut values = values.to_vec();
    values.sort_unstable();
    let middle = values.len().saturating_sub(1) / 2;
    values.get(middle).copied().unwrap_or_default()
}
