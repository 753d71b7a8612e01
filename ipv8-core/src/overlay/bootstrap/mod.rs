//! Where an overlay asks when it knows nobody (py-ipv8's `ipv8.bootstrapping`).
//!
//! A [`Bootstrapper`] is a way to first addresses: well-known servers ([`DispersyBootstrapper`]), beacons
//! on the local network ([`UdpBroadcastBootstrapper`]), or whatever a user writes. An overlay has a list of them, [`Bootstrappers`]. They do nothing
//! themselves; what they wish (a walk, a name looked up, a timer) they tell the [`BootstrapContext`] of the call.

mod beacon;
mod context;
mod dispersy;
mod list;
mod lookup;
mod udp_broadcast;

use std::net::SocketAddr;

pub use beacon::{BEACON_LENGTH, BEACON_LIMIT, Beacon, read_beacon};
pub use context::BootstrapContext;
pub(crate) use context::Wishes;
pub use dispersy::{
    BOOTSTRAP_RETRY, BOOTSTRAP_TIMEOUT, DispersyBootstrapper, TRIBLER_DNS_ADDRESSES,
    TRIBLER_IP_ADDRESSES,
};
pub use list::Bootstrappers;
pub(crate) use list::{Panic, Room, within_limit};
pub(crate) use lookup::Asker;
pub use lookup::{Lookup, LookupError, MAX_LOOKUPS};
pub use udp_broadcast::UdpBroadcastBootstrapper;

/// A way for one overlay to meet its first peers.
///
/// A bootstrapper is a plain struct with [`Default`]: its public fields are its options, its private
/// fields are its state. Like a strategy it must not block, wait or use the network itself. A panic in it is
/// caught, counted and reported; the bootstrapper stays.
///
/// ```
/// use std::net::SocketAddr;
///
/// use ipv8_core::overlay::{BootstrapContext, Bootstrapper};
///
/// /// Begins with the addresses of friends, each an ordinary peer.
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
/// Source: py-ipv8's `Bootstrapper` (protocol 10.1); what is awaited there comes back by a call here.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a bootstrapper",
    label = "not a `Bootstrapper`",
    note = "implement `ipv8_core::overlay::Bootstrapper` for it, or use one that is there, such as `DispersyBootstrapper`"
)]
pub trait Bootstrapper: Send + 'static {
    /// Called once, before any other call: the place to ask for names to be looked up. Default: nothing.
    fn initialize(&mut self, _cx: &mut BootstrapContext<'_>) {}

    /// The overlay knows nobody, and asks so again with each step of a strategy until it does: a bootstrapper that sends
    /// something keeps its own pauses. The addresses returned are walked to, the first `max_peers` of them (all if that is 0 or
    /// less), and whoever answers there becomes a peer. Servers are no peers: see [`Bootstrapper::blacklist`].
    fn get_addresses(&mut self, cx: &mut BootstrapContext<'_>) -> Vec<SocketAddr>;

    /// The overlay has peers, and once in a while reminds its bootstrappers of itself, which mends networks that fell apart. Default: nothing.
    fn keep_alive(&mut self, _cx: &mut BootstrapContext<'_>) {}

    /// The addresses that must never become peers, as they are now. Asked when the overlay is added and after every call, and blacklisted
    /// before anything is sent that this call wished. Default: none.
    fn blacklist(&self) -> Vec<SocketAddr> {
        Vec::new()
    }

    /// An introduction response came from `source`, which may be anybody's address. Default: nothing.
    fn answered(&mut self, _source: SocketAddr, _cx: &mut BootstrapContext<'_>) {}

    /// What became of `host`, which [`BootstrapContext::resolve`] asked for: addresses with the port asked for that this
    /// node has a socket for, at least one; or why there are none. Default: nothing.
    fn resolved(
        &mut self,
        _host: &str,
        _port: u16,
        _found: Result<&[SocketAddr], &LookupError>,
        _cx: &mut BootstrapContext<'_>,
    ) {
    }

    /// The time that [`BootstrapContext::wake_after`] named has come. Default: nothing.
    fn woken(&mut self, _cx: &mut BootstrapContext<'_>) {}

    /// A beacon for this overlay came from `source`, not from this node ([`BootstrapContext::send_beacon`]); anybody can send one
    /// and name any source. Returns whether it was followed; one that nobody follows is counted as dropped. Default: not followed.
    fn beacon_heard(&mut self, _source: SocketAddr, _cx: &mut BootstrapContext<'_>) -> bool {
        false
    }

    /// The overlay is being unloaded; the bootstrapper is dropped afterwards. Default: nothing.
    fn unload(&mut self, _cx: &mut BootstrapContext<'_>) {}
}
