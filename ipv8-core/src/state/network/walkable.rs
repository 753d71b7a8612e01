//! The known addresses that a walker may visit for a service.
use super::graph::PeerGraph;
use super::owners::Owners;
use super::providers::provider_of;
use super::record::Record;
use super::sampling;
use super::services::Verified;
use super::services::{LocalService, ServiceList};
use super::table::Table;
use crate::crypto::PublicKey;
use crate::wire::packet::CommunityId;
use rand::Rng;
use std::net::SocketAddr;

/// The rule, apart from blacklisting. `has` returns `true` if a key, verified or not, has
/// `service`.
fn leads_to(
    service: &CommunityId,
    record: &Record,
    owners: Owners<'_>,
    peers: &Table<Verified>,
    has: impl Fn(&PublicKey) -> bool,
) -> bool {
    let offered = match (&record.introducer, &record.service) {
        (_, Some(recorded)) if recorded == service => true,
        _ if record.is_also_for(service) => true,
        (Some(introducer), _) => has(introducer),
        (None, Some(_)) => false,
        // A peer was there once. While a verified peer is, its known services decide.
        (None, None) => owners.is_empty(),
    };
    offered && !record.is_given_up_by(service) && !owners.serve(service, peers)
}

/// The registered services for which an address can be walkable.
enum Concerned {
    All,
    /// The services at these indexes.
    Some(Vec<usize>),
}

impl PeerGraph {
    /// Returns the number of addresses walkable for the service; see
    /// [`PeerGraph::walkable_addresses`].
    pub fn walkable_count(&self, service: CommunityId) -> usize {
        match self.local.get(&service) {
            Some(local) => local.walkable.len(),
            None => self.walkable_addresses(service).count(),
        }
    }

