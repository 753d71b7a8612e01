//! The packets of clients.

use ipv8_core::crypto::PrivateKey;
use ipv8_core::internals::introduction::{IntroductionMessage, introduction_opener};
use ipv8_core::internals::payload::{IntroductionRequest, IntroductionResponse, Style, Styled};
use ipv8_core::wire::CommunityId;
use std::net::SocketAddr;

pub(crate) const COMMUNITY: CommunityId = CommunityId::from_bytes([0x4c; 20]);

/// The public key of a curve whose signatures are the most expensive (sect571k1).
const LEGACY: &str = "3081a7301006072a8648ce3d020106052b810400260381920004019d827722168da6a3ffb9\
    d542886266f30234499487159542e82be261e5816bc1f2480656853585b0f316e64e878ccfaabfdfe66f4bbdbc010bb\
    1519f1906654506f5dc3dd0a36005ae10a4154eba9e55be15b7c7588526c9d22fe4649dd07263cc363592e241ee87aa\
    8d6e39cc8e8aebea5414955cfd1a36cf74d6b2914a051d5160104770923284d732c83c3d4395";

/// Returns the private key with this number.
pub(crate) fn key(number: usize) -> PrivateKey {
    let mut bin = b"LibNaCLSK:".to_vec();
    for half in [1, 2] {
        bin.extend([half; 24]);
        bin.extend((number as u64).to_be_bytes());
    }
    // 74 bytes with the right prefix are always a key.
    PrivateKey::from_bytes(&bin).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns a client's request.
pub(crate) fn request(signer: &PrivateKey, clock: u64) -> Vec<u8> {
    let here = SocketAddr::from(([192, 168, 0, 2], 3));
    let number = clock.to_be_bytes();
    let number = u16::from_be_bytes([number[6], number[7]]);
    let message = IntroductionRequest::new(Style::Old, here, here, here, number);
    let packet = message.packet(Style::Old, &COMMUNITY.prefix(), signer, clock);
    packet.map(|packet| packet.seal()).unwrap_or_default()
}

/// Returns a client's answer to a request of the tracker; `None` if it is none.
pub(crate) fn answer(datagram: &[u8], signer: &PrivateKey, clock: u64) -> Option<Vec<u8>> {
    let open = introduction_opener(*datagram.get(22)?)?;
    let IntroductionMessage::Request(_, request) = open(datagram).ok()?.message else {
        return None;
    };
    let here = SocketAddr::from(([192, 168, 0, 2], 3));
    let message = IntroductionResponse::new(here, here, here, request.identifier);
    let packet = message.packet(Style::Old, &COMMUNITY.prefix(), signer, clock);
    Some(packet.ok()?.seal())
}

/// Returns a request with a bad signature by a key on an old curve.
pub(crate) fn bad_legacy(signer: &PrivateKey, clock: u64) -> Vec<u8> {
    let digits = LEGACY.as_bytes().chunks(2);
    let digits = digits.filter_map(|two| std::str::from_utf8(two).ok());
    let public: Vec<u8> = digits
        .filter_map(|two| u8::from_str_radix(two, 16).ok())
        .collect();
    let good = request(signer, clock);
    let mut bytes = good.get(..23).unwrap_or_default().to_vec();
    bytes.extend((public.len() as u16).to_be_bytes());
    bytes.extend(public);
    let end = good.len().saturating_sub(64);
    bytes.extend(good.get(23 + 2 + 74..end).unwrap_or_default());
    // Both halves are below the order of the curve, so that the whole check is needed.
    bytes.extend((0..144).map(|at| 1 + at % 72));
    bytes
}
