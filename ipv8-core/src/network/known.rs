//! What makes an address known or unknown.
use super::addresses::Record;
use super::idle::Introducer;
use super::{Network, is_usable};
use crate::packet::CommunityId;
use crate::peer::Peer;
use std::net::SocketAddr;

impl Network {
    /// Notes that `introducer` told us of `address`, for `service` (usually the overlay that heard it; `None` for no special
    /// one), and whether `address` is said to understand the new style (protocol 6).
    ///
    /// The first introducer wins: of a known address only one whose introducer is not verified (any more) is recorded anew.
    /// Blacklisted and unusable addresses (port 0, unspecified host) are not recorded. In every case `introducer` itself
    /// is then added as by [`Network::add_verified_peer`].
    pub fn discover_address(
        &mut self,
        introducer: &Peer,
        address: SocketAddr,
        service: Option<CommunityId>,
        new_style: bool,
    ) {
        if self.is_blacklisted(&address) {
            self.counters.blacklisted_addresses += 1;
        } else if !is_usable(&address) {
            self.counters.unusable_addresses += 1;
        } else if !self.has_verified_introducer(&address) {
            let record = Record {
                introducer: Some(introducer.key().clone()),
                service,
                new_style,
            };
            self.record(address, record);
        }
        self.add_verified_peer(introducer);
    }

    fn has_verified_introducer(&self, address: &SocketAddr) -> bool {
        let record = self.addresses.record(address);
        record
            .and_then(|record| record.introducer.as_ref())
            .is_some_and(|key| self.is_verified(key))
    }

    /// Makes an address known without introducer, service and style, as one from a snapshot is, unless it is known,
    /// blacklisted or unusable. Whether that made it known.
    pub fn record_bare(&mut self, address: SocketAddr) -> bool {
        if self.is_known(&address) {
            return false;
        }
        if self.is_blacklisted(&address) {
            self.counters.blacklisted_addresses += 1;
            return false;
        }
        if !is_usable(&address) {
            self.counters.unusable_addresses += 1;
            return false;
        }
        let record = Record {
            introducer: None,
            service: None,
            new_style: false,
        };
        self.record(address, record);
        true
    }

    fn record(&mut self, address: SocketAddr, record: Record) {
        let introducer = record.introducer.clone();
        self.addresses.insert(address, record);
        self.refresh(&address);
        self.enforce_address_limits(&introducer);
    }

    /// Forgets idle addresses until the limits are kept; only those of `introducer` can have become too many for one.
    pub(super) fn enforce_address_limits(&mut self, introducer: &Introducer) {
        let share = self.limits.max_addresses_per_introducer;
        while introducer.is_some()
            && self.addresses.idle().count(introducer) > share
            && let Some(oldest) = self.addresses.idle().oldest(introducer)
        {
            self.forget(&oldest);
            self.counters.introducer_addresses_evicted += 1;
        }
        while self.addresses.idle().len() > self.limits.max_addresses
            && let Some(largest) = self.addresses.idle().largest()
            && let Some(oldest) = self.addresses.idle().oldest(largest)
        {
            self.forget(&oldest);
            self.counters.addresses_evicted += 1;
        }
    }

    /// Makes the address unknown; whether it was known.
    pub(super) fn forget(&mut self, address: &SocketAddr) -> bool {
        let was_known = self.addresses.forget(address);
        if was_known {
            self.refresh(address);
        }
        was_known
    }

    /// Forgets the address, and drops every verified peer that has it in one of its slots, with its services (py-ipv8's
    /// `remove_by_address`). The other addresses of those peers stay known. Whether anything changed.
    pub fn remove_address(&mut self, address: &SocketAddr) -> bool {
        let was_known = self.forget(address);
        let owners = self.addresses.owners(address);
        let mut keys: Vec<_> = owners
            .into_iter()
            .flat_map(|owners| owners.keys().cloned())
            .collect();
        // A defined order, because what is evicted meanwhile depends on it.
        keys.sort_unstable();
        for key in &keys {
            self.drop_peer(key);
        }
        was_known || !keys.is_empty()
    }

    /// Never records this address, and never takes a peer that has no other for verified: for trackers. If it is known it
    /// stays known, but is walkable no longer; a verified peer there stays.
    pub fn blacklist_address(&mut self, address: SocketAddr) {
        if self.blacklist.insert(address) {
            self.refresh(&address);
        }
    }
}
