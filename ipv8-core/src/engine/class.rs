//! Classes of admitted datagrams: how well this node knows their senders.

use std::time::Instant;

use crate::engine::state_machine::Engine;
use crate::engine::ticket::{Opened, Signature, Ticket};
use crate::overlay::context::OverlayState;
use crate::state::stats::Class;
use crate::wire::packet::Header;
use crate::wire::payload::{IntroductionResponse, Style, ids};

impl Engine {
    /// Sets the class of an admitted datagram. It is cheap: no key is parsed. A driver that handles
    /// everything in the order of arrival has no need for it.
    pub fn classify(&self, ticket: &mut Ticket, datagram: &[u8], now: Instant) {
        ticket.class = self.class_of(ticket, datagram, now);
    }

    fn class_of(&self, ticket: &Ticket, datagram: &[u8], now: Instant) -> Class {
        let Some(overlay) = ticket.overlay.peek(&self.overlays) else {
            return Class::Stranger;
        };
        let (state, source) = (overlay.state(), &ticket.source);
        let network = state.network(&self.shared);
        let is_tracker = network.is_blacklisted(source);
        if is_open_answer(state, ticket, datagram, now) {
            return match is_tracker {
                true => Class::Tracker,
                false => Class::Answer,
            };
        }
        if network.serves_at(source, state.community_id) {
            Class::Peer
        } else if is_tracker && ticket.signature == Signature::None {
            Class::Tracker
        } else if state.standings.is_contact(source) {
            Class::Contact
        } else {
            // The addresses of trackers are public: their signed messages can be forged, too.
            Class::Stranger
        }
    }
}

impl Engine {
    /// Returns `true` if an opened datagram did not deserve its class: the signature of an answer
    /// is wrong, or what came from the address of a peer is not signed by a peer at that address.
    pub(crate) fn is_misclassified(&self, opened: &Opened) -> bool {
        let signer = match (&opened.body, opened.class) {
            (Err(failure), Class::Answer | Class::Peer) => return failure.is_wrong_signature(),
            (Ok(body), Class::Peer) => body.signed_by(),
            _ => None,
        };
        let overlay = opened.overlay.peek(&self.overlays);
        let (Some(by), Some(overlay)) = (signer, overlay) else {
            return false;
        };
        let peer = overlay.state().network(&self.shared).peer(&by.key);
        !peer.is_some_and(|peer| peer.has_address(&opened.source))
    }
}

/// Returns the style of an introduction response, `None` for other messages.
fn answer_style(id: u8) -> Option<Style> {
    match id {
        ids::INTRODUCTION_RESPONSE => Some(Style::Old),
        ids::NEW_INTRODUCTION_RESPONSE => Some(Style::New),
        _ => None,
    }
}

/// Returns `true` if a datagram is an introduction response with an identifier that is open for
/// its source address.
fn is_open_answer(state: &OverlayState, ticket: &Ticket, datagram: &[u8], now: Instant) -> bool {
    let identifier = answer_style(ticket.id).and_then(|style| {
        let body = Header::split(datagram)?.body;
        IntroductionResponse::peek_identifier(style, body)
    });
    identifier.is_some_and(|identifier| {
        let (standings, source) = (&state.standings, ticket.source);
        standings.is_answer(identifier, source, now)
    })
}
