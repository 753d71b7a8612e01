//! Both libraries judge packets of either side alike, good and damaged ones: whether they are
//! accepted, which fields are read, which peers become known, and which bytes are sent to which
//! address.
//!
//! `IPV8_INTEROP_SEED=2` selects other packets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::net::SocketAddr;

use ipv8_core::crypto::PrivateKey;
use ipv8_core::wire::CommunityId;
use ipv8_tests::judgement::{
    DIFFERENCES, Facts, History, Maker, OWN_KEY, RustJudge, applying, disagreement, expected,
};
use ipv8_tests::python::{PythonNeighbour, Verdict, hex};

const COMMUNITY: &str = "69707638207061636b657473206265696e67206a";
const COUNT: usize = 5_000;

fn seed() -> u64 {
    let given = std::env::var("IPV8_INTEROP_SEED");
    given.map_or(1, |seed| seed.parse().expect("a seed is a number"))
}

/// A packet with its source, how it was made, and py-ipv8's verdict.
struct Judged {
    packet: Vec<u8>,
    source: SocketAddr,
    kind: String,
    verdict: Verdict,
}

fn judge() -> RustJudge {
    RustJudge::new(CommunityId::from_hex(COMMUNITY), &OWN_KEY)
}

/// Returns `true` if the key field, which follows prefix and message id, contains `key`.
fn names_key(packet: &[u8], key: &[u8]) -> bool {
    let field = packet.get(23..).and_then(<[u8]>::split_first_chunk);
    field.is_some_and(|(length, rest)| {
        let field = rest.get(..usize::from(u16::from_be_bytes(*length)));
        field.is_some_and(|field| field.starts_with(key))
    })
}

/// Judges all packets with our library and fails on every disagreement, except for what `strip`
/// removes from both verdicts. Returns the deliberate differences that occurred.
fn compare(
    mut judge: RustJudge,
    judged: &[Judged],
    strip: fn(&mut Verdict),
) -> BTreeSet<&'static str> {
    let own_key = PrivateKey::from_bytes(&OWN_KEY).expect("a private key");
    let (mut failures, mut text) = (0, String::new());
    let (mut differences, mut history) = (BTreeSet::new(), History::default());
    for one in judged {
        let facts = Facts {
            own_mid: own_key.mid().to_string(),
            source: one.source,
            names_own_key: names_key(&one.packet, own_key.public_key().as_bytes()),
            history: history.clone(),
        };
        differences.extend(applying(&one.verdict, &facts));
        let mut wanted = expected(&one.verdict, &facts);
        if judge.keeps_state() {
            history.note(&wanted, one.source);
        }
        let mut ours = judge.judge(&one.packet, one.source);
        strip(&mut wanted);
        strip(&mut ours);
        if let Some(difference) = disagreement(&wanted, &ours) {
            failures += 1;
            let packet = hex::encode(&one.packet);
            let _ = writeln!(
                text,
                "{} from {}: {packet}\n{difference}\npy-ipv8's error: {:?}, our reason: {:?}\n",
                one.kind, one.source, one.verdict.error, ours.error
            );
        }
    }
    assert_eq!(failures, 0, "of {} packets:\n{text}", judged.len());
    differences
}

/// Asserts that every kind of packet occurred, with many good ones that were accepted.
fn check_variety(judged: &[Judged]) {
    let mut census: BTreeMap<(bool, &str), usize> = BTreeMap::new();
    for one in judged {
        let good = one.kind.starts_with("good ");
        let verdict = one.verdict.verdict.as_str();
        *census.entry((good, verdict)).or_default() += 1;
    }
    let count = |key: (bool, &str)| census.get(&key).copied().unwrap_or(0);
    let damaged = ["accepted", "refused", "unknown", "deprecated", "foreign"];
    assert!(
        count((true, "accepted")) > COUNT * 2 / 5
            && damaged.iter().all(|verdict| count((false, verdict)) > 0),
        "{census:?}"
    );
}

fn made_by_py_ipv8(python: &PythonNeighbour, count: usize, options: &[&str]) -> Vec<Judged> {
    let judged = |verdict: Verdict| Judged {
        packet: verdict.packet_bytes(),
        source: verdict.source.expect("a made packet has a source"),
        kind: verdict.kind.clone().unwrap_or_default(),
        verdict,
    };
    let made = python.make_packets(COMMUNITY, count, seed(), options);
    made.into_iter().map(judged).collect()
}

#[test]
fn packets_made_by_py_ipv8_are_judged_alike() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let judged = made_by_py_ipv8(python, COUNT, &[]);
    compare(judge(), &judged, |_| {});
    check_variety(&judged);
}

/// Reduces sent packets to ids and destinations, because their bytes contain the clock and the
/// address of an introduced peer. That peer is drawn at random, so the puncture request of an
/// introduction is removed too.
fn without_chance(verdict: &mut Verdict) {
    let introducing = verdict.event.as_deref() == Some("introduction_request");
    let ids = verdict.sent.iter().map(|packet| packet[44..46].to_owned());
    let sent = ids.zip(std::mem::take(&mut verdict.to));
    let is_certain = |id: &str| !introducing || !["fa", "e8"].contains(&id);
    (verdict.sent, verdict.to) = sent.filter(|(id, _)| is_certain(id)).unzip();
}

/// Special addresses are excluded: we do not remember some of them, which would show again later.
#[test]
fn packets_in_sequence_are_judged_alike() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let judged = made_by_py_ipv8(
        python,
        COUNT / 2,
        &[
            "--keep-state",
            "--max-peers",
            "-1",
            "--no-legacy",
            "--no-special",
        ],
    );
    compare(judge().keeping_state(), &judged, without_chance);
}

#[test]
fn packets_made_by_us_are_judged_alike() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut maker = Maker::new(CommunityId::from_hex(COMMUNITY), &OWN_KEY, seed());
    let made: Vec<_> = (0..COUNT).map(|_| maker.make()).collect();
    let asked: Vec<_> = made
        .iter()
        .map(|made| (made.packet.clone(), made.source))
        .collect();
    let verdicts = python.judge(COMMUNITY, &[], &asked);
    let judged: Vec<_> = made
        .into_iter()
        .zip(verdicts)
        .map(|(made, verdict)| Judged {
            packet: made.packet,
            source: made.source,
            kind: made.kind,
            verdict,
        })
        .collect();
    let differences = compare(judge(), &judged, |_| {});
    check_variety(&judged);
    // Each deliberate difference must occur: otherwise it excuses nothing.
    assert_eq!(
        differences,
        DIFFERENCES.map(|difference| difference.name).into()
    );
}
