//! Methods for the tests of this repository.

use super::context::Context;
use crate::state::network::PeerGraph;

#[doc(hidden)]
impl Context<'_> {
    /// Returns the number of typed requests that wait for an answer.
    #[must_use]
    pub fn requests_waiting(&self) -> usize {
        self.state.pending.len()
    }

    /// Returns the peer graph, which only the node may change.
    pub fn peer_graph_mut(&mut self) -> &mut PeerGraph {
        self.graph_mut()
    }
}
