//! Signed datagrams whose key, signature or signed fields are invalid. `bad_input.rs` has the other
//! invalid datagrams.

use ipv8_core::state::DropReason;
use ipv8_core::wire::{IntroductionRequest, IntroductionResponse, Style};
use ipv8_tests::desk::{PROBE, address, key, sealed, sealed_styled};
use ipv8_tests::probe::{Heard, Probe, Stamp};
use ipv8_tests::refusal::{desk, hello, refused, refused_as, source, stranger};
use ipv8_tests::samples::samples;
use ipv8_tests::vectors::{load, unhex};

#[test]
fn one_wrong_bit_in_a_signed_datagram_is_enough() {
    for sample in samples(PROBE, &stranger())
        .into_iter()
        .filter(|sample| sample.signed)
    {
        let mut desk = desk();
        let before = desk.state();
        for bit in 0..sample.bytes.len() * 8 {
            let mut datagram = sample.bytes.clone();
            datagram[bit / 8] ^= 0x80 >> (bit % 8);
            let what = format!(
                "{} with bit {} of byte {} turned",
                sample.name,
                bit % 8,
                bit / 8
            );
            let reason = refused(&mut desk, &before, source(), &datagram, &what);
            if bit / 8 >= sample.end() || (35..99).contains(&(bit / 8)) {
                assert_eq!(reason, DropReason::BadSignature, "{what}");
            }
        }
    }
}

#[test]
fn signatures_of_other_keys_and_of_other_bytes_are_refused() {
    let mut desk = desk();
    let before = desk.state();
    let others = samples(PROBE, &key(98));
    let elsewhere = samples(ipv8_core::CommunityId::from_bytes([9; 20]), &stranger());
    let all = samples(PROBE, &stranger());
    for (index, sample) in all.iter().enumerate().filter(|(_, sample)| sample.signed) {
        let neighbour = all
            .iter()
            .cycle()
            .skip(index + 1)
            .find(|sample| sample.signed);
        let neighbour = neighbour.expect("there is another signed sample");
        let mut raised = sample.bytes[sample.end()..].to_vec();
        add_group_order(&mut raised[32..]);
        let signatures: [(&str, &[u8]); 6] = [
            ("of another key", &others[index].bytes[sample.end()..]),
            (
                "for another overlay",
                &elsewhere[index].bytes[sample.end()..],
            ),
            ("of another message", &neighbour.bytes[neighbour.end()..]),
            ("of zeros", &[0; 64]),
            ("of ones", &[0xff; 64]),
            ("with S not reduced", &raised),
        ];
        for (whose, signature) in signatures {
            let mut datagram = sample.bytes[..sample.end()].to_vec();
            datagram.extend_from_slice(signature);
            let what = format!("{} with a signature {whose}", sample.name);
            refused_as(
                &mut desk,
                &before,
                &datagram,
                DropReason::BadSignature,
                &what,
            );
        }
    }
}

/// Adds the order of the Ed25519 group to a little-endian number. A verifier that reduces the sum
/// gets the same number.
fn add_group_order(number: &mut [u8]) {
    let mut order = [0; 32];
    order[..16]
        .copy_from_slice(&27_742_317_777_372_353_535_851_937_790_883_648_493_u128.to_le_bytes());
    order[31] = 0x10;
    let mut carry = 0;
    for (byte, add) in number.iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
}

#[test]
fn wrong_key_lengths_are_refused() {
    let mut desk = desk();
    let before = desk.state();
    for sample in samples(PROBE, &stranger())
        .into_iter()
        .filter(|sample| sample.signed)
    {
        for length in (0..=300)
            .chain([1000, 0x7fff, 0x8000, 0xffff])
            .filter(|length| *length != 74)
        {
            let mut datagram = sample.bytes.clone();
            datagram[23..25].copy_from_slice(&u16::to_be_bytes(length));
            let what = format!("{} with a key of {length} bytes", sample.name);
            let reason = refused(&mut desk, &before, source(), &datagram, &what);
            if length < 74 {
                assert_eq!(reason, DropReason::BadKey, "{what}");
            }
            let body = 25 + usize::from(length);
            if body + sample.needed > sample.end() && length > 74 {
                assert_eq!(reason, DropReason::Malformed, "{what}");
            }
        }
    }
}

#[test]
fn a_too_large_signed_length_is_cut_if_it_is_the_last_field() {
    // The last field of a signed message may claim more bytes than there are (protocol 3.3).
    let mut desk = desk();
    let whole = hello();
    let mut datagram = whole[..whole.len() - 64].to_vec();
    datagram[99..101].copy_from_slice(&u16::MAX.to_be_bytes());
    let signature = stranger().sign(&datagram);
    datagram.extend(signature);
    desk.receive(source(), &datagram);
    let heard = desk.call(|probe, _| probe.heard.clone());
    assert_eq!(heard, [Heard::Hello(stranger().mid(), "hello".into())]);
}

