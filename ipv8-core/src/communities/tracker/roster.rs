//! The peers of a tracker, by key, by community and by site.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use indexmap::{IndexMap, IndexSet};
use rand::RngExt;
use rand::rngs::StdRng;

use super::crowd::Crowd;
use super::debt::{Debt, refill};
use super::limits::{TrackerLimits, TrackerStats};
use super::newcomers::{Claim, Traits};
use super::recent::Recent;
use crate::crypto::PublicKey;
use crate::state::peer::Peer;
use crate::state::timers::{TimerId, Timers};
use crate::wire::host_group::HostGroup;
use crate::wire::packet::CommunityId;
use crate::wire::scope::is_loopback;

/// The number of random communities among which the one to forget is chosen: enough to spare the
/// useful ones, at a cost that does not depend on the number of communities.
const CANDIDATES: usize = 16;

/// Answers to one member: 16 a second after 128 at once, one for each of its communities. A member
/// whose packets are replayed is not flooded.
const ANSWERS: u64 = 16;
const ANSWERS_BURST: Duration = Duration::from_secs(8);

/// Introductions of one member to strangers: 8 a second after 32 at once. Each costs the member a
/// datagram, and anyone can ask.
const INTRODUCTIONS: u64 = 8;
const INTRODUCTIONS_BURST: Duration = Duration::from_secs(4);

/// Questions to one member at an address that it may have left: 1 a second after 4 at once. Nodes
/// at many addresses can pass on its answers.
const STAYS: u64 = 1;
const STAYS_BURST: Duration = Duration::from_secs(4);

/// A peer of the tracker: a key that answered from its address.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) peer: Peer,
    /// The highest global time that it signed. A packet with a lower one may be a replay, which is
    /// no sign of life.
    clock: u64,
    answers: Debt,
    introductions: Debt,
    stays: Debt,
    /// The due time of the check that last pinged it.
    pub(super) pinged: Option<Instant>,
    /// The site under which the crowds list it.
    site: HostGroup,
    /// Its communities, the latest request last.
    services: IndexSet<CommunityId>,
    check: TimerId,
}

impl Member {
    pub(super) fn last_heard(&self) -> Instant {
        self.peer.last_response().unwrap_or(self.peer.created())
    }

    pub(super) fn services(&self) -> &IndexSet<CommunityId> {
        &self.services
    }

    /// Returns `true` if the member proved this address. Its LAN address is only a claim.
    pub(super) fn is_at(&self, address: &SocketAddr) -> bool {
        match address {
            SocketAddr::V4(v4) => self.peer.ipv4_address() == Some(*v4),
            SocketAddr::V6(v6) => self.peer.ipv6_address() == Some(*v6),
        }
    }

    /// Takes one of the answers that the member may get. Returns `false` if there is none left.
    pub(super) fn may_answer(&mut self, now: Instant) -> bool {
        let may = self.answers.is_below(ANSWERS_BURST, now);
        if may {
            self.answers.add(refill(1, ANSWERS), now);
        }
        may
    }

    /// Takes one of the questions whether it is still at its address. Returns `false` if there is
    /// none left.
    pub(super) fn may_be_asked_to_stay(&mut self, now: Instant) -> bool {
        let may = self.stays.is_below(STAYS_BURST, now);
        if may {
            self.stays.add(refill(1, STAYS), now);
        }
        may
    }

    /// Returns `true` if the member may be introduced to a stranger.
    pub(super) fn may_meet_strangers(&self, now: Instant) -> bool {
        self.introductions.is_below(INTRODUCTIONS_BURST, now)
    }

    /// Notes an introduction to a stranger.
    pub(super) fn met_a_stranger(&mut self, now: Instant) {
        self.introductions.add(refill(1, INTRODUCTIONS), now);
    }

    /// Takes over what the member says about itself.
    fn describe(&mut self, traits: Traits) {
        if let Some(lan) = traits.lan {
            self.peer.set_lan_address(lan);
        }
        if traits.new_style {
            self.peer.mark_new_style();
        }
        self.clock = self.clock.max(traits.clock);
    }
}

/// A community of the tracker.
#[derive(Debug, Default)]
struct Service {
    crowd: Crowd<PublicKey>,
    recent: Recent,
}

/// All peers and their communities.
///
/// A tracker never walks, so this has none of the tables of a peer graph that list walkable
/// addresses, and the cost of a packet does not depend on the number of communities.
#[derive(Debug)]
pub(super) struct Roster {
    limits: TrackerLimits,
    pub(super) counters: TrackerStats,
    members: IndexMap<PublicKey, Member>,
    everybody: Crowd<PublicKey>,
    services: IndexMap<CommunityId, Service>,
    /// The next check of each peer.
    checks: Timers<PublicKey>,
}

impl Roster {
    pub(super) fn new(limits: TrackerLimits) -> Self {
        Self {
            limits,
            counters: TrackerStats::default(),
            members: IndexMap::new(),
            everybody: Crowd::default(),
            services: IndexMap::new(),
            checks: Timers::new(),
        }
    }

