//! Opening NATs for third parties (protocol 4.6).

use std::net::SocketAddr;

use crate::overlay::context::Context;
use crate::state::standing::{Asker, Reach};
use crate::state::stats::DropReason;
use crate::wire::address::UNSPECIFIED;
use crate::wire::payload::{Puncture, PunctureRequest, Style, Styled};

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
        let time = self.claim_global_time();
        let request = PunctureRequest {
            lan_walker,
            wan_walker,
            identifier,
        };
        let mixed = lan_walker.is_ipv6() || wan_walker.is_ipv6();
        self.send_styled(to, if mixed { Style::New } else { style }, request, time);
    }

    /// Punctures for the walker named in `request`. A walker behind our own WAN host is reached at
    /// its LAN address.
    ///
    /// # Errors
    ///
    /// The request is not signed, so strangers can send it too. [`DropReason::OutOfScope`] if the
    /// introducer may not make us send there, [`DropReason::RateLimited`] if its budget is used
    /// up. A target that was punctured less than 5 s ago needs no other puncture.
    pub(crate) fn on_puncture_request(
        &mut self,
        source: SocketAddr,
        style: Style,
        request: &PunctureRequest,
    ) -> Result<(), DropReason> {
        let behind_our_nat = request.wan_walker.ip() == self.wan_host();
        let target = if behind_our_nat {
            request.lan_walker
        } else {
            request.wan_walker
        };
        // The source can be forged, and inside a private network there is no NAT to open.
        let asker = self.asker_at(&source);
        let reach = Reach {
            is_proven: asker != Asker::Stranger,
            is_tracker: false,
            wan: UNSPECIFIED.ip(),
            ..self.reach_of(source)
        };
        if !reach.allows(target) {
            return Err(DropReason::OutOfScope);
        }
        let now = self.now;
        match self
            .shared
            .budgets
            .takes_puncture(asker, source, target, now)
        {
            Ok(true) => {}
            // Several peers introduced the same walker to us, or one did it again.
            Ok(false) => return Ok(()),
            Err(budget) => return Err(self.refused(budget)),
        }
        // The introducer knows the walker, so we need not introduce the two to each other. The
        // message is unsigned, so this is only a hint.
        if let Some(introducer) = self.graph().verified_by_address(&source) {
            let introducer = introducer.address();
            let introductions = &mut self.state.introductions;
            introductions.note_acquainted(&introducer, &request.wan_walker);
        }
        let time = self.claim_global_time();
        // Like py-ipv8 this sends the walker's address in place of our own (protocol 16.8).
        let puncture = Puncture {
            source_lan: self.my_estimated_lan(),
            source_wan: request.wan_walker,
            identifier: request.identifier,
        };
        self.send_styled(target, style, puncture, time);
        Ok(())
    }

    /// Packs and queues one of the introduction messages. A message that does not pack (an IPv6
    /// address in old style) is counted as a drop.
    pub(super) fn send_styled<M: Styled>(
        &mut self,
        to: SocketAddr,
        style: Style,
        message: M,
        global_time: u64,
    ) {
        match message.packet(style, &self.state.prefix, &self.state.my_key, global_time) {
            Ok(packet) => {
                // `enqueue` counts a refusal; the next walk tries again.
                let _ = self.enqueue(to, packet);
            }
            Err(error) => {
                tracing::debug!(%to, %error, "cannot pack an introduction message");
                self.shared.stats.record(DropReason::Unpackable);
            }
        }
    }
}
