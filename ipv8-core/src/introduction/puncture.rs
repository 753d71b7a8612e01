//! Opening NATs for third parties (protocol 4.6).

use std::net::SocketAddr;

use crate::context::Context;
use crate::packet::Unsealed;
use crate::payload::{
    NewPuncture, NewPunctureRequest, OldPuncture, OldPunctureRequest, Puncture, PunctureRequest, Style, ids,
};
use crate::wire::PackError;

impl Context<'_> {
    /// Asks the peer at `to` to puncture its NAT for the walker at `lan_walker`, `wan_walker`. Two
    /// addresses that are not both IPv4 need the new style.
    pub(super) fn send_puncture_request(
        &mut self,
        to: SocketAddr,
        lan_walker: SocketAddr,
        wan_walker: SocketAddr,
        identifier: u16,
        style: Style,
    ) {
        let time = Some(self.claim_global_time());
        let request = PunctureRequest { lan_walker, wan_walker, identifier };
        let prefix = &self.state.prefix;
        let packet = if style == Style::New || lan_walker.is_ipv6() || wan_walker.is_ipv6() {
            Unsealed::new(prefix, ids::PUNCTURE_REQUEST_NEW, None, time, &NewPunctureRequest(request))
        } else {
            Unsealed::new(prefix, ids::PUNCTURE_REQUEST_OLD, None, time, &OldPunctureRequest(request))
        };
        self.enqueue_packed(to, packet);
    }

    /// Punctures for the walker named in `request`. A walker behind our own WAN host is reached at
    /// its LAN address.
    pub(crate) fn on_puncture_request(&mut self, style: Style, request: &PunctureRequest) {
        let behind_our_nat = request.wan_walker.ip() == self.wan_host();
        let target = if behind_our_nat { request.lan_walker } else { request.wan_walker };
        let time = Some(self.claim_global_time());
        // The reference puts the walker's address where its own would be expected; kept, 16.8.
        let puncture = Puncture {
            source_lan: self.my_estimated_lan(),
            source_wan: request.wan_walker,
            identifier: request.identifier,
        };
        let (prefix, key) = (&self.state.prefix, Some(&self.state.my_key));
        let packet = match style {
            Style::Old => Unsealed::new(prefix, ids::PUNCTURE_OLD, key, time, &OldPuncture(puncture)),
            Style::New => Unsealed::new(prefix, ids::PUNCTURE_NEW, key, time, &NewPuncture(puncture)),
        };
        self.enqueue_packed(target, packet);
    }

    /// Queues a packet of our own making. One that does not pack (an IPv6 address in an old-style
    /// message) is counted as unsendable: the peer asked for something that cannot be said.
    pub(super) fn enqueue_packed(&mut self, to: SocketAddr, packet: Result<Unsealed, PackError>) {
        match packet {
            Ok(packet) => {
                // A refusal is counted by `enqueue`; walking on is all there is to do about it.
                let _ = self.enqueue(to, packet);
            }
            Err(error) => {
                tracing::debug!(%to, %error, "an introduction message could not be packed");
                self.shared.statistics.record(crate::counters::DropReason::Unsendable);
            }
        }
    }
}
