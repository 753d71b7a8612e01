//! The community: its messages and their handlers.

use std::net::SocketAddr;

use super::limiter::Limiter;
use super::payload::{
    DiscoveryIntroductionRequest, Ping, Pong, SimilarityRequest, SimilarityResponse,
};
use super::periodic_similarity::PeriodicSimilarity;
use super::pings::OpenPings;
use crate::handlers;
use crate::overlay::community::{
    Available, Community, CommunityError, MessageTable, PingCommunity,
};
use crate::overlay::context::Context;
use crate::overlay::strategy::RandomChurn;
use crate::state::peer::Peer;
use crate::state::standing::OpenRequests;
use crate::state::stats::DropReason;
use crate::wire::packet::CommunityId;
use crate::wire::payload::{IntroductionResponse, Style};

/// The community in which peers learn which other communities they share (protocol 5).
///
/// After each introduction response the two peers exchange the ids of the overlays that they run,
/// once for each key that these overlays use. A peer met here is then at once a peer of every
/// overlay that both run. An introduction request can name the peer that the sender wants to meet.
///
/// [`RandomChurn`] on this community watches all peers of the node, and [`PeriodicSimilarity`] asks
/// for their communities again from time to time. `DiscoveryLauncher` launches it with both.
///
/// Source: py-ipv8's `DiscoveryCommunity`.
#[derive(Debug, Default)]
pub struct DiscoveryCommunity {
    pub(super) pings: OpenPings,
    pub(super) asked: OpenRequests,
    pub(super) requests: Limiter,
    pub(super) answers: Limiter,
}

impl Community for DiscoveryCommunity {
    const COMMUNITY_ID: CommunityId =
        CommunityId::from_hex("7e313685c1912a141279f8248fc8db5899c5df5a");
    type Settings = ();

    fn new(_settings: (), cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        cx.tend_network();
        Ok(Self::default())
    }

    fn messages(table: &mut MessageTable<Self>) {
        handlers!(table:
            take_over DiscoveryIntroductionRequest => Self::on_introduction_request,
            signed SimilarityRequest => Self::on_similarity_request,
            signed SimilarityResponse => Self::on_similarity_response,
            unsigned Ping => Self::on_ping,
            unsigned Pong => Self::on_pong,
        );
    }

    fn available(available: &mut Available<Self>) {
        available
            .strategy::<RandomChurn>()
            .strategy::<PeriodicSimilarity>()
            .settings();
    }

    /// Asks the peer for its services, at most once a second for each address.
    fn introduction_response_callback(
        &mut self,
        peer: &Peer,
        _response: &IntroductionResponse,
        cx: &mut Context<'_>,
    ) {
        if self.requests.allows(peer.address(), cx.now()) {
            self.send_similarity_request(peer.address(), cx);
        }
    }
}

impl DiscoveryCommunity {
    /// Answers an old-style introduction request, which is special here (protocol 5): the limit is
    /// checked first, the peer is new for this message, and the answer has the old style and goes
    /// to the source address.
    #[allow(clippy::needless_pass_by_value)]
    fn on_introduction_request(
        &mut self,
        peer: &Peer,
        message: DiscoveryIntroductionRequest,
        cx: &mut Context<'_>,
    ) -> Result<(), DropReason> {
        cx.admit_request(peer, &message.request)?;
        // Only a peer can wish for an introduction, because looking for it takes a pass over all.
        let is_peer = cx.is_peer_at(peer.key(), peer.address());
        let wanted = message.introduce_to.filter(|_| is_peer).and_then(|mid| {
            let mut peers = cx.graph().verified_peers();
            peers.find(|peer| peer.mid() == mid).cloned()
        });
        cx.send_introduction_response(peer, Style::Old, &message.request, wanted);
        Ok(())
    }

    /// Answers every ping: the pong is no longer than the ping.
    fn on_ping(&mut self, source: SocketAddr, ping: Ping, cx: &mut Context<'_>) {
        let identifier = ping.identifier;
        if cx.is_nowhere(&source) {
            cx.count_drop(DropReason::OutOfScope);
            return;
        }
        // A refusal is counted; the sender just gets no answer.
        let _ = cx.send_to(source, &Pong { identifier });
    }

    fn on_pong(&mut self, source: SocketAddr, pong: Pong, cx: &mut Context<'_>) {
        let now = cx.now();
        match self
            .pings
            .answered(source, pong.identifier, cx.graph(), now)
        {
            Some((key, round_trip)) => {
                cx.ping_answered(&key, round_trip);
            }
            None => cx.count_drop(DropReason::Unsolicited),
        }
    }
}

impl PingCommunity for DiscoveryCommunity {
    fn send_ping(&mut self, peer: &Peer, cx: &mut Context<'_>) {
        let now = cx.now();
        let identifier = self.pings.open(peer, now, cx.rng());
        if cx.send(peer, &Ping { identifier }).is_err() {
            self.pings.forget(identifier);
        }
    }
}
