//! A datagram between its arrival and its delivery: what to do with it, and what it contains.

use std::net::SocketAddr;
use std::time::Duration;

use crate::crypto::{Curve, Points, PublicKey};
use crate::engine::overlay_map::OverlayKey;
use crate::engine::overlays::OpenedBody;
use crate::overlay::community::MessageType;
use crate::overlay::introduction::OpenIntroduction;
use crate::state::stats::{Class, DropReason};
use crate::support::guard::{Panicked, guarded};
use crate::wire::UnpackError;
use crate::wire::packet::{CommunityId, OpenError};

/// An admitted datagram: its overlay and how to read it.
#[derive(Clone, Copy, Debug)]
pub struct Ticket {
    pub(super) overlay: OverlayKey,
    pub(super) source: SocketAddr,
    /// The message id; 0 for a beacon.
    pub(super) id: u8,
    pub(super) signature: Signature,
    pub(super) class: Class,
    pub(super) opener: Opener,
}

/// The signature that opening a datagram has to verify, which is nearly all of its cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The message is not signed.
    None,
    /// A signature on curve25519.
    Curve25519,
    /// A signature on a deprecated curve, which takes up to 25 times as long.
    Legacy(Curve),
}

impl Signature {
    /// Returns the kind of signature of a signed message, from the start of its key. `body` is
    /// everything after the message id.
    pub(super) fn announced(body: &[u8]) -> Self {
        match PublicKey::announced_curve(body.get(2..).unwrap_or_default()) {
            Curve::Curve25519 => Self::Curve25519,
            curve => Self::Legacy(curve),
        }
    }

    /// Returns the estimated time that opening takes.
    #[must_use]
    pub const fn cost(self) -> Duration {
        match self {
            Self::None => Duration::from_micros(5),
            Self::Curve25519 => Curve::Curve25519.verification_time(),
            Self::Legacy(curve) => curve.verification_time(),
        }
    }
}

/// How to read an admitted datagram.
#[derive(Clone, Copy, Debug)]
pub(super) enum Opener {
    Introduction(OpenIntroduction),
    Message(&'static MessageType),
    Beacon,
}

impl Ticket {
    /// Returns the address that the datagram came from.
    pub(crate) const fn source(&self) -> SocketAddr {
        self.source
    }

    /// Returns the community id of the overlay, and a number that no other overlay of the engine
    /// ever had.
    pub(crate) fn overlay(&self) -> (CommunityId, u64) {
        (self.overlay.id, self.overlay.serial())
    }

    /// Returns the class of the datagram: [`Class::Stranger`] before
    /// [`Engine::classify`](super::Engine::classify).
    #[must_use]
    pub const fn class(&self) -> Class {
        self.class
    }

    /// Returns the signature that opening has to verify.
    #[must_use]
    pub const fn signature(&self) -> Signature {
        self.signature
    }

    /// Reads and verifies `datagram`, the one the ticket was issued for. It is pure and stateless:
    /// it can run on any core while the engine does something else.
    #[must_use]
    pub fn open(&self, datagram: &[u8]) -> Opened {
        self.open_with(datagram, &mut Points::new())
    }

    /// Like [`open`](Self::open), but faster for a key that signed something before, which `points`
    /// remembers. Each core has its own `points`.
    #[must_use]
    pub fn open_with(&self, datagram: &[u8], points: &mut Points) -> Opened {
        // Payloads can be written by hand. A panic while reading one must not stop the node.
        let body = match guarded(|| self.read(datagram, points)) {
            Ok(Ok(body)) => Ok(body),
            Ok(Err(error)) => Err(OpenFailure::Unreadable(error)),
            Err(Panicked) => Err(OpenFailure::Panicked),
        };
        Opened {
            overlay: self.overlay,
            source: self.source,
            id: self.id,
            class: self.class,
            body,
        }
    }

    /// Returns the ticket with the class of a stranger.
    pub(crate) const fn of_stranger(mut self) -> Self {
        self.class = Class::Stranger;
        self
    }

    /// Returns the ticket of another datagram.
    #[cfg(test)]
    pub(crate) fn changed(
        mut self,
        class: Class,
        source: SocketAddr,
        overlay: u64,
        signature: Signature,
    ) -> Self {
        self.overlay = self.overlay.with_serial(overlay);
        (self.class, self.source, self.signature) = (class, source, signature);
        self
    }

    fn read(&self, datagram: &[u8], points: &mut Points) -> Result<OpenedBody, OpenError> {
        match self.opener {
            Opener::Beacon => Ok(OpenedBody::Beacon),
            Opener::Introduction(open) => open(datagram, points).map(OpenedBody::Introduction),
            Opener::Message(message) => {
                let opened = message.open(datagram, points);
                opened.map(|message| OpenedBody::Message(self.id, message))
            }
        }
    }
}

/// A datagram after [`Ticket::open`]: the message, or the reason why there is none.
pub struct Opened {
    pub(super) overlay: OverlayKey,
    pub(super) source: SocketAddr,
    pub(super) id: u8,
    pub(super) class: Class,
    pub(super) body: Result<OpenedBody, OpenFailure>,
}

/// Why a datagram contains no message.
pub(super) enum OpenFailure {
    Unreadable(OpenError),
    /// User code that reads the payload panicked.
    Panicked,
}

impl OpenFailure {
    pub(super) fn reason(&self) -> DropReason {
        match self {
            Self::Unreadable(error) => reason_of(error),
            Self::Panicked => DropReason::HandlerPanicked,
        }
    }

    /// Returns `true` if no key signed the datagram.
    pub(super) fn is_wrong_signature(&self) -> bool {
        use OpenError::{Key, Signature};
        matches!(self, Self::Unreadable(Key(_) | Signature))
    }
}

impl Opened {
    /// Returns the address that the datagram came from.
    pub(crate) const fn source(&self) -> SocketAddr {
        self.source
    }

    /// Returns the class that the datagram had before it was opened.
    pub(crate) const fn class(&self) -> Class {
        self.class
    }

    /// Returns why the datagram cannot be read, or `None` if it contains a message or reading it
    /// panicked.
    #[must_use]
    pub fn error(&self) -> Option<&OpenError> {
        match &self.body {
            Err(OpenFailure::Unreadable(error)) => Some(error),
            Ok(_) | Err(OpenFailure::Panicked) => None,
        }
    }
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

/// Returns the counter for a datagram that could not be opened.
pub(crate) fn reason_of(error: &OpenError) -> DropReason {
    match error {
        OpenError::Key(_) => DropReason::BadKey,
        OpenError::Signature => DropReason::BadSignature,
        OpenError::Unpack(UnpackError::Leftover { .. }) => DropReason::Leftover,
        OpenError::Unpack(_) => DropReason::Malformed,
    }
}
