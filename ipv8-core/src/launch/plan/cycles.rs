//! Cycles of a graph, found without recursion: a chain may be as long as it likes.

use std::collections::VecDeque;

/// The cycles to report, each as a path without its repeated end, starting at its lowest node; sorted.
///
/// Every edge of a node to itself is one. Of each larger knot (strongly connected component) it is one of the shortest through its
/// lowest node: a knot can hold more cycles than can be listed.
pub(super) fn cycles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = edges
        .iter()
        .enumerate()
        .filter(|(node, targets)| targets.contains(node))
        .map(|(node, _)| vec![node])
        .collect();
    let knot_of = knots(edges);
    let mut done = vec![false; edges.len()];
    for node in 0..edges.len() {
        let Some(done) = knot_of.get(node).and_then(|knot| done.get_mut(*knot)) else {
            continue;
        };
        if !std::mem::replace(done, true)
            && let Some(path) = shortest_around(edges, &knot_of, node)
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Tarjan's algorithm with its own stack: nodes of one strongly connected component get the same number.
fn knots(edges: &[Vec<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let count = edges.len();
    let mut seen_at = vec![UNSEEN; count];
    let mut lowest = vec![0; count];
    let mut knot_of = vec![UNSEEN; count];
    let (mut clock, mut knot) = (0, 0);
    let mut open = Vec::new();
    for root in 0..count {
        if seen_at[root] != UNSEEN {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some((node, edge)) = calls.pop() {
            if edge == 0 {
                seen_at[node] = clock;
                lowest[node] = clock;
                clock += 1;
                open.push(node);
            } else {
                let child = edges[node][edge - 1];
                if knot_of[child] == UNSEEN {
                    lowest[node] = lowest[node].min(lowest[child]);
                }
            }
            // Targets already in a finished component do not count; those still open do, by what is known of them.
            let mut next = edge;
            while let Some(target) = edges[node].get(next) {
                next += 1;
                if seen_at[*target] == UNSEEN {
                    break;
                }
                if knot_of[*target] == UNSEEN {
                    lowest[node] = lowest[node].min(seen_at[*target]);
                }
            }
            match next.checked_sub(1).map(|last| edges[node][last]) {
                Some(target) if next > edge && seen_at[target] == UNSEEN => {
                    calls.push((node, next));
                    calls.push((target, 0));
                }
                _ if lowest[node] == seen_at[node] => {
                    while let Some(member) = open.pop() {
                        knot_of[member] = knot;
                        if member == node {
                            break;
                        }
                    }
                    knot += 1;
                }
                _ => {}
            }
        }
    }
    knot_of
}

/// A shortest way from `start` back to it through at least one other node of its component.
fn shortest_around(edges: &[Vec<usize>], knot_of: &[usize], start: usize) -> Option<Vec<usize>> {
    let mut came_from = vec![None; edges.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for target in &edges[node] {
            if *target == start && node != start {
                let mut path = vec![node];
                let mut at = node;
                while let Some(previous) = came_from[at] {
                    path.push(previous);
                    at = previous;
                }
                path.reverse();
                return Some(path);
            }
            let same_knot = knot_of[*target] == knot_of[start];
            if same_knot && *target != start && came_from[*target].is_none() {
                came_from[*target] = Some(node);
                queue.push_back(*target);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_graphs() {
        assert!(cycles(&[]).is_empty());
        assert!(cycles(&[vec![1], vec![2], vec![]]).is_empty());
        assert_eq!(cycles(&[vec![0]]), [[0]]);
        assert_eq!(cycles(&[vec![1], vec![0]]), [[0, 1]]);
        // Two knots and something that only hangs on one of them.
        let edges = [vec![1], vec![2], vec![0], vec![0], vec![5], vec![4, 5]];
        assert_eq!(cycles(&edges), [vec![0, 1, 2], vec![4, 5], vec![5]]);
        // The short way round a large knot.
        let edges = [vec![1, 2], vec![2], vec![0]];
        assert_eq!(cycles(&edges), [[0, 2]]);
    }

    #[test]
    fn a_long_ring_needs_no_deep_stack() {
        let count = 100_000;
        let ring: Vec<Vec<usize>> = (0..count).map(|node| vec![(node + 1) % count]).collect();
        assert_eq!(cycles(&ring), [(0..count).collect::<Vec<_>>()]);
    }

    fn reaches(edges: &[Vec<usize>], from: usize, to: usize) -> bool {
        let mut seen = vec![false; edges.len()];
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            for target in &edges[node] {
                if *target == to {
                    return true;
                }
                if !std::mem::replace(&mut seen[*target], true) {
                    open.push(*target);
                }
            }
        }
        false
    }

    proptest! {
        #[test]
        fn components_are_those_that_reach_each_other(
            edges in (1_usize..9).prop_flat_map(|count| {
                prop::collection::vec(prop::collection::vec(0..count, 0..4), count)
            })
        ) {
            let knots = knots(&edges);
            for one in 0..edges.len() {
                for other in 0..edges.len() {
                    let together = one == other || (reaches(&edges, one, other) && reaches(&edges, other, one));
                    prop_assert_eq!(knots[one] == knots[other], together);
                }
            }
            for path in cycles(&edges) {
                for (index, node) in path.iter().enumerate() {
                    let next = path[(index + 1) % path.len()];
                    prop_assert!(edges[*node].contains(&next));
                }
            }
            let cyclic = (0..edges.len()).any(|node| reaches(&edges, node, node));
            prop_assert_eq!(cyclic, !cycles(&edges).is_empty());
        }
    }
}
