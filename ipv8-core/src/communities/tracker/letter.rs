//! A datagram before its signature is checked.

use std::net::SocketAddr;
use std::time::Instant;

use crate::crypto::{Curve, PublicKey};
use crate::state::stats::DropReason;
use crate::wire::Reader;
use crate::wire::packet::{CommunityId, HEADER_LENGTH, Header};
use crate::wire::payload::{IntroductionResponse, Style, Styled, ids};

/// The longest datagram that a tracker reads: one that fits into an Ethernet frame. An introduction
/// request has about 200 bytes.
const LONGEST: usize = 1_500;

/// The kind of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Request,
    /// An answer, with the number that it repeats.
    Answer(u16),
}

/// What can be read off a datagram at little cost. Nothing of it is proven.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glance<'a> {
    pub(super) service: CommunityId,
    pub(super) kind: Kind,
    /// The key field.
    pub(super) key: &'a [u8],
    pub(super) curve: Curve,
}

impl<'a> Glance<'a> {
    /// Reads header, key field and number. Refuses everything that a tracker does not handle.
    pub(super) fn at(datagram: &'a [u8], my_key: &PublicKey) -> Result<Self, DropReason> {
        let header = Header::split(datagram).ok_or(DropReason::TooShort)?;
        let service = CommunityId::from_prefix(header.prefix).ok_or(DropReason::UnknownPrefix)?;
        let style = match header.id {
            ids::INTRODUCTION_REQUEST | ids::NEW_INTRODUCTION_REQUEST => None,
            ids::INTRODUCTION_RESPONSE => Some(Style::Old),
            ids::NEW_INTRODUCTION_RESPONSE => Some(Style::New),
            _ => return Err(DropReason::UnknownMessage),
        };
        if datagram.len() > LONGEST {
            return Err(DropReason::TooLong);
        }
        let malformed = |_| DropReason::Malformed;
        let mut reader = Reader::at(datagram, HEADER_LENGTH);
        let length = reader.take_u16().map_err(malformed)?;
        let key = reader.take(usize::from(length)).map_err(malformed)?;
        // Bytes after the key in its field have no meaning.
        if key.starts_with(my_key.as_bytes()) {
            return Err(DropReason::OwnPacket);
        }
        let kind = match style {
            None => Kind::Request,
            Some(style) => {
                // The global time.
                reader.take(8).map_err(malformed)?;
                let answer = IntroductionResponse::unpack(style, &mut reader).map_err(malformed)?;
                Kind::Answer(answer.identifier)
            }
        };
        Ok(Self {
            service,
            kind,
            key,
            curve: PublicKey::announced_curve(key),
        })
    }
}

/// A datagram that waits for the check of its signature.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) source: SocketAddr,
    pub(super) service: CommunityId,
    pub(super) kind: Kind,
    pub(super) curve: Curve,
    pub(super) came: Instant,
    pub(super) bytes: Vec<u8>,
}
