//! Answering introduction requests (protocol 4.4).

use std::net::{IpAddr, SocketAddr};

use crate::crypto::PublicKey;
use crate::overlay::context::Context;
use crate::overlay::introduction::SignedBy;
use crate::state::peer::Peer;
use crate::state::stats::DropReason;
use crate::wire::address::UNSPECIFIED;
use crate::wire::payload::{IntroductionRequest, IntroductionResponse, Style};

/// The number of random candidates for an introduction in a small overlay. A larger number hardly
/// improves the choice, and leaves less to chance.
const DRAWS: usize = 8;

/// The number of peers up to which an overlay is small. In a larger overlay most peers are
/// strangers to each other anyway.
const SMALL_OVERLAY: usize = 64;

/// The number of random candidates for an introduction in a larger overlay.
const DRAWS_OF_MANY: usize = 2;

impl Context<'_> {
    /// Returns the sender of a signed message: the known peer with this key, updated with `source`,
    /// or a new, unverified one (protocol 2.2). A key that the packet does not hold in its
    /// canonical form never matches a known peer, as in py-ipv8 (protocol 2.4).
    ///
    /// The peer counts as heard from now. Only a signature, or an answer with the number of a
    /// request, is a sign of life; a source address proves nothing.
    pub(crate) fn sender(&mut self, by: &SignedBy, source: SocketAddr) -> Peer {
        if !by.canonical {
            return self.stranger(by, source);
        }
        let now = self.now;
        let known = self.graph_mut().peer_mut(&by.key, |peer| {
            peer.add_address(source);
            peer.responded(now);
            peer.clone()
        });
        known.unwrap_or_else(|| self.stranger(by, source))
    }

    /// Returns the sender of a signed message as a new peer, even if its key is known. A known peer
    /// with that key counts as heard from now.
    pub(crate) fn stranger(&mut self, by: &SignedBy, source: SocketAddr) -> Peer {
        let now = self.now;
        self.graph_mut().heard_from(&by.key, now);
        let mut peer = Peer::new(by.key.clone(), source, self.now);
        peer.responded(self.now);
        peer
    }

    /// Notes that `peer`, which [`Context::sender`] returned, understands the new style.
    pub(super) fn mark_new_style(&mut self, by: &SignedBy, peer: &mut Peer) {
        peer.mark_new_style();
        if by.canonical {
            self.graph_mut().peer_mut(&by.key, Peer::mark_new_style);
        }
    }

    fn known_peer(&self, key: &PublicKey) -> Option<Peer> {
        self.graph().peer(key).cloned()
    }

    /// Adds `peer` as a verified peer of this overlay. Returns it as the graph has it, or unchanged
    /// if its key was not canonical.
    pub(super) fn verify(&mut self, by: &SignedBy, peer: Peer) -> Peer {
        let known = self.add_verified(&peer);
        if by.canonical { known } else { peer }
    }

    /// Makes `peer`, which signed the message being handled, a verified peer of the node and of
    /// this overlay, and returns it as the peer graph has it then (protocol 4.4 step 4). Returns it
    /// unchanged if another key signed the message, or if the graph refuses the peer: it is
    /// blacklisted, or there is no room.
    ///
    /// IPv8 does this for every introduction request and response. Call it in a community that
    /// takes one of them over, or that has another message that makes peers.
    pub fn verify_peer(&mut self, peer: &Peer) -> Peer {
        if self.signer.as_ref() != Some(peer.key()) {
            return peer.clone();
        }
        self.add_verified(peer)
    }

    fn add_verified(&mut self, peer: &Peer) -> Peer {
        let service = self.state.community_id;
        if !self.graph().is_banned(peer, service) {
            self.graph_mut().add_peer_of(peer, service);
        }
        self.known_peer(peer.key()).unwrap_or_else(|| peer.clone())
    }

    /// Answers `request`, received from `source` in `style`, and returns its sender.
    ///
    /// # Errors
    ///
    /// [`DropReason::PeerLimit`] when there are more than `max_peers` peers already. No answer is
    /// sent, so that the requester looks elsewhere.
    pub(crate) fn on_introduction_request(
        &mut self,
        by: &SignedBy,
        source: SocketAddr,
        style: Style,
        request: &IntroductionRequest,
    ) -> Result<Peer, DropReason> {
        let mut peer = self.sender(by, source);
        if style == Style::New || request.supports_new_style {
            self.mark_new_style(by, &mut peer);
        }
        if self.is_over_peer_limit() {
            return Err(DropReason::PeerLimit);
        }
        if let SocketAddr::V4(lan) = request.source_lan {
            peer.set_lan_address(lan);
        }
        let peer = self.verify(by, peer);
        self.respond(&peer, request);
        Ok(peer)
    }

    /// Makes `peer`, which signed the message being handled, a verified peer of the node, with the
    /// services it is known to have.
    pub(crate) fn verify_in_network(&mut self, peer: &Peer) {
        self.graph_mut().add_verified_peer(peer);
    }

    fn peer_limit(&self) -> Option<usize> {
        usize::try_from(self.state.max_peers).ok()
    }

    /// Returns `true` if the overlay has more than [`Context::max_peers`] peers. Introduction
    /// requests are then dropped. One peer more than the limit gets in, as in py-ipv8 (protocol
    /// 4.4, 16.8).
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
    /// the requester (protocol 4.4 step 5).
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
        response.peer_limit_reached = self
            .peer_limit()
            .is_some_and(|limit| self.peer_count() >= limit);
        // The introduced peer must puncture before the requester can walk there.
        if let Some(introduced) = &introduced {
            let walker = request.destination;
            self.send_puncture_request(introduced.address(), walker, to, number, style);
        }
        self.send_styled(to, style, response, u64::from(time));
    }

    /// Returns a peer of this overlay that is neither the requester nor at its address; for an
    /// old-style requester, one whose preferred address is IPv4. Among a few random candidates it
    /// is the one that the requester most probably does not know, and that was not introduced for
    /// the longest time (`Introductions`).
    fn peer_for_introduction(&mut self, requester: &Peer, style: Style) -> Option<Peer> {
        let service = self.state.community_id;
        let draws = match self.peer_count() {
            0..=SMALL_OVERLAY => DRAWS,
            _ => DRAWS_OF_MANY,
        };
        let to = requester.address();
        let mut introductions = std::mem::take(&mut self.state.introductions);
        let (network, rng) = self.graph_and_rng();
        let suits = |peer: &&Peer| can_be_introduced(peer, requester, style);
        let drawn = network.random_peers(service, draws, rng).filter(suits);
        let best = drawn.min_by_key({
            let rank = introductions.ranks_for(&to);
            move |peer| rank(&peer.address())
        });
        let chosen = match best {
            Some(peer) => Some(peer.clone()),
            // Few peers suit, so none of the candidates does.
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
        && !peer.has_address(&requester.address())
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
    use crate::wire::packet::CommunityId;

    #[test]
    fn a_packet_with_filler_after_its_key_comes_from_a_stranger() {
        let mut rng = StdRng::from_seed([1; 32]);
        let [me, other] = [(); 2].map(|()| PrivateKey::generate(&mut rng));
        let id = CommunityId::from_bytes([7; 20]);
        let mut state = OverlayState::new(id, me, -1, Bootstrappers::new());
        let mut shared = Shared::new(PeerGraph::new(NetworkLimits::default()), rng);
        let mut cx = Context::new(&mut state, &mut shared, Instant::now());
        let mut ask = |canonical, style, source: &str| {
            let key = other.public_key().clone();
            let by = SignedBy { key, canonical };
            let source = source.parse().unwrap();
            let request = IntroductionRequest::new(Style::Old, source, UNSPECIFIED, UNSPECIFIED, 5);
            let request = IntroductionRequest {
                supports_new_style: style == Style::New,
                ..request
            };
            let peer = cx.on_introduction_request(&by, source, style, &request);
            let known = cx.known_peer(&by.key).unwrap();
            let sent = cx.shared.outbox.pop().unwrap();
            let id = sent.packet.seal()[22];
            (peer.unwrap().is_new_style(), known, sent.to, id)
        };
        let [first, second] = ["1.2.3.4:5", "[2001:db8::1]:6"];
        ask(true, Style::Old, first);
        // The style belongs to the stranger; the addresses belong to the known peer too.
        let (new_style, known, to, id) = ask(false, Style::New, second);
        assert!(new_style && !known.is_new_style());
        assert!(known.has_address(&first.parse().unwrap()) && known.address() == to);
        assert_eq!((to, id), (second.parse().unwrap(), 233));
        let (_, known, ..) = ask(true, Style::New, second);
        assert!(known.is_new_style());
        let (new_style, known, to, id) = ask(false, Style::Old, first);
        assert!(!new_style && known.is_new_style());
        assert_eq!((to, id), (first.parse().unwrap(), 245));
        assert_eq!(known.address(), second.parse().unwrap());
    }
}
