//! Keys that signed something, at addresses that have not answered yet.

use std::net::{SocketAddr, SocketAddrV4};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use rand::Rng;
use rand::seq::{IndexedRandom, IteratorRandom};

use crate::crypto::Mid;
use crate::wire::host_group::HostGroup;

/// The maximum number of contacts of one overlay: more than a walker visits in [`CONTACT_TIME`].
const MAX_CONTACTS: usize = 128;

/// The time for which a contact is remembered. NATs close the way back after about half a minute.
const CONTACT_TIME: Duration = Duration::from_secs(60);

/// The maximum number of new addresses of one peer: one captured packet of a peer, sent from many
/// addresses, must not displace other contacts.
const MOVED_TO: usize = 4;

/// An address that a signed packet came from. It proves nothing: the packet may be a copy, and the
/// address forged. The key does not matter, because the answer is signed too.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) address: SocketAddr,
    /// The LAN address that it claims.
    pub(crate) lan: Option<SocketAddrV4>,
    /// `true` if it understands the new style of introduction messages.
    pub(crate) new_style: bool,
    /// The key that signed the first packet.
    pub(crate) key: Mid,
    /// `true` if that key is a peer of the overlay at another address.
    pub(crate) moved: bool,
    /// The time of the first packet.
    pub(crate) since: Instant,
}

/// The contacts of one overlay by address, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Contacts {
    by_address: IndexMap<SocketAddr, Contact>,
    /// `true` if the last one chosen was a peer at a new address.
    chose_moved: bool,
}

impl Contact {
    /// Merges another packet from the same address. What another key says there does not count.
    fn meets(&mut self, other: Self) {
        if self.key == other.key {
            let since = self.since;
            *self = Self { since, ..other };
        }
    }
}

impl Contacts {
    pub(super) fn len(&self) -> usize {
        self.by_address.len()
    }

    pub(super) fn contains(&self, address: &SocketAddr) -> bool {
        self.by_address.contains_key(address)
    }

    /// Returns `true` if a contact is younger than `age`.
    pub(super) fn any_younger_than(&self, age: Duration, now: Instant) -> bool {
        let mut contacts = self.by_address.values();
        contacts.any(|contact| now.saturating_duration_since(contact.since) < age)
    }

    /// Returns the first contact, the oldest one.
    fn oldest(&self) -> Option<&Contact> {
        self.by_address.values().next()
    }

    /// Adds a contact, or replaces the one at its address. When there are too many, the
    /// provider with the most contacts loses its oldest one, so that a flood from one network
    /// displaces only itself.
    pub(super) fn note(&mut self, contact: Contact) {
        if let Some(known) = self.by_address.get_mut(&contact.address) {
            known.meets(contact);
            return;
        }
        self.expire(contact.since);
        if contact.moved {
            self.keep_to_places_of(contact.key);
        }
        if self.by_address.len() >= MAX_CONTACTS {
            self.make_room(HostGroup::provider(contact.address.ip()));
        }
        self.by_address.insert(contact.address, contact);
    }

    /// Forgets the oldest new address of a peer that has too many.
    fn keep_to_places_of(&mut self, key: Mid) {
        let contacts = self.by_address.values();
        let mut places = contacts.filter(|contact| contact.moved && contact.key == key);
        let oldest = places.next().map(|contact| contact.address);
        if places.count() + 1 >= MOVED_TO
            && let Some(oldest) = oldest
        {
            self.remove(&oldest);
        }
    }

    fn make_room(&mut self, newcomer: HostGroup) {
        let mut providers: IndexMap<HostGroup, usize> = IndexMap::new();
        for address in self.by_address.keys() {
            *providers
                .entry(HostGroup::provider(address.ip()))
                .or_default() += 1;
        }
        // The newcomer counts too, so that a provider that is one of the largest does not grow.
        *providers.entry(newcomer).or_default() += 1;
        let largest = providers.iter().max_by_key(|(_, count)| **count);
        let largest = largest.map(|(provider, _)| *provider);
        let is_there = |address: &SocketAddr| Some(HostGroup::provider(address.ip())) == largest;
        let place = self
            .by_address
            .keys()
            .position(is_there)
            .unwrap_or_default();
        self.by_address.shift_remove_index(place);
    }

