//! A tracker and its clients, in virtual time. Clients at home answer the tracker's requests.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::CommunityId;
use ipv8_core::crypto::PrivateKey;
use ipv8_core::internals::introduction::{IntroductionMessage, introduction_opener};
use ipv8_core::internals::payload::{
    IntroductionRequest, IntroductionResponse, Style, Styled, ids,
};
use ipv8_core::internals::tracker::{Tracker, TrackerSettings};
use ipv8_tests::desk::{address, key};
use ipv8_tests::wire_fields::{Field, read};

/// The identifier of every request of a client.
pub(crate) const NUMBER: u16 = 4_711;

/// The address of the tracker, as its clients see it.
pub(crate) const TRACKER: &str = "20.9.9.9:9";

/// A datagram that the tracker sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) at: Instant,
    pub(crate) to: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

impl Sent {
    pub(crate) fn id(&self) -> u8 {
        self.bytes[22]
    }

    pub(crate) fn is_answer(&self) -> bool {
        [ids::INTRODUCTION_RESPONSE, ids::NEW_INTRODUCTION_RESPONSE].contains(&self.id())
    }

    pub(crate) fn is_request(&self) -> bool {
        [ids::INTRODUCTION_REQUEST, ids::NEW_INTRODUCTION_REQUEST].contains(&self.id())
    }

    /// Returns the address that an answer introduces.
    pub(crate) fn introduced(&self) -> Option<SocketAddr> {
        let (_, _, fields) = read(&self.bytes);
        let mut fields = fields.into_iter();
        match fields
            .find(|(name, _)| *name == "wan_introduction_address")?
            .1
        {
            Field::Address(address) if address.port() != 0 => Some(address),
            _ => None,
        }
    }
}

pub(crate) struct Town {
    pub(crate) tracker: Tracker,
    pub(crate) now: Instant,
    /// The keys that answer at an address.
    pub(crate) homes: HashMap<SocketAddr, Vec<u16>>,
    /// All that the tracker sent, in order. A test may empty it.
    pub(crate) sent: Vec<Sent>,
    /// The tracker's core is busy: replies wait until the test lets it work.
    pub(crate) is_busy: bool,
    clock: u64,
}

impl Town {
    pub(crate) fn new(settings: TrackerSettings) -> Self {
        Self {
            tracker: Tracker::new(key(0), settings, [1; 32]),
            now: Instant::now(),
            homes: HashMap::new(),
            sent: Vec::new(),
            is_busy: false,
            clock: 100,
        }
    }

    pub(crate) fn settle(&mut self, number: u16, home: SocketAddr) {
        self.homes.entry(home).or_default().push(number);
    }

    /// Returns a request of a client, with a global time that no other has.
    pub(crate) fn request(&mut self, service: CommunityId, number: u16) -> Vec<u8> {
        self.clock += 1;
        request(service, &key(number), self.clock)
    }

    /// A datagram arrives from an address.
    pub(crate) fn deliver(&mut self, from: SocketAddr, datagram: &[u8]) {
        self.tracker.handle(from, datagram, self.now);
        self.collect();
    }

    /// Lets `time` pass.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.tracker.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.tracker.handle_timeout(self.now);
            self.collect();
        }
        self.now = end;
    }

    /// A client asks from its home. Waits for its proof. Returns the introduced address.
    pub(crate) fn ask(
        &mut self,
        service: CommunityId,
        number: u16,
        home: SocketAddr,
    ) -> Option<SocketAddr> {
        if !self
            .homes
            .get(&home)
            .is_some_and(|keys| keys.contains(&number))
        {
            self.settle(number, home);
        }
        let before = self.sent.len();
        let request = self.request(service, number);
        self.deliver(home, &request);
        self.pass(Duration::from_millis(60));
        let sent = self.sent[before..].iter();
        let mut answers = sent.filter(|sent| sent.to == home && sent.is_answer());
        answers.next().expect("an answer").introduced()
    }

    pub(crate) fn collect(&mut self) {
        while let Some(outgoing) = self.tracker.poll_output() {
            let sent = Sent {
                at: self.now,
                to: outgoing.to,
                bytes: outgoing.packet.seal(),
            };
            for reply in self.replies(&sent) {
                self.tracker.receive(sent.to, &reply, self.now);
                while !self.is_busy && self.tracker.work(self.now).is_some() {}
            }
            self.sent.push(sent);
        }
    }

    /// Returns the answers of everyone at home there. Only the key that was asked counts.
    pub(crate) fn replies(&mut self, sent: &Sent) -> Vec<Vec<u8>> {
        if !sent.is_request() {
            return Vec::new();
        }
        let keys = self.homes.get(&sent.to).cloned().unwrap_or_default();
        let number = identifier(&sent.bytes);
        let answer = |signer| response(&sent.bytes, &key(signer), sent.to, number);
        keys.into_iter().map(answer).collect()
    }
}

pub(crate) fn request(service: CommunityId, signer: &PrivateKey, clock: u64) -> Vec<u8> {
    let lan = address("192.168.0.2:3");
    let message = IntroductionRequest::new(Style::Old, address(TRACKER), lan, lan, NUMBER);
    let packet = message.packet(Style::Old, &service.prefix(), signer, clock);
    packet.expect("it packs").seal()
}

/// Returns the identifier of a request.
pub(crate) fn identifier(request: &[u8]) -> u16 {
    let open = introduction_opener(request[22]).expect("known");
    match open(request).expect("well made").message {
        IntroductionMessage::Request(_, request) => request.identifier,
        other => panic!("{other:?} is no request"),
    }
}

/// Returns the answer of a client at `from` to a request of the tracker.
pub(crate) fn response(
    request: &[u8],
    signer: &PrivateKey,
    from: SocketAddr,
    number: u16,
) -> Vec<u8> {
    response_to(address(TRACKER), request, signer, from, number)
}

/// Returns the answer of a client to a request that seemed to come from `destination`.
pub(crate) fn response_to(
    destination: SocketAddr,
    request: &[u8],
    signer: &PrivateKey,
    from: SocketAddr,
    number: u16,
) -> Vec<u8> {
    let style = match request[22] {
        ids::INTRODUCTION_REQUEST => Style::Old,
        _ => Style::New,
    };
    let prefix = request[..22].try_into().expect("22 bytes");
    let message = IntroductionResponse::new(destination, from, from, number);
    let packet = message.packet(style, &prefix, signer, 7);
    packet.expect("it packs").seal()
}
