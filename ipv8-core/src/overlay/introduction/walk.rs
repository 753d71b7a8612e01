//! Sending introduction requests: to an address, to a peer, to whoever can help.

use std::net::SocketAddr;

use rand::RngExt;

use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::wire::address::UNSPECIFIED;
use crate::wire::payload::{IntroductionRequest, Style};

/// The chance that a walker with peers reminds its bootstrappers of itself instead of asking a
/// peer: it mends networks that fell apart (py-ipv8's 5 %).
const KEEP_ALIVE_CHANCE: f64 = 0.05;

impl Context<'_> {
    /// Sends an introduction request to `address`, in new style when the address is IPv6 or known
    /// to understand it (protocol 4.3). Nothing is remembered: an answer makes the peer verified.
    /// An address that nothing can be sent to ([`crate::state::outbox::is_sendable`]) is passed over and counted.
    pub fn walk_to(&mut self, address: SocketAddr) {
        let new_style = self.network().is_new_style(&address);
        self.request_introduction(address, new_style);
    }

    /// Asks `peer`, at its preferred address, to introduce us to somebody.
    pub fn send_introduction_request(&mut self, peer: &Peer) {
        self.request_introduction(peer.address(), peer.is_new_style());
    }

    /// Asks a random peer for an introduction, now and then its bootstrappers instead; knowing
    /// nobody, it bootstraps (py-ipv8's `get_new_introduction`).
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
        if let Some(peer) = self.random_peer() {
            self.send_introduction_request(&peer);
        }
    }

    fn request_introduction(&mut self, to: SocketAddr, new_style: bool) {
        let number = self.claim_wrapped_time();
        self.send_introduction_request_at(to, new_style, number, number);
    }

    /// Sends an introduction request whose answer is known by `number`.
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

    /// The clock as introductions carry it, both as time and as identifier: modulo 65,536
    /// (protocol 4.2).
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn claim_wrapped_time(&mut self) -> u16 {
        self.claim_global_time() as u16
    }

    /// What we call our own address: the WAN estimate; in new style, as long as there is none,
    /// whatever address we know of (protocol 4.3, and 16.5: the estimate is never lost).
    pub(super) fn my_source_wan(&self, style: Style) -> SocketAddr {
        if style == Style::Old || self.state.wan != UNSPECIFIED {
            return self.state.wan;
        }
        self.state
            .ipv6
            .or(self.shared.local.ipv6)
            .unwrap_or(self.shared.local.lan)
    }
}
