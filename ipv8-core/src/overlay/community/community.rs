//! The trait that every community implements.

use std::any::Any;

use super::available::Available;
use super::error::CommunityError;
use super::message_table::MessageTable;
use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use crate::wire::payload::{IntroductionRequest, IntroductionResponse};

/// The default of [`Community::MAX_PEERS`] (`DEFAULT_MAX_PEERS` in py-ipv8).
pub const DEFAULT_MAX_PEERS: i32 = 30;

/// An overlay: a set of peers with their own messages, found by a 20-byte id.
///
/// The node finds peers, answers introductions and punctures NATs. A community adds its state, its
/// messages and their handlers. One task runs the node and calls every method, with exclusive
/// access to `self` and to the node's state ([`Context`]): nothing needs a lock, and no method may
/// block. A panic in a method is caught, counted and reported; the node continues.
///
/// ```
/// use ipv8_core::prelude::*;
///
/// struct MyCommunity {
///     hellos: u64,
/// }
///
/// #[derive(Payload)]
/// #[payload(id = 1)]
/// struct Hello {
///     text: String,
/// }
///
/// impl Community for MyCommunity {
///     const COMMUNITY_ID: CommunityId = CommunityId::from_hex("00112233445566778899aabbccddeeff00112233");
///     type Settings = ();
///
///     fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
///         Ok(Self { hellos: 0 })
///     }
///
///     fn messages(table: &mut MessageTable<Self>) {
///         handlers!(table: signed Hello => Self::on_hello);
///     }
/// }
///
/// impl MyCommunity {
///     fn on_hello(&mut self, peer: &Peer, hello: Hello, _cx: &mut Context<'_>) {
///         self.hellos += 1;
///         println!("{peer} says {}", hello.text);
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a community",
    label = "this type does not implement `Community`",
    note = "implement `ipv8_core::Community` for `{Self}`, or name a type that does"
)]
pub trait Community: Sized + Send + 'static {
    /// The id of the overlay. Peers with the same id find each other. Choose 20 random bytes.
    const COMMUNITY_ID: CommunityId;

    /// The most peers of the overlay; -1: no limit. The default is 30. A full overlay still answers
    /// introduction requests, and `guide::strangers` says which newcomers get a place. A node's
    /// configuration can override it.
    const MAX_PEERS: i32 = DEFAULT_MAX_PEERS;

    /// `true` if [`Community::on_network_peer_added`] and [`Community::on_network_peer_removed`]
    /// are called. Default: `false`.
    const OBSERVES_NETWORK: bool = false;

    /// `true` for [`NoOverlay`](crate::NoOverlay) only.
    #[doc(hidden)]
    const IS_NONE: bool = false;

    /// The settings that a launcher can change; `()` when there are none.
    type Settings: Default + Send + 'static;

    /// Creates the community. The socket is not open yet; [`Community::started`] follows.
    ///
    /// # Errors
    ///
    /// Any error. The launch then fails with it and names the launcher.
    fn new(settings: Self::Settings, cx: &mut Context<'_>) -> Result<Self, CommunityError>;

    /// Returns the id of the overlay, for programs that learn it at run time. Called once, before
    /// [`Community::new`]. Default: [`Community::COMMUNITY_ID`].
    fn community_id(settings: &Self::Settings) -> CommunityId {
        let _ = settings;
        Self::COMMUNITY_ID
    }

    /// Registers the handlers of the community's messages, best with [`crate::handlers!`].
    fn messages(table: &mut MessageTable<Self>) {
        let _ = table;
    }

    /// Offers strategies, settings and actions by name, for configuration files (py-ipv8:
    /// `get_available_strategies`). [`RandomWalk`](crate::RandomWalk) and
    /// [`EdgeWalk`](crate::EdgeWalk) are always available. Default: nothing else.
    fn available(available: &mut Available<Self>) {
        let _ = available;
    }

    /// Called when the overlay has been added to the node. Datagrams sent here leave once the
    /// socket is open.
    fn started(&mut self, cx: &mut Context<'_>) {
        let _ = cx;
    }

    /// Called when the overlay is about to be removed. Datagrams sent here still leave.
    fn unload(&mut self, cx: &mut Context<'_>) {
        let _ = cx;
    }

    /// Called when an introduction request of `peer` has been accepted and answered.
    fn introduction_request_callback(
        &mut self,
        peer: &Peer,
        request: &IntroductionRequest,
        cx: &mut Context<'_>,
    ) {
        let _ = (peer, request, cx);
    }

    /// Called when an introduction response of `peer` has been processed.
    fn introduction_response_callback(
        &mut self,
        peer: &Peer,
        response: &IntroductionResponse,
        cx: &mut Context<'_>,
    ) {
        let _ = (peer, response, cx);
    }

    /// Called when `peer` has become a verified peer of this overlay.
    fn on_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let _ = (peer, cx);
    }

    /// Called when `peer` is no longer a verified peer of this overlay.
    fn on_peer_removed(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let _ = (peer, cx);
    }

    /// Called when `peer` has become a verified peer of the node, in any overlay (py-ipv8's
    /// `PeerObserver`). Only with [`Community::OBSERVES_NETWORK`]. Peers that were verified before
    /// the overlay was loaded are not reported; [`Context::network`] has them.
    fn on_network_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let _ = (peer, cx);
    }

    /// Called when the node has forgotten `peer` in all overlays. Only with
    /// [`Community::OBSERVES_NETWORK`].
    fn on_network_peer_removed(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let _ = (peer, cx);
    }

    /// Called when the data that [`Context::add_request`] stored under `prefix` and `number` was
    /// not taken in time.
    fn on_request_timeout(
        &mut self,
        prefix: &'static str,
        number: u16,
        data: Box<dyn Any + Send>,
        cx: &mut Context<'_>,
    ) {
        let _ = (prefix, number, data, cx);
    }
}
