//! Classes of admitted datagrams: how well this node knows their senders.

use std::net::SocketAddr;
use std::time::Instant;

use crate::engine::state_machine::Engine;
use crate::engine::ticket::Ticket;
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
        let is_tracker = || !state.bootstrappers.is_empty() && network.is_blacklisted(source);
        if let Some(style) = answer_style(ticket.id) {
            // Trackers may sign on old curves and other hosts may not, so a tracker remains one.
            if is_tracker() {
                return Class::Tracker;
            }
            let body = Header::split(datagram).map_or(&[][..], |header| header.body);
            if is_open_answer(state, *source, style, body, now) {
                return Class::Answer;
            }
        }
        if network.serves_at(source, state.community_id) {
            Class::Peer
        } else if is_tracker() {
            Class::Tracker
        } else if is_contact(state, source) {
            Class::Contact
        } else {
            Class::Stranger
        }
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

/// Returns `true` if the introduction response `body` (everything after the message id) from
/// `source` carries an identifier that is open for that address.
fn is_open_answer(
    state: &OverlayState,
    source: SocketAddr,
    style: Style,
    body: &[u8],
    now: Instant,
) -> bool {
    let identifier = IntroductionResponse::peek_identifier(style, body);
    identifier.is_some_and(|identifier| state.standings.is_answer(identifier, source, now))
}

/// Returns `true` if `source` is the address of a contact of the overlay.
fn is_contact(state: &OverlayState, source: &SocketAddr) -> bool {
    state.standings.is_contact(source)
}
