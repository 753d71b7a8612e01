//! Finds the cycles of a graph without recursion, so that a long chain cannot overflow the stack.

use std::collections::VecDeque;

/// Returns the cycles to report, sorted. Each is a path that starts at its lowest node and does not
/// repeat it at the end.
///
/// Every edge from a node to itself is a cycle. Each larger strongly connected component adds one
/// cycle, a shortest one through its lowest node: a component can hold more cycles than fit in a
/// list.
pub(super) fn cycles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = edges
        .iter()
        .enumerate()
        .filter(|(node, targets)| targets.contains(node))
        .map(|(node, _)| vec![node])
        .collect();
    let component_of = components(edges);
    let mut done = vec![false; edges.len()];
    for node in 0..edges.len() {
        let Some(done) = component_of
            .get(node)
            .and_then(|component| done.get_mut(*component))
        else {
            continue;
        };
        if !std::mem::replace(done, true)
            && let Some(path) = shortest_around(edges, &component_of, node)
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Returns the number of each node's strongly connected component (Tarjan's algorithm with an
/// explicit stack).
fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let count = edges.len();
    let mut seen_at = vec![UNSEEN; count];
    let mut lowest = vec![0; count];
    let mut component_of = vec![UNSEEN; count];
    let (mut clock, mut component) = (0, 0);
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
                if component_of[child] == UNSEEN {
                    lowest[node] = lowest[node].min(lowest[child]);
                }
            }
            // A target in a finished component does not count; an open one counts with the time at
            // which it was first seen.
            let mut next = edge;
            while let Some(target) = edges[node].get(next) {
                next += 1;
                if seen_at[*target] == UNSEEN {
                    break;
                }
                if component_of[*target] == UNSEEN {
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
                        component_of[member] = component;
                        if member == node {
                            break;
                        }
                    }
                    component += 1;
                }
                _ => {}
            }
        }
    }
    component_of
}

/// Returns a shortest path from `start` back to it through at least one other node of its
/// component.
fn shortest_around(
    edges: &[Vec<usize>],
    component_of: &[usize],
    start: usize,
) -> Option<Vec<usize>> {
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
            let same_component = component_of[*target] == component_of[start];
            if same_component && *target != start && came_from[*target].is_none() {
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
        // Two components, and a node that leads to one of them but belongs to none.
        let edges = [vec![1], vec![2], vec![0], vec![0], vec![5], vec![4, 5]];
        assert_eq!(cycles(&edges), [vec![0, 1, 2], vec![4, 5], vec![5]]);
        // The shortest path around a large component.
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
        fn nodes_of_one_component_reach_each_other(
            edges in (1_usize..9).prop_flat_map(|count| {
                prop::collection::vec(prop::collection::vec(0..count, 0..4), count)
            })
        ) {
            let components = components(&edges);
            for one in 0..edges.len() {
                for other in 0..edges.len() {
                    let together = one == other || (reaches(&edges, one, other) && reaches(&edges, other, one));
                    prop_assert_eq!(components[one] == components[other], together);
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
