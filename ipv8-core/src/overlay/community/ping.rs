//! The trait of communities that can ping their peers.

use super::community::Community;
use crate::overlay::context::Context;
use crate::state::peer::Peer;

/// A community that can ping its peers. [`RandomChurn`](crate::RandomChurn) requires it.
///
/// [`DiscoveryCommunity`](crate::communities::DiscoveryCommunity) implements it. In your own
/// community, send a message with a number of [`Context::add_request`]. When the answer with that
/// number comes from the peer, call [`Context::ping_answered`], which informs strategies and
/// listeners.
///
/// ```
/// use std::net::SocketAddr;
/// use std::time::{Duration, Instant};
/// use ipv8_core::prelude::*;
///
/// #[derive(Payload)]
/// #[payload(id = 1, unsigned)]
/// struct Ping { number: u16 }
///
/// #[derive(Payload)]
/// #[payload(id = 2, unsigned)]
/// struct Pong { number: u16 }
///
/// struct MyCommunity;
///
/// impl Community for MyCommunity {
///     const COMMUNITY_ID: CommunityId = CommunityId::from_hex("00112233445566778899aabbccddeeff00112233");
///     type Settings = ();
///
///     fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
///
///     fn messages(table: &mut MessageTable<Self>) {
///         handlers!(table: unsigned Ping => Self::on_ping, unsigned Pong => Self::on_pong);
///     }
/// }
///
/// impl MyCommunity {
///     fn on_ping(&mut self, source: SocketAddr, ping: Ping, cx: &mut Context<'_>) {
///         let _ = cx.send_to(source, &Pong { number: ping.number });
///     }
///
///     fn on_pong(&mut self, source: SocketAddr, pong: Pong, cx: &mut Context<'_>) {
///         let asked = cx.pop_request::<(Peer, Instant)>("ping", pong.number);
///         if let Some((peer, sent)) = asked && peer.has_address(&source) {
///             cx.ping_answered(peer.key(), cx.now() - sent);
///         }
///     }
/// }
///
/// impl PingCommunity for MyCommunity {
///     fn send_ping(&mut self, peer: &Peer, cx: &mut Context<'_>) {
///         let asked = (peer.clone(), cx.now());
///         if let Ok(number) = cx.add_request("ping", Duration::from_secs(5), asked) {
///             let _ = cx.send(peer, &Ping { number });
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot ping its peers",
    label = "this community does not implement `PingCommunity`",
    note = "strategies such as `RandomChurn` ping peers to find dead ones: put them on `DiscoveryCommunity`, or implement `ipv8_core::PingCommunity` for `{Self}`"
)]
pub trait PingCommunity: Community {
    /// Sends a ping to the preferred address of `peer`. The community reports an answer with
    /// [`Context::ping_answered`]; there is no report if the peer does not answer or the ping was
    /// not sent.
    fn send_ping(&mut self, peer: &Peer, cx: &mut Context<'_>);
}
