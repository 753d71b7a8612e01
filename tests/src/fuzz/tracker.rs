//! A tracker, its clients and an attacker in virtual time. The input is a program of timed events:
//! datagrams, and time that passes. Whatever the program, the tracker keeps its bounds.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use ipv8_core::communities::TrackerLimits;
use ipv8_core::internals::context::LocalAddresses;
use ipv8_core::internals::tracker::{Tracker, TrackerSettings};
use ipv8_core::wire::CommunityId;

use super::Meter;
use super::bytes::Bytes;
use super::known::known_key;
use super::letters::Letters;
use super::places::{HOMES, is_forbidden, place};
use crate::actor::Actor;
use crate::attacker::{is_request, is_response, message_id};
use crate::desk::address;

/// The most events of a program, and the most virtual time.
const MOST_EVENTS: usize = 256;
const MOST_TIME: Duration = Duration::from_secs(120);

/// The most memory, in bytes.
const MEMORY: u64 = 3 << 20;

/// The limits of a tracker with little room.
const LITTLE: TrackerLimits = TrackerLimits {
    max_peers: 8,
    max_peers_per_service: 4,
    max_peers_per_site: 3,
    max_services: 4,
    max_services_per_peer: 2,
};

const SERVICES: [CommunityId; 6] = [
    CommunityId::from_bytes([0xa0; 20]),
    CommunityId::from_bytes([0xa1; 20]),
    CommunityId::from_bytes([0xa2; 20]),
    CommunityId::from_bytes([0xa3; 20]),
    CommunityId::from_bytes([0xa4; 20]),
    CommunityId::from_bytes([0xa5; 20]),
];

struct World {
    tracker: Tracker,
    start: Instant,
    now: Instant,
    letters: Letters,
    /// Clients that answer.
    clients: BTreeMap<SocketAddr, Actor>,
    paid: BTreeMap<IpAddr, usize>,
    /// The answers and requests to each host: how many, and their bytes.
    got: BTreeMap<IpAddr, (usize, usize)>,
    /// The hosts that may have proven their addresses.
    proven: BTreeSet<IpAddr>,
    received: usize,
    sent: usize,
    timeouts: usize,
    /// The estimated time of all work.
    worked: Duration,
}

/// Runs a program.
pub(super) fn run(data: &[u8], meter: Meter) {
    let used = meter(&mut || {
        let mut bytes = Bytes::new(data);
        let mut world = World::new(bytes.byte());
        for _ in 0..MOST_EVENTS {
            if bytes.is_empty() {
                break;
            }
            world.happens(&mut bytes);
            world.check();
        }
        world.ends();
    });
    assert!(used <= MEMORY, "{used} bytes");
}

impl World {
    fn new(kind: u8) -> Self {
        let limits = if kind & 1 != 0 {
            LITTLE
        } else {
            TrackerLimits::default()
        };
        let settings = TrackerSettings {
            limits,
            ..TrackerSettings::default()
        };
        let mut tracker = Tracker::new(known_key(0).clone(), settings, [kind; 32]);
        let at = address("20.1.1.1:6421");
        tracker.set_local_addresses(LocalAddresses {
            lan: at,
            ..LocalAddresses::default()
        });
        let clients = (0..(kind >> 4) % (HOMES + 1)).map(|number| {
            let client = Actor {
                key: known_key(1 + u16::from(number)).clone(),
                ..Actor::new(0, place(number))
            };
            (client.at, client)
        });
        let now = Instant::now();
        Self {
            tracker,
            start: now,
            now,
            letters: Letters::new(at, SERVICES.to_vec()),
            clients: clients.collect(),
            paid: BTreeMap::new(),
            got: BTreeMap::new(),
            proven: (0..HOMES).map(|home| place(home).ip()).collect(),
            received: 0,
            sent: 0,
            timeouts: 0,
            worked: Duration::ZERO,
        }
    }

    fn happens(&mut self, bytes: &mut Bytes<'_>) {
        if bytes.byte().is_multiple_of(4) {
            self.pass(bytes.milliseconds() / 8);
        } else if let Some(letter) = self.letters.next(bytes) {
            self.deliver(letter.from, &letter.bytes);
        }
    }

    fn deliver(&mut self, from: SocketAddr, datagram: &[u8]) {
        let host = from.ip().to_canonical();
        *self.paid.entry(host).or_default() += datagram.len();
        self.received += 1;
        if is_response(message_id(datagram)) {
            self.proven.insert(host);
        }
        self.tracker.receive(from, datagram, self.now);
        self.works();
    }

