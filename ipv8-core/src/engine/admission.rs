//! What becomes of a datagram: admitted by cheap checks, opened anywhere, delivered.

use std::net::SocketAddr;
use std::time::Instant;

use crate::crypto::{Points, PublicKey};
use crate::engine::overlays::{OpenedBody, Panicked, guarded};
use crate::engine::{Engine, Place};
use crate::overlay::bootstrap::read_beacon;
use crate::overlay::community::OpenMessage;
use crate::overlay::introduction::{OpenIntroduction, introduction_reader};
use crate::state::outbox::LARGEST_DATAGRAM;
use crate::state::stats::DropReason;
use crate::wire::UnpackError;
use crate::wire::packet::{CommunityId, Header, OpenError, Prefix};
use crate::wire::payload::ids;

/// A datagram that is worth opening: which overlay it is for and how to read it.
#[derive(Clone, Copy, Debug)]
pub struct Ticket {
    overlay: CommunityId,
    serial: u64,
    source: SocketAddr,
    id: u8,
    signature: Signature,
    opener: Opener,
}

/// What opening a datagram has to verify, which is nearly all that it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Nothing: the message is not signed.
    None,
    /// A signature on curve25519.
    Curve25519,
    /// One of another curve, which takes three to thirty times as long, or of a key that cannot be read.
    Other,
}

impl Signature {
    /// What `body`, which is what follows the message id of a signed message, says of its key: by its length alone.
    fn announced(body: &[u8]) -> Self {
        match body {
            [0, CURVE25519_LENGTH, ..] => Self::Curve25519,
            _ => Self::Other,
        }
    }
}

/// Whether `body`, which is what follows the message id of a signed message, is said to be signed by this key. Of one's own nobody
/// wants to know whether that is true.
fn names_key(body: &[u8], key: &PublicKey) -> bool {
    let Some((length, rest)) = body.split_first_chunk() else {
        return false;
    };
    let named = rest.get(..usize::from(u16::from_be_bytes(*length)));
    // What follows the key in its field belongs to nothing.
    named.is_some_and(|named| named.starts_with(key.as_bytes()))
}

/// Bytes of a public key on curve25519 (protocol 1.1).
const CURVE25519_LENGTH: u8 = 74;

#[derive(Clone, Copy, Debug)]
enum Opener {
    Introduction(OpenIntroduction),
    Message(OpenMessage),
    Beacon,
}

/// Why a datagram holds no message.
enum Refusal {
    Unreadable(OpenError),
    /// The reading of the user's own payload panicked.
    Panicked,
}

/// A datagram after [`Ticket::open`]: the message, or why it is none.
pub struct Opened {
    overlay: CommunityId,
    serial: u64,
    source: SocketAddr,
    id: u8,
    body: Result<OpenedBody, Refusal>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Opened")
            .field("overlay", &self.overlay)
            .field("source", &self.source)
            .field("id", &self.id)
            .field("error", &self.error())
            .finish_non_exhaustive()
    }
}

impl Ticket {
    /// What opening has to verify.
    #[must_use]
    pub const fn signature(&self) -> Signature {
        self.signature
    }

    /// Reads and verifies `datagram`, the one the ticket was given for. Pure and without state:
    /// it can run on any core, while the engine does something else.
    #[must_use]
    pub fn open(&self, datagram: &[u8]) -> Opened {
        self.open_with(datagram, &mut Points::new())
    }

    /// As [`open`](Self::open), in less time if the key has signed something before; `points` remembers it then. Each core
    /// has its own.
    #[must_use]
    pub fn open_with(&self, datagram: &[u8], points: &mut Points) -> Opened {
        // Payloads can be written by hand; what they panic at must not be a way to stop the node.
        let body = match guarded(|| self.read(datagram, points)) {
            Ok(Ok(body)) => Ok(body),
            Ok(Err(error)) => Err(Refusal::Unreadable(error)),
            Err(Panicked) => Err(Refusal::Panicked),
        };
        Opened {
            overlay: self.overlay,
            serial: self.serial,
            source: self.source,
            id: self.id,
            body,
        }
    }

    fn read(&self, datagram: &[u8], points: &mut Points) -> Result<OpenedBody, OpenError> {
        match self.opener {
            Opener::Beacon => Ok(OpenedBody::Beacon),
            Opener::Introduction(open) => open(datagram, points).map(OpenedBody::Introduction),
            Opener::Message(open) => {
                open(datagram, points).map(|message| OpenedBody::Message(self.id, message))
            }
        }
    }
}

impl Opened {
    /// Why the datagram cannot be read; `None` if it holds a message, or if reading it panicked.
    #[must_use]
    pub fn error(&self) -> Option<&OpenError> {
        match &self.body {
            Err(Refusal::Unreadable(error)) => Some(error),
            Ok(_) | Err(Refusal::Panicked) => None,
        }
    }
}

