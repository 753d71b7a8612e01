//! Invalid datagrams. The engine counts each of them for one reason, answers none, and changes no
//! state. The tests derive the expected reason from the layouts of the protocol.

use ipv8_core::internals::engine::Input;
use ipv8_core::state::DropReason;
use ipv8_tests::desk::{PROBE, sealed};
use ipv8_tests::probe::{Heard, Probe, Shout};
use ipv8_tests::quiet::{Quiet, QuietId};
use ipv8_tests::refusal::{desk, hello, refused, refused_as, source, stranger};
use ipv8_tests::samples::{Sample, samples, sealed_response};

const SIGNED_IDS: [u8; 8] = [246, 245, 249, 234, 233, 231, 1, 3];

/// Returns why a datagram of `length` bytes for the right overlay is dropped, or `None` if it is a
/// valid message. All bytes from 23 on are `filler` (00 or ff).
fn short_verdict(id: u8, length: usize, filler: u8) -> Option<DropReason> {
    use DropReason::{BadKey, DeprecatedMessage, Leftover, Malformed, TooShort, UnknownMessage};
    let body = length.checked_sub(23);
    let Some(body) = body else {
        return Some(TooShort);
    };
    let exactly = |size: usize| match body.cmp(&size) {
        std::cmp::Ordering::Less => Some(Malformed),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(Leftover),
    };
    match (id, filler) {
        // The key's length, then the rest of the datagram, which is not a valid key.
        _ if SIGNED_IDS.contains(&id) => Some(if body < 2 { Malformed } else { BadKey }),
        (250, _) => exactly(8 + 6 + 6 + 2),
        // No address begins with the type 00 or ff.
        (232, _) => Some(Malformed),
        (2, _) => exactly(2),
        (4, 0) => exactly(8 + 2 + 2),
        // The length is 65535: the data takes all bytes, and none are left for the number.
        (4, _) => Some(Malformed),
        (5, 0) => exactly(2),
        // Protocol 3.3: the same length is accepted in the last field, however few bytes follow.
        (5, _) => (body < 2).then_some(Malformed),
        _ if id >= 231 => Some(DeprecatedMessage),
        _ => Some(UnknownMessage),
    }
}

#[test]
fn every_length_up_to_64_of_every_message_id_is_judged_by_its_layout() {
    let mut desk = desk();
    let mut messages = 0;
    for filler in [0, 0xff] {
        for id in 0..=255 {
            let before = desk.state();
            for length in 0..=64 {
                let mut datagram = PROBE.prefix().to_vec();
                datagram.push(id);
                datagram.resize(64, filler);
                datagram.truncate(length);
                let what = format!("id {id}, {length} bytes of {filler:02x}");
                match short_verdict(id, length, filler) {
                    Some(expected) => refused_as(&mut desk, &before, &datagram, expected, &what),
                    None => messages += 1,
                }
            }
        }
    }
    // 250 twice, 2 twice, 4 once, 5 once with 00 and 40 times with ff.
    assert_eq!(messages, 2 + 2 + 1 + 1 + 40);
}

#[test]
fn short_datagrams_that_are_messages_only_reach_their_handler() {
    for (id, length, filler) in [
        (2, 25, 0),
        (2, 25, 0xff),
        (4, 35, 0),
        (5, 25, 0),
        (5, 25, 0xff),
        (5, 64, 0xff),
    ] {
        let mut desk = desk();
        let mut datagram = PROBE.prefix().to_vec();
        datagram.push(id);
        datagram.resize(length, filler);
        let before = desk.state();
        assert!(
            desk.receive(source(), &datagram).is_empty(),
            "id {id} is answered"
        );
        let mut after = desk.state();
        assert_eq!(after.heard, before.heard + 1, "id {id}");
        after.heard = before.heard;
        assert_eq!(after, before, "id {id}");
        assert_eq!(desk.engine.stats().dropped(), 0, "id {id}");
    }
    // A puncture request whose walker address is unusable.
    for filler in [0, 0xff] {
        let mut desk = desk();
        let mut datagram = PROBE.prefix().to_vec();
        datagram.push(250);
        datagram.resize(45, filler);
        let before = desk.state();
        let reason = refused(&mut desk, &before, source(), &datagram, "puncture request");
        assert_eq!(reason, DropReason::OutOfScope);
    }
}

