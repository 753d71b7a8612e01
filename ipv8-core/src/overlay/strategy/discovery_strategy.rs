//! The trait that every strategy implements.

use std::any::Any;

use crate::overlay::community::Community;
use crate::overlay::context::Context;

/// A way to find peers, or to drop dead ones, in small steps.
///
/// The node gives every strategy one turn per walk interval (0.5 s by default). The turns of all
/// strategies are spread evenly over the interval. A strategy takes one step in its turn, and no
/// step starts before the datagrams of the last one were passed to the socket. If a step sends more
/// than 16 datagrams, the rest are spread over its turn. A strategy whose overlay has
/// `target_peers` peers or more is skipped until peers are lost again.
///
/// A strategy is a plain struct with [`Default`]. Its public fields are its options, which
/// `#[walk_strategy(MyStrategy, option = value)]` sets; its private fields are its state. The bound
/// on `C` says which communities it can walk.
///
/// ```
/// use ipv8_core::prelude::*;
///
/// /// Asks one random peer for an introduction in each step.
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
    /// Takes one step. Datagrams leave after the step, and a step must not block. A panic is
    /// caught, counted and reported; the strategy keeps its turns.
    fn take_step(&mut self, community: &mut C, cx: &mut Context<'_>);
}
