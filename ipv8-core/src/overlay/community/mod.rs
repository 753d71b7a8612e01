//! What a developer writes: a community, its messages, and their handlers.

mod action;
mod available;
mod messages;
mod ping;
mod requests;

use std::any::Any;

pub use action::{Action, ActionError, ActionResult};
pub use available::Available;
pub use messages::{
    Delivery, MessageTable, MessageTableError, OpenMessage, OpenedMessage, has_unique_ids,
};

pub use ping::PingCommunity;
pub use requests::{IntoResponse, RequestHandler, UnsignedRequestHandler};

use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use crate::wire::payload::{IntroductionRequest, IntroductionResponse};

/// The most peers a community accepts introduction requests from, unless it says otherwise (the
/// reference's `DEFAULT_MAX_PEERS`).
pub const DEFAULT_MAX_PEERS: i32 = 30;

/// Why a community could not be made, as [`Community::new`] tells it.
pub type CommunityError = Box<dyn std::error::Error + Send + Sync>;

/// An overlay: a set of peers with messages of their own, found by a 20-byte id.
///
/// Finding peers, answering introductions and puncturing NATs is done for it; what it adds is its
/// state, its messages and what happens when they arrive. Every method is called by the one task
/// that runs the node, with `self` and the node's state ([`Context`]) to itself: nothing needs a
/// lock, and nothing may block. A panic in a method is caught, counted and reported; the node goes
/// on.
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
    /// The id of the overlay: peers with the same id find each other. Choose 20 random bytes.
    const COMMUNITY_ID: CommunityId;

    /// The most peers that requests are accepted from; -1: no limit. A request that finds more
    /// than this many peers present is dropped, so one more than the limit gets in, as in the
    /// reference. A node's configuration can override it.
    const MAX_PEERS: i32 = DEFAULT_MAX_PEERS;

    /// Whether [`Community::on_network_peer_added`] and [`Community::on_network_peer_removed`] are called. Default: no.
    const OBSERVES_NETWORK: bool = false;

    /// What a launcher can set; `()` when there is nothing.
    type Settings: Default + Send + 'static;

    /// Makes the community. The node is not on the air yet; [`Community::started`] follows.
    ///
    /// # Errors
    ///
    /// Whatever makes the community impossible: the launch then fails with it, naming the
    /// launcher.
    fn new(settings: Self::Settings, cx: &mut Context<'_>) -> Result<Self, CommunityError>;

    /// The id to use instead of [`Community::COMMUNITY_ID`], for programs that learn it when they
    /// run. Asked once, before [`Community::new`].
    fn community_id(settings: &Self::Settings) -> CommunityId {
        let _ = settings;
        Self::COMMUNITY_ID
    }

    /// Registers the handlers of the community's own messages, best with [`crate::handlers!`].
    fn messages(table: &mut MessageTable<Self>) {
        let _ = table;
    }

    /// Offers strategies, settings and actions by name, for configurations (py-ipv8: `get_available_strategies`).
    /// [`RandomWalk`](crate::RandomWalk) and [`EdgeWalk`](crate::EdgeWalk) are always there. Default: nothing else.
    fn available(available: &mut Available<Self>) {
        let _ = available;
    }

    /// The overlay has been added to the node. Datagrams sent here leave once the socket is open.
    fn started(&mut self, cx: &mut Context<'_>) {
        let _ = cx;
    }

    /// The overlay is about to be removed. What is sent here still leaves.
    fn unload(&mut self, cx: &mut Context<'_>) {
        let _ = cx;
    }

    /// An introduction request of `peer` has been accepted and answered.
    fn introduction_request_callback(
        &mut self,
        peer: &Peer,
        request: &IntroductionRequest,
        cx: &mut Context<'_>,
    ) {
        let _ = (peer, request, cx);
    }

    /// An introduction response of `peer` has been taken in.
    fn introduction_response_callback(
        &mut self,
        peer: &Peer,
        response: &IntroductionResponse,
        cx: &mut Context<'_>,
    ) {
        let _ = (peer, response, cx);
    }

    /// `peer` is now a verified peer of this overlay.
    fn on_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let _ = (peer, cx);
    }

    /// `peer` is no longer a verified peer of this overlay.
    fn on_peer_removed(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let _ = (peer, cx);
    }

    /// `peer` is now a verified peer of the network, whatever overlays it is in (py-ipv8's `PeerObserver`). Only called
    /// with [`Community::OBSERVES_NETWORK`]; those who were there when the overlay was loaded are not told of:
    /// [`Context::network`] has them.
    fn on_network_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let _ = (peer, cx);
    }

    /// `peer` was forgotten, with all its overlays. Only called with [`Community::OBSERVES_NETWORK`].
    fn on_network_peer_removed(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let _ = (peer, cx);
    }

    /// Nobody has taken back what [`Context::add_request`] remembered under `prefix` and `number`.
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
