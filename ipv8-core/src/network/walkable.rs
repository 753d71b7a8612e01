//! Which known addresses a walker may visit for a service.
use super::addresses::Record;
use super::owners::Owners;
use super::{Network, sampling};
use crate::crypto::PublicKey;
use crate::packet::CommunityId;
use rand::Rng;
use std::net::SocketAddr;

/// The rule, apart from blacklisting. `has` tells whether a key, verified or not, has `service`.
fn leads_to(
    service: &CommunityId,
    record: &Record,
    owners: &Owners,
    has: impl Fn(&PublicKey) -> bool,
) -> bool {
    let offered = match (&record.introducer, &record.service) {
        (_, Some(recorded)) if recorded == service => true,
        _ if record.also.contains(service) => true,
        (Some(introducer), _) => has(introducer),
        (None, Some(_)) => false,
        // Somebody was there once. While a verified peer is, we know whether it has the service: what it says counts.
        (None, None) => owners.is_empty(),
    };
    offered && !record.given_up.contains(service) && !owners.serve(service, has)
}

impl Network {
    /// How many addresses are walkable for the service; see [`Network::walkable_addresses`].
    pub fn walkable_count(&self, service: CommunityId) -> usize {
        match self.local.get(&service) {
            Some(local) => local.walkable.len(),
            None => self.walkable_addresses(service).count(),
        }
    }

    /// The addresses walkable for the service, in no particular order: those that are known, not blacklisted, not in use by a
    /// verified peer that has the service, not [given up](Network::give_up) for it, and (introduced for this service, or introduced by
    /// a key that has it, or without introducer and service and in use by no verified peer).
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

    /// One address walkable for the service that is not excluded, each with the same probability. Takes one pass over all of
    /// them only when nearly all are excluded. (py-ipv8's `old_style` is an exclusion: `|a| network.is_new_style(a)`.)
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

    /// The rule asked anew, for a service without an index.
    fn is_walkable(&self, address: &SocketAddr, service: &CommunityId) -> bool {
        if self.blacklist.contains(address) {
            return false;
        }
        let found = self.addresses.record_and_owners(address);
        found.is_some_and(|(record, owners)| {
            leads_to(service, record, owners, |key| {
                self.has_service(key, *service)
            })
        })
    }

    /// Puts `address` in or out of the walkable addresses of every registered service.
    pub(super) fn refresh(&mut self, address: &SocketAddr) {
        for index in 0..self.local.len() {
            self.refresh_index(address, index);
        }
    }

    /// Puts `address` in or out of the walkable addresses of one service, if it is registered.
    pub(super) fn refresh_for(&mut self, address: &SocketAddr, service: &CommunityId) {
        if let Some(index) = self.local.get_index_of(service) {
            self.refresh_index(address, index);
        }
    }

    fn refresh_index(&mut self, address: &SocketAddr, index: usize) {
        let Some((service, local)) = self.local.get_index_mut(index) else {
            return;
        };
        let found = self.addresses.record_and_owners(address);
        let walkable = !self.blacklist.contains(address)
            && found.is_some_and(|(record, owners)| {
                leads_to(service, record, owners, |key| {
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
