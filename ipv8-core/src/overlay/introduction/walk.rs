//! Sending introduction requests: to an address, to a peer, or to a random peer.

use std::net::SocketAddr;

use rand::RngExt;

use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::state::standing::Charge;
use crate::state::stats::Budget;
use crate::wire::address::UNSPECIFIED;
use crate::wire::payload::{IntroductionRequest, Style};

/// The chance that a walker with peers reminds its bootstrappers instead of asking a peer. This
/// reconnects networks that fell apart (5 % in py-ipv8).
const KEEP_ALIVE_CHANCE: f64 = 0.05;

impl Context<'_> {
    /// Sends an introduction request to `address`, in new style when the address is IPv6 or known
    /// to understand it (protocol 4.3). The answer makes the node there a peer.
    ///
    /// A host of the internet that was introduced gets at most four requests in a minute that it
    /// does not answer. Further ones are dropped and counted, like requests to an address to which
    /// nothing can be sent (port 0, an unspecified, multicast or broadcast host).
    pub fn walk_to(&mut self, address: SocketAddr) {
        self.walk(address);
    }

    /// Like [`Context::walk_to`]. Returns the identifier of the request; `None` if nothing was
    /// sent because too many requests to that host were not answered.
    pub(crate) fn walk(&mut self, address: SocketAddr) -> Option<u16> {
        let (host, now) = (address.ip(), self.now);
        let graph = self.graph();
        let is_proven = graph.verified_by_address(&address).is_some();
        let is_introduced = graph.introducer_of(&address).is_some();
        let new_style = graph.is_new_style(&address);
        let mut charge = Charge::None;
        if is_introduced && !is_proven {
            if !self.shared.budgets.allows_walk(host, now) {
                let reason = self.refused(Budget::RequestsToHost);
                self.count_drop(reason);
                return None;
            }
            self.shared.budgets.note_walk(host, now);
            charge = Charge::Walk;
        }
        Some(self.request_introduction(address, new_style, charge))
    }

    /// Returns `true` if the request with this identifier was answered a short time ago.
    pub(crate) fn was_answered(&self, identifier: u16) -> bool {
        self.state.standings.was_answered(identifier)
    }

    /// Asks `peer`, at its preferred address, for an introduction.
    pub fn send_introduction_request(&mut self, peer: &Peer) {
        self.request_introduction(peer.address(), peer.is_new_style(), Charge::None);
    }

    /// Asks a random peer, rather one of a provider with few peers, for an introduction, or, in 5 %
    /// of the calls, the bootstrappers. An overlay without peers bootstraps instead (py-ipv8's
    /// `get_new_introduction`).
    pub fn get_new_introduction(&mut self) {
        if self.peer_count() == 0 {
            self.bootstrap();
            return;
        }
        if self.shared.rng.random_bool(KEEP_ALIVE_CHANCE)
            && self.state.bootstrappers.any_initialized()
        {
            self.remind_bootstrappers();
            return;
        }
        if let Some(peer) = self.diverse_peer() {
            self.send_introduction_request(&peer);
        }
    }

    /// Sends an introduction request with a random identifier, which only a node that receives it
    /// can repeat. Returns the identifier.
    pub(super) fn request_introduction(
        &mut self,
        to: SocketAddr,
        new_style: bool,
        charge: Charge,
    ) -> u16 {
        let (time, now) = (self.claim_wrapped_time(), self.now);
        let peer = self.graph().verified_by_address(&to);
        let mut others = peer.into_iter().flat_map(Peer::addresses);
        let twin = others.find(|other| *other != to);
        let lan = self.my_estimated_lan().ip();
        let identifier = self
            .state
            .standings
            .ask(to, twin, lan, charge, now, &mut self.shared.rng);
        self.send_introduction_request_at(to, new_style, identifier, time);
        identifier
    }

    /// Sends an introduction request with `number` as its identifier, which the answer repeats.
    pub(crate) fn send_numbered_introduction_request(
        &mut self,
        to: SocketAddr,
        new_style: bool,
        number: u16,
    ) {
        let time = self.claim_wrapped_time();
        self.send_introduction_request_at(to, new_style, number, time);
    }

    fn send_introduction_request_at(
        &mut self,
        to: SocketAddr,
        new_style: bool,
        number: u16,
        time: u16,
    ) {
        let style = if new_style || to.is_ipv6() {
            Style::New
        } else {
            Style::Old
        };
        let request = IntroductionRequest::new(
            style,
            to,
            self.my_estimated_lan(),
            self.my_source_wan(style),
            number,
        );
        self.send_styled(to, style, request, u64::from(time));
    }

    /// Advances the clock and returns it modulo 65,536. Introductions carry it as their time
    /// (protocol 4.2).
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn claim_wrapped_time(&mut self) -> u16 {
        self.claim_global_time() as u16
    }

    /// Returns the address that we claim as ours: the WAN estimate; in new style, while there is
    /// none, any address that we know (protocol 4.3; 16.5: the estimate is never lost).
    pub(super) fn my_source_wan(&self, style: Style) -> SocketAddr {
        if style == Style::Old || self.my_estimated_wan() != UNSPECIFIED {
            return self.my_estimated_wan();
        }
        self.my_ipv6().unwrap_or(self.shared.local.lan)
    }

    /// Returns our IPv6 address as most others see it, or else that of our interface.
    pub(super) fn my_ipv6(&self) -> Option<SocketAddr> {
        let seen = self.state.wan6.estimate();
        let seen = seen.is_ipv6().then_some(seen);
        seen.or(self.shared.local.ipv6)
    }
}
