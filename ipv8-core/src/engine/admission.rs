//! Admits datagrams: cheap checks that need no key and no payload.

use std::net::SocketAddr;

use crate::crypto::PublicKey;
use crate::engine::overlay_map::OverlayKey;
use crate::engine::state_machine::Engine;
use crate::engine::ticket::{Opener, Signature, Ticket};
use crate::overlay::bootstrap::read_beacon;
use crate::overlay::introduction::introduction_reader;
use crate::state::outbox::LARGEST_DATAGRAM;
use crate::state::stats::{Class, DropReason};
use crate::wire::packet::{CommunityId, Header, PREFIX_LENGTH, Prefix};
use crate::wire::payload::ids;

impl Engine {
    /// Checks the length, prefix and message id of a datagram from `source`. Returns `None` if it
    /// was counted and dropped.
    pub fn admit(&mut self, source: SocketAddr, datagram: &[u8]) -> Option<Ticket> {
        self.shared.stats.received(datagram.len());
        match self.examine(source, datagram) {
            Ok(ticket) => {
                if let Some(overlay) = ticket.overlay.get(&mut self.overlays) {
                    let traffic = &mut overlay.state_mut().traffic;
                    traffic.received(ticket.id, datagram.len());
                }
                Some(ticket)
            }
            Err(reason) => {
                if reason == DropReason::OwnPacket {
                    self.note_twin(source);
                }
                let message_id = datagram.get(PREFIX_LENGTH);
                tracing::debug!(%source, ?message_id, reason = reason.name(), "datagram dropped");
                self.shared.stats.record(reason);
                None
            }
        }
    }

    fn examine(&self, source: SocketAddr, datagram: &[u8]) -> Result<Ticket, DropReason> {
        if self.shared.local.is_own(&source) {
            return Err(DropReason::OwnPacket);
        }
        if let Some(prefix) = read_beacon(datagram) {
            return self.examine_beacon(source, prefix);
        }
        if datagram.len() > LARGEST_DATAGRAM {
            return Err(DropReason::TooLong);
        }
        let Header { prefix, id, body } = Header::split(datagram).ok_or(DropReason::TooShort)?;
        let community = CommunityId::from_prefix(prefix).ok_or(DropReason::UnknownPrefix)?;
        let (key, overlay) =
            OverlayKey::find(&self.overlays, community).ok_or(DropReason::UnknownPrefix)?;
        // An overlay can take over an introduction message, so its own table comes first.
        let (opener, signed) = match (overlay.message(id), introduction_reader(id)) {
            (Some(message), _) => (Opener::Message(message), message.is_signed),
            (None, Some(open)) => (Opener::Introduction(open), ids::is_signed(id)),
            (None, None) if ids::is_reserved(id) => return Err(DropReason::DeprecatedMessage),
            (None, None) => return Err(DropReason::UnknownMessage),
        };
        if signed && claims_key(body, overlay.state().my_key.public_key()) {
            return Err(DropReason::OwnPacket);
        }
        Ok(Ticket {
            overlay: key,
            source,
            id,
            signature: if signed {
                Signature::announced(body)
            } else {
                Signature::None
            },
            class: Class::Stranger,
            opener,
        })
    }

    /// Admits a beacon for an overlay with bootstrappers. The other overlays do not handle beacons.
    fn examine_beacon(&self, source: SocketAddr, prefix: &Prefix) -> Result<Ticket, DropReason> {
        let community = CommunityId::from_prefix(prefix).ok_or(DropReason::UnknownPrefix)?;
        let (key, _) = OverlayKey::find(&self.overlays, community)
            .filter(|(_, overlay)| !overlay.state().bootstrappers.is_empty())
            .ok_or(DropReason::UnknownPrefix)?;
        if self.shared.local.is_own_beacon(&source) {
            return Err(DropReason::Beacon);
        }
        Ok(Ticket {
            overlay: key,
            source,
            id: 0,
            signature: Signature::None,
            class: Class::Stranger,
            opener: Opener::Beacon,
        })
    }

    /// Notes that a message with one of our keys came from `source`. It is not noted if it can be
    /// our own: from one of our sockets, or from our WAN host, through a NAT.
    fn note_twin(&mut self, source: SocketAddr) {
        if self.twin.is_some() || self.shared.local.is_own(&source) {
            return;
        }
        let host = source.ip();
        let mut overlays = self.overlays.values();
        if overlays.all(|overlay| overlay.state().wan.estimate().ip() != host) {
            self.twin = Some(source);
        }
    }

    /// Returns where a message with one of our keys came from, if one came from elsewhere since the
    /// last call.
    pub(crate) fn take_twin(&mut self) -> Option<SocketAddr> {
        self.twin.take()
    }
}

/// Returns `true` if a signed message claims `key` as its sender, without verifying it. The engine
/// drops its own packets this way, before their signature is checked. `body` is everything after
/// the message id.
fn claims_key(body: &[u8], key: &PublicKey) -> bool {
    let Some((length, rest)) = body.split_first_chunk() else {
        return false;
    };
    let claimed = rest.get(..usize::from(u16::from_be_bytes(*length)));
    // Bytes after the key in its field have no meaning.
    claimed.is_some_and(|claimed| claimed.starts_with(key.as_bytes()))
}
