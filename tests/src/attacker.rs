//! Datagrams made by hand: every message that a stranger can send, signed with any key.

use std::net::SocketAddr;

use ipv8_core::crypto::{PrivateKey, PublicKey};
use ipv8_core::internals::discovery::{Ping, Pong, SimilarityRequest, SimilarityResponse};
use ipv8_core::internals::introduction::{IntroductionMessage, introduction_opener};
use ipv8_core::internals::payload::{
    IntroductionRequest, IntroductionResponse, Puncture, PunctureRequest, Style, ids,
};
use ipv8_core::wire::{Bits, CommunityId};

use crate::desk::{key, sealed, sealed_styled};
use crate::vectors::unhex;

/// The length of prefix and message id.
const HEADER: usize = 23;

/// Makes the datagrams of one key for one overlay. It needs neither a socket nor an address: the
/// fields say what the caller wants.
#[derive(Clone, Debug)]
pub struct Forger {
    /// The overlay.
    pub overlay: CommunityId,
    /// The key that signs.
    pub key: PrivateKey,
}

impl Forger {
    /// Returns the forger with the key of this number.
    #[must_use]
    pub fn new(overlay: CommunityId, number: u16) -> Self {
        Self {
            overlay,
            key: key(number),
        }
    }

    /// Returns its public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    /// Returns an introduction request of a sender that claims `own` as its LAN and WAN address.
    #[must_use]
    pub fn request(&self, style: Style, to: SocketAddr, own: SocketAddr, number: u16) -> Vec<u8> {
        self.request_with_lan(style, to, own, own, number)
    }

    /// Like [`Forger::request`], but with another LAN address.
    #[must_use]
    pub fn request_with_lan(
        &self,
        style: Style,
        to: SocketAddr,
        lan: SocketAddr,
        wan: SocketAddr,
        number: u16,
    ) -> Vec<u8> {
        let request = IntroductionRequest::new(style, to, lan, wan, number);
        sealed_styled(self.overlay, &self.key, style, request)
    }

    /// Returns an introduction response that introduces `introduced` as LAN and WAN address.
    #[must_use]
    pub fn response(
        &self,
        style: Style,
        to: SocketAddr,
        own: SocketAddr,
        introduced: Introduced,
        number: u16,
    ) -> Vec<u8> {
        let mut response = IntroductionResponse::new(to, own, own, number);
        (response.lan_introduction, response.wan_introduction) = introduced;
        sealed_styled(self.overlay, &self.key, style, response)
    }

    /// Returns a puncture.
    #[must_use]
    pub fn puncture(&self, style: Style, lan: SocketAddr, wan: SocketAddr, number: u16) -> Vec<u8> {
        let puncture = Puncture {
            source_lan: lan,
            source_wan: wan,
            identifier: number,
        };
        sealed_styled(self.overlay, &self.key, style, puncture)
    }

    /// Returns a puncture request, which has no signature.
    #[must_use]
    pub fn puncture_request(
        &self,
        style: Style,
        lan_walker: SocketAddr,
        wan_walker: SocketAddr,
        number: u16,
    ) -> Vec<u8> {
        let request = PunctureRequest {
            lan_walker,
            wan_walker,
            identifier: number,
        };
        sealed_styled(self.overlay, &self.key, style, request)
    }

    /// Returns a similarity request of a sender at `own` that names `services` as its overlays.
    #[must_use]
    pub fn similarity_request(
        &self,
        own: SocketAddr,
        services: Vec<CommunityId>,
        number: u16,
    ) -> Vec<u8> {
        let request = SimilarityRequest {
            identifier: number,
            lan: own,
            wan: own,
            flags: Bits::default(),
            services,
        };
        sealed(self.overlay, &self.key, u64::from(number), &request)
    }

    /// Returns a similarity response that names `services` as the sender's overlays.
    #[must_use]
    pub fn similarity_response(&self, services: Vec<CommunityId>, number: u16) -> Vec<u8> {
        let response = SimilarityResponse {
            identifier: number,
            services,
            overlap: Vec::new(),
        };
        sealed(self.overlay, &self.key, u64::from(number), &response)
    }

