//! A tracker finds out by itself which peers left and which have enough peers (protocol 10.4). All
//! in virtual time.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::CommunityId;
use ipv8_core::communities::TrackerLimits;
use ipv8_core::internals::introduction::{IntroductionMessage, introduction_opener};
use ipv8_core::internals::payload::{
    IntroductionRequest, IntroductionResponse, Style, Styled, ids,
};
use ipv8_core::internals::tracker::{Tracker, TrackerSettings};
use ipv8_core::internals::wire::community_id;
use ipv8_core::state::DropReason;
use ipv8_tests::desk::{PROBE, address, key, sealed_styled};

const OTHER: CommunityId = CommunityId::from_bytes([0x77; 20]);

/// The longest time until the tracker asks a newcomer.
const PROOF: Duration = Duration::from_millis(50);

/// An introduction request that the tracker sends to check a peer.
#[derive(Clone, Debug)]
struct Ping {
    to: SocketAddr,
    service: CommunityId,
    style: Style,
    identifier: u16,
    at: Instant,
}

/// A tracker and its pings.
struct Watch {
    tracker: Tracker,
    now: Instant,
    start: Instant,
    /// The requests to members. Newcomers answer at once.
    pings: Vec<Ping>,
    clock: u64,
    /// The pings that will be answered.
    answers: Vec<Ping>,
}

impl Watch {
    fn new(options: TrackerSettings) -> Self {
        let now = Instant::now();
        Self {
            tracker: Tracker::new(key(0), options, [3; 32]),
            now,
            start: now,
            pings: Vec::new(),
            clock: 100,
            answers: Vec::new(),
        }
    }

    /// A peer asks, and proves its address if it is a newcomer.
    fn peer_asks(&mut self, number: u16, service: CommunityId) {
        self.request(number, service);
        self.pass(PROOF, |_| true);
    }

    fn request(&mut self, number: u16, service: CommunityId) {
        let at = place(number);
        let style = if at.is_ipv6() { Style::New } else { Style::Old };
        let lan = address("192.168.0.2:3");
        let request = IntroductionRequest::new(style, address("20.9.9.9:9"), lan, lan, 1);
        self.clock += 1;
        let packet = request.packet(style, &service.prefix(), &key(number), self.clock);
        let packet = packet.expect("it packs").seal();
        self.tracker.handle(at, &packet, self.now);
        self.collect();
    }

    fn collect(&mut self) {
        while let Some(outgoing) = self.tracker.poll_output() {
            let packet = outgoing.packet.seal();
            let id = packet[22];
            let is_request = [ids::INTRODUCTION_REQUEST, ids::NEW_INTRODUCTION_REQUEST];
            if !is_request.contains(&id) {
                continue;
            }
            let opened = introduction_opener(id).expect("known")(&packet).expect("well made");
            let IntroductionMessage::Request(_, request) = opened.message else {
                panic!("not a request");
            };
            let service = packet[..22].try_into().expect("22 bytes");
            let ping = Ping {
                to: outgoing.to,
                service: community_id(&service).expect("of this version"),
                style: opened.style,
                identifier: request.identifier,
                at: self.now,
            };
            let number = number_at(ping.to);
            let is_member = {
                let mut members = self.tracker.peers(ping.service);
                members.any(|peer| peer.has_address(&ping.to))
            };
            if is_member {
                self.pings.push(ping);
            } else {
                self.answer(&ping, number, ping.to, false);
            }
        }
    }

    /// Answers a ping as the peer `number` at `from`. If `full`, the peer has enough peers.
    fn answer(&mut self, ping: &Ping, number: u16, from: SocketAddr, full: bool) {
        let mut response =
            IntroductionResponse::new(address("20.9.9.9:9"), from, from, ping.identifier);
        response.peer_limit_reached = full;
        let packet = sealed_styled(ping.service, &key(number), ping.style, response);
        self.tracker.handle(from, &packet, self.now);
    }

    /// Lets `time` pass. The peers for which `alive` is true answer after 50 ms.
    fn pass(&mut self, time: Duration, alive: impl Fn(u16) -> bool) {
        let end = self.now + time;
        loop {
            let timeout = self.tracker.poll_timeout();
            let answer = self
                .answers
                .first()
                .map(|ping| ping.at + Duration::from_millis(50));
            let Some(next) = timeout.into_iter().chain(answer).min() else {
                break;
            };
            if next > end {
                break;
            }
            self.now = self.now.max(next);
            if answer == Some(next) {
                let ping = self.answers.remove(0);
                let number = number_at(ping.to);
                self.answer(&ping, number, ping.to, false);
            } else {
                let before = self.pings.len();
                self.tracker.handle_timeout(self.now);
                self.collect();
                let asked = self.pings[before..].iter();
                self.answers
                    .extend(asked.filter(|ping| alive(number_at(ping.to))).cloned());
            }
        }
        self.now = end;
    }

