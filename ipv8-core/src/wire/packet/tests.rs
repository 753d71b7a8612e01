use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::crypto::PrivateKey;
use crate::wire::{Field, PackError, Payload, Raw, Reader, UnpackError, Writer};

const ID: CommunityId = CommunityId::from_hex("4E7f82617420f8187562a157a515faccdbc4fe44");

/// A payload without bytes.
#[derive(Debug, PartialEq)]
struct Nothing;

impl Payload for Nothing {
    fn pack(&self, _writer: &mut Writer) -> Result<(), PackError> {
        Ok(())
    }

    fn unpack(_reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        Ok(Self)
    }
}

/// All bytes up to the end.
#[derive(Debug, PartialEq)]
struct Tail(Vec<u8>);

impl Payload for Tail {
    fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
        writer.put(&self.0);
        Ok(())
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        Raw::unpack(reader).map(|raw| Self(raw.0))
    }
}

/// Returns a key made of these bytes.
fn key(seed: u8) -> PrivateKey {
    let mut bin = b"LibNaCLSK:".to_vec();
    bin.extend([seed; 64]);
    PrivateKey::from_bytes(&bin).unwrap()
}

#[test]
fn a_community_id_is_exactly_forty_digits() {
    let text = "4e7f82617420f8187562a157a515faccdbc4fe44";
    assert_eq!(ID.to_string(), text);
    assert_eq!(text.parse(), Ok(ID));
    assert_eq!(ID.prefix()[..2], [0, 2]);
    assert_eq!(&ID.prefix()[2..], ID.as_bytes());
    for bad in [
        "",
        &text[1..],
        &format!("{text}0"),
        &text.replace('e', "g"),
        &"é".repeat(20),
    ] {
        assert_eq!(CommunityId::parse(bad), Err(CommunityIdError), "{bad}");
    }
}

#[test]
fn a_header_needs_a_message_id() {
    let mut datagram = ID.prefix().to_vec();
    assert_eq!(Header::split(&datagram), None);
    assert!(open_unsigned::<Nothing>(&datagram, false).is_err());
    datagram.push(7);
    let header = Header::split(&datagram).unwrap();
    assert_eq!(
        (header.prefix, header.id, header.body),
        (&ID.prefix(), 7, &[] as &[u8])
    );
    assert_eq!(
        open_unsigned::<Nothing>(&datagram, false),
        Ok((None, Nothing))
    );
    datagram.push(8);
    let error = open_unsigned::<Nothing>(&datagram, false).unwrap_err();
    assert_eq!(error, OpenError::Unpack(UnpackError::Leftover(1)));
    assert_eq!(open_unsigned(&datagram, false), Ok((None, Tail(vec![8]))));
}

#[test]
fn every_kind_of_packet_round_trips() {
    let alice = key(7);
    for time in [None, Some(1), Some(u64::MAX)] {
        for body in [vec![], vec![1, 2, 3]] {
            let payload = Tail(body);
            let unsealed = Unsealed::new(&ID.prefix(), 9, None, time, &payload).unwrap();
            let length = unsealed.sealed_length();
            let datagram = unsealed.seal();
            assert_eq!(datagram.len(), length);
            assert_eq!(
                open_unsigned(&datagram, time.is_some()),
                Ok((time, Tail(payload.0.clone())))
            );

            let unsealed = Unsealed::new(&ID.prefix(), 9, Some(&alice), time, &payload).unwrap();
            assert!(unsealed.is_signed());
            let length = unsealed.sealed_length();
            let datagram = unsealed.seal();
            assert_eq!(datagram.len(), length);
            let (key, canonical, seen, opened) =
                open_signed::<Tail>(&datagram, time.is_some()).unwrap();
            assert_eq!((&key, canonical, seen), (alice.public_key(), true, time));
            assert_eq!(opened, payload);
        }
    }
}

#[test]
fn a_bad_payload_is_reported_before_a_bad_signature() {
    let packet = |payload: &Tail| Unsealed::new(&ID.prefix(), 9, Some(&key(7)), None, payload);
    let mut datagram = packet(&Tail(vec![1])).unwrap().seal();
    let error = open_signed::<Nothing>(&datagram, false).unwrap_err();
    assert_eq!(error, OpenError::Unpack(UnpackError::Leftover(1)));
    *datagram.last_mut().unwrap() ^= 1;
    let error = open_signed::<Nothing>(&datagram, false).unwrap_err();
    assert_eq!(error, OpenError::Unpack(UnpackError::Leftover(1)));
    let error = open_signed::<Tail>(&datagram, false).unwrap_err();
    assert_eq!(error, OpenError::Signature);
}

#[test]
fn filler_in_the_key_field_is_reported() {
    let alice = key(7);
    let mut field = alice.public_key().as_bytes().to_vec();
    field.extend_from_slice(b"xyz");
    let mut writer = Writer::new();
    writer.put(&ID.prefix());
    writer.put_u8(9);
    field.pack(&mut writer).unwrap();
    let mut datagram = writer.into_bytes();
    let signature = alice.sign(&datagram);
    datagram.extend_from_slice(&signature);
    let (key, canonical, _, Nothing) = open_signed(&datagram, false).unwrap();
    assert_eq!(&key, alice.public_key());
    assert!(!canonical);
}

#[test]
fn the_signature_covers_every_byte() {
    let alice = key(7);
    let payload = Tail(b"abc".to_vec());
    let packet = Unsealed::new(&ID.prefix(), 9, Some(&alice), Some(3), &payload).unwrap();
    let datagram = packet.seal();
    assert!(open_signed::<Tail>(&datagram, true).is_ok());
    for index in 0..datagram.len() {
        let mut damaged = datagram.clone();
        damaged[index] ^= 0x80;
        assert!(open_signed::<Tail>(&damaged, true).is_err(), "{index}");
        let cut = &datagram[..index];
        assert!(open_signed::<Tail>(cut, true).is_err(), "{index}");
    }
}

proptest! {
    #[test]
    fn arbitrary_datagrams_never_panic(data in vec(any::<u8>(), 0..400), time: bool) {
        let _ = Header::split(&data);
        let _ = open_unsigned::<Tail>(&data, time);
        let _ = open_signed::<Tail>(&data, time);
        let mut keyed = ID.prefix().to_vec();
        keyed.extend([9, 0, 74]);
        keyed.extend_from_slice(key(7).public_key().as_bytes());
        keyed.extend_from_slice(&data);
        prop_assert!(open_signed::<Tail>(&keyed, time).is_err());
    }
}

#[test]
fn an_introduction_packet_never_reallocates() {
    use crate::wire::payload::{IntroductionResponse, Style, Styled};
    let here = "1.2.3.4:5".parse().unwrap();
    for style in [Style::Old, Style::New] {
        let response = IntroductionResponse::new(here, here, here, 7);
        let packet = response.packet(style, &ID.prefix(), &key(1), 9).unwrap();
        assert!(packet.sealed_length() <= packet.capacity());
        let (place, sealed) = (packet.as_ptr(), packet.seal());
        assert_eq!(sealed.as_ptr(), place, "{style:?}");
    }
}
