//! The trait that every bootstrapper implements.

use std::net::SocketAddr;

use super::context::BootstrapContext;
use super::lookup::LookupError;

/// A way for one overlay to meet its first peers.
///
/// A bootstrapper is a plain struct with [`Default`]: its public fields are its options, and its
/// private fields are its state. Like a strategy, it must not block, wait or use the network
/// itself.
/// A panic in it is caught, counted and reported; the bootstrapper stays in its list.
///
/// ```
/// use std::net::SocketAddr;
///
/// use ipv8_core::overlay::{BootstrapContext, Bootstrapper};
///
/// /// Connects an overlay to friends, who are ordinary peers.
/// #[derive(Default)]
/// pub struct Friends {
///     pub addresses: Vec<SocketAddr>,
/// }
///
/// impl Bootstrapper for Friends {
///     fn get_addresses(&mut self, _cx: &mut BootstrapContext<'_>) -> Vec<SocketAddr> {
///         self.addresses.clone()
///     }
/// }
/// ```
///
/// Source: py-ipv8's `Bootstrapper` (protocol 10.1). py-ipv8 awaits results; here, methods of this
/// trait receive them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a bootstrapper",
    label = "not a `Bootstrapper`",
    note = "implement `ipv8_core::overlay::Bootstrapper` for it, or use an existing one such as `DispersyBootstrapper`"
)]
pub trait Bootstrapper: Send + 'static {
    /// Prepares the bootstrapper, for instance asks for lookups. The overlay calls this once,
    /// before every method except [`Bootstrapper::blacklist`]. Default: does nothing.
    fn initialize(&mut self, _cx: &mut BootstrapContext<'_>) {}

    /// Returns the addresses at which an overlay starts. The overlay walks to the first `max_peers`
    /// of them (to all if `max_peers` is 0 or less). A node that answers becomes a peer. Servers
    /// are not peers: see [`Bootstrapper::blacklist`].
    ///
    /// The overlay calls this within a second of its start and again now and then, whether it has
    /// peers or not, so that networks that fell apart meet again: after 10 to 20 s for each peer
    /// that it has, up to 30, and after 2.5 minutes or more while its strategies are at their
    /// targets. While it has no peers, every step of a strategy calls this too. A bootstrapper that
    /// sends something must pause by itself.
    fn get_addresses(&mut self, cx: &mut BootstrapContext<'_>) -> Vec<SocketAddr>;

    /// Helps to reconnect networks that fell apart. A strategy of an overlay that has peers calls
    /// this now and then, in place of a request to a peer. Default: does nothing.
    fn keep_alive(&mut self, _cx: &mut BootstrapContext<'_>) {}

    /// Returns the addresses of servers, which must never become peers. The node calls this when
    /// the overlay is added, and after every other call of the bootstrapper. It blacklists the
    /// addresses before it sends anything for that call. Default: none.
    ///
    /// A server is a peer of no overlay, so the blacklist applies to all overlays on the same peer
    /// graph.
    fn blacklist(&self) -> Vec<SocketAddr> {
        Vec::new()
    }

    /// Handles the news that an introduction response came from `source`. Anyone can forge this
    /// address. Default: does nothing.
    fn answered(&mut self, _source: SocketAddr, _cx: &mut BootstrapContext<'_>) {}

    /// Handles the result of a lookup that [`BootstrapContext::resolve`] started. The result is an
    /// error or at least one address. Each address has the requested port, and this node has a
    /// socket that reaches it. Default: does nothing.
    fn resolved(
        &mut self,
        _host: &str,
        _port: u16,
        _found: Result<&[SocketAddr], &LookupError>,
        _cx: &mut BootstrapContext<'_>,
    ) {
    }

    /// Handles the timer that [`BootstrapContext::wake_after`] started. Default: does nothing.
    fn woken(&mut self, _cx: &mut BootstrapContext<'_>) {}

    /// Handles a beacon for this overlay. It came from `source`, not from this node
    /// ([`BootstrapContext::send_beacon`]). Anyone can send a beacon with any source. Returns
    /// `true` if this bootstrapper follows the beacon. The node counts a beacon that no
    /// bootstrapper follows as dropped. Default: does not follow it.
    fn beacon_heard(&mut self, _source: SocketAddr, _cx: &mut BootstrapContext<'_>) -> bool {
        false
    }

    /// Cleans up while the overlay is being unloaded. The bootstrapper is dropped afterwards.
    /// Default: does nothing.
    fn unload(&mut self, _cx: &mut BootstrapContext<'_>) {}
}
