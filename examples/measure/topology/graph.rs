//! Clustering, distances and connected parts of a graph.

use std::collections::BTreeSet;

/// An undirected graph.
pub(crate) struct Graph {
    neighbours: Vec<BTreeSet<usize>>,
}

impl Graph {
    /// Returns the graph in which two nodes are connected if one of them lists the other.
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

    /// Returns the probability that two neighbours of a node are neighbours of each other, averaged
    /// over the nodes with at least two neighbours.
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

    /// Returns the mean length of the shortest path between two nodes, over the connected pairs.
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

    /// Returns the number of connected parts.
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

    /// Returns every reachable node with its distance.
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

/// Returns `part / whole`; 0 if `whole` is 0.
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

/// Returns the median; of two middle values the lower one.
pub(crate) fn median<T: Copy + Ord + Default>(values: &[T]) -> T {
    let mut values = values.to_vec();
    values.sort_unstable();
    let middle = values.len().saturating_sub(1) / 2;
    values.get(middle).copied().unwrap_or_default()
}
