//! A community whose type is erased.

use std::any::Any;

use super::community::Community;
use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::wire::payload::{IntroductionRequest, IntroductionResponse};

/// A call of a method of [`Community`], with its arguments.
pub(crate) enum Call<'a> {
    Started,
    Unload,
    RequestCallback(&'a Peer, &'a IntroductionRequest),
    ResponseCallback(&'a Peer, &'a IntroductionResponse),
    PeerAdded(&'a Peer),
    PeerRemoved(&'a Peer),
    NetworkPeerAdded(&'a Peer),
    NetworkPeerRemoved(&'a Peer),
    RequestTimeout(&'static str, u16, Box<dyn Any + Send>),
}

/// A community whose type is erased. One method makes all calls, because the compiler generates it
/// for each type of community.
pub(crate) trait AnyCommunity: Any + Send {
    /// Makes a call. A panic of the community leaves it.
    fn call(&mut self, call: Call<'_>, cx: &mut Context<'_>);
}

impl<C: Community> AnyCommunity for C {
    fn call(&mut self, call: Call<'_>, cx: &mut Context<'_>) {
        match call {
            Call::Started => self.started(cx),
            Call::Unload => self.unload(cx),
            Call::RequestCallback(peer, request) => {
                self.introduction_request_callback(peer, request, cx);
            }
            Call::ResponseCallback(peer, response) => {
                self.introduction_response_callback(peer, response, cx);
            }
            Call::PeerAdded(peer) => self.on_peer_added(peer, cx),
            Call::PeerRemoved(peer) => self.on_peer_removed(peer, cx),
            Call::NetworkPeerAdded(peer) => self.on_network_peer_added(peer, cx),
            Call::NetworkPeerRemoved(peer) => self.on_network_peer_removed(peer, cx),
            Call::RequestTimeout(prefix, number, data) => {
                self.on_request_timeout(prefix, number, data, cx);
            }
        }
    }
}
