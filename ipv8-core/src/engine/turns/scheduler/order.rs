//! The order of turns: a search tree that also knows the earliest start of a period.

/// No node.
const NONE: u32 = u32::MAX;

/// The place of a strategy in the order: the earliest end of the period first, then strategies
/// without a turn, then insertion order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub(super) end: i64,
    pub(super) had_turns: bool,
    pub(super) number: u64,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    rank: Rank,
    from: i64,
    /// The lowest `from` in the subtree of this node.
    earliest: i64,
    priority: u64,
    left: u32,
    right: u32,
}

/// Indices in the order of their ranks, each with the time from which on it counts.
///
/// This is a treap: ordered by rank from left to right and by priority from top to bottom, so that
/// every operation costs the logarithm of the number of indices. Priorities are derived from a
/// count: the same calls make the same tree.
#[derive(Debug, Default)]
pub(super) struct Order {
    nodes: Vec<Node>,
    root: Option<u32>,
    made: u64,
}

impl Order {
    fn root(&self) -> u32 {
        self.root.unwrap_or(NONE)
    }

    fn set_root(&mut self, root: u32) {
        self.root = (root != NONE).then_some(root);
    }

    fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)
    }

    /// Returns the earliest time from which on any index counts.
    pub(super) fn earliest(&self) -> Option<i64> {
        Some(self.node(self.root?)?.earliest)
    }

    /// Returns the earliest end of a period.
    pub(super) fn first_end(&self) -> Option<i64> {
        let mut node = self.node(self.root?)?;
        while let Some(left) = self.node(node.left) {
            node = left;
        }
        Some(node.rank.end)
    }

    /// Returns the first index that counts at `time`.
    pub(super) fn first(&self, time: i64) -> Option<u32> {
        let mut at = self.root();
        if self.node(at)?.earliest > time {
            return None;
        }
        loop {
            let node = self.node(at)?;
            let left = self.node(node.left);
            if left.is_some_and(|left| left.earliest <= time) {
                at = node.left;
            } else if node.from <= time {
                return Some(at);
            } else {
                at = node.right;
            }
        }
    }

    /// Reserves room for this many more indices.
    pub(super) fn reserve(&mut self, indices: usize) {
        self.nodes.reserve(indices);
    }

    /// Inserts `index`, which must not be in the order.
    pub(super) fn insert(&mut self, index: u32, rank: Rank, from: i64) {
        self.made += 1;
        let node = Node {
            rank,
            from,
            earliest: from,
            priority: scrambled(self.made),
            left: NONE,
            right: NONE,
        };
        let length = index as usize + 1;
        if length > self.nodes.len() {
            self.nodes.resize(length, node);
        }
        self.nodes[index as usize] = node;
        self.attach(index);
    }

    /// Descends to the position of `index` by its priority, and splits the subtree there into its
    /// two children.
    fn attach(&mut self, index: u32) {
        let new = self.nodes[index as usize];
        let (mut above, mut at) = (None, self.root());
        while let Some(node) = self.nodes.get_mut(at as usize) {
            if new.priority > node.priority {
                break;
            }
            node.earliest = node.earliest.min(new.from);
            let is_left = new.rank < node.rank;
            above = Some((at, is_left));
            at = if is_left { node.left } else { node.right };
        }
        let (left, right) = self.split(at, new.rank);
        (
            self.nodes[index as usize].left,
            self.nodes[index as usize].right,
        ) = (left, right);
        self.update_earliest(index);
        match above {
            None => self.set_root(index),
            Some((above, true)) => self.nodes[above as usize].left = index,
            Some((above, false)) => self.nodes[above as usize].right = index,
        }
    }

    /// Removes `index`, which must be in the order with this rank.
    pub(super) fn remove(&mut self, index: u32, rank: Rank) {
        let root = self.removed(self.root(), index, rank);
        self.set_root(root);
    }

    /// Removes every index.
    pub(super) fn clear(&mut self) {
        self.root = None;
    }

    /// Returns the root of the subtree at `at` without `index`.
    fn removed(&mut self, at: u32, index: u32, rank: Rank) -> u32 {
        let Some(node) = self.node(at).copied() else {
            return NONE;
        };
        if at == index {
            return self.joined(node.left, node.right);
        }
        if rank < node.rank {
            self.nodes[at as usize].left = self.removed(node.left, index, rank);
        } else {
            self.nodes[at as usize].right = self.removed(node.right, index, rank);
        }
        self.update_earliest(at);
        at
    }

    /// Splits the subtree at `at` into the nodes before `rank` and the rest.
    fn split(&mut self, at: u32, rank: Rank) -> (u32, u32) {
        let Some(node) = self.node(at).copied() else {
            return (NONE, NONE);
        };
        let parts = if node.rank < rank {
            let (left, right) = self.split(node.right, rank);
            self.nodes[at as usize].right = left;
            (at, right)
        } else {
            let (left, right) = self.split(node.left, rank);
            self.nodes[at as usize].left = right;
            (left, at)
        };
        self.update_earliest(at);
        parts
    }

    /// Joins two trees; every node of the left one is before every node of the right one.
    fn joined(&mut self, left: u32, right: u32) -> u32 {
        let (Some(one), Some(other)) = (self.node(left), self.node(right)) else {
            return if left == NONE { right } else { left };
        };
        if one.priority > other.priority {
            let middle = one.right;
            self.nodes[left as usize].right = self.joined(middle, right);
            self.update_earliest(left);
            left
        } else {
            let middle = other.left;
            self.nodes[right as usize].left = self.joined(left, middle);
            self.update_earliest(right);
            right
        }
    }

    /// Recomputes `earliest` of a node from its children.
    fn update_earliest(&mut self, at: u32) {
        let node = self.nodes[at as usize];
        let below = [node.left, node.right];
        let below = below.into_iter().filter_map(|child| self.node(child));
        let earliest = below.fold(node.from, |least, child| least.min(child.earliest));
        self.nodes[at as usize].earliest = earliest;
    }
}

/// Returns a pseudo-random priority (SplitMix64).
fn scrambled(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
