//! Whom a requester is introduced to.

use std::collections::VecDeque;
use std::net::SocketAddr;

use rand::rngs::StdRng;

use super::crowd::Crowd;
use super::roster::Roster;
use super::subnet::Subnet;
use crate::crypto::PublicKey;
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use crate::wire::payload::Style;

/// How many of the last answers of a community the next one tries to differ from, at most half of its subnets.
const REMEMBERED: usize = 16;

/// The subnets that the last answers of a community introduced.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<Subnet>);

impl Recent {
    fn note(&mut self, subnet: Subnet) {
        self.0.push_back(subnet);
        if self.0.len() > REMEMBERED {
            self.0.pop_front();
        }
    }

    /// Whether the subnet was in one of the last answers, of as many as half of the subnets are.
    fn has(&self, subnet: &Subnet, subnets: usize) -> bool {
        self.0.iter().rev().take(subnets / 2).any(|s| s == subnet)
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Requester<'a> {
    pub(super) key: &'a PublicKey,
    /// The address it asks from.
    pub(super) address: SocketAddr,
    /// The style it is answered in.
    pub(super) style: Style,
}

impl Requester<'_> {
    /// The address of the family it asks from that the peer was heard of at.
    fn address_like_own(&self, peer: &Peer) -> Option<SocketAddr> {
        if self.address.is_ipv4() {
            peer.ipv4_address().map(SocketAddr::V4)
        } else {
            peer.ipv6_address().map(SocketAddr::V6)
        }
    }

    /// Whether the requester can be introduced to it: it is neither the requester nor at its address, and can be reached. An
    /// old answer carries only IPv4 addresses.
    fn suits(&self, peer: &Peer, same_family: bool) -> bool {
        let reachable =
            self.address_like_own(peer).is_some() || (!same_family && self.style == Style::New);
        reachable && peer.key() != self.key && !peer.has_address(&self.address)
    }

    /// The peer as the requester can reach it: with one address, of its own family if there is one.
    fn view(&self, peer: &Peer) -> Peer {
        let address = self.address_like_own(peer).unwrap_or(peer.address());
        let mut view = Peer::new(peer.key().clone(), address, peer.created());
        if let Some(lan) = peer.lan_address() {
            view.set_lan_address(lan);
        }
        if peer.is_new_style() {
            view.mark_new_style();
        }
        view
    }
}

impl Roster {
    /// A peer of `service` for the requester, as the requester can reach it; `None` only if nobody suits.
    ///
    /// Each subnet has the same chance, so that one with many keys does not drown the others. Preferred are, in this
    /// order: other subnets than the requester's and than those of the last answers; other hosts of its own, if that was
    /// in none of the last answers; other subnets; other hosts of its own; its own host. Peers that have an address of the family the
    /// requester asks from go before all others.
    pub(super) fn choose(
        &mut self,
        service: CommunityId,
        requester: Requester<'_>,
        rng: &mut StdRng,
    ) -> Option<Peer> {
        let (crowd, recent) = self.crowd(service)?;
        let found = [true, false].into_iter().find_map(|same_family| {
            let suits = |key: &PublicKey| {
                let member = self.member(key);
                member.is_some_and(|member| requester.suits(&member.peer, same_family))
            };
            self.pick(crowd, recent, requester.address, rng, suits)
        });
        let (subnet, key) = found?;
        let view = requester.view(&self.member(&key)?.peer);
        if let Some(recent) = self.recent_mut(service) {
            recent.note(subnet);
        }
        Some(view)
    }

    fn pick(
        &self,
        crowd: &Crowd,
        recent: &Recent,
        from: SocketAddr,
        rng: &mut StdRng,
        suits: impl Fn(&PublicKey) -> bool,
    ) -> Option<(Subnet, PublicKey)> {
        let (own, subnets) = (Subnet::of(&from), crowd.subnet_count());
        let is_recent = |subnet: &Subnet| recent.has(subnet, subnets);
        let elsewhere = |subnet: &Subnet| *subnet != own;
        let other_host = |key: &PublicKey| {
            let host = self.member(key).map(|member| member.peer.address().ip());
            suits(key) && host.is_some_and(|host| host.to_canonical() != from.ip().to_canonical())
        };
        crowd
            .pick(rng, |s| elsewhere(s) && !is_recent(s), &suits, false)
            .or_else(|| {
                (!is_recent(&own)).then_some(())?;
                crowd.pick_in(own, rng, other_host, false)
            })
            .or_else(|| crowd.pick(rng, elsewhere, &suits, true))
            .or_else(|| crowd.pick_in(own, rng, other_host, false))
            .or_else(|| crowd.pick_in(own, rng, &suits, true))
    }
}
