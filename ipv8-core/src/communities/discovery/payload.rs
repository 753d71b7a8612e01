//! The messages of the discovery community (protocol 5). All of them carry a global time.

use std::net::SocketAddr;

use crate::Payload;
use crate::crypto::Mid;
use crate::wire::address::UNSPECIFIED;
use crate::wire::formats::{Ipv4, VarlenHx20};
use crate::wire::packet::CommunityId;
use crate::wire::payload::{ConnectionType, IntroductionRequest, Style, Styled, ids};
use crate::wire::{Bits, Field, Format, Message, PackError, Reader, Signed, UnpackError, Writer};

/// The length of one overlap item in bytes: a community id and a number.
const OVERLAP_ITEM: usize = 24;

/// The byte before a mid at the start of an introduction request.
const INTRODUCE_TO: u8 = b'Y';

/// Names the sender's services and asks for the receiver's; id 1; signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimilarityRequest {
    /// The response repeats it.
    pub identifier: u16,
    /// The sender's estimate of its LAN address; IPv4.
    pub lan: SocketAddr,
    /// The sender's estimate of its WAN address; IPv4.
    pub wan: SocketAddr,
    /// The connection type in the two highest flags. Only "unknown" (0) is ever sent.
    pub flags: Bits,
    /// The community ids of the overlays that the sender runs with the signing key. Bytes after the
    /// last whole id are ignored (py-ipv8 keeps them as a short id).
    pub services: Vec<CommunityId>,
}

impl SimilarityRequest {
    /// Returns the sender's claim about its NAT.
    #[must_use]
    pub const fn connection_type(&self) -> ConnectionType {
        ConnectionType::of_flags(self.flags)
    }
}

#[diagnostic::do_not_recommend]
impl Payload for SimilarityRequest {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        self.identifier.pack(writer)?;
        Ipv4::pack(&self.lan, writer)?;
        Ipv4::pack(&self.wan, writer)?;
        self.flags.pack(writer)?;
        self.services
            .iter()
            .for_each(|service| writer.put(service.as_bytes()));
        Ok(())
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        let identifier = u16::unpack(reader)?;
        let lan = Ipv4::unpack(reader)?;
        let wan = Ipv4::unpack(reader)?;
        let flags = Bits::unpack(reader)?;
        let (services, _incomplete) = reader.take_rest().as_chunks();
        Ok(Self {
            identifier,
            lan,
            wan,
            flags,
            services: services.iter().copied().map(CommunityId::from).collect(),
        })
    }
}

impl Message for SimilarityRequest {
    const ID: u8 = 1;
    const NAME: &'static str = "SimilarityRequest";
    const GLOBAL_TIME: bool = true;
    type Authentication = Signed;
}

/// Names the sender's services; id 2; signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimilarityResponse {
    /// The identifier of the request.
    pub identifier: u16,
    /// The community ids of the overlays that the sender runs with the signing key.
    pub services: Vec<CommunityId>,
    /// Communities with a number each. Old implementations sent them; py-ipv8 sends none and
    /// ignores them.
    pub overlap: Vec<(CommunityId, u32)>,
}

#[diagnostic::do_not_recommend]
impl Payload for SimilarityResponse {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        self.identifier.pack(writer)?;
        let services: Vec<[u8; 20]> = self.services.iter().map(|id| *id.as_bytes()).collect();
        VarlenHx20::pack(&services, writer)?;
        for (community, number) in &self.overlap {
            writer.put(community.as_bytes());
            writer.put(&number.to_be_bytes());
        }
        Ok(())
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        let identifier = u16::unpack(reader)?;
        let services: Vec<[u8; 20]> = VarlenHx20::unpack(reader)?;
        let rest = reader.take_rest();
        if !rest.len().is_multiple_of(OVERLAP_ITEM) {
            return Err(UnpackError::PartialItem);
        }
        let mut overlap = Reader::new(rest);
        let item = |_| {
            let community = CommunityId::from(overlap.take_array()?);
            Ok((community, overlap.take_u32()?))
        };
        Ok(Self {
            identifier,
            services: services.into_iter().map(CommunityId::from).collect(),
            overlap: (0..rest.len() / OVERLAP_ITEM)
                .map(item)
                .collect::<Result<_, UnpackError>>()?,
        })
    }
}

impl Message for SimilarityResponse {
    const ID: u8 = 2;
    const NAME: &'static str = "SimilarityResponse";
    const GLOBAL_TIME: bool = true;
    type Authentication = Signed;
}

/// Asks whether the receiver is there; id 3; unsigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Payload)]
#[payload(id = 3, unsigned, global_time)]
pub struct Ping {
    /// The pong repeats it.
    pub identifier: u16,
}

/// Answers a [`Ping`]; id 4; unsigned, so that only the identifier connects the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Payload)]
#[payload(id = 4, unsigned, global_time)]
pub struct Pong {
    /// The identifier of the ping.
    pub identifier: u16,
}

