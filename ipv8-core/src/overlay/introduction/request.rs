//! Answering introduction requests (protocol 4.4).

use std::net::{IpAddr, SocketAddr};

use crate::overlay::context::Context;
use crate::overlay::introduction::open::SignedBy;
use crate::overlay::introduction::standing::{fits_answer_and_probe, lan_of};
use crate::state::peer::Peer;
use crate::state::stats::DropReason;
use crate::wire::address::UNSPECIFIED;
use crate::wire::payload::{IntroductionRequest, IntroductionResponse, Style, Styled};

/// The number of random candidates for an introduction in a small overlay. A larger number hardly
/// improves the choice, and leaves less to chance.
const DRAWS: usize = 8;

/// The number of peers up to which an overlay is small. In a larger overlay most peers are
/// strangers to each other anyway.
const SMALL_OVERLAY: usize = 64;

/// The number of random candidates for an introduction in a larger overlay.
const DRAWS_OF_MANY: usize = 2;

/// The number of further random candidates in a larger overlay if none of the first suits.
const DRAWS_AGAIN: usize = 64;

impl Context<'_> {
    /// Answers `request`, received from `source` in `style`, and returns its sender.
    ///
    /// The sender becomes a contact: the request proves neither who is at `source` nor when it was
    /// signed (`guide::strangers`). A stranger gets one answer of about the request's size, within
    /// the budget for strangers.
    ///
    /// # Errors
    ///
    /// See [`Context::admit_request`]. No answer is sent, so that the requester looks elsewhere.
    pub(crate) fn on_introduction_request(
        &mut self,
        by: &SignedBy,
        source: SocketAddr,
        style: Style,
        request: &IntroductionRequest,
    ) -> Result<Peer, DropReason> {
        let new_style = style == Style::New || request.supports_new_style;
        let lan = lan_of(request.source_lan);
        let mut peer = self.signer_at(by, source, lan, new_style);
        if new_style {
            self.mark_new_style(by, &mut peer);
        }
        if !self.is_for_us(request.destination) {
            return Err(DropReason::WrongRecipient);
        }
        // A peer that prefers IPv6 gets its answer there, wherever the request came from.
        self.admit_answer(&by.key, peer.address())?;
        if let Some(lan) = lan {
            peer.set_lan_address(lan);
        }
        self.respond(&peer, request);
        Ok(peer)
    }

    fn peer_limit(&self) -> Option<usize> {
        usize::try_from(self.state.max_peers).ok()
    }

    /// Returns `true` if the overlay has more than [`Context::max_peers`] peers. Introduction
    /// requests are then dropped. Only a limit that was lowered can be exceeded (protocol 4.4).
    #[must_use]
    pub fn is_over_peer_limit(&self) -> bool {
        self.peer_limit()
            .is_some_and(|limit| self.peer_count() > limit)
    }

    fn respond(&mut self, peer: &Peer, request: &IntroductionRequest) {
        let style = if peer.is_new_style() {
            Style::New
        } else {
            Style::Old
        };
        self.send_introduction_response(peer, style, request, None);
    }

    /// Answers `request` in `style`, at the preferred address of `requester`, and introduces
    /// `introduced`. If that is `None`, the requester itself, or a peer that an old-style requester
    /// cannot reach, the answer introduces another peer of this overlay that the requester probably
    /// does not know, if there is one. The introduced peer is asked first to puncture its NAT for
    /// the requester (protocol 4.4 step 5), unless the requester has not proven its address.
    ///
    /// IPv8 does this itself. Call it in a community that takes introduction requests over.
    pub fn send_introduction_response(
        &mut self,
        requester: &Peer,
        style: Style,
        request: &IntroductionRequest,
        introduced: Option<Peer>,
    ) {
        let time = self.claim_wrapped_time();
        let introduced = introduced
            .filter(|peer| can_be_introduced(peer, requester, style))
            .or_else(|| self.peer_for_introduction(requester, style));
        let (to, number) = (requester.address(), request.identifier);
        let mut response = IntroductionResponse::new(
            to,
            self.my_estimated_lan(),
            self.my_source_wan(style),
            number,
        );
        if let Some(introduced) = &introduced {
            (response.lan_introduction, response.wan_introduction) = self.addresses_of(introduced);
            response.intro_supports_new_style = introduced.is_new_style();
        }
        // A tracker does not introduce nodes that are full.
        response.peer_limit_reached = self.graph().is_full(self.state.community_id);
        if !self.is_peer_at(requester.key(), to) {
            self.send_response_to_stranger(to, style, response, u64::from(time));
            return;
        }
        // The introduced peer must puncture before the requester can walk there.
        if let Some(introduced) = &introduced {
            let walker = request.destination;
            self.send_puncture_request(introduced.address(), walker, to, number, style);
        }
        self.send_styled(to, style, response, u64::from(time));
    }

    /// Answers a stranger, whose address may be forged: without a puncture, and without an
    /// introduction if that makes the answer much longer than the request.
    fn send_response_to_stranger(
        &mut self,
        to: SocketAddr,
        style: Style,
        mut response: IntroductionResponse,
        time: u64,
    ) {
        let (prefix, key) = (&self.state.prefix, &self.state.my_key);
        if let Ok(packet) = response.clone().packet(style, prefix, key, time) {
            let answer = packet.sealed_length();
            let fits = |request| fits_answer_and_probe(request, answer);
            if self.length.is_none_or(fits) {
                // `enqueue` counts a refusal; the requester asks again.
                let _ = self.enqueue(to, packet);
                return;
            }
        }
        response.lan_introduction = UNSPECIFIED;
        response.wan_introduction = UNSPECIFIED;
        response.intro_supports_new_style = false;
        self.send_styled(to, style, response, time);
    }

    /// Returns a peer of this overlay that is neither the requester nor at its address; for an
    /// old-style requester, one whose preferred address is IPv4. Among a few random candidates it
    /// is the one that the requester most probably does not know, of the provider with the fewest
    /// peers, and that was not introduced for the longest time (`Introductions`).
    fn peer_for_introduction(&mut self, requester: &Peer, style: Style) -> Option<Peer> {
        let service = self.state.community_id;
        let draws = match self.peer_count() {
            0..=SMALL_OVERLAY => DRAWS,
            _ => DRAWS_OF_MANY,
        };
        let to = requester.address();
        let mut introductions = std::mem::take(&mut self.state.introductions);
        let (network, rng) = self.graph_and_rng();
        let network = &*network;
        let suits = |peer: &&Peer| can_be_introduced(peer, requester, style);
        let drawn = network.random_peers(service, draws, rng).filter(suits);
        let best = drawn.min_by_key({
            let rank = introductions.ranks_for(&to);
            move |peer| {
                let (acquainted, last) = rank(&peer.address());
                (acquainted, network.crowd_at(service, peer.address()), last)
            }
        });
        let chosen = match best {
            Some(peer) => Some(peer.clone()),
            // Few peers suit, so none of the candidates does. A look at thousands would let an
            // attacker with thousands of keys keep the node busy.
            None if draws == DRAWS_OF_MANY => {
                let mut more = network.random_peers(service, DRAWS_AGAIN, rng);
                more.find(suits).cloned()
            }
            None => network
                .random_peer_where(service, rng, |peer| suits(&peer))
                .cloned(),
        };
        if let Some(peer) = &chosen {
            introductions.note(&peer.address(), &to);
        }
        self.state.introductions = introductions;
        chosen
    }

    /// Returns the LAN and WAN address to introduce `peer` by. A peer on this machine is reached
    /// from outside through our own WAN host.
    fn addresses_of(&self, peer: &Peer) -> (SocketAddr, SocketAddr) {
        let address = peer.address();
        if let IpAddr::V4(host) = address.ip()
            && self.is_own_lan_host(host)
        {
            return (address, SocketAddr::new(self.wan_host(), address.port()));
        }
        (
            peer.lan_address().map_or(UNSPECIFIED, SocketAddr::V4),
            address,
        )
    }
}

