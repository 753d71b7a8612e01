//! Asking contacts to prove themselves, and looking for peers of other providers.

use std::net::SocketAddr;

use rand::RngExt;

use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::state::standing::{Charge, Contact, Standings};

/// The number of random peers among which the one of the smallest provider is asked.
const DRAWS: usize = 4;

/// The chance that a search asks the bootstrappers instead of a peer.
const TRACKER_CHANCE: f64 = 0.25;

/// Contacts.
impl Context<'_> {
    /// Returns a contact that a strategy may ask now and for which `wanted` is true: a peer of this
    /// overlay that moved, or one of a provider with few peers.
    pub(crate) fn choose_contact(
        &mut self,
        wanted: impl Fn(&SocketAddr) -> bool,
    ) -> Option<Contact> {
        let now = self.now;
        self.pick_contact(|standings, rng, admits, crowd| {
            let wanted = |contact: &Contact| wanted(&contact.address) && admits(contact);
            standings.choose(now, rng, wanted, crowd)
        })
    }

    /// Asks a contact that no strategy asked in time, if one is due.
    pub(crate) fn ask_due_contact(&mut self) {
        let now = self.now;
        if self.state.standings.next_probe().is_none_or(|at| at > now) {
            return;
        }
        let due = self.pick_contact(|standings, rng, admits, crowd| {
            standings.take_due(now, rng, admits, crowd)
        });
        if let Some(contact) = due
            && self.shared.budgets.takes_engine_probe(now)
        {
            self.ask_contact(&contact);
        }
    }

    /// Sends an introduction request to a contact. Returns its identifier.
    pub(crate) fn ask_contact(&mut self, contact: &Contact) -> u16 {
        let (host, now) = (contact.address.ip(), self.now);
        self.shared.budgets.note_probe(host, now);
        self.request_introduction(contact.address, contact.new_style, Charge::Probe)
    }

    /// Lets `pick` choose a contact. It gets the test whether there is room for a contact and a
    /// budget to ask it, and the number of peers of the provider of an address.
    fn pick_contact(
        &mut self,
        pick: impl FnOnce(
            &mut Standings,
            &mut dyn rand::Rng,
            &dyn Fn(&Contact) -> bool,
            &dyn Fn(&SocketAddr) -> usize,
        ) -> Option<Contact>,
    ) -> Option<Contact> {
        let (now, service) = (self.now, self.state.community_id);
        let Self { state, shared, .. } = self;
        let graph = state.own_network.as_deref().unwrap_or(&shared.network);
        let (room, budgets) = (graph.room_in(service), &shared.budgets);
        let admits = |contact: &Contact| {
            (contact.moved || room.admits(contact.address))
                && budgets.allows_probe(contact.address.ip(), now)
        };
        let crowd = |address: &SocketAddr| graph.crowd_at(service, *address);
        pick(&mut state.standings, &mut shared.rng, &admits, &crowd)
    }
}

/// Peers of other providers.
impl Context<'_> {
    /// Returns a random peer of this overlay, rather one of a provider with few peers than one of a
    /// crowd.
    pub(super) fn diverse_peer(&mut self) -> Option<Peer> {
        let service = self.state.community_id;
        let (graph, rng) = self.graph_and_rng();
        let drawn: Vec<_> = graph.random_peers(service, DRAWS, rng).cloned().collect();
        let crowd = |peer: &Peer| graph.crowd_at(service, peer.address());
        drawn.into_iter().min_by_key(crowd)
    }

    /// Plans a search for peers of other providers, if most peers are of a few.
    pub(super) fn plan_search(&mut self) {
        let (peers, providers) = self.crowd();
        if let Some(at) = self.state.search.plan(peers, providers, self.now) {
            self.state.wake_at(at, &mut self.shared.timers);
        }
    }

    /// Looks for peers of other providers, if a search is due: walks to an address of another
    /// provider, or asks a peer or the bootstrappers for one.
    pub(crate) fn search_if_due(&mut self) {
        let (peers, providers) = self.crowd();
        if !self.state.search.take_due(peers, providers, self.now) {
            return;
        }
        if let Some(address) = self.address_of_other_provider() {
            self.walk(address);
        } else if self.state.bootstrappers.any_initialized()
            && self.shared.rng.random_bool(TRACKER_CHANCE)
        {
            self.remind_bootstrappers();
        } else if let Some(peer) = self.diverse_peer() {
            self.send_introduction_request(&peer);
        }
    }

    fn address_of_other_provider(&mut self) -> Option<SocketAddr> {
        let (service, now) = (self.state.community_id, self.now);
        let (graph, rng, budgets) = self.graph_and_budgets();
        graph.walkable_of_other_provider(service, rng, |address| {
            budgets.allows_walk(address.ip(), now)
        })
    }

    fn crowd(&self) -> (usize, usize) {
        let service = self.state.community_id;
        (self.peer_count(), self.graph().provider_count(service))
    }
}