    /// Returns a ping, which has no signature.
    #[must_use]
    pub fn ping(&self, number: u16) -> Vec<u8> {
        let ping = Ping { identifier: number };
        sealed(self.overlay, &self.key, u64::from(number), &ping)
    }

    /// Returns a pong, which has no signature.
    #[must_use]
    pub fn pong(&self, number: u16) -> Vec<u8> {
        let pong = Pong { identifier: number };
        sealed(self.overlay, &self.key, u64::from(number), &pong)
    }
}

/// Returns a signed datagram with a signature that does not match.
#[must_use]
pub fn spoiled(signed: &[u8]) -> Vec<u8> {
    let mut spoiled = signed.to_vec();
    if let Some(byte) = spoiled.iter_mut().rev().nth(39) {
        *byte ^= 1;
    }
    spoiled
}

/// Returns a signed datagram with a key and a signature on the most expensive curve instead. The
/// signature does not match.
///
/// # Panics
///
/// Panics if the datagram is not signed with a curve25519 key.
#[must_use]
pub fn with_slow_key(signed: &[u8]) -> Vec<u8> {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../vectors/keys.json")).expect("JSON");
    let keys = vectors["keys"].as_array().expect("keys");
    let old = keys.iter().find(|key| key["curve"] == "sect571k1");
    let public = unhex(old.expect("a key")["public_bin"].as_str().expect("a text"));
    PublicKey::from_bytes(&public).expect("a valid key");
    let fields = &signed[HEADER + 2 + 74..signed.len() - 64];
    let length = u16::try_from(public.len()).expect("it is short");
    // Two numbers below the order of the curve.
    let mut number = [1; 72];
    number[0] = 0;
    [
        &signed[..HEADER],
        &length.to_be_bytes(),
        &public,
        fields,
        &number,
        &number,
    ]
    .concat()
}

/// The LAN and the WAN address of an introduced peer.
pub type Introduced = (SocketAddr, SocketAddr);

/// Returns the message id of a datagram; 0 if it is too short.
#[must_use]
pub fn message_id(datagram: &[u8]) -> u8 {
    datagram.get(HEADER - 1).copied().unwrap_or_default()
}

/// Returns the overlay of a datagram; `None` if it is too short.
#[must_use]
pub fn overlay_of(datagram: &[u8]) -> Option<CommunityId> {
    let id: [u8; 20] = datagram.get(2..22)?.try_into().ok()?;
    Some(CommunityId::from_bytes(id))
}

/// Returns the style and the fields of a datagram with an introduction message; `None` for any
/// other.
#[must_use]
pub fn read_introduction(datagram: &[u8]) -> Option<(Style, IntroductionMessage)> {
    let opened = introduction_opener(message_id(datagram))?(datagram).ok()?;
    Some((opened.style, opened.message))
}

/// Returns `true` for the id of an introduction request.
#[must_use]
pub const fn is_request(id: u8) -> bool {
    matches!(
        id,
        ids::INTRODUCTION_REQUEST | ids::NEW_INTRODUCTION_REQUEST
    )
}

/// Returns `true` for the id of an introduction response.
#[must_use]
pub const fn is_response(id: u8) -> bool {
    matches!(
        id,
        ids::INTRODUCTION_RESPONSE | ids::NEW_INTRODUCTION_RESPONSE
    )
}

/// Returns `true` for the id of a puncture.
#[must_use]
pub const fn is_puncture(id: u8) -> bool {
    matches!(id, ids::PUNCTURE | ids::NEW_PUNCTURE)
}

/// Returns `true` for the id of a puncture request.
#[must_use]
pub const fn is_puncture_request(id: u8) -> bool {
    matches!(id, ids::PUNCTURE_REQUEST | ids::NEW_PUNCTURE_REQUEST)
}
