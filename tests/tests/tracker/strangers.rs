//! A tracker among strangers: who becomes a member, and what a stranger can make it send. All in
//! virtual time.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use ipv8_core::CommunityId;
use ipv8_core::internals::tracker::TrackerSettings;
use ipv8_core::state::DropReason;
use ipv8_tests::desk::{PROBE, address, key};

use super::town::{Sent, TRACKER, Town, identifier, request, response, response_to};

const OTHER: CommunityId = CommunityId::from_bytes([0x77; 20]);

fn town() -> Town {
    Town::new(TrackerSettings::default())
}

/// Returns an address of its own /16 for each honest client.
fn home(number: u16) -> SocketAddr {
    let [high, low] = number.to_be_bytes();
    SocketAddr::from(([50 + high, low, 0, 1], 1000))
}

fn milliseconds(time: u64) -> Duration {
    Duration::from_millis(time)
}

fn listed(town: &Town, service: CommunityId) -> BTreeSet<SocketAddr> {
    town.tracker
        .peers(service)
        .map(|peer| peer.address())
        .collect()
}

#[test]
fn only_who_answers_is_listed_introduced_and_asked_to_puncture() {
    let mut town = town();
    let forged: BTreeSet<_> = (0..200_u8)
        .map(|number| SocketAddr::from(([20, number, 1, 1], 1000)))
        .collect();
    let packet = town.request(PROBE, 9_000);
    for (number, from) in (1..).zip(&forged) {
        town.deliver(*from, &packet);
        town.ask(PROBE, number % 20 + 1, home(number % 20 + 1));
    }
    assert_eq!(listed(&town, PROBE), (1..=20).map(home).collect());
    town.pass(Duration::from_secs(20));
    let introduced: BTreeSet<_> = town.sent.iter().filter_map(Sent::introduced).collect();
    assert!(introduced.is_disjoint(&forged) && introduced.len() == 20);
    // One answer and one request each; no puncture request.
    let to_forged = town.sent.iter().filter(|sent| forged.contains(&sent.to));
    assert!(
        to_forged
            .clone()
            .all(|sent| sent.is_answer() || sent.is_request())
    );
    assert_eq!(to_forged.count(), 400);
    let counters = town.tracker.counters();
    assert_eq!((counters.proven, counters.unproven), (20, 200));
    assert_eq!(town.tracker.counters().newcomers, 0);
}

#[test]
fn a_proof_counts_for_one_community() {
    let mut town = town();
    town.ask(PROBE, 1, home(1));
    // Its answers are lost from now on.
    town.homes.clear();
    let packet = town.request(OTHER, 1);
    town.deliver(home(1), &packet);
    town.pass(milliseconds(500));
    assert_eq!(listed(&town, OTHER), BTreeSet::new());
    assert_eq!(listed(&town, PROBE), BTreeSet::from([home(1)]));
}

#[test]
fn an_answer_counts_only_from_that_key_and_host_with_that_number_in_that_community() {
    let mut town = town();
    let packet = town.request(PROBE, 1);
    town.deliver(home(1), &packet);
    town.pass(milliseconds(60));
    let probe = town.sent.last().expect("a request").clone();
    assert!(probe.is_request() && probe.to == home(1));
    let number = identifier(&probe.bytes);
    let mut elsewhere = probe.bytes.clone();
    elsewhere[2..22].copy_from_slice(OTHER.as_bytes());
    let wrong = [
        (home(1), response(&probe.bytes, &key(2), home(1), number)),
        (home(2), response(&probe.bytes, &key(1), home(1), number)),
        (
            home(1),
            response(&probe.bytes, &key(1), home(1), number ^ 1),
        ),
        (home(1), response(&elsewhere, &key(1), home(1), number)),
    ];
    for (from, answer) in &wrong {
        town.deliver(*from, answer);
    }
    let mut damaged = response(&probe.bytes, &key(1), home(1), number);
    *damaged.last_mut().expect("a signature") ^= 1;
    town.deliver(home(1), &damaged);
    assert_eq!(town.tracker.stats().count(DropReason::Unsolicited), 4);
    assert_eq!(town.tracker.stats().count(DropReason::BadSignature), 1);
    assert_eq!(town.tracker.peer_count(), 0);
    // Some NATs use another port for each answer.
    let mut port = home(1);
    port.set_port(2_000);
    town.deliver(port, &response(&probe.bytes, &key(1), port, number));
    assert_eq!(listed(&town, PROBE), BTreeSet::from([home(1)]));
}