#[test]
fn zeros_of_every_length_reach_no_overlay() {
    let mut desk = desk();
    let before = desk.state();
    for length in 0..=64 {
        let expected = if length < 23 {
            DropReason::TooShort
        } else {
            DropReason::UnknownPrefix
        };
        refused_as(
            &mut desk,
            &before,
            &vec![0; length],
            expected,
            &format!("{length} zeros"),
        );
    }
}

#[test]
fn foreign_prefixes_and_old_versions_reach_no_overlay() {
    let mut desk = desk();
    let before = desk.state();
    for sample in samples(PROBE, &stranger()) {
        for index in 0..22 {
            for change in [0x01, 0x80, 0xff] {
                let mut datagram = sample.bytes.clone();
                datagram[index] ^= change;
                let what = format!("{}, byte {index} of the prefix", sample.name);
                refused_as(
                    &mut desk,
                    &before,
                    &datagram,
                    DropReason::UnknownPrefix,
                    &what,
                );
            }
        }
        for version in [0x00, 0x01, 0x03] {
            let mut datagram = sample.bytes.clone();
            datagram[1] = version;
            let what = format!("{}, version {version}", sample.name);
            refused_as(
                &mut desk,
                &before,
                &datagram,
                DropReason::UnknownPrefix,
                &what,
            );
        }
    }
}

#[test]
fn unknown_and_deprecated_ids_are_dropped_with_any_body() {
    let mut desk = desk();
    let before = desk.state();
    let hello = hello();
    for id in (0..=255).filter(|id| !SIGNED_IDS.contains(id) && ![2, 4, 5, 250, 232].contains(id)) {
        let mut datagram = hello.clone();
        datagram[22] = id;
        let expected = if id >= 231 {
            DropReason::DeprecatedMessage
        } else {
            DropReason::UnknownMessage
        };
        refused_as(&mut desk, &before, &datagram, expected, &format!("id {id}"));
    }
}

/// Returns why the first `length` bytes of `sample` are dropped, or `None` if they are a message.
fn truncated_verdict(sample: &Sample, length: usize) -> Option<DropReason> {
    if length < 23 {
        return Some(DropReason::TooShort);
    }
    let body = if sample.signed {
        if length < 25 {
            return Some(DropReason::Malformed);
        }
        if length < sample.body() {
            return Some(DropReason::BadKey);
        }
        // The last 64 bytes count as the signature, regardless of their content.
        (length - 64).checked_sub(sample.body())
    } else {
        Some(length - sample.body())
    };
    if body.is_none_or(|body| body < sample.needed) {
        return Some(DropReason::Malformed);
    }
    // The last field accepts any length; then the signature decides.
    sample.signed.then_some(DropReason::BadSignature)
}

#[test]
fn a_truncation_is_refused_unless_it_only_cuts_a_last_varlen_of_an_unsigned_message() {
    let mut accepted = Vec::new();
    for sample in samples(PROBE, &stranger()) {
        let mut desk = desk();
        let before = desk.state();
        for length in 0..sample.bytes.len() {
            let what = format!(
                "{} cut to {length} of {} bytes",
                sample.name,
                sample.bytes.len()
            );
            let datagram = &sample.bytes[..length];
            match truncated_verdict(&sample, length) {
                Some(expected) => refused_as(&mut desk, &before, datagram, expected, &what),
                None => accepted.push((sample.name, length)),
            }
        }
    }
    // Protocol 3.3 accepts exactly these: the shout with 0 to 9 of its ten bytes.
    let shout: Vec<_> = (25..35).map(|length| ("shout", length)).collect();
    assert_eq!(accepted, shout);
    for (_, length) in accepted {
        let mut desk = desk();
        let shout = samples(PROBE, &stranger())
            .pop()
            .expect("the shout is the last");
        desk.receive(source(), &shout.bytes[..length]);
        let heard = desk.call(|probe, _| probe.heard.clone());
        assert_eq!(heard, [Heard::Shout(b"some bytes"[..length - 25].to_vec())]);
    }
}