    fn expire(&mut self, now: Instant) {
        let is_old = |one: &Contact| now.saturating_duration_since(one.since) > CONTACT_TIME;
        if self.oldest().is_some_and(is_old) {
            self.by_address.retain(|_, contact| !is_old(contact));
        }
    }

    pub(super) fn remove(&mut self, address: &SocketAddr) -> Option<Contact> {
        self.by_address.shift_remove(address)
    }

    /// Returns the contact to ask next among those that are `wanted`: in turn a random one of the
    /// peers at new addresses, and the newest contact of a random provider among those with the
    /// smallest `crowd`. Every such provider has the same chance, however many contacts it has.
    pub(super) fn choose(
        &mut self,
        now: Instant,
        rng: &mut (impl Rng + ?Sized),
        wanted: impl Fn(&Contact) -> bool,
        crowd: impl Fn(&SocketAddr) -> usize,
    ) -> Option<&Contact> {
        self.expire(now);
        let (mut newest, mut least) = (IndexMap::new(), usize::MAX);
        let mut moved = Vec::new();
        for contact in self.by_address.values().filter(|contact| wanted(contact)) {
            if contact.moved {
                moved.push(contact.address);
                continue;
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
        self.chose_moved = !moved.is_empty() && (newest.is_empty() || !self.chose_moved);
        let address = match self.chose_moved {
            true => moved.choose(rng)?,
            false => newest.values().choose(rng)?,
        };
        self.by_address.get(address)
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
            key: Mid::from([9; 20]),
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
        let mut moved = contact([99, 0, 0, 1], 200, now);
        moved.key = Mid::from([1; 20]);
        moved.moved = true;
        contacts.note(moved);
        let chosen = contacts
            .choose(now, &mut rng, |_| true, |_| 0)
            .map(|one| one.address.port());
        assert_eq!(chosen, Some(200));
    }

    #[test]
    fn copies_of_one_packet_of_a_peer_leave_other_contacts_their_turns() {
        let (mut contacts, now) = (Contacts::default(), Instant::now());
        let mut rng = StdRng::seed_from_u64(4);
        for number in 0..20 {
            contacts.note(contact([number, 1, 1, 1], 1, now));
        }
        for number in 0..200 {
            let mut copy = contact([100, number, 1, 1], 1, now);
            copy.key = Mid::from([1; 20]);
            copy.moved = true;
            contacts.note(copy);
        }
        let mut other = contact([50, 1, 1, 1], 1, now);
        other.key = Mid::from([2; 20]);
        other.moved = true;
        contacts.note(other);
        assert_eq!(contacts.len(), 20 + MOVED_TO + 1);
        let (mut still, mut honest) = (0, 0);
        for _ in 0..1_000 {
            let chosen = contacts.choose(now, &mut rng, |_| true, |_| 0);
            let host = chosen.map(|one| one.address.ip().to_string());
            still += u32::from(host.as_ref().is_some_and(|host| !host.starts_with("100.")));
            honest += u32::from(host.is_some_and(|host| host == "50.1.1.1"));
        }
        assert!(still >= 500 + honest, "every other one: {still}");
        assert!(honest > 60, "{honest} of 500");
    }

    #[test]
    fn another_key_at_a_known_address_changes_nothing_that_matters() {
        let (mut contacts, now) = (Contacts::default(), Instant::now());
        let first = contact([1, 1, 1, 1], 1, now);
        contacts.note(first.clone());
        let new_style = Contact {
            new_style: true,
            ..first
        };
        contacts.note(Contact {
            key: Mid::from([3; 20]),
            ..new_style.clone()
        });
        let styles = |contacts: &Contacts| contacts.by_address[0].new_style;
        assert!(!styles(&contacts), "another key");
        contacts.note(new_style);
        assert!(styles(&contacts));
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