#[test]
fn unsolicited_answers_change_nothing() {
    let mut town = town();
    for number in 1..=5 {
        town.ask(PROBE, number, home(number));
    }
    let (before, sent) = (listed(&town, PROBE), town.sent.len());
    let asked = request(PROBE, &key(0), 1);
    for number in 1..=2_000 {
        let answer = response(&asked, &key(number), home(number), number);
        town.deliver(home(number), &answer);
    }
    assert_eq!(town.tracker.stats().count(DropReason::Unsolicited), 2_000);
    assert_eq!((listed(&town, PROBE), town.sent.len()), (before, sent));
    assert_eq!(town.tracker.counters().newcomers, 0);
}

#[test]
fn a_member_moves_only_by_proof() {
    let mut town = town();
    town.ask(PROBE, 1, home(1));
    town.ask(PROBE, 2, home(2));
    // A packet of the member arrives from elsewhere: forged or replayed.
    let packet = town.request(PROBE, 1);
    for number in 100..120 {
        town.deliver(home(number), &packet);
        town.pass(milliseconds(200));
        assert_eq!(listed(&town, PROBE), [1, 2].map(home).into());
    }
    // It does answer there, and no longer at its old address.
    town.homes.remove(&home(1));
    town.ask(PROBE, 1, home(3));
    town.pass(Duration::from_secs(5));
    assert_eq!(listed(&town, PROBE), [3, 2].map(home).into());
    // And the other family is an address of the same member.
    let v6 = address("[2a00:db8::1]:1");
    town.ask(PROBE, 2, v6);
    assert_eq!(listed(&town, PROBE), [home(3), v6].into());
    assert_eq!(town.tracker.peer_count(), 2);
}

/// A node passes on the tracker's requests to a member, and its answers to the tracker.
#[test]
fn a_relay_moves_no_member_that_answers_at_its_old_address() {
    let mut town = town();
    town.ask(PROBE, 1, home(1));
    town.ask(PROBE, 2, home(2));
    for number in 100..110 {
        town.ask(PROBE, 1, home(number));
        town.pass(Duration::from_secs(6));
        assert_eq!(listed(&town, PROBE), [1, 2].map(home).into());
    }
    assert_eq!(town.tracker.counters().stayed, 10);
    // The member is asked once for each relay, besides its regular checks.
    let asked = town
        .sent
        .iter()
        .filter(|s| s.to == home(1) && s.is_request());
    assert!(asked.count() <= 1 + 10 + 8);
    // Many relays together cause one question a second.
    town.sent.clear();
    for number in 200..240 {
        town.ask(PROBE, 1, home(number));
    }
    let asked = town
        .sent
        .iter()
        .filter(|s| s.to == home(1) && s.is_request());
    assert!(asked.count() <= 4 + 3 + 2);
    assert_eq!(listed(&town, PROBE), [1, 2].map(home).into());
}

#[test]
fn a_tracker_that_knows_its_address_takes_no_relayed_answer() {
    let mut town = town();
    town.tracker.set_estimated_wan(address(TRACKER));
    town.ask(PROBE, 1, home(1));
    assert_eq!(listed(&town, PROBE), BTreeSet::from([home(1)]));
    let (relay, private) = (home(9), address("192.168.1.1:1"));
    for (number, destination, counts) in [(2, relay, false), (3, private, true)] {
        let packet = town.request(PROBE, number);
        town.deliver(relay, &packet);
        town.pass(milliseconds(60));
        let probe = town.sent.iter().rev().find(|sent| sent.is_request());
        let probe = probe.expect("a request").bytes.clone();
        let signer = key(number);
        let answer = response_to(destination, &probe, &signer, relay, identifier(&probe));
        town.deliver(relay, &answer);
        assert_eq!(listed(&town, PROBE).contains(&relay), counts);
    }
    assert_eq!(town.tracker.stats().count(DropReason::WrongRecipient), 1);
}

