//! Learning from introduction responses (protocol 4.5).

use std::net::SocketAddr;

use crate::overlay::context::{Context, News};
use crate::overlay::introduction::open::SignedBy;
use crate::state::peer::Peer;
use crate::state::standing::Reach;
use crate::state::stats::DropReason;
use crate::wire::address::UNSPECIFIED;
use crate::wire::payload::{IntroductionResponse, Style};

impl Context<'_> {
    /// Learns from `response`, received from `source` in `style`, and returns its sender. The
    /// sender becomes a peer, unless it is a tracker or there is no room.
    ///
    /// # Errors
    ///
    /// See [`Context::admit_response`]. Nothing changes then.
    pub(crate) fn on_introduction_response(
        &mut self,
        by: &SignedBy,
        source: SocketAddr,
        style: Style,
        response: &IntroductionResponse,
    ) -> Result<Peer, DropReason> {
        let asked = self.close_request(&by.key, source, response)?;
        self.note_answer(source);
        let mut peer = Peer::new(by.key.clone(), source, self.now);
        if style == Style::New || response.supports_new_style {
            peer.mark_new_style();
        }
        let proven = self.prove(peer.clone(), &asked);
        if by.canonical {
            peer = proven;
        }
        let is_peer = self.is_peer_at(&by.key, source);
        if is_peer || self.is_tracker(&source) {
            self.learn_own_address(&peer, source, response.destination);
            self.learn_introductions(&peer, source, response);
        }
        self.plan_search();
        Ok(peer)
    }

    /// Records the introduced addresses that the sender may make us send to.
    fn learn_introductions(
        &mut self,
        peer: &Peer,
        source: SocketAddr,
        response: &IntroductionResponse,
    ) {
        let reach = self.reach_of(source);
        if peer.is_new_style() {
            self.switch_interface(peer, response, reach);
        }
        let service = self.state.community_id;
        let mut latest = None;
        for address in self.introduced_addresses(response) {
            if self.is_own_address(&address) {
                continue;
            }
            if !reach.allows(address) {
                // Most introductions name a LAN address of another network too.
                if address == response.wan_introduction {
                    self.count_drop(DropReason::OutOfScope);
                }
                continue;
            }
            let new_style = response.intro_supports_new_style;
            self.graph_mut()
                .discover_address(peer, address, Some(service), new_style);
            latest = Some(address);
        }
        // The WAN address is the last one. Only its NAT was just punctured; the LAN address may be
        // in any LAN.
        if let Some(address) = latest {
            self.graph_mut()
                .note_introduction(peer.key(), address, service);
        }
    }

    /// Learns our address as a peer or tracker at `source` sees it.
    fn learn_own_address(&mut self, peer: &Peer, source: SocketAddr, destination: SocketAddr) {
        let (key, now) = (peer.mid(), self.now);
        let votes = match destination {
            SocketAddr::V4(_) => {
                self.state.ipv4 = Some(destination);
                &mut self.state.wan
            }
            SocketAddr::V6(_) => &mut self.state.wan6,
        };
        let before = votes.estimate();
        votes.vote(source, key, destination, now);
        let estimate = votes.estimate();
        if estimate != before {
            let overlay = self.state.community_id;
            self.shared.news.push(News::WanAddress(overlay, estimate));
        }
    }

    /// Tries a peer that prefers the other address family at that address, if we have a socket for
    /// it, and asks the peer to puncture its NAT for us. As in py-ipv8 this includes a peer that
    /// names `0.0.0.0:0`: it does not know its own address yet, but we know ours.
    fn switch_interface(&mut self, peer: &Peer, response: &IntroductionResponse, reach: Reach) {
        let wanted = response.source_wan;
        let same_class = wanted.is_ipv4() == peer.address().is_ipv4();
        if same_class || !self.shared.local.interfaces.reach(&wanted) {
            return;
        }
        if reach.allows(wanted) {
            let service = Some(self.state.community_id);
            self.graph_mut()
                .discover_address(peer, wanted, service, true);
        }
        if let Some(mine) = self.my_address_like(&wanted) {
            self.send_puncture_request(
                peer.address(),
                UNSPECIFIED,
                mine,
                response.identifier,
                Style::New,
            );
        }
    }

    /// Returns `true` if `address` is ours. Peers that know us by more than one key or address
    /// introduce us to ourselves.
    fn is_own_address(&self, address: &SocketAddr) -> bool {
        *address == self.state.wan.estimate()
            || *address == self.shared.local.lan
            || *address == self.state.wan6.estimate()
            || Some(*address) == self.shared.local.ipv6
    }

    fn my_address_like(&self, other: &SocketAddr) -> Option<SocketAddr> {
        if other.is_ipv6() {
            return self.my_ipv6();
        }
        let (wan, lan) = (self.state.wan.estimate(), self.shared.local.lan);
        let known = |address: SocketAddr| (address != UNSPECIFIED).then_some(address);
        known(wan).or(self.state.ipv4).or(known(lan))
    }

    /// Returns the introduced addresses that we can walk to. Behind our own WAN host only the LAN
    /// address works (the table of protocol 4.5).
    fn introduced_addresses(&mut self, response: &IntroductionResponse) -> Vec<SocketAddr> {
        let (lan, wan) = (response.lan_introduction, response.wan_introduction);
        let has_lan = lan != UNSPECIFIED;
        if has_lan && wan != UNSPECIFIED && lan != wan {
            self.state.standings.note_twins(lan, wan);
        }
        let same_wan_host = wan != UNSPECIFIED && wan.ip() == self.wan_host();
        if wan != UNSPECIFIED && !same_wan_host {
            return if has_lan { vec![lan, wan] } else { vec![wan] };
        }
        if has_lan {
            return if same_wan_host { vec![lan] } else { Vec::new() };
        }
        if wan == UNSPECIFIED {
            return Vec::new();
        }
        vec![
            wan,
            SocketAddr::new(self.my_estimated_lan().ip(), wan.port()),
        ]
    }
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
    use crate::state::standing::Charge;
    use crate::wire::packet::{CommunityId, open_unsigned};
    use crate::wire::payload::{New, PunctureRequest};

    /// Returns the puncture request that a response from an IPv6 source causes, if any.
    fn punctured(destination: &str, source_wan: &str) -> Option<PunctureRequest> {
        let [destination, source_wan, source] =
            [destination, source_wan, "[2a00::1]:1"].map(|text| text.parse().unwrap());
        let mut rng = StdRng::from_seed([1; 32]);
        let [me, other] = [(); 2].map(|()| PrivateKey::generate(&mut rng));
        let id = CommunityId::from_bytes([7; 20]);
        let mut state = OverlayState::new(id, me, -1, Bootstrappers::new());
        let mut shared = Shared::new(PeerGraph::new(NetworkLimits::default()), rng);
        shared.local.lan = "10.0.0.9:8090".parse().unwrap();
        let by = SignedBy {
            key: other.public_key().clone(),
            canonical: true,
            mark: 0,
        };
        let mut cx = Context::new(&mut state, &mut shared, Instant::now());
        let identifier = cx.request_introduction(source, true, Charge::None);
        cx.shared.outbox.pop().unwrap();
        let response = IntroductionResponse::new(destination, UNSPECIFIED, source_wan, identifier);
        cx.on_introduction_response(&by, source, Style::New, &response)
            .unwrap();
        let sent = shared.outbox.pop()?;
        assert_eq!(sent.to, source);
        let (_, New(request)) = open_unsigned(&sent.packet.seal(), true).unwrap();
        Some(request)
    }

    #[test]
    fn a_lan_address_that_a_peer_saw_is_our_address_for_another_interface() {
        let request = punctured("172.20.0.1:7", "1.2.3.4:5").unwrap();
        assert_eq!(request.wan_walker, "172.20.0.1:7".parse().unwrap());
        let request = punctured("[2a00::2]:7", "1.2.3.4:5").unwrap();
        assert_eq!(request.wan_walker, "10.0.0.9:8090".parse().unwrap());
    }

    #[test]
    fn a_peer_that_names_no_address_on_another_interface_is_still_asked_to_puncture() {
        let request = punctured("1.2.3.4:7", "0.0.0.0:0").unwrap();
        assert_eq!(request.wan_walker, "1.2.3.4:7".parse().unwrap());
        assert_eq!(punctured("1.2.3.4:7", "[2a00::1]:1"), None);
    }
}
