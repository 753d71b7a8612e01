use std::net::SocketAddr;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::crypto::PrivateKey;
use crate::wire::packet::{CommunityId, open_signed, open_unsigned};
use crate::wire::{Bits, PackError, Payload, Reader, Writer};

const ID: CommunityId = CommunityId::from_hex("4e7f82617420f8187562a157a515faccdbc4fe44");

/// Returns a key made of these bytes.
fn key(seed: u8) -> PrivateKey {
    let mut bin = b"LibNaCLSK:".to_vec();
    bin.extend([seed; 64]);
    PrivateKey::from_bytes(&bin).unwrap()
}

fn socket(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn request() -> IntroductionRequest {
    let mut request = IntroductionRequest::new(
        Style::Old,
        socket("1.2.3.4:5"),
        socket("10.0.0.1:6"),
        socket("0.0.0.0:0"),
        0xabcd,
    );
    request.extra = b"extra".to_vec();
    request
}

#[test]
fn every_message_round_trips_in_both_styles() {
    let alice = key(7);
    for style in [Style::Old, Style::New] {
        let mut request = request();
        request.supports_new_style = true;
        if style == Style::New {
            request.flags = Bits::default();
        }
        let packet = request.clone().packet(style, &ID.prefix(), &alice, 9);
        let datagram = packet.unwrap().seal();
        let opened = match style {
            Style::Old => open_signed::<Old<_>>(&datagram, true).map(|opened| opened.3.0),
            Style::New => open_signed::<New<_>>(&datagram, true).map(|opened| opened.3.0),
        };
        assert_eq!(opened, Ok(request));

        let request = PunctureRequest {
            lan_walker: socket("10.0.0.1:6"),
            wan_walker: socket("1.2.3.4:5"),
            identifier: 65_535,
        };
        let packet = request.packet(style, &ID.prefix(), &alice, u64::MAX);
        let datagram = packet.unwrap().seal();
        let opened = match style {
            Style::Old => open_unsigned::<Old<_>>(&datagram, true).map(|opened| opened.1.0),
            Style::New => open_unsigned::<New<_>>(&datagram, true).map(|opened| opened.1.0),
        };
        assert_eq!(opened, Ok(request));
    }
}

#[test]
fn an_ipv6_address_needs_the_new_style() {
    let alice = key(7);
    let mut request = request();
    request.source_wan = socket("[2001:db8::1]:9");
    let old = request.clone().packet(Style::Old, &ID.prefix(), &alice, 1);
    assert_eq!(old.err(), Some(PackError::NotIpv4));
    assert!(request.packet(Style::New, &ID.prefix(), &alice, 1).is_ok());
}

#[test]
fn messages_have_the_flags_of_py_ipv8() {
    let address = socket("1.2.3.4:5");
    for (style, id, flags) in [(Style::Old, 246, 0x01), (Style::New, 234, 0x00)] {
        let request = IntroductionRequest::new(style, address, address, address, 0x1111);
        let datagram = request
            .packet(style, &ID.prefix(), &key(7), 1)
            .unwrap()
            .seal();
        let tail = &datagram[..datagram.len() - 64];
        let at = if style == Style::Old {
            tail.len() - 3
        } else {
            tail.len() - 1
        };
        assert_eq!((datagram[22], tail[at]), (id, flags));
    }
    let mut response = IntroductionResponse::new(address, address, address, 0x1111);
    response.peer_limit_reached = true;
    for (style, id, flags) in [(Style::Old, 245, 0x14), (Style::New, 233, 0x00)] {
        let packet = response.clone().packet(style, &ID.prefix(), &key(7), 1);
        let datagram = packet.unwrap().seal();
        let tail = &datagram[..datagram.len() - 64];
        let at = if style == Style::Old {
            tail.len() - 3
        } else {
            tail.len() - 1
        };
        assert_eq!((datagram[22], tail[at]), (id, flags));
    }
}

/// Packs a payload that was read and compares the bytes with the original.
fn same_bytes<P: Payload>(body: &[u8]) {
    let mut reader = Reader::new(body);
    if let Ok(payload) = P::unpack(&mut reader) {
        let mut writer = Writer::new();
        payload.pack(&mut writer).unwrap();
        assert_eq!(writer.into_bytes(), body[..reader.position()]);
    }
}

proptest! {
    #[test]
    fn introductions_are_read_without_loss(data in vec(any::<u8>(), 0..120), kinds: [bool; 5], flags: u8) {
        same_bytes::<Old<IntroductionRequest>>(&data);
        same_bytes::<Old<IntroductionResponse>>(&data);
        same_bytes::<Old<PunctureRequest>>(&data);
        same_bytes::<Old<Puncture>>(&data);
        let mut typed = Vec::new();
        for is_ipv6 in kinds {
            typed.push(if is_ipv6 { 3 } else { 1 });
            typed.extend(&[0xab; 18][..if is_ipv6 { 18 } else { 6 }]);
        }
        typed.extend([0, 1, flags, 7]);
        same_bytes::<New<IntroductionRequest>>(&typed);
        same_bytes::<New<IntroductionResponse>>(&typed);
        same_bytes::<New<PunctureRequest>>(&typed);
        same_bytes::<New<Puncture>>(&typed);
        let response: IntroductionResponse = Styled::unpack(Style::New, &mut Reader::new(&typed)).unwrap();
        prop_assert_eq!(response.intro_supports_new_style, flags & 0x80 != 0);
        prop_assert_eq!(response.flags, Bits::from_byte(flags & 0x7f));
    }
}