/// 32 members of one network name ever new communities, and do not answer for them.
#[test]
fn communities_without_end_of_one_network_delay_no_proof_of_others() {
    let mut town = town();
    let crowd = |number: u16| SocketAddr::from(([20, 1, 1, number as u8], 1000));
    for number in 1..=32 {
        town.ask(PROBE, number, crowd(number));
    }
    town.homes.clear();
    town.sent.clear();
    let mut fresh = Vec::new();
    for step in 0..5_000_u32 {
        // 512 a second, after a burst.
        for number in (1..=32).filter(|_| step % 60 == 0 || step < 4) {
            let mut service = [number as u8; 20];
            service[..4].copy_from_slice(&step.to_be_bytes());
            let packet = town.request(CommunityId::from_bytes(service), number);
            town.deliver(crowd(number), &packet);
        }
        if step % 100 == 50 && step < 4_500 {
            let number = 1_000 + (step / 100) as u16;
            town.settle(number, home(number));
            let packet = town.request(PROBE, number);
            town.deliver(home(number), &packet);
            fresh.push(home(number));
        }
        town.pass(milliseconds(1));
    }
    let listed = listed(&town, PROBE);
    let missing = fresh.iter().filter(|home| !listed.contains(*home));
    assert_eq!(missing.count(), 0);
    let probes = town.sent.iter().filter(|sent| sent.is_request());
    let to_crowd = probes.filter(|sent| sent.to.ip().to_string().starts_with("20.1.1."));
    let count = to_crowd.count();
    // 100 at once and 50 a second, and the checks of 32 members.
    assert!(count <= 100 + 5 * 50 + 3 * 32, "{count}");
}

#[test]
fn a_member_joins_its_other_communities_at_once() {
    let mut town = town();
    town.ask(PROBE, 1, home(1));
    for number in 1..=60 {
        let service = CommunityId::from_bytes([number; 20]);
        let packet = town.request(service, 1);
        town.deliver(home(1), &packet);
    }
    town.pass(milliseconds(200));
    for number in 1..=60 {
        let service = CommunityId::from_bytes([number; 20]);
        assert_eq!(listed(&town, service), BTreeSet::from([home(1)]));
    }
}

#[test]
fn replayed_requests_do_not_keep_a_dead_member() {
    let mut town = town();
    town.ask(PROBE, 1, home(1));
    let packet = town.request(PROBE, 1);
    town.homes.clear();
    for second in 0..100 {
        town.deliver(home(1), &packet);
        town.pass(Duration::from_secs(1));
        if second > 70 {
            assert_eq!(town.tracker.peer_count(), 0, "after {second} s");
        }
    }
}

/// Returns how long each of these clients waited for an answer with an introduction. There are no
/// others.
fn first_contacts(times: &[u64]) -> Vec<Option<Duration>> {
    let mut town = town();
    let start = town.now;
    let clients = || (1..).zip(times);
    for (number, time) in clients() {
        town.settle(number, home(number));
        let wait = (start + milliseconds(*time)) - town.now;
        town.pass(wait);
        let packet = town.request(PROBE, number);
        town.deliver(home(number), &packet);
    }
    town.pass(Duration::from_secs(2));
    let waits = clients().map(|(number, time)| {
        let answers = town.sent.iter().filter(|sent| sent.to == home(number));
        let good = answers.filter(|sent| sent.is_answer() && sent.introduced().is_some());
        good.map(|sent| sent.at - start - milliseconds(*time))
            .next()
    });
    waits.collect()
}

#[test]
fn newcomers_of_an_empty_tracker_find_each_other_at_once() {
    // The one that asks first hears of the other by its request.
    assert_eq!(first_contacts(&[0, 2_000])[1], Some(Duration::ZERO));
    for together in [0, 1, 20, 49] {
        let waits = first_contacts(&[0, together]);
        let best = waits.iter().flatten().max();
        assert!(
            best.is_some_and(|wait| *wait <= milliseconds(100)),
            "{waits:?}"
        );
    }
    let crowd = first_contacts(&[0; 50]);
    assert_eq!(crowd.iter().filter(|wait| wait.is_none()).count(), 1);
    assert!(
        crowd
            .iter()
            .flatten()
            .all(|wait| *wait <= milliseconds(100))
    );
}