#[test]
fn invalid_signed_payloads_are_refused() {
    let mut desk = desk();
    let before = desk.state();
    let hello = hello();
    let stamp = sealed(
        PROBE,
        &stranger(),
        1,
        &Stamp {
            number: 1,
            data: vec![1; 5],
        },
    );
    let request = IntroductionRequest::new(Style::New, source(), source(), source(), 1);
    let request = sealed_styled(PROBE, &stranger(), Style::New, request);
    // The defect, the message, the position and bytes of the change, and the counted reason.
    type Case<'a> = (&'a str, &'a [u8], usize, &'a [u8], DropReason);
    let cases: [Case<'_>; 6] = [
        (
            "text that is not UTF-8",
            &hello,
            101,
            &[0xff],
            DropReason::Malformed,
        ),
        (
            "text cut in a letter",
            &hello,
            99,
            &[0, 5, b'h', b'e', b'l', b'l', 0xc3],
            DropReason::Malformed,
        ),
        (
            "a length too small",
            &stamp,
            99 + 8 + 4,
            &[0, 4],
            DropReason::Leftover,
        ),
        (
            "an address of type 02",
            &request,
            99 + 8,
            &[2],
            DropReason::Malformed,
        ),
        (
            "an address of type 00",
            &request,
            99 + 8,
            &[0],
            DropReason::Malformed,
        ),
        (
            "an IPv6 address of 4 bytes",
            &request,
            99 + 8 + 14,
            &[3],
            DropReason::Malformed,
        ),
    ];
    for (what, whole, at, change, expected) in cases {
        let mut datagram = whole[..whole.len() - 64].to_vec();
        datagram[at..at + change.len()].copy_from_slice(change);
        let signature = stranger().sign(&datagram);
        datagram.extend(signature);
        refused_as(&mut desk, &before, &datagram, expected, what);
    }
}

#[test]
fn keys_of_other_kinds_are_refused() {
    let mut desk = desk();
    let before = desk.state();
    for (name, bin, expected) in foreign_keys() {
        for sample in samples(PROBE, &stranger())
            .into_iter()
            .filter(|sample| sample.signed)
        {
            let mut datagram = sample.bytes[..23].to_vec();
            datagram.extend(u16::try_from(bin.len()).expect("a short key").to_be_bytes());
            datagram.extend(&bin);
            datagram.extend(&sample.bytes[99..sample.end()]);
            // A signature as long as the key requires, or else the longest possible (144 bytes), so
            // that only its value is wrong.
            let length = ipv8_core::crypto::PublicKey::from_bytes(&bin).map_or(144, |key| {
                ipv8_core::internals::crypto::signature_length(&key)
            });
            datagram.extend(vec![1; length]);
            let what = format!("{} under {name}", sample.name);
            refused_as(&mut desk, &before, &datagram, expected, &what);
        }
    }
}

/// Returns keys that verify no signature: name, bytes, and the drop reason of a datagram with the
/// key.
fn foreign_keys() -> Vec<(String, Vec<u8>, DropReason)> {
    let file: serde_json::Value = load("keys.json");
    let hex = |text: &serde_json::Value| unhex(text.as_str().expect("hex"));
    let mut keys = Vec::new();
    for entry in file["keys"].as_array().expect("keys") {
        let name = entry["name"].as_str().expect("a name");
        let bin = hex(&entry["public_bin"]);
        if bin[0] == 0x30 {
            keys.push((name.to_owned(), bin.clone(), DropReason::BadSignature));
            let mut off_the_curve = bin.clone();
            *off_the_curve.last_mut().expect("bytes") ^= 1;
            keys.push((
                format!("{name} off its curve"),
                off_the_curve,
                DropReason::BadKey,
            ));
            keys.push((
                format!("{name} cut"),
                bin[..bin.len() - 1].to_vec(),
                DropReason::BadKey,
            ));
        }
        let private = hex(&entry["private_bin"]);
        keys.push((
            format!("the private half of {name}"),
            private,
            DropReason::BadKey,
        ));
    }
    assert!(
        keys.len() > 8,
        "there are keys of other curves in the vectors"
    );
    let p256 = "3059301306072a8648ce3d020106082a8648ce3d03010703420004\
        6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
        4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    let ed25519 =
        "302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let texts = [
        ("P-256", p256),
        ("Ed25519 in DER", ed25519),
        ("nothing", ""),
        ("a byte", "30"),
        ("DER without end", "3080"),
    ];
    for (name, text) in texts {
        keys.push((name.to_owned(), hex(&text.into()), DropReason::BadKey));
    }
    keys.push((
        "PEM".into(),
        b"-----BEGIN PUBLIC KEY-----".to_vec(),
        DropReason::BadKey,
    ));
    // This key parses but verifies nothing, because all ones are not a point of the curve.
    let mut no_point = b"LibNaCLPK:".to_vec();
    no_point.resize(74, 0xff);
    keys.push(("no point".into(), no_point, DropReason::BadSignature));
    keys
}

#[test]
fn a_key_with_filler_is_the_same_key() {
    // Protocol 2.4: accepted, and filed under the key without the filler.
    let mut desk = desk();
    let with_filler = |whole: &[u8]| {
        let mut datagram = whole[..23].to_vec();
        datagram.extend((74_u16 + 6).to_be_bytes());
        datagram.extend(&whole[25..99]);
        datagram.extend(b"filler");
        datagram.extend(&whole[99..whole.len() - 64]);
        let signature = stranger().sign(&datagram);
        datagram.extend(signature);
        datagram
    };
    let here = address("10.1.1.1:8090");
    let request = IntroductionRequest::new(Style::Old, here, source(), source(), 1);
    let request = sealed_styled(PROBE, &stranger(), Style::Old, request);
    let sent = desk.receive(source(), &with_filler(&request));
    assert_eq!(sent.len(), 1, "the response");
    let identifier = desk.ask::<Probe>(PROBE, source());
    let response = IntroductionResponse::new(here, source(), source(), identifier);
    let response = sealed_styled(PROBE, &stranger(), Style::Old, response);
    desk.receive(source(), &with_filler(&response));
    assert!(desk.state().peers.contains_key(stranger().public_key()));
}

#[test]
fn our_own_datagrams_are_dropped_wherever_they_come_from() {
    let mut desk = desk();
    let before = desk.state();
    for sample in samples(PROBE, &key(0))
        .into_iter()
        .filter(|sample| sample.signed)
    {
        refused_as(
            &mut desk,
            &before,
            &sample.bytes,
            DropReason::OwnPacket,
            sample.name,
        );
    }
}