impl Engine {
    /// Looks at a datagram that came from `source`, as cheaply as possible: length, prefix, message
    /// id. `None` means that it was counted and dropped.
    pub fn admit(&mut self, source: SocketAddr, datagram: &[u8]) -> Option<Ticket> {
        self.shared.stats.received(datagram.len());
        match self.examine(source, datagram) {
            Ok(ticket) => {
                if let Some(overlay) = self.overlays.get_mut(&ticket.overlay) {
                    let traffic = &mut overlay.state_mut().traffic;
                    traffic.received(ticket.id, datagram.len());
                }
                Some(ticket)
            }
            Err(reason) => {
                self.drop_datagram(source, reason);
                None
            }
        }
    }

    fn examine(&self, source: SocketAddr, datagram: &[u8]) -> Result<Ticket, DropReason> {
        if let Some(prefix) = read_beacon(datagram) {
            return self.examine_beacon(source, prefix);
        }
        if datagram.len() > LARGEST_DATAGRAM {
            return Err(DropReason::TooLong);
        }
        let Header { prefix, id, body } = Header::split(datagram).ok_or(DropReason::TooShort)?;
        let overlay = CommunityId::from_prefix(prefix).ok_or(DropReason::UnknownPrefix)?;
        let entry = self
            .overlays
            .get(&overlay)
            .ok_or(DropReason::UnknownPrefix)?;
        let state = entry.state();
        // An overlay can take over an introduction message, so its own table comes first.
        let (opener, signed) = match (entry.opener(id), introduction_reader(id)) {
            (Some((open, signed)), _) => (Opener::Message(open), signed),
            (None, Some(open)) => (Opener::Introduction(open), ids::is_signed(id)),
            (None, None) if ids::is_reserved(id) => return Err(DropReason::DeprecatedMessage),
            (None, None) => return Err(DropReason::UnknownMessage),
        };
        if signed && names_key(body, state.my_key.public_key()) {
            return Err(DropReason::OwnPacket);
        }
        Ok(Ticket {
            overlay,
            serial: state.serial,
            source,
            id,
            signature: if signed {
                Signature::announced(body)
            } else {
                Signature::None
            },
            opener,
        })
    }

    /// A beacon is for whoever has bootstrappers; the others do not even know that there are beacons.
    fn examine_beacon(&self, source: SocketAddr, prefix: &Prefix) -> Result<Ticket, DropReason> {
        let overlay = CommunityId::from_prefix(prefix).ok_or(DropReason::UnknownPrefix)?;
        let state = self.overlays.get(&overlay).map(|overlay| overlay.state());
        let state = state
            .filter(|state| !state.bootstrappers.is_empty())
            .ok_or(DropReason::UnknownPrefix)?;
        if self.shared.local.is_own_beacon(&source) {
            return Err(DropReason::Beacon);
        }
        Ok(Ticket {
            overlay,
            serial: state.serial,
            source,
            id: 0,
            signature: Signature::None,
            opener: Opener::Beacon,
        })
    }

    pub(super) fn deliver(&mut self, opened: Opened, now: Instant) {
        if let Err(reason) = self.check(&opened) {
            self.drop_datagram(opened.source, reason);
            if reason == DropReason::HandlerPanicked {
                self.note_panic(opened.overlay, Place::Message(opened.id));
            }
            return;
        }
        let Opened {
            overlay: id,
            source,
            id: message,
            body,
            ..
        } = opened;
        let (Some(overlay), Ok(body)) = (self.overlays.get_mut(&id), body) else {
            return;
        };
        let _span = tracing::debug_span!("message", overlay = %id, id = message, %source).entered();
        match overlay.deliver(source, body, &mut self.shared, now) {
            Ok(Ok(())) => {}
            Ok(Err(reason)) => self.drop_datagram(source, reason),
            Err(_) => {
                self.drop_datagram(source, DropReason::HandlerPanicked);
                self.note_panic(id, Place::Message(message));
            }
        }
    }

    fn check(&self, opened: &Opened) -> Result<(), DropReason> {
        match &opened.body {
            Ok(_) => {}
            Err(Refusal::Unreadable(error)) => return Err(reason_of(error)),
            Err(Refusal::Panicked) => return Err(DropReason::HandlerPanicked),
        }
        // The overlay can have been unloaded while the datagram was being opened, and another one
        // can have its id by now.
        let loaded = self.overlays.get(&opened.overlay);
        loaded
            .filter(|overlay| overlay.state().serial == opened.serial)
            .map(drop)
            .ok_or(DropReason::Unloaded)
    }

    fn drop_datagram(&mut self, source: SocketAddr, reason: DropReason) {
        tracing::debug!(%source, reason = reason.name(), "datagram dropped");
        self.shared.stats.record(reason);
    }
}

/// The counter for a datagram that could not be opened.
pub(crate) fn reason_of(error: &OpenError) -> DropReason {
    match error {
        OpenError::Key(_) => DropReason::BadKey,
        OpenError::Signature => DropReason::BadSignature,
        OpenError::Unpack(UnpackError::Leftover { .. }) => DropReason::Leftover,
        OpenError::Unpack(_) => DropReason::Malformed,
    }
}
