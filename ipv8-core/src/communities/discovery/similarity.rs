//! Who runs what: similarity requests and responses.

use std::net::SocketAddr;
use std::time::Instant;

use super::payload::ipv4_or_none;
use super::{DiscoveryCommunity, SimilarityRequest, SimilarityResponse};
use crate::overlay::context::Context;
use crate::overlay::strategy::DiscoveryStrategy;
use crate::state::peer::Peer;
use crate::state::stats::DropReason;
use crate::state::timers::seconds;
use crate::wire::Bits;

impl DiscoveryCommunity {
    /// Tells whoever is at `address` which overlays this node runs, and asks for its: one message for each key that our overlays
    /// use, signed with that key, with the services of the overlays that use it.
    pub fn send_similarity_request(&mut self, address: SocketAddr, cx: &mut Context<'_>) {
        for (key, services) in cx.my_services() {
            let time = cx.claim_global_time();
            let request = SimilarityRequest {
                identifier: reduced(time),
                lan: ipv4_or_none(cx.my_estimated_lan()),
                wan: ipv4_or_none(cx.my_estimated_wan()),
                flags: Bits::default(),
                services,
            };
            // A refusal is counted; the peer is asked again at some later time.
            let _ = cx.send_signed_by(address, &key, time, &request);
        }
    }

    /// The sender's services are noted, whoever it is. It is answered if somebody verified is at its address, else it gets
    /// an introduction request instead, hardly longer than what it sent: once it has answered that it is
    /// somebody, and is asked for its services. Both happen at most once a second for an address.
    #[allow(clippy::needless_pass_by_value)]
    pub(super) fn on_similarity_request(
        &mut self,
        peer: &Peer,
        request: SimilarityRequest,
        cx: &mut Context<'_>,
    ) {
        cx.network_mut()
            .discover_services(peer.key(), request.services);
        let address = peer.address();
        let network = cx.network();
        let is_stranger =
            !network.is_verified(peer.key()) && network.verified_by_address(&address).is_none();
        if is_stranger && cx.is_over_peer_limit() {
            cx.count_drop(DropReason::PeerLimit);
        } else if !self.answers.allows(address, cx.now()) {
            cx.count_drop(DropReason::RateLimited);
        } else if is_stranger {
            cx.walk_to(address);
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
        if cx.is_over_peer_limit() && !cx.network().is_verified(peer.key()) {
            cx.count_drop(DropReason::PeerLimit);
            return;
        }
        cx.verify_in_network(peer);
        cx.network_mut()
            .discover_services(peer.key(), response.services);
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

/// The counter as it stands in a 16-bit field.
#[allow(clippy::cast_possible_truncation)]
fn reduced(time: u64) -> u16 {
    time as u16
}

/// Asks one random verified peer of the node's peer graph, whichever overlays it is in, for its services, at most once per
/// `interval` (protocol 7.2).
///
/// It walks [`DiscoveryCommunity`] alone, usually without a target (-1): services can change as long as both run.
#[derive(Clone, Debug, ipv8_macros::Options)]
pub struct PeriodicSimilarity {
    /// Seconds between two requests, at least. Default 1.0.
    #[options(range = 0.0..)]
    pub interval: f64,
    last_request: Option<Instant>,
}

impl Default for PeriodicSimilarity {
    fn default() -> Self {
        Self {
            interval: 1.0,
            last_request: None,
        }
    }
}

impl DiscoveryStrategy<DiscoveryCommunity> for PeriodicSimilarity {
    fn take_step(&mut self, community: &mut DiscoveryCommunity, cx: &mut Context<'_>) {
        let now = cx.now();
        let too_soon = self
            .last_request
            .is_some_and(|last| now.saturating_duration_since(last) < seconds(self.interval));
        if too_soon {
            return;
        }
        if let Some(peer) = cx.random_verified_peers(1).first() {
            self.last_request = Some(now);
            community.send_similarity_request(peer.address(), cx);
        }
    }
}