    pub(super) fn limits(&self) -> &TrackerLimits {
        &self.limits
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    pub(super) fn member(&self, key: &PublicKey) -> Option<&Member> {
        self.members.get(key)
    }

    pub(super) fn member_mut(&mut self, key: &PublicKey) -> Option<&mut Member> {
        self.members.get_mut(key)
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    pub(super) fn service_count(&self) -> usize {
        self.services.len()
    }

    /// Returns each community with the number of its peers.
    pub(super) fn services(&self) -> impl Iterator<Item = (CommunityId, usize)> + '_ {
        let services = self.services.iter();
        services.map(|(id, service)| (*id, service.crowd.len()))
    }

    pub(super) fn peers(&self, service: CommunityId) -> impl Iterator<Item = &Peer> {
        let service = self.services.get(&service).into_iter();
        let keys = service.flat_map(|service| service.crowd.keys());
        keys.filter_map(|key| Some(&self.members.get(key)?.peer))
    }

    pub(super) fn crowd(&self, service: CommunityId) -> Option<(&Crowd<PublicKey>, &Recent)> {
        let service = self.services.get(&service)?;
        Some((&service.crowd, &service.recent))
    }

    pub(super) fn recent_mut(&mut self, service: CommunityId) -> Option<&mut Recent> {
        Some(&mut self.services.get_mut(&service)?.recent)
    }

    /// Returns `true` if this key proved this address, in any community.
    pub(super) fn is_proven(&self, key: &PublicKey, address: &SocketAddr) -> bool {
        self.members.get(key).is_some_and(|m| m.is_at(address))
    }

    /// Returns `true` if this key proved this address, and is a member of this community.
    pub(super) fn is_member(&self, claim: &Claim) -> bool {
        self.members
            .get(&claim.key)
            .is_some_and(|m| m.is_at(&claim.address) && m.services.contains(&claim.service))
    }

    /// Returns where to ask a member before it gets the address of a claim, which proved it: at its
    /// other address of the same family. `None` if it would lose none. On this machine it moves at
    /// once.
    pub(super) fn place_to_leave(&self, claim: &Claim) -> Option<Claim> {
        let member = self.members.get(&claim.key)?;
        let address = match claim.address {
            SocketAddr::V4(_) => member.peer.ipv4_address().map(SocketAddr::V4),
            SocketAddr::V6(_) => member.peer.ipv6_address().map(SocketAddr::V6),
        };
        let address = address.filter(|address| *address != claim.address && !is_loopback(address));
        Some(Claim {
            key: claim.key.clone(),
            address: address?,
            service: *member.services.last()?,
        })
    }

    /// Notes that a member asked for one of its communities.
    pub(super) fn heard(&mut self, claim: &Claim, traits: Traits, now: Instant) {
        let Some(member) = self.members.get_mut(&claim.key) else {
            return;
        };
        if traits.clock > member.clock {
            member.peer.responded(now);
        }
        member.describe(traits);
        let last = member.services.len().saturating_sub(1);
        if let Some(at) = member.services.get_index_of(&claim.service) {
            member.services.move_index(at, last);
        }
    }

    /// Makes a newcomer that proved its address a member of the community. A member at another
    /// address of the same family has moved. A new member is checked every `interval` from now on.
    pub(super) fn admit(
        &mut self,
        claim: &Claim,
        traits: Traits,
        interval: Duration,
        now: Instant,
        rng: &mut StdRng,
    ) {
        let key = &claim.key;
        match self.members.get_mut(key) {
            Some(member) => {
                member.peer.add_address(claim.address);
                self.refile(key);
            }
            None => self.add(claim, now, now + interval),
        }
        if let Some(member) = self.members.get_mut(key) {
            member.peer.responded(now);
            member.describe(traits);
        }
        self.join(key, claim.service, rng);
        self.keep_to_peers_of_site(&claim.address, key, rng);
        while self.members.len() > self.limits.max_peers.max(1)
            && let Some(other) = self.everybody.crowded(rng, key)
        {
            self.forget(&other);
            self.counters.peers_evicted += 1;
        }
    }

    fn add(&mut self, claim: &Claim, now: Instant, check: Instant) {
        let (key, site) = (claim.key.clone(), HostGroup::site(claim.address.ip()));
        let member = Member {
            peer: Peer::new(key.clone(), claim.address, now),
            clock: 0,
            answers: Debt::default(),
            introductions: Debt::default(),
            stays: Debt::default(),
            pinged: None,
            site,
            services: IndexSet::new(),
            check: self.checks.insert(check, key.clone()),
        };
        self.everybody.insert(site, key.clone());
        self.members.insert(key, member);
    }

    fn keep_to_peers_of_site(
        &mut self,
        address: &SocketAddr,
        latest: &PublicKey,
        rng: &mut StdRng,
    ) {
        let (site, most) = (
            HostGroup::site(address.ip()),
            self.limits.max_peers_per_site.max(1),
        );
        while !is_loopback(address)
            && self.everybody.size_of(site) > most
            && let Some(other) = self.everybody.crowded_in(site, rng, latest)
        {
            self.forget(&other);
            self.counters.site_peers_evicted += 1;
        }
    }

    /// Lists a peer under its current site.
    fn refile(&mut self, key: &PublicKey) {
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        let (before, after) = (member.site, HostGroup::site(member.peer.address().ip()));
        if before == after {
            return;
        }
        member.site = after;
        self.everybody.refile(key, before, after);
        for id in &member.services {
            if let Some(service) = self.services.get_mut(id) {
                service.crowd.refile(key, before, after);
            }
        }
    }

    /// Lists a peer in a community, and makes room for it.
    fn join(&mut self, key: &PublicKey, id: CommunityId, rng: &mut StdRng) {
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        let (at, is_new) = member.services.insert_full(id);
        if !is_new {
            let last = member.services.len() - 1;
            member.services.move_index(at, last);
            return;
        }
        let site = member.site;
        let too_many = member.services.len() > self.limits.max_services_per_peer.max(1);
        let forgotten = member.services.first().copied().filter(|_| too_many);
        let service = self.services.entry(id).or_default();
        service.crowd.insert(site, key.clone());
        if let Some(forgotten) = forgotten {
            self.leave(key, forgotten);
            self.counters.peer_services_evicted += 1;
        }
        self.keep_to_peers_of(id, key, rng);
        self.keep_to_services(id, rng);
    }

    fn keep_to_peers_of(&mut self, id: CommunityId, latest: &PublicKey, rng: &mut StdRng) {
        while let Some(service) = self.services.get(&id)
            && service.crowd.len() > self.limits.max_peers_per_service.max(1)
            && let Some(other) = service.crowd.crowded(rng, latest)
        {
            self.leave(&other, id);
            self.counters.service_peers_evicted += 1;
        }
    }

    fn keep_to_services(&mut self, latest: CommunityId, rng: &mut StdRng) {
        while self.services.len() > self.limits.max_services.max(1) {
            let count = self.services.len();
            let drawn = (0..CANDIDATES).filter_map(|_| {
                let (id, service) = self.services.get_index(rng.random_range(0..count))?;
                (*id != latest).then_some((service.crowd.len(), *id))
            });
            // Only the latest was drawn, which happens when there are few: try again.
            let Some((_, smallest)) = drawn.min() else {
                continue;
            };
            self.forget_service(smallest);
            self.counters.services_evicted += 1;
        }
    }

    fn forget_service(&mut self, id: CommunityId) {
        let service = self.services.get(&id).into_iter();
        let keys: Vec<_> = service.flat_map(|s| s.crowd.keys()).cloned().collect();
        for key in &keys {
            self.leave(key, id);
        }
    }

    /// Forgets a peer for one community; with its last community the peer is forgotten. Returns
    /// `true` if it was in the community.
    pub(super) fn leave(&mut self, key: &PublicKey, id: CommunityId) -> bool {
        let Some(member) = self.members.get_mut(key) else {
            return false;
        };
        if !member.services.shift_remove(&id) {
            return false;
        }
        let (site, was_last) = (member.site, member.services.is_empty());
        if let Some(service) = self.services.get_mut(&id) {
            service.crowd.remove(site, key);
            if service.crowd.is_empty() {
                self.services.swap_remove(&id);
            }
        }
        if was_last {
            self.forget(key);
        }
        true
    }

    /// Forgets a peer in all communities. Returns `true` if it was there.
    pub(super) fn forget(&mut self, key: &PublicKey) -> bool {
        let Some(member) = self.members.swap_remove(key) else {
            return false;
        };
        self.checks.cancel(member.check);
        self.everybody.remove(member.site, key);
        for id in &member.services {
            if let Some(service) = self.services.get_mut(id) {
                service.crowd.remove(member.site, key);
                if service.crowd.is_empty() {
                    self.services.swap_remove(id);
                }
            }
        }
        true
    }

    /// Returns a peer whose check is due, and the due time. Its next check is `interval` later.
    pub(super) fn next_check(
        &mut self,
        interval: Duration,
        now: Instant,
    ) -> Option<(Instant, PublicKey)> {
        let (due, key) = self.checks.pop_expired(now)?;
        // A late check does not move the later ones; missed checks are skipped.
        let next = due + interval;
        let next = if next > now { next } else { now + interval };
        if let Some(member) = self.members.get_mut(&key) {
            member.check = self.checks.insert(next, key.clone());
        }
        Some((due, key))
    }

    #[cfg(test)]
    pub(super) fn checks(&self) -> usize {
        self.checks.len()
    }

    pub(super) fn check_at(&self) -> Option<Instant> {
        self.checks.next()
    }
}
