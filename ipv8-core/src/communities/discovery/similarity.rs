//! Similarity requests and responses: which overlays does a node run?

use std::net::SocketAddr;

use super::community::DiscoveryCommunity;
use super::payload::{SimilarityRequest, SimilarityResponse, ipv4_or_none};
use super::periodic_similarity::PeriodicSimilarity;
use crate::overlay::context::Context;
use crate::overlay::strategy::DiscoveryStrategy;
use crate::state::peer::Peer;
use crate::state::standing::Asked;
use crate::state::stats::DropReason;
use crate::wire::Bits;

/// The number of answers that count for one similarity request: more than nodes have keys.
const ANSWERS: u8 = 32;

impl DiscoveryCommunity {
    /// Sends our overlays to the node at `address`, and asks for its overlays: one message for each
    /// key that our overlays use, signed with that key, with the ids of the overlays that use it.
    pub(super) fn send_similarity_request(&mut self, address: SocketAddr, cx: &mut Context<'_>) {
        for (key, services) in cx.my_services() {
            let time = cx.claim_global_time();
            let (asked, now) = (Asked::at(address), cx.now());
            let request = SimilarityRequest {
                identifier: self.asked.open(asked, now, cx.rng()),
                lan: ipv4_or_none(cx.my_estimated_lan()),
                wan: ipv4_or_none(cx.my_estimated_wan()),
                flags: Bits::default(),
                services,
            };
            // A refusal is counted; the peer is asked again later.
            let _ = cx.send_signed_by(address, &key, time, &request);
        }
    }

    /// Notes the sender's services. If a peer has proven its address, answers with ours, at most
    /// once a second. A stranger gets no answer, because that can be several times as long as the
    /// request; it is a contact, and asked for its services once it has proven its address.
    #[allow(clippy::needless_pass_by_value)]
    pub(super) fn on_similarity_request(
        &mut self,
        peer: &Peer,
        request: SimilarityRequest,
        cx: &mut Context<'_>,
    ) {
        let (address, source) = (peer.address(), cx.source());
        // What a peer is said to run counts if it says so itself, where it was found.
        let known = cx.graph().peer(peer.key());
        if known.is_none_or(|known| source.is_some_and(|at| known.has_proven_address(&at))) {
            cx.graph_mut()
                .discover_services(peer.key(), request.services);
        }
        let network = cx.network();
        let is_stranger = network.verified_by_address(&address).is_none();
        if is_stranger || !self.answers.allows(address, cx.now()) {
            cx.count_drop(DropReason::RateLimited);
        } else {
            send_similarity_response(address, request.identifier, cx);
        }
    }

    #[allow(clippy::needless_pass_by_value)]
    pub(super) fn on_similarity_response(
        &mut self,
        peer: &Peer,
        response: SimilarityResponse,
        cx: &mut Context<'_>,
    ) {
        let (source, now) = (cx.source().unwrap_or(peer.address()), cx.now());
        let identifier = response.identifier;
        if !self.asked.take_answer(identifier, source, ANSWERS, now) {
            cx.count_drop(DropReason::Unsolicited);
            return;
        }
        // A node between us and a known peer would pass on its answer; a peer that moved proves its
        // new address by an introduction response.
        let known = cx.graph().peer(peer.key());
        if known.is_some_and(|known| !known.has_proven_address(&source)) {
            cx.count_drop(DropReason::Unsolicited);
            return;
        }
        cx.graph_mut().add_peer_with(
            &Peer::new(peer.key().clone(), source, now),
            &response.services,
        );
    }
}

impl DiscoveryStrategy<DiscoveryCommunity> for PeriodicSimilarity {
    fn take_step(&mut self, community: &mut DiscoveryCommunity, cx: &mut Context<'_>) {
        let now = cx.now();
        if !self.is_due(now) {
            return;
        }
        if let Some(peer) = cx.random_verified_peers(1).first() {
            self.note_request(now);
            community.send_similarity_request(peer.address(), cx);
        }
    }
}

fn send_similarity_response(address: SocketAddr, identifier: u16, cx: &mut Context<'_>) {
    for (key, services) in cx.my_services() {
        let time = cx.claim_global_time();
        let response = SimilarityResponse {
            identifier,
            services,
            overlap: Vec::new(),
        };
        let _ = cx.send_signed_by(address, &key, time, &response);
    }
}