#[test]
fn extra_bytes_are_refused() {
    let mut desk = desk();
    let before = desk.state();
    for sample in samples(PROBE, &stranger()) {
        for extra in [1, 64, 1000] {
            let mut datagram = sample.bytes.clone();
            datagram.resize(datagram.len() + extra, 0);
            // Extra bytes after a signature count as its end, and the first bytes of the signature
            // count as payload.
            let raw = sample.name.ends_with("request") || sample.name.ends_with("response");
            let expected = if sample.signed && raw {
                DropReason::BadSignature
            } else {
                DropReason::Leftover
            };
            let what = format!("{} with {extra} bytes more", sample.name);
            refused_as(&mut desk, &before, &datagram, expected, &what);
        }
    }
}

#[test]
fn a_datagram_for_an_overlay_that_was_unloaded_meanwhile_is_counted() {
    let mut desk = desk();
    for sample in samples(PROBE, &stranger()) {
        let mut desk = ipv8_tests::refusal::desk();
        let ticket = desk
            .engine
            .admit(source(), &sample.bytes)
            .expect("it is admitted");
        let opened = ticket.open(&sample.bytes);
        let (id, now) = (desk.id, desk.now);
        assert!(desk.engine.unload_overlay(id, now));
        desk.drain();
        desk.engine.handle(Input::Opened(opened), now);
        assert!(desk.drain().0.is_empty(), "{}: answered", sample.name);
        assert_eq!(desk.drops(DropReason::Unloaded), 1, "{}", sample.name);
        assert_eq!(desk.engine.stats().dropped(), 1, "{}", sample.name);
    }
    let (id, now) = (desk.id, desk.now);
    desk.engine.unload_overlay(id, now);
    desk.receive(
        source(),
        &sealed(PROBE, &stranger(), 1, &Shout { data: vec![] }),
    );
    assert_eq!(desk.drops(DropReason::UnknownPrefix), 1);
}

#[test]
fn a_datagram_for_an_overlay_that_was_replaced_meanwhile_does_not_reach_the_new_one() {
    for sample in samples(PROBE, &stranger()) {
        let mut desk = ipv8_tests::refusal::desk();
        let ticket = desk.engine.admit(source(), &sample.bytes);
        let opened = ticket.expect("it is admitted").open(&sample.bytes);
        desk.reload::<Quiet>(QuietId(PROBE));
        desk.engine.handle(Input::Opened(opened), desk.now);
        assert!(desk.drain().0.is_empty(), "{}: answered", sample.name);
        assert_eq!(desk.drops(DropReason::Unloaded), 1, "{}", sample.name);
    }
}

#[test]
fn every_unchanged_sample_is_accepted() {
    // Otherwise the tests above would prove nothing.
    for sample in samples(PROBE, &stranger()) {
        let mut desk = desk();
        let mut datagram = sample.bytes.clone();
        if sample.name.ends_with("response") {
            // A response has to answer a request.
            let identifier = desk.ask::<Probe>(PROBE, source());
            datagram = sealed_response(&sample, &stranger(), identifier);
        }
        let before = desk.state();
        let sent = desk.receive(source(), &datagram);
        assert_eq!(desk.engine.stats().dropped(), 0, "{}", sample.name);
        let after = desk.state();
        let does_something = !sent.is_empty() || after != before;
        // A puncture has no effect beyond its arrival.
        assert_eq!(
            does_something,
            !sample.name.ends_with("puncture"),
            "{}",
            sample.name
        );
    }
}
