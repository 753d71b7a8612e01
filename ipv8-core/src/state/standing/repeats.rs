//! Signatures that were seen before.

use std::collections::{HashSet, VecDeque};
use std::time::Instant;

use super::standings::ALIVE;
use crate::support::hashing::StrangersState;

/// The number of signatures that are remembered for each peer. A peer adds at most one every
/// [`ALIVE`](super::standings::ALIVE), so these last for longer than a silent peer is kept.
const EACH: usize = 32;

/// The smallest and the largest memory, in signatures: 10 to 1,000 kB.
const BOUNDS: (usize, usize) = (1_024, 65_536);

/// The signatures of the last messages that showed that a peer is alive. A copy of such a message
/// shows nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repeats {
    known: HashSet<u32, StrangersState>,
    order: VecDeque<u32>,
}

impl Repeats {
    /// Returns `true` if a message shows that its peer is alive: the peer, which was last heard
    /// from at `heard`, was silent for a few seconds, and the signature is new.
    pub(crate) fn shows_life(
        &mut self,
        heard: Option<Instant>,
        mark: u32,
        peers: usize,
        now: Instant,
    ) -> bool {
        // A peer that was heard from a moment ago need not be remembered again.
        let is_alive = heard.is_some_and(|at| now.saturating_duration_since(at) < ALIVE);
        !is_alive && self.is_new(mark, peers)
    }

    /// Remembers a signature by a part of it, in a node with this number of peers. Returns `true`
    /// if it is new.
    fn is_new(&mut self, mark: u32, peers: usize) -> bool {
        let (least, most) = BOUNDS;
        let limit = peers.saturating_mul(EACH).clamp(least, most);
        if !self.known.insert(mark) {
            return false;
        }
        self.order.push_back(mark);
        while self.order.len() > limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_new_once_and_the_memory_is_bounded() {
        let mut repeats = Repeats::default();
        assert!(repeats.is_new(1, 1) && !repeats.is_new(1, 1));
        assert!((2..100_000).all(|mark| repeats.is_new(mark, 1)));
        assert_eq!(
            (repeats.order.len(), repeats.known.len()),
            (BOUNDS.0, BOUNDS.0)
        );
        assert!((200_000..400_000).all(|mark| repeats.is_new(mark, 10_000)));
        assert_eq!(repeats.order.len(), BOUNDS.1);
    }
}