    /// Lets the tracker do its work, and clients answer.
    fn works(&mut self) {
        loop {
            while let Some(cost) = self.tracker.work(self.now) {
                self.worked += cost;
            }
            let mut replies = Vec::new();
            while let Some(outgoing) = self.tracker.poll_output() {
                self.book(
                    outgoing.to,
                    outgoing.packet.message_id(),
                    outgoing.packet.sealed_length(),
                );
                if let Some(client) = self.clients.get_mut(&outgoing.to) {
                    let datagram = outgoing.packet.clone().seal();
                    replies.extend(client.hear(address("20.1.1.1:6421"), &datagram));
                }
                self.letters.note_sent(outgoing.to, outgoing.packet);
            }
            if replies.is_empty() {
                return;
            }
            for (from, reply) in replies {
                self.received += 1;
                self.tracker.receive(from, &reply, self.now);
            }
        }
    }

    fn book(&mut self, to: SocketAddr, id: u8, length: usize) {
        assert!(
            !is_forbidden(to.ip()) && to.port() != 0,
            "message {id} to {to}"
        );
        self.sent += 1;
        if is_response(id) || is_request(id) {
            let (count, bytes) = self.got.entry(to.ip().to_canonical()).or_default();
            *count += 1;
            *bytes += length;
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = (self.now + time).min(self.start + MOST_TIME);
        while let Some(due) = self.tracker.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.tracker.handle_timeout(self.now);
            self.timeouts += 1;
            self.works();
            self.check_work();
        }
        self.now = self.now.max(end);
    }

    fn check(&self) {
        let limits = self.tracker.limits();
        assert!(self.tracker.peer_count() <= limits.max_peers);
        assert!(self.tracker.service_count() <= limits.max_services);
        let services = self.tracker.services();
        assert!(
            services
                .into_iter()
                .all(|(_, peers)| peers <= limits.max_peers_per_service)
        );
        assert!(self.tracker.counters().newcomers <= 4_096);
        assert!(self.tracker.waiting() <= 6_400 && self.tracker.pending_pings() <= 16_384);
        assert_eq!(self.tracker.stats().panics, 0);
        self.check_strangers();
        self.check_work();
    }

    /// Checks what went to hosts that never answered.
    fn check_strangers(&self) {
        let seconds = 1 + (self.now - self.start).as_secs() as usize;
        for (host, (count, bytes)) in &self.got {
            if self.proven.contains(host) || host.is_loopback() {
                continue;
            }
            let paid = self.paid.get(host).copied().unwrap_or_default();
            assert!(
                bytes * 10 <= paid * 25,
                "{bytes} bytes for {paid} to {host}"
            );
            // Answers: 32 at once, and one a second. Each newcomer is asked a few times.
            let most = 2 * (32 + seconds) + 20 * seconds;
            assert!(*count <= most, "{count} datagrams to {host}");
        }
        let strangers = self
            .got
            .iter()
            .filter(|(host, _)| !self.proven.contains(host));
        let bytes: usize = strangers.map(|(_, (_, bytes))| bytes).sum();
        assert!(bytes <= 310_000 * seconds, "{bytes} bytes to strangers");
    }

    fn check_work(&self) {
        let seconds = 1 + (self.now - self.start).as_secs() as usize;
        let members = self.tracker.peer_count() + HOMES as usize;
        let allowed = 4 * self.received + 2 * members * seconds + 64;
        assert!(
            self.sent <= allowed,
            "{} datagrams for {}",
            self.sent,
            self.received
        );
        let timeouts = 64 + 8 * (self.received + self.sent) + 25 * seconds;
        assert!(self.timeouts <= timeouts, "{} timeouts", self.timeouts);
        // The slowest signature takes 1.6 ms.
        let work = Duration::from_millis(2) * u32::try_from(self.received).unwrap_or(u32::MAX);
        assert!(self.worked <= work, "{:?} of work", self.worked);
    }

    /// Strangers are forgotten, and no datagram waits for ever.
    fn ends(&mut self) {
        let end = self.now + Duration::from_secs(30);
        self.start = self.start.max(end - MOST_TIME);
        self.pass(Duration::from_secs(30));
        assert_eq!(self.tracker.counters().newcomers, 0);
        assert_eq!(self.tracker.waiting(), 0);
    }
}
