//! Who is first among those that may have a turn: a search tree that also knows who may have one earliest.

/// No node.
const NONE: u32 = u32::MAX;

/// What decides who goes first: whose cell ends first; then who had no turn yet; then who was added first.
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
    /// The least `from` at and below this node.
    earliest: i64,
    priority: u64,
    left: u32,
    right: u32,
}

/// Numbered places, in the order of their ranks, each with a time from which on it counts.
///
/// A treap: ordered by rank from left to right, by priority from top to bottom, so that all that is done costs the logarithm of how
/// many there are. Priorities follow from a count: the same calls make the same tree.
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

    /// The least time from which on somebody counts.
    pub(super) fn earliest(&self) -> Option<i64> {
        Some(self.node(self.root?)?.earliest)
    }

    /// When the first cell ends.
    pub(super) fn first_end(&self) -> Option<i64> {
        let mut node = self.node(self.root?)?;
        while let Some(left) = self.node(node.left) {
            node = left;
        }
        Some(node.rank.end)
    }

    /// The first place of those that count at `time`.
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

    /// Makes room for so many more places.
    pub(super) fn reserve(&mut self, places: usize) {
        self.nodes.reserve(places);
    }

    /// Puts `place`, which is not in the order, where its rank belongs.
    pub(super) fn insert(&mut self, place: u32, rank: Rank, from: i64) {
        self.made += 1;
        let node = Node {
            rank,
            from,
            earliest: from,
            priority: scrambled(self.made),
            left: NONE,
            right: NONE,
        };
        let index = place as usize;
        if index >= self.nodes.len() {
            self.nodes.resize(index + 1, node);
        }
        self.nodes[index] = node;
        self.hang(place);
    }

    /// Goes down to where `place` belongs by its priority, and hangs it there with all below on its two sides.
    fn hang(&mut self, place: u32) {
        let new = self.nodes[place as usize];
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
            self.nodes[place as usize].left,
            self.nodes[place as usize].right,
        ) = (left, right);
        self.look_below(place);
        match above {
            None => self.set_root(place),
            Some((above, true)) => self.nodes[above as usize].left = place,
            Some((above, false)) => self.nodes[above as usize].right = place,
        }
    }

    /// Takes `place` out, which is in the order with this rank.
    pub(super) fn remove(&mut self, place: u32, rank: Rank) {
        let root = self.removed(self.root(), place, rank);
        self.set_root(root);
    }

    /// Takes all out.
    pub(super) fn clear(&mut self) {
        self.root = None;
    }

    fn removed(&mut self, at: u32, place: u32, rank: Rank) -> u32 {
        let Some(node) = self.node(at).copied() else {
            return NONE;
        };
        if at == place {
            return self.joined(node.left, node.right);
        }
        if rank < node.rank {
            self.nodes[at as usize].left = self.removed(node.left, place, rank);
        } else {
            self.nodes[at as usize].right = self.removed(node.right, place, rank);
        }
        self.look_below(at);
        at
    }

    /// Those before `rank`, and the others.
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
        self.look_below(at);
        parts
    }

    /// One tree of two, all of the left one before all of the right one.
    fn joined(&mut self, left: u32, right: u32) -> u32 {
        let (Some(one), Some(other)) = (self.node(left), self.node(right)) else {
            return if left == NONE { right } else { left };
        };
        if one.priority > other.priority {
            let middle = one.right;
            self.nodes[left as usize].right = self.joined(middle, right);
            self.look_below(left);
            left
        } else {
            let middle = other.left;
            self.nodes[right as usize].left = self.joined(left, middle);
            self.look_below(right);
            right
        }
    }

    fn look_below(&mut self, at: u32) {
        let node = self.nodes[at as usize];
        let below = [node.left, node.right];
        let below = below.into_iter().filter_map(|child| self.node(child));
        let earliest = below.fold(node.from, |least, child| least.min(child.earliest));
        self.nodes[at as usize].earliest = earliest;
    }
}

/// A number that looks like any other (SplitMix64).
fn scrambled(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