#[test]
fn a_newcomer_that_does_not_answer_still_gets_one_answer() {
    let mut town = town();
    let packet = town.request(PROBE, 1);
    town.deliver(home(1), &packet);
    town.pass(Duration::from_secs(1));
    let answers = town.sent.iter().filter(|sent| sent.is_answer());
    let answers: Vec<_> = answers.map(Sent::introduced).collect();
    assert_eq!(answers, [None]);
    town.ask(PROBE, 2, home(2));
    town.sent.clear();
    town.deliver(home(3), &town_request(3));
    let introduced: Vec<_> = town.sent.iter().filter_map(Sent::introduced).collect();
    assert_eq!(introduced, [home(2)], "at once, to a member");
}

fn town_request(number: u16) -> Vec<u8> {
    request(PROBE, &key(number), 1)
}

#[test]
fn a_request_never_causes_two_datagrams_to_its_source_at_once() {
    let mut town = town();
    for number in 1..=5 {
        town.ask(PROBE, number, home(number));
    }
    let victim = address("20.1.1.1:1");
    for _ in 0..100 {
        let before = town.sent.len();
        let packet = town.request(PROBE, 99);
        town.deliver(victim, &packet);
        let to_victim = town.sent[before..].iter().filter(|sent| sent.to == victim);
        let bytes: usize = to_victim.clone().map(|sent| sent.bytes.len()).sum();
        assert!(to_victim.count() <= 1 && bytes <= packet.len() * 11 / 10);
        town.pass(milliseconds(10));
    }
}

/// The most bytes in one second to those for whom `is_victim` is true, and all bytes.
fn load(sent: &[Sent], is_victim: impl Fn(&Sent) -> bool) -> (usize, usize) {
    let start = sent.first().expect("something").at;
    let mut seconds = BTreeMap::<u64, usize>::new();
    for sent in sent.iter().filter(|sent| is_victim(sent)) {
        *seconds.entry((sent.at - start).as_secs()).or_default() += sent.bytes.len();
    }
    let most = seconds.values().max().copied().unwrap_or_default();
    (most, seconds.values().sum())
}

#[test]
fn forged_requests_reflect_little_to_one_host_and_to_one_network() {
    for hosts in [1, 250] {
        let mut town = town();
        for number in 1..=5 {
            town.ask(PROBE, number, home(number));
        }
        let packet = town.request(PROBE, 99);
        town.sent.clear();
        for number in 0..20_000_u32 {
            let host = (number % hosts).to_be_bytes()[3];
            let port = 1_000 + (number % 7_777) as u16;
            town.deliver(SocketAddr::from(([20, 1, 1, host], port)), &packet);
            town.pass(milliseconds(1));
        }
        let (most, all) = load(&town.sent, |sent| {
            sent.to.ip().to_string().starts_with("20.1.1.")
        });
        assert!(most <= 20_000, "{most} bytes in a second");
        if hosts == 1 {
            // 32 at once, one a second, and a few requests.
            assert!(all <= 210 * (32 + 20 + 20 * 10), "{all} bytes in 20 s");
        }
        let counters = town.tracker.counters();
        assert!(counters.refused_host + counters.refused_site > 10_000);
    }
}

#[test]
fn a_member_is_not_flooded_by_those_who_are_introduced_to_it() {
    let mut town = town();
    town.ask(PROBE, 1, home(1));
    let packet = town.request(PROBE, 99);
    town.sent.clear();
    for number in 0..5_000_u32 {
        let [_, a, b, c] = number.wrapping_mul(7_919).to_be_bytes();
        town.deliver(SocketAddr::from(([20 + a % 5, b, c, 1], 1000)), &packet);
        town.pass(milliseconds(1));
    }
    let punctures = town.sent.iter().filter(|sent| sent.to == home(1));
    assert!(punctures.count() <= 32 + 5 * 8 + 2);
}

