//! How a community finds peers: strategies that take turns.

mod edge_walk;
mod random_churn;
mod random_walk;
mod standing;

use std::any::Any;

pub use edge_walk::EdgeWalk;
pub use random_churn::RandomChurn;
pub use random_walk::RandomWalk;

use crate::overlay::community::Community;
use crate::overlay::context::Context;

/// A way to find (or lose) peers, in small steps.
///
/// The node lets every strategy take one step per walk interval (0.5 s unless configured), one
/// strategy at a time, evenly spread over the interval, and never before what the last step sent
/// was handed to the socket. Of a step that sends more than 16 datagrams the rest is spread over its
/// turn ([`pacing`](crate::engine::turns::pacing)). A strategy whose overlay has at least as many peers as its target is
/// skipped until peers are lost again.
///
/// A strategy is a plain struct with [`Default`]: its public fields are its options, which
/// `#[walk_strategy(MyStrategy, option = value)]` assigns; its private fields are its state. It
/// says which communities it can walk by what it asks of `C`.
///
/// ```
/// use ipv8_core::prelude::*;
///
/// /// Asks one random peer for an introduction, each time.
/// #[derive(Default)]
/// pub struct MyDiscoveryStrategy;
///
/// impl<C: Community> DiscoveryStrategy<C> for MyDiscoveryStrategy {
///     fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
///         if let Some(peer) = cx.random_peer() {
///             cx.send_introduction_request(&peer);
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a discovery strategy for `{C}`",
    label = "this strategy cannot walk `{C}`",
    note = "implement `ipv8_core::DiscoveryStrategy<{C}>` for `{Self}`, or use a strategy that walks every community, such as `RandomWalk`"
)]
pub trait DiscoveryStrategy<C: Community>: Any + Send {
    /// Takes one step. What is sent leaves after the step; a step must not block. A panic in
    /// it is caught, counted and reported; the strategy keeps its turns.
    fn take_step(&mut self, community: &mut C, cx: &mut Context<'_>);
}
