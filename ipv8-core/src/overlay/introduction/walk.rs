//! Sending introduction requests: to an address, to a peer, or to a random peer.

use std::net::SocketAddr;

use rand::RngExt;

use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::wire::address::UNSPECIFIED;
use crate::wire::payload::{IntroductionRequest, Style};

/// The chance that a walker with peers reminds its bootstrappers instead of asking a peer. This
/// reconnects networks that fell apart (5 % in py-ipv8).
const KEEP_ALIVE_CHANCE: f64 = 0.05;

impl Context<'_> {
    /// Sends an introduction request to `address`, in new style when the address is IPv6 or known
    /// to understand it (protocol 4.3). The request needs no state: any answer makes the peer
    /// verified. If nothing can be sent to the address (port 0, an unspecified, multicast or
    /// broadcast host), the request is dropped and counted.
    pub fn walk_to(&mut self, address: SocketAddr) {
        let new_style = self.graph().is_new_style(&address);
        self.request_introduction(address, new_style);
    }

    /// Asks `peer`, at its preferred address, for an introduction.
    pub fn send_introduction_request(&mut self, peer: &Peer) {
        self.request_introduction(peer.address(), peer.is_new_style());
    }

    /// Asks a random peer for an introduction, or, in 5 % of the calls, the bootstrappers. An
    /// overlay without peers bootstraps instead (py-ipv8's `get_new_introduction`).
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

    /// Advances the clock and returns it modulo 65,536. Introductions carry it as time and as
    /// identifier (protocol 4.2).
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn claim_wrapped_time(&mut self) -> u16 {
        self.claim_global_time() as u16
    }

    /// Returns the address that we claim as ours: the WAN estimate; in new style, while there is
    /// none, any address that we know (protocol 4.3; 16.5: the estimate is never lost).
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
