//! The rules of one overlay: who is a stranger, a contact, a peer.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use rand::{Rng, RngExt};

use super::contacts::{Contact, Contacts};
use super::open_requests::{Asked, Charge, OpenRequests};
use crate::wire::scope::Scope;

/// The time in which a peer that showed that it is alive need not show it again.
pub(super) const ALIVE: Duration = Duration::from_secs(5);

/// The time that a contact waits for a strategy before the engine asks it.
const PATIENCE: Duration = Duration::from_secs(1);

/// The least and the most time between two requests of the engine to contacts of one overlay.
const PROBE_PAUSE: (f64, f64) = (0.8, 1.2);

/// The time after which the engine looks again if it may not ask any contact.
const RETRY: Duration = Duration::from_secs(5);

/// The most time that a peer at a new address waits for a request.
const MOVED_PAUSE: f64 = 0.5;

/// The number of pairs of a LAN and a WAN address that are remembered.
const TWINS: usize = 256;

/// The standings of an overlay: the open requests, and the contacts.
///
/// A key becomes a *contact* when it signs something ([`Standings::note`]). A request to it, or to
/// an introduced address, is opened by [`Standings::ask`]. The response makes its sender a *peer*
/// if [`Standings::answered`] finds the request that it answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standings {
    open: OpenRequests,
    contacts: Contacts,
    /// The other address of nodes that were introduced by a LAN and a WAN address, both ways.
    twins: IndexMap<SocketAddr, SocketAddr>,
    /// The time of the next request of the engine to a contact.
    next_probe: Option<Instant>,
    /// The time before which the engine asks no contact.
    rests_until: Option<Instant>,
}

impl Standings {
    /// Opens a request to `to`, which is no longer a contact. Returns the identifier that the
    /// request must carry. `twin` is another address of the peer that is known to be at `to`;
    /// `lan` is our LAN host, and `charge` the budget that the request used.
    pub(crate) fn ask(
        &mut self,
        to: SocketAddr,
        twin: Option<SocketAddr>,
        lan: IpAddr,
        charge: Charge,
        now: Instant,
        rng: &mut (impl Rng + ?Sized),
    ) -> u16 {
        let has_lan = Scope::of(lan) == Scope::Private;
        let contact = self.contacts.remove(&to);
        let claimed = contact.and_then(|contact| contact.lan);
        let twin = twin.or_else(|| self.twins.get(&to).copied());
        let twin = twin.or(claimed.map(SocketAddr::V4));
        // Anyone can claim any address, but only a neighbour can answer from a private one.
        let twin = twin.filter(|twin| has_lan && Scope::of(twin.ip()) == Scope::Private);
        let asked = Asked {
            to,
            twin,
            lan: claimed,
            charge,
        };
        self.open.open(asked, now, rng)
    }

    /// Opens a request to `to` with this identifier, for tests.
    #[cfg(feature = "internals")]
    pub(crate) fn expect_answer(&mut self, to: SocketAddr, identifier: u16, now: Instant) {
        self.open.add(identifier, Asked::at(to), now);
    }

    /// Returns the request that a response from `source` answers, and closes it. `None` if it
    /// answers none: late, forged, or from another host than the one asked.
    pub(crate) fn answered(
        &mut self,
        identifier: u16,
        source: SocketAddr,
        now: Instant,
    ) -> Option<Asked> {
        let asked = self.open.close(identifier, source, now)?;
        self.contacts.remove(&source);
        Some(asked)
    }

    /// Returns `true` if a response from `source` with this identifier would answer an open
    /// request.
    pub(crate) fn is_answer(&self, identifier: u16, source: SocketAddr, now: Instant) -> bool {
        self.open.is_answer(identifier, source, now)
    }

    /// Returns `true` if the request with this identifier was answered a short time ago.
    pub(crate) fn was_answered(&self, identifier: u16) -> bool {
        self.open.was_answered(identifier)
    }

    /// Remembers that one node was introduced by these two addresses.
    pub(crate) fn note_twins(&mut self, lan: SocketAddr, wan: SocketAddr) {
        while self.twins.len() + 2 > TWINS {
            self.twins.shift_remove_index(0);
        }
        self.twins.insert(lan, wan);
        self.twins.insert(wan, lan);
    }

    /// Remembers a contact. Returns the time at which the engine asks it, if no strategy does
    /// before.
    pub(crate) fn note(
        &mut self,
        contact: Contact,
        now: Instant,
        rng: &mut (impl Rng + ?Sized),
    ) -> Instant {
        // The random pause hides which packet causes the request.
        let pause = match contact.moved {
            true => Duration::from_secs_f64(rng.random_range(0.05..MOVED_PAUSE)),
            false => PATIENCE,
        };
        let at = self
            .rests_until
            .map_or(now + pause, |rest| rest.max(now + pause));
        self.contacts.note(contact);
        let next = self.next_probe.map_or(at, |next| next.min(at));
        self.next_probe = Some(next);
        next
    }

    /// Returns the number of contacts.
    pub(crate) fn contact_count(&self) -> usize {
        self.contacts.len()
    }

    /// Returns `true` if a contact has this address.
    pub(crate) fn is_contact(&self, address: &SocketAddr) -> bool {
        self.contacts.contains(address)
    }

    /// Returns the time at which the engine asks the next contact.
    pub(crate) fn next_probe(&self) -> Option<Instant> {
        self.next_probe
    }

    /// Returns the contact for the engine to ask at `now`, if it is time, and sets the time of the
    /// next one.
    pub(crate) fn take_due(
        &mut self,
        now: Instant,
        rng: &mut (impl Rng + ?Sized),
        wanted: impl Fn(&Contact) -> bool,
        crowd: impl Fn(&SocketAddr) -> usize,
    ) -> Option<Contact> {
        self.next_probe.take_if(|at| *at <= now)?;
        let waited = |contact: &Contact| {
            contact.moved || now.saturating_duration_since(contact.since) >= PATIENCE
        };
        let wanted = |one: &Contact| waited(one) && wanted(one);
        let chosen = self.contacts.choose(now, rng, wanted, crowd).cloned();
        let (least, most) = PROBE_PAUSE;
        let pause = now + Duration::from_secs_f64(rng.random_range(least..most));
        self.rests_until = Some(pause);
        if chosen.is_some() || self.contacts.any_younger_than(PATIENCE, now) {
            self.next_probe = Some(pause);
        } else if self.contacts.len() > 0 {
            // There may be room, or a budget, later.
            self.next_probe = Some(now + RETRY);
        }
        chosen
    }

    /// Returns the contact for a strategy to ask among those that are `wanted`.
    pub(crate) fn choose(
        &mut self,
        now: Instant,
        rng: &mut (impl Rng + ?Sized),
        wanted: impl Fn(&Contact) -> bool,
        crowd: impl Fn(&SocketAddr) -> usize,
    ) -> Option<Contact> {
        self.contacts.choose(now, rng, wanted, crowd).cloned()
    }
}