    fn there(&self, service: CommunityId) -> BTreeSet<u16> {
        self.tracker
            .peers(service)
            .map(|peer| number_at(peer.address()))
            .collect()
    }
}

/// Peers above 60,000 are on IPv6.
fn place(number: u16) -> SocketAddr {
    if number > 60_000 {
        return SocketAddr::from(([0x2a00, 0xdb8, number, 0, 0, 0, 0, 1], 1000));
    }
    let [high, low] = number.to_be_bytes();
    SocketAddr::from(([20, high, low, 1], 1000))
}

fn number_at(address: SocketAddr) -> u16 {
    match address {
        SocketAddr::V4(v4) => u16::from_be_bytes([v4.ip().octets()[1], v4.ip().octets()[2]]),
        SocketAddr::V6(v6) => v6.ip().segments()[2],
    }
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_silent_peer_loses_that_community_and_with_the_last_one_its_place() {
    let mut watch = Watch::new(TrackerSettings::default());
    watch.peer_asks(1, PROBE);
    watch.peer_asks(1, OTHER);
    assert_eq!(watch.pings.len(), 0, "it was there just now");
    watch.pass(seconds(10), |_| false);
    assert_eq!(watch.pings.len(), 1);
    let first = watch.pings[0].service;
    let second = if first == PROBE { OTHER } else { PROBE };
    watch.pass(Duration::from_millis(4_949), |_| false);
    assert_eq!(watch.there(first).len(), 1);
    watch.pass(Duration::from_millis(1), |_| false);
    assert_eq!(
        (watch.there(first).len(), watch.there(second).len()),
        (0, 1)
    );
    assert_eq!(
        (watch.tracker.peer_count(), watch.tracker.service_count()),
        (1, 1)
    );
    watch.pass(seconds(10), |_| false);
    assert_eq!(watch.tracker.peer_count(), 0);
    assert_eq!(watch.tracker.service_count(), 0);
    assert_eq!(watch.tracker.counters().timeouts, 2);
    assert_eq!(watch.tracker.poll_timeout(), None, "nothing left to do");
}

#[test]
fn five_round_trips_are_measured_and_then_only_silent_peers_are_pinged() {
    let mut watch = Watch::new(TrackerSettings::default());
    watch.peer_asks(1, PROBE);
    watch.pass(seconds(55), |_| true);
    let at = |watch: &Watch| -> Vec<u64> {
        let pings = watch.pings.iter();
        pings
            .map(|ping| (ping.at - watch.start).as_secs())
            .collect()
    };
    assert_eq!(at(&watch), [10, 20, 30, 40, 50]);
    assert_eq!(
        watch.tracker.median_round_trip(),
        Some(Duration::from_millis(50))
    );
    watch.pass(seconds(65), |_| true);
    assert_eq!(at(&watch)[5..], [80, 110], "silent for more than 27.5 s");
    // A peer that asks all the time is not pinged.
    for _ in 0..20 {
        watch.peer_asks(1, PROBE);
        watch.pass(seconds(10), |_| true);
    }
    assert_eq!(watch.pings.len(), 7);
    assert_eq!(watch.there(PROBE), BTreeSet::from([1]));
}

#[test]
fn dead_peers_are_gone_within_seventy_seconds_at_any_number() {
    for count in [3, 400] {
        let mut watch = Watch::new(TrackerSettings::default());
        for number in 1..=count {
            watch.peer_asks(number, PROBE);
            watch.peer_asks(number, OTHER);
            watch.pass(Duration::from_millis(23), |_| true);
        }
        watch.pass(seconds(120), |_| true);
        assert_eq!(watch.there(PROBE).len(), usize::from(count));
        watch.pass(seconds(70), |number| number % 3 != 0);
        let alive: BTreeSet<_> = (1..=count).filter(|number| number % 3 != 0).collect();
        assert_eq!(watch.there(PROBE), alive);
        assert_eq!(watch.there(OTHER), alive);
        assert_eq!(watch.tracker.peer_count(), alive.len());
    }
}

#[test]
fn silent_peers_are_removed_even_before_all_their_communities_were_pinged() {
    let mut watch = Watch::new(TrackerSettings::default());
    for number in 0..30 {
        watch.peer_asks(1, CommunityId::from_bytes([number; 20]));
    }
    watch.pass(seconds(68), |_| false);
    assert_eq!(watch.tracker.peer_count(), 0);
    assert_eq!(watch.tracker.counters().silent, 1);
}

#[test]
fn only_the_answer_to_a_pending_ping_from_that_very_peer_counts() {
    let mut watch = Watch::new(TrackerSettings::default());
    watch.peer_asks(1, PROBE);
    watch.peer_asks(1, OTHER);
    watch.peer_asks(2, PROBE);
    let unasked = Ping {
        to: place(1),
        service: PROBE,
        style: Style::Old,
        identifier: 7,
        at: watch.now,
    };
    watch.answer(&unasked, 1, place(1), false);
    watch.answer(&unasked, 1, place(1), true);
    assert_eq!(watch.tracker.stats().count(DropReason::Unsolicited), 2);
    watch.pass(seconds(11), |_| false);
    let ping = watch.pings.iter().find(|ping| ping.to == place(1));
    let ping = ping.expect("it was asked").clone();
    let elsewhere = if ping.service == PROBE { OTHER } else { PROBE };
    let wrong = [
        (ping.clone(), 2, place(1)),
        (ping.clone(), 3, place(1)),
        (ping.clone(), 1, place(2)),
        (ping.clone(), 1, place(9)),
        (
            Ping {
                identifier: ping.identifier.wrapping_add(1),
                ..ping.clone()
            },
            1,
            place(1),
        ),
        (
            Ping {
                service: elsewhere,
                ..ping.clone()
            },
            1,
            place(1),
        ),
    ];
    for (ping, number, from) in &wrong {
        watch.answer(ping, *number, *from, true);
    }
    assert_eq!(watch.tracker.stats().count(DropReason::Unsolicited), 8);
    assert_eq!(watch.tracker.counters().pongs, 0);
    watch.answer(&ping, 1, place(1), false);
    assert_eq!(watch.tracker.counters().pongs, 1);
    // An answer counts only once.
    watch.answer(&ping, 1, place(1), true);
    assert_eq!(watch.tracker.stats().count(DropReason::Unsolicited), 9);
    watch.pass(seconds(6), |_| true);
    assert_eq!(watch.there(ping.service), BTreeSet::from([1]));
}

#[test]
fn a_peer_that_has_enough_peers_is_forgotten_for_that_community() {
    let mut watch = Watch::new(TrackerSettings::default());
    for number in [1, 2] {
        watch.peer_asks(number, PROBE);
    }
    watch.peer_asks(2, OTHER);
    while watch.there(PROBE).contains(&2) {
        let before = watch.pings.len();
        watch.pass(seconds(10), |_| false);
        for ping in watch.pings.split_off(before) {
            let number = number_at(ping.to);
            watch.answer(&ping, number, ping.to, number == 2 && ping.service == PROBE);
        }
    }
    assert_eq!(watch.tracker.counters().full, 1);
    assert_eq!(watch.there(OTHER), BTreeSet::from([2]), "only for that one");
    assert_eq!(watch.there(PROBE), BTreeSet::from([1]));
    watch.peer_asks(2, PROBE);
    assert_eq!(
        watch.there(PROBE),
        BTreeSet::from([1, 2]),
        "until it asks again"
    );
}

#[test]
fn ipv4_peers_are_pinged_in_the_old_style_because_only_its_answer_has_the_limit() {
    let mut watch = Watch::new(TrackerSettings::default());
    watch.peer_asks(1, PROBE);
    watch.peer_asks(60_001, PROBE);
    watch.pass(seconds(10), |_| true);
    let styles: Vec<_> = watch
        .pings
        .iter()
        .map(|ping| (ping.to, ping.style))
        .collect();
    assert_eq!(
        styles,
        [(place(1), Style::Old), (place(60_001), Style::New)]
    );
    watch.pass(seconds(90), |_| true);
    assert_eq!(watch.there(PROBE), BTreeSet::from([1, 60_001]));
}

/// py-ipv8's tracker keeps the unreduced clock, so from 65,536 on it loses the peers that answer.
#[test]
fn the_clock_may_pass_sixteen_bits() {
    for start in [65_530, 70_000, u64::MAX - 5] {
        let mut watch = Watch::new(TrackerSettings {
            global_time: start,
            ..TrackerSettings::default()
        });
        watch.peer_asks(1, PROBE);
        watch.pass(seconds(600), |_| true);
        assert_eq!(watch.there(PROBE), BTreeSet::from([1]), "from {start}");
        assert_eq!(watch.tracker.counters().timeouts, 0);
        assert!(watch.pings.len() > 20);
    }
}

#[test]
fn thousands_of_peers_are_pinged_without_running_out_of_numbers() {
    let mut watch = Watch::new(TrackerSettings {
        limits: TrackerLimits {
            max_peers: 3_000,
            max_peers_per_service: 3_000,
            ..TrackerLimits::default()
        },
        ..TrackerSettings::default()
    });
    for number in 1..=3_000 {
        watch.request(number, PROBE);
        watch.pass(Duration::from_millis(5), |_| true);
    }
    watch.pass(seconds(5), |_| true);
    assert_eq!(watch.there(PROBE).len(), 3_000);
    watch.pass(seconds(20), |_| true);
    assert_eq!(watch.tracker.counters().pings_refused, 0);
    assert_eq!(watch.there(PROBE).len(), 3_000);
    assert!(watch.pings.len() >= 3_000);
}
