//! Keys that signed something, at addresses that have not answered yet.

use std::net::{SocketAddr, SocketAddrV4};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use rand::{Rng, RngExt};

use crate::wire::host_group::HostGroup;

/// The maximum number of contacts of one overlay: more than a walker visits in [`CONTACT_TIME`].
const MAX_CONTACTS: usize = 128;

/// The time for which a contact is remembered. NATs close the way back after about half a minute.
const CONTACT_TIME: Duration = Duration::from_secs(60);

/// An address that a signed packet came from. It proves nothing: the packet may be a copy, and the
/// address forged. The key does not matter, because the answer is signed too.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) address: SocketAddr,
    /// The LAN address that it claims.
    pub(crate) lan: Option<SocketAddrV4>,
    /// `true` if it understands the new style of introduction messages.
    pub(crate) new_style: bool,
    /// `true` if the key is a peer of the overlay at another address.
    pub(crate) moved: bool,
    /// The time of the first packet.
    pub(crate) since: Instant,
}

/// The contacts of one overlay by address, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Contacts(IndexMap<SocketAddr, Contact>);

impl Contacts {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn contains(&self, address: &SocketAddr) -> bool {
        self.0.contains_key(address)
    }

    /// Returns `true` if a contact is younger than `age`.
    pub(super) fn any_younger_than(&self, age: Duration, now: Instant) -> bool {
        let mut contacts = self.0.values();
        contacts.any(|contact| now.saturating_duration_since(contact.since) < age)
    }

    /// Returns the first contact, the oldest one.
    fn oldest(&self) -> Option<&Contact> {
        self.0.values().next()
    }

    /// Adds a contact, or replaces the one at its address. When there are too many, the
    /// provider with the most contacts loses its oldest one, so that a flood from one network
    /// displaces only itself.
    pub(super) fn note(&mut self, contact: Contact) {
        if let Some(known) = self.0.get_mut(&contact.address) {
            let since = known.since;
            *known = Contact { since, ..contact };
            return;
        }
        self.expire(contact.since);
        if self.0.len() >= MAX_CONTACTS {
            self.make_room(HostGroup::provider(contact.address.ip()));
        }
        self.0.insert(contact.address, contact);
    }

    fn make_room(&mut self, newcomer: HostGroup) {
        let mut providers: IndexMap<HostGroup, usize> = IndexMap::new();
        for address in self.0.keys() {
            *providers
                .entry(HostGroup::provider(address.ip()))
                .or_default() += 1;
        }
        // The newcomer counts too, so that a provider that is one of the largest does not grow.
        *providers.entry(newcomer).or_default() += 1;
        let largest = providers.iter().max_by_key(|(_, count)| **count);
        let largest = largest.map(|(provider, _)| *provider);
        let is_there = |address: &SocketAddr| Some(HostGroup::provider(address.ip())) == largest;
        let place = self.0.keys().position(is_there).unwrap_or_default();
        self.0.shift_remove_index(place);
    }

    fn expire(&mut self, now: Instant) {
        let is_old = |one: &Contact| now.saturating_duration_since(one.since) > CONTACT_TIME;
        if self.oldest().is_some_and(is_old) {
            self.0.retain(|_, contact| !is_old(contact));
        }
    }

    pub(super) fn remove(&mut self, address: &SocketAddr) -> Option<Contact> {
        self.0.shift_remove(address)
    }

    /// Returns the contact to ask next among those that are `wanted`: a peer at a new address, or
    /// else the newest contact of a random provider among those with the smallest `crowd`. Every
    /// such provider has the same chance, however many contacts it has.
    pub(super) fn choose(
        &mut self,
        now: Instant,
        rng: &mut (impl Rng + ?Sized),
        wanted: impl Fn(&Contact) -> bool,
        crowd: impl Fn(&SocketAddr) -> usize,
    ) -> Option<&Contact> {
        self.expire(now);
        let (mut newest, mut least) = (IndexMap::new(), usize::MAX);
        for contact in self.0.values().filter(|contact| wanted(contact)) {
            if contact.moved {
                return self.0.get(&contact.address);
            }
            let (provider, size) = (
                HostGroup::provider(contact.address.ip()),
                crowd(&contact.address),
            );
            if size < least {
                (newest, least) = (IndexMap::new(), size);
            }
            if size == least {
                newest.insert(provider, contact.address);
            }
        }
        if newest.is_empty() {
            return None;
        }
        let (_, address) = newest.get_index(rng.random_range(0..newest.len()))?;
        self.0.get(address)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn contact(host: [u8; 4], port: u16, since: Instant) -> Contact {
        Contact {
            address: SocketAddr::from((host, port)),
            lan: None,
            new_style: false,
            moved: false,
            since,
        }
    }

    #[test]
    fn a_flood_from_one_provider_displaces_only_itself() {
        let (mut contacts, now) = (Contacts::default(), Instant::now());
        for number in 0..20 {
            contacts.note(contact([number, 1, 1, 1], 1, now));
        }
        for port in 1..2_000 {
            contacts.note(contact([99, 0, 0, 1], port, now));
        }
        assert_eq!(contacts.len(), MAX_CONTACTS);
        assert!((0..20).all(|number| contacts.contains(&([number, 1, 1, 1], 1).into())));
    }

    #[test]
    fn every_provider_has_the_same_chance_and_a_peer_that_moved_comes_first() {
        let (mut contacts, now) = (Contacts::default(), Instant::now());
        let mut rng = StdRng::seed_from_u64(2);
        contacts.note(contact([1, 1, 1, 1], 1, now));
        for port in 1..100 {
            contacts.note(contact([99, 0, 0, 1], port, now));
        }
        let mut alone = 0;
        for _ in 0..1_000 {
            let chosen = contacts
                .choose(now, &mut rng, |_| true, |_| 0)
                .map(|one| one.address);
            assert!(
                chosen.is_some_and(|at| at.port() == 1 || at.port() == 99),
                "the newest"
            );
            alone += u32::from(chosen == Some(([1, 1, 1, 1], 1).into()));
        }
        assert!((400..600).contains(&alone), "{alone}");
        let mut moved = contact([99, 0, 0, 1], 50, now);
        moved.moved = true;
        contacts.note(moved);
        let chosen = contacts
            .choose(now, &mut rng, |_| true, |_| 0)
            .map(|one| one.address.port());
        assert_eq!(chosen, Some(50));
    }

    #[test]
    fn contacts_are_forgotten_after_a_minute() {
        let (mut contacts, now) = (Contacts::default(), Instant::now());
        let mut rng = StdRng::seed_from_u64(3);
        contacts.note(contact([1, 1, 1, 1], 1, now));
        let later = now + CONTACT_TIME;
        assert!(contacts.choose(later, &mut rng, |_| true, |_| 0).is_some());
        assert!(contacts.choose(later, &mut rng, |_| false, |_| 0).is_none());
        contacts.note(contact([1, 1, 1, 1], 1, later));
        let latest = later + Duration::from_nanos(1);
        assert!(contacts.choose(latest, &mut rng, |_| true, |_| 0).is_none());
        assert_eq!(contacts.len(), 0);
    }
}