/// An old-style introduction request, id 246, that may name the peer that the sender wants to meet.
/// Only this community reads the id this way (protocol 5).
///
/// A `Y` and a mid may precede the ordinary fields. An ordinary request can start with a `Y` too
/// (89, the first byte of its destination). It is read as ordinary unless at least 21 extra bytes
/// make both readings possible; then the mid wins, as in py-ipv8. Unlike in py-ipv8, a request that
/// does not start with a `Y` is always ordinary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscoveryIntroductionRequest {
    /// The peer that the sender wants to meet.
    pub introduce_to: Option<Mid>,
    /// The ordinary fields.
    pub request: IntroductionRequest,
}

impl DiscoveryIntroductionRequest {
    fn unpack_with_mid(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        if reader.take_u8()? != INTRODUCE_TO {
            return Err(UnpackError::Invalid("the request names no peer"));
        }
        let introduce_to = Some(Mid::from(reader.take_array::<20>()?));
        Ok(Self {
            introduce_to,
            request: Styled::unpack(Style::Old, reader)?,
        })
    }
}

#[diagnostic::do_not_recommend]
impl Payload for DiscoveryIntroductionRequest {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        if let Some(mid) = &self.introduce_to {
            writer.put_u8(INTRODUCE_TO);
            writer.put(mid.as_bytes());
        }
        Styled::pack(&self.request, Style::Old, writer)
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        let mut named = reader.clone();
        if let Ok(request) = Self::unpack_with_mid(&mut named) {
            *reader = named;
            return Ok(request);
        }
        Ok(Self {
            introduce_to: None,
            request: Styled::unpack(Style::Old, reader)?,
        })
    }
}

impl Message for DiscoveryIntroductionRequest {
    const ID: u8 = ids::INTRODUCTION_REQUEST;
    const NAME: &'static str = "DiscoveryIntroductionRequest";
    const GLOBAL_TIME: bool = true;
    type Authentication = Signed;
}

/// Returns `address` if it is IPv4, else `0.0.0.0:0`, for a field that carries IPv4 only.
pub(super) fn ipv4_or_none(address: SocketAddr) -> SocketAddr {
    if address.is_ipv4() {
        address
    } else {
        UNSPECIFIED
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn bytes(payload: &impl Payload) -> Vec<u8> {
        let mut writer = Writer::new();
        payload.pack(&mut writer).unwrap();
        writer.into_bytes()
    }

    fn read<P: Payload>(bytes: &[u8]) -> Result<P, UnpackError> {
        let mut reader = Reader::new(bytes);
        let payload = P::unpack(&mut reader)?;
        reader.finish()?;
        Ok(payload)
    }

    fn ordinary(destination: &str, extra: usize) -> IntroductionRequest {
        let destination = destination.parse().unwrap();
        let mut request =
            IntroductionRequest::new(Style::Old, destination, UNSPECIFIED, UNSPECIFIED, 77);
        request.extra = vec![b'Y'; extra];
        request
    }

    #[test]
    fn an_ordinary_request_with_extra_bytes_is_read_as_one() {
        for extra in [0, 1, 20, 21, 22, 100] {
            let request = ordinary("20.0.0.1:7", extra);
            let packed = bytes(&crate::wire::payload::Old(request.clone()));
            let read: DiscoveryIntroductionRequest = read(&packed).unwrap();
            assert_eq!((read.introduce_to, read.request), (None, request));
        }
        // A destination that starts with 89 looks like a `Y`.
        for extra in [0, 1, 20] {
            let request = ordinary("89.0.0.1:7", extra);
            let packed = bytes(&crate::wire::payload::Old(request.clone()));
            let read: DiscoveryIntroductionRequest = read(&packed).unwrap();
            assert_eq!((read.introduce_to, read.request), (None, request));
        }
    }

    #[test]
    fn a_request_that_names_a_peer_is_read_and_written() {
        for extra in [0, 3, 40] {
            let named = DiscoveryIntroductionRequest {
                introduce_to: Some(Mid::from([7; 20])),
                request: ordinary("89.0.0.1:7", extra),
            };
            let packed = bytes(&named);
            assert_eq!(packed.len(), 21 + 21 + extra);
            assert_eq!(read(&packed), Ok(named));
        }
        assert!(read::<DiscoveryIntroductionRequest>(&[b'Y'; 20]).is_err());
    }

    #[test]
    fn services_are_whole_ids_and_an_overlap_is_whole_items() {
        let mut packed = vec![0; 2 + 6 + 6 + 1];
        packed.extend([9; 45]);
        let request: SimilarityRequest = read(&packed).unwrap();
        assert_eq!(request.services, [CommunityId::from([9; 20]); 2]);
        let response = SimilarityResponse {
            identifier: 5,
            services: vec![CommunityId::from([1; 20])],
            overlap: vec![(CommunityId::from([2; 20]), 3)],
        };
        let packed = bytes(&response);
        assert_eq!(read(&packed), Ok(response));
        let ragged = read::<SimilarityResponse>(&packed[..packed.len() - 1]);
        assert_eq!(ragged, Err(UnpackError::PartialItem));
    }
}
