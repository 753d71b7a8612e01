//! The trait that every bootstrapper implements.

use std::net::SocketAddr;

use super::context::BootstrapContext;
use super::lookup::LookupError;

/// A way for one overlay to meet its first peers.
///
/// A bootstrapper is a plain struct with [`Default`]: its public fields are its options, its
/// private fields are its state. Like a strategy it must not block, wait or use the network itself.
/// A panic in it is caught, counted and reported; the bootstrapper stays in its list.
///
/// ```
/// use std::net::SocketAddr;
///
/// use ipv8_core::overlay::{BootstrapContext, Bootstrapper};
///
/// /// Starts with the addresses of friends, each an ordinary peer.
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
/// Source: py-ipv8's `Bootstrapper` (protocol 10.1). Where py-ipv8 awaits a result, a method of
/// this trait gets it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a bootstrapper",
    label = "not a `Bootstrapper`",
    note = "implement `ipv8_core::overlay::Bootstrapper` for it, or use an existing one such as `DispersyBootstrapper`"
)]
pub trait Bootstrapper: Send + 'static {
    /// Called once, before any other call. A good place to ask for lookups. Default: does nothing.
    fn initialize(&mut self, _cx: &mut BootstrapContext<'_>) {}

    /// Returns first addresses for an overlay without peers. The overlay walks to the first
    /// `max_peers` of them (to all if that is 0 or less), and a node that answers becomes a peer.
    /// Servers are not peers: see [`Bootstrapper::blacklist`].
    ///
    /// While the overlay has no peers, every step of a strategy calls this. A bootstrapper that
    /// sends something must pause by itself.
    fn get_addresses(&mut self, cx: &mut BootstrapContext<'_>) -> Vec<SocketAddr>;

    /// Called now and then by an overlay that has peers, to reconnect networks that fell apart.
    /// Default: does nothing.
    fn keep_alive(&mut self, _cx: &mut BootstrapContext<'_>) {}

    /// Returns the addresses of servers, which must never become peers. Asked when the overlay is
    /// added and after every call; the addresses are blacklisted before anything is sent for that
    /// call. Default: none.
    ///
    /// A server is a peer of no overlay, so the blacklist applies to all overlays on the same peer
    /// graph.
    fn blacklist(&self) -> Vec<SocketAddr> {
        Vec::new()
    }

    /// Called when an introduction response came from `source`, which anyone can forge. Default:
    /// does nothing.
    fn answered(&mut self, _source: SocketAddr, _cx: &mut BootstrapContext<'_>) {}

    /// Called with the result of a lookup that [`BootstrapContext::resolve`] asked for: at least
    /// one address, with the port asked for, that this node has a socket for; or an error. Default:
    /// does nothing.
    fn resolved(
        &mut self,
        _host: &str,
        _port: u16,
        _found: Result<&[SocketAddr], &LookupError>,
        _cx: &mut BootstrapContext<'_>,
    ) {
    }

    /// Called when the timer of [`BootstrapContext::wake_after`] is due. Default: does nothing.
    fn woken(&mut self, _cx: &mut BootstrapContext<'_>) {}

    /// Called with a beacon for this overlay that came from `source`, not from this node
    /// ([`BootstrapContext::send_beacon`]). Anyone can send a beacon with any source. Returns
    /// `true` if it was followed; a beacon that no bootstrapper follows is counted as dropped.
    /// Default: not followed.
    fn beacon_heard(&mut self, _source: SocketAddr, _cx: &mut BootstrapContext<'_>) -> bool {
        false
    }

    /// Called when the overlay is being unloaded; the bootstrapper is dropped afterwards. Default:
    /// does nothing.
    fn unload(&mut self, _cx: &mut BootstrapContext<'_>) {}
}