/// Members and honest newcomers ask while forged requests arrive from a thousand networks.
#[test]
fn forged_requests_of_a_thousand_networks_take_no_answers_from_honest_ones() {
    const SECONDS: u64 = 6;
    let mut town = town();
    for number in 1..=20 {
        town.ask(PROBE, number, home(number));
    }
    let packet = town.request(PROBE, 9_999);
    town.sent.clear();
    let (mut asked, mut new) = (0, 100);
    let mut fresh = Vec::new();
    for step in 0..SECONDS * 1_000 {
        // 5,000 a second.
        for part in 0..5 {
            let [.., a, b] = ((step * 5 + part) % 1_000).to_be_bytes();
            let host = (step % 250).to_be_bytes()[7];
            town.deliver(SocketAddr::from(([20 + a, b, 1, host], 1000)), &packet);
        }
        if step % 25 == 0 {
            let number = (step / 25 % 20) as u16 + 1;
            let packet = town.request(PROBE, number);
            town.deliver(home(number), &packet);
            asked += 1;
        }
        if step % 100 == 50 && step < (SECONDS - 2) * 1_000 {
            new += 1;
            town.settle(new, home(new));
            let packet = town.request(PROBE, new);
            town.deliver(home(new), &packet);
            fresh.push((new, town.now));
        }
        town.pass(milliseconds(1));
    }
    let homes: BTreeSet<_> = (1..=20).map(home).collect();
    let answers = |sent: &&Sent| sent.is_answer() && sent.introduced().is_some();
    let to_members = town.sent.iter().filter(|sent| homes.contains(&sent.to));
    assert_eq!(to_members.filter(answers).count(), asked, "each of them");
    let members = listed(&town, PROBE);
    let served = fresh.iter().filter(|(number, at)| {
        let mut sent = town.sent.iter().filter(|sent| sent.to == home(*number));
        sent.any(|sent| sent.is_answer() && sent.at - *at < milliseconds(500))
            && members.contains(&home(*number))
    });
    let served = served.count();
    assert!(
        served * 10 >= fresh.len() * 9,
        "{served} of {}",
        fresh.len()
    );
    let (most, all) = load(&town.sent, |sent| sent.to.ip().to_string().starts_with('2'));
    assert!(most <= 310_000, "{most} bytes in a second");
    assert!(all <= 220_000 * SECONDS as usize, "{all} bytes");
}

/// 10,000 fresh keys a minute, which all answer, from one /24.
#[test]
fn fresh_keys_of_one_network_do_not_dominate_the_answers() {
    let mut town = town();
    for number in 1..=30 {
        town.ask(PROBE, number, home(number));
    }
    for number in 0..3_000_u16 {
        let [.., low] = number.to_be_bytes();
        let from = SocketAddr::from(([20, 1, 1, low], 1_000 + number));
        town.settle(1_000 + number, from);
        let packet = town.request(PROBE, 1_000 + number);
        town.deliver(from, &packet);
        town.pass(milliseconds(6));
    }
    let honest: BTreeSet<_> = (1..=30).map(home).collect();
    assert!(honest.is_subset(&listed(&town, PROBE)));
    let answers = (0..400).map(|round| {
        let number = round % 30 + 1;
        town.pass(milliseconds(100));
        town.ask(PROBE, number, home(number))
    });
    let good = answers.flatten().filter(|answer| honest.contains(answer));
    let good = good.count();
    assert!(good >= 360, "{good} of 400");
}

#[test]
fn memory_is_bounded_whatever_arrives() {
    let mut town = town();
    for number in 0..100_000_u32 {
        let [_, a, b, c] = number.wrapping_mul(7_919).to_be_bytes();
        let from = SocketAddr::from(([20 + a % 200, b, c, 1], 1000));
        let signer = key((number % 100) as u16);
        if number % 100 == 0 {
            let service = CommunityId::from_bytes([(number / 100).to_be_bytes()[3]; 20]);
            town.sent.clear();
            town.deliver(from, &request(service, &signer, 1));
        } else {
            town.deliver(from, &[0, 2, 3, 4]);
        }
        if number % 100 == 0 {
            town.pass(milliseconds(1));
        }
        assert!(town.tracker.counters().newcomers <= 4_096 && town.tracker.waiting() <= 6_400);
    }
    assert_eq!(town.tracker.peer_count(), 0);
    town.pass(Duration::from_secs(30));
    assert_eq!(town.tracker.counters().newcomers, 0);
    assert_eq!(town.tracker.waiting(), 0);
}
