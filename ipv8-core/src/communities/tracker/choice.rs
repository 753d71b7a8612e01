//! Which peer a requester is introduced to.

use std::net::SocketAddr;
use std::time::Instant;

use rand::rngs::StdRng;

use super::crowd::Crowd;
use super::recent::Recent;
use super::roster::{Member, Roster};
use crate::crypto::PublicKey;
use crate::state::peer::Peer;
use crate::wire::host_group::HostGroup;
use crate::wire::packet::CommunityId;
use crate::wire::payload::Style;

/// The sender of an introduction request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Requester<'a> {
    pub(super) key: &'a PublicKey,
    /// Its source address.
    pub(super) address: SocketAddr,
    /// The style of the answer.
    pub(super) style: Style,
    /// Whether the key proved this address.
    pub(super) is_proven: bool,
}

impl Requester<'_> {
    /// Returns the peer's address of the family that the requester asks from.
    fn address_like_own(&self, peer: &Peer) -> Option<SocketAddr> {
        if self.address.is_ipv4() {
            peer.ipv4_address().map(SocketAddr::V4)
        } else {
            peer.ipv6_address().map(SocketAddr::V6)
        }
    }

    /// Returns `true` if the requester can be introduced to the member: it is neither the requester
    /// nor at its address, and the requester can reach it. An old-style answer carries only IPv4
    /// addresses. A stranger does not meet a member that has met too many.
    fn suits(&self, member: &Member, same_family: bool, now: Instant) -> bool {
        let peer = &member.peer;
        let reachable =
            self.address_like_own(peer).is_some() || (!same_family && self.style == Style::New);
        reachable
            && peer.key() != self.key
            && !peer.has_address(&self.address)
            && (self.is_proven || member.may_meet_strangers(now))
    }

    /// Returns the peer with the one address that the requester should use, of the requester's own
    /// family if there is one.
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
    /// Returns a peer of `service` for the requester, with the address to use; `None` only if no
    /// peer suits.
    ///
    /// Each /16 has the same chance, and in it each site, so that one with many keys does not
    /// drown the rest. The order of preference is:
    ///
    /// 1. other sites than the requester's and than those of the last answers;
    /// 2. other hosts in the requester's site, if no recent answer introduced that site;
    /// 3. other sites;
    /// 4. other hosts in the requester's site;
    /// 5. the requester's host.
    ///
    /// Peers with an address of the family that the requester asks from come before all others.
    pub(super) fn choose(
        &mut self,
        service: CommunityId,
        requester: Requester<'_>,
        now: Instant,
        rng: &mut StdRng,
    ) -> Option<Peer> {
        let (crowd, recent) = self.crowd(service)?;
        let found = [true, false].into_iter().find_map(|same_family| {
            let suits = |key: &PublicKey| {
                let member = self.member(key);
                member.is_some_and(|member| requester.suits(member, same_family, now))
            };
            self.pick(crowd, recent, requester.address, rng, suits)
        });
        let (site, key) = found?;
        let member = self.member_mut(&key)?;
        if !requester.is_proven {
            member.met_a_stranger(now);
        }
        let view = requester.view(&member.peer);
        if let Some(recent) = self.recent_mut(service) {
            recent.note(site);
        }
        Some(view)
    }

    fn pick(
        &self,
        crowd: &Crowd<PublicKey>,
        recent: &Recent,
        from: SocketAddr,
        rng: &mut StdRng,
        suits: impl Fn(&PublicKey) -> bool,
    ) -> Option<(HostGroup, PublicKey)> {
        let (own, sites) = (HostGroup::site(from.ip()), crowd.site_count());
        let is_recent = |site: &HostGroup| recent.has(site, sites);
        let elsewhere = |site: &HostGroup| *site != own;
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
