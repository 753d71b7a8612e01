//! The peers of a tracker, by key, by community and by subnet.

use std::time::{Duration, Instant};

use indexmap::{IndexMap, IndexSet};
use rand::RngExt;
use rand::rngs::StdRng;

use super::crowd::Crowd;
use super::limits::{TrackerLimits, TrackerStats};
use super::recent::Recent;
use super::subnet::Subnet;
use crate::crypto::PublicKey;
use crate::state::peer::Peer;
use crate::state::timers::{TimerId, Timers};
use crate::wire::packet::CommunityId;

/// The number of random communities among which the one to forget is chosen: enough to spare the
/// useful ones, at a cost that does not depend on the number of communities.
const CANDIDATES: usize = 16;

/// A peer of the tracker.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) peer: Peer,
    /// The due time of the check that last pinged it.
    pub(super) pinged: Option<Instant>,
    /// The subnet under which the crowds list it.
    subnet: Subnet,
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
}

/// A community of the tracker.
#[derive(Debug, Default)]
struct Service {
    crowd: Crowd,
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
    everybody: Crowd,
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

    pub(super) fn crowd(&self, service: CommunityId) -> Option<(&Crowd, &Recent)> {
        let service = self.services.get(&service)?;
        Some((&service.crowd, &service.recent))
    }

    pub(super) fn recent_mut(&mut self, service: CommunityId) -> Option<&mut Recent> {
        Some(&mut self.services.get_mut(&service)?.recent)
    }

    /// Notes that `peer` asked for `service`. A new peer is checked every `interval` from now on.
    pub(super) fn heard(
        &mut self,
        peer: &Peer,
        service: CommunityId,
        interval: Duration,
        now: Instant,
        rng: &mut StdRng,
    ) {
        let key = peer.key();
        match self.members.get_mut(key) {
            Some(member) => {
                member.peer.merge(peer);
                if peer.is_new_style() {
                    member.peer.mark_new_style();
                }
                self.refile(key);
            }
            None => self.admit(peer, now + interval),
        }
        self.join(key, service, rng);
        while self.members.len() > self.limits.max_peers.max(1)
            && let Some(quietest) = self.quietest(&self.everybody, key, rng)
        {
            self.forget(&quietest);
            self.counters.peers_evicted += 1;
        }
    }

    fn admit(&mut self, peer: &Peer, check: Instant) {
        let (key, subnet) = (peer.key().clone(), Subnet::of(&peer.address()));
        let member = Member {
            peer: peer.clone(),
            pinged: None,
            subnet,
            services: IndexSet::new(),
            check: self.checks.insert(check, key.clone()),
        };
        self.everybody.insert(subnet, key.clone());
        self.members.insert(key, member);
    }

    /// Lists a peer under its current subnet.
    fn refile(&mut self, key: &PublicKey) {
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        let (before, after) = (member.subnet, Subnet::of(&member.peer.address()));
        if before == after {
            return;
        }
        member.subnet = after;
        self.everybody.refile(key, before, after);
        for id in &member.services {
            if let Some(service) = self.services.get_mut(id) {
                service.crowd.refile(key, before, after);
            }
        }
    }

    /// Notes that a peer asked for a community, and makes room for it.
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
        let subnet = member.subnet;
        let too_many = member.services.len() > self.limits.max_services_per_peer.max(1);
        let forgotten = member.services.first().copied().filter(|_| too_many);
        let service = self.services.entry(id).or_default();
        service.crowd.insert(subnet, key.clone());
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
            && let Some(quietest) = self.quietest(&service.crowd, latest, rng)
        {
            self.leave(&quietest, id);
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
        let (subnet, was_last) = (member.subnet, member.services.is_empty());
        if let Some(service) = self.services.get_mut(&id) {
            service.crowd.remove(subnet, key);
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
        self.everybody.remove(member.subnet, key);
        for id in &member.services {
            if let Some(service) = self.services.get_mut(id) {
                service.crowd.remove(member.subnet, key);
                if service.crowd.is_empty() {
                    self.services.swap_remove(id);
                }
            }
        }
        true
    }

    fn quietest(&self, crowd: &Crowd, except: &PublicKey, rng: &mut StdRng) -> Option<PublicKey> {
        crowd.quietest(rng, except, |key| {
            self.members.get(key).map(Member::last_heard)
        })
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