/// Returns `true` if `requester` can use an introduction to `peer` in `style`.
fn can_be_introduced(peer: &Peer, requester: &Peer, style: Style) -> bool {
    peer != requester
        && !peer.has_proven_address(&requester.address())
        && (style == Style::New || peer.address().is_ipv4())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Instant;

    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::crypto::PrivateKey;
    use crate::overlay::bootstrap::Bootstrappers;
    use crate::overlay::context::{OverlayState, Shared};
    use crate::state::network::{NetworkLimits, PeerGraph};
    use crate::state::standing::Asked;
    use crate::wire::packet::CommunityId;

    #[test]
    fn a_packet_with_filler_after_its_key_comes_from_a_stranger() {
        let mut rng = StdRng::from_seed([1; 32]);
        let [me, other] = [(); 2].map(|()| PrivateKey::generate(&mut rng));
        let id = CommunityId::from_bytes([7; 20]);
        let mut state = OverlayState::new(id, me, -1, Bootstrappers::new());
        let mut shared = Shared::new(PeerGraph::new(NetworkLimits::default()), rng);
        let mut cx = Context::new(&mut state, &mut shared, Instant::now());
        let (key, source) = (other.public_key(), "1.2.3.4:5".parse().unwrap());
        let peer = Peer::new(key.clone(), source, cx.now());
        cx.prove(peer, &Asked::at(source));
        let mut ask = |canonical, style| {
            let by = SignedBy {
                key: key.clone(),
                canonical,
                mark: 0,
            };
            let request = IntroductionRequest::new(Style::Old, source, UNSPECIFIED, UNSPECIFIED, 5);
            let request = IntroductionRequest {
                supports_new_style: style == Style::New,
                ..request
            };
            let peer = cx.on_introduction_request(&by, source, style, &request);
            let known = cx.graph().peer(key).unwrap().is_new_style();
            let sent = cx.shared.outbox.pop().unwrap();
            let message = sent.packet.seal()[22];
            (peer.unwrap().is_new_style(), known, sent.to, message)
        };
        // The style belongs to the stranger.
        assert_eq!(ask(false, Style::New), (true, false, source, 233));
        assert_eq!(ask(true, Style::New), (true, true, source, 233));
        assert_eq!(ask(false, Style::Old), (false, true, source, 245));
    }
}