    /// Returns the addresses walkable for the service, in no particular order. Such an address:
    ///
    /// - is known and not blacklisted,
    /// - is not at a verified peer that has the service,
    /// - is not [given up](PeerGraph::give_up) for the service, and
    /// - was introduced for this service, or by a key that has it, or has neither introducer nor
    ///   service and no verified peer.
    pub fn walkable_addresses(
        &self,
        service: CommunityId,
    ) -> impl Iterator<Item = SocketAddr> + '_ {
        let local = self.local.get(&service);
        let indexed = local.into_iter().flat_map(|local| &local.walkable);
        let scanned = self
            .addresses
            .known()
            .filter(move |address| local.is_none() && self.is_walkable(address, &service));
        indexed.copied().chain(scanned)
    }

    /// Returns one address that is walkable for the service and not excluded, each with the same
    /// probability. Takes one pass over all of them only if nearly all are excluded. (py-ipv8's
    /// `old_style` is an exclusion: `|a| network.is_new_style(a)`.)
    pub fn random_walkable<R: Rng + ?Sized>(
        &self,
        service: CommunityId,
        rng: &mut R,
        exclude: impl Fn(&SocketAddr) -> bool,
    ) -> Option<SocketAddr> {
        let Some(local) = self.local.get(&service) else {
            let walkable = self.walkable_addresses(service);
            return sampling::pick_from(walkable.filter(|address| !exclude(address)), rng);
        };
        sampling::pick(&local.walkable, rng, |address| !exclude(address)).copied()
    }

    /// Returns one address in the internet that is walkable for a registered service and `allowed`,
    /// and whose provider has no peer of the service. Takes one pass over all if there are few.
    pub(crate) fn walkable_of_other_provider<R: Rng + ?Sized>(
        &self,
        service: CommunityId,
        rng: &mut R,
        allowed: impl Fn(&SocketAddr) -> bool,
    ) -> Option<SocketAddr> {
        let local = self.local.get(&service)?;
        let wanted = |address: &SocketAddr| {
            provider_of(*address).is_some()
                && local.providers.count_at(*address) == 0
                && allowed(address)
        };
        sampling::pick(&local.walkable, rng, wanted).copied()
    }

    /// Applies the rule for a service without an index.
    fn is_walkable(&self, address: &SocketAddr, service: &CommunityId) -> bool {
        if self.blacklist.contains(address) {
            return false;
        }
        let found = self.addresses.record_and_owners(address);
        found.is_some_and(|(record, owners)| {
            leads_to(service, record, owners, &self.verified, |key| {
                self.has_service(key, *service)
            })
        })
    }

    /// Makes a change that can make `address` walkable or not walkable for some services, and
    /// updates the index of each service that it can concern.
    pub(super) fn change_address(&mut self, address: &SocketAddr, change: impl FnOnce(&mut Self)) {
        let before = self.concerned(address);
        change(self);
        match (before, self.concerned(address)) {
            (Concerned::Some(before), Concerned::Some(after)) => {
                for index in before.into_iter().chain(after) {
                    self.refresh_index(address, index);
                }
            }
            _ => (0..self.local.len()).for_each(|index| self.refresh_index(address, index)),
        }
    }

    /// Returns the registered services for which `address` can be walkable in its current state, so
    /// that a new peer of one overlay costs nothing for nine hundred others.
    fn concerned(&self, address: &SocketAddr) -> Concerned {
        let Some((record, owners)) = self.addresses.record_and_owners(address) else {
            return Concerned::Some(Vec::new());
        };
        if record.is_bare() {
            // While a peer is there, it is walkable for no service.
            return match owners.is_empty() {
                true => Concerned::All,
                false => Concerned::Some(Vec::new()),
            };
        }
        let introducer = record.introducer.as_ref();
        let listed = introducer.and_then(|key| self.service_list(key));
        if listed.is_some_and(|list| list.len() >= self.local.len()) {
            return Concerned::All;
        }
        let listed = listed.into_iter().flat_map(ServiceList::iter);
        let services = record.service.into_iter().chain(listed);
        let services = services.chain(record.also().iter().copied());
        let services = services.filter_map(|service| self.local.get_index_of(&service));
        Concerned::Some(services.collect())
    }

    /// Returns `true` if a registered service other than `service` could walk to `address`, which
    /// has no verified peer.
    pub(super) fn is_wanted(&self, address: &SocketAddr, service: &CommunityId) -> bool {
        let Some(record) = self.addresses.record(address) else {
            return false;
        };
        if record.is_bare() {
            // It is walkable for every service that did not give it up.
            return !self.is_blacklisted(address) && record.given_up().len() < self.local.len();
        }
        let mut local = self.local.iter();
        let is_walkable = |(id, local): (&CommunityId, &LocalService)| {
            id != service && local.walkable.contains(address)
        };
        match self.concerned(address) {
            Concerned::All => local.any(is_walkable),
            Concerned::Some(indexes) => indexes
                .into_iter()
                .filter_map(|index| self.local.get_index(index))
                .any(is_walkable),
        }
    }

    /// Updates the walkable addresses of one service for `address`, if the service is registered.
    pub(super) fn refresh_for(&mut self, address: &SocketAddr, service: &CommunityId) {
        if let Some(index) = self.local.get_index_of(service) {
            self.refresh_index(address, index);
        }
    }

    fn refresh_index(&mut self, address: &SocketAddr, index: usize) {
        #[cfg(test)]
        {
            self.checks += 1;
        }
        let Some((service, local)) = self.local.get_index_mut(index) else {
            return;
        };
        let found = self.addresses.record_and_owners(address);
        let walkable = !self.blacklist.contains(address)
            && !local.banned.contains(address)
            && found.is_some_and(|(record, owners)| {
                leads_to(service, record, owners, &self.verified, |key| {
                    local.peers.contains(key) || self.unverified.has(key, service)
                })
            });
        if walkable {
            local.walkable.insert(*address);
        } else {
            local.walkable.swap_remove(address);
        }
    }
}
