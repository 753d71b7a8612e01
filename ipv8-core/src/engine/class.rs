//! Classes of admitted datagrams: how well this node knows their senders.

use std::net::SocketAddr;

use crate::engine::state_machine::Engine;
use crate::engine::ticket::Ticket;
use crate::overlay::context::OverlayState;
use crate::state::stats::Class;
use crate::wire::packet::Header;
use crate::wire::payload::ids;

impl Engine {
    /// Sets the class of an admitted datagram. It is cheap: no key is parsed. A driver that handles
    /// everything in the order of arrival has no need for it.
    pub fn classify(&self, ticket: &mut Ticket, datagram: &[u8]) {
        ticket.class = self.class_of(ticket, datagram);
    }

    fn class_of(&self, ticket: &Ticket, datagram: &[u8]) -> Class {
        let Some(overlay) = ticket.overlay.peek(&self.overlays) else {
            return Class::Stranger;
        };
        let (state, source) = (overlay.state(), &ticket.source);
        let network = state.network(&self.shared);
        let is_tracker = || !state.bootstrappers.is_empty() && network.is_blacklisted(source);
        if is_answer(ticket.id) {
            // Trackers may sign on old curves and other hosts may not, so a tracker remains one.
            if is_tracker() {
                return Class::Tracker;
            }
            let body = Header::split(datagram).map_or(&[][..], |header| header.body);
            if is_open_answer(state, source, ticket.id, body) {
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

fn is_answer(id: u8) -> bool {
    matches!(
        id,
        ids::INTRODUCTION_RESPONSE | ids::NEW_INTRODUCTION_RESPONSE
    )
}

/// Returns `true` if the introduction response `body` (everything after the message id) from
/// `source` carries an identifier that is open for that address.
///
/// No identifier is open yet: they are remembered nowhere.
fn is_open_answer(_state: &OverlayState, _source: &SocketAddr, _id: u8, _body: &[u8]) -> bool {
    false
}

/// Returns `true` if `source` is the address of a contact of the overlay.
///
/// There are no contacts yet.
fn is_contact(_state: &OverlayState, _source: &SocketAddr) -> bool {
    false
}
