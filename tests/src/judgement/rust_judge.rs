//! One packet, one engine, one verdict.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use ipv8_core::crypto::PrivateKey;
use ipv8_core::engine::Strategies;
use ipv8_core::internals::address::UNSPECIFIED;
use ipv8_core::internals::context::LocalAddresses;
use ipv8_core::internals::engine::{Engine, EngineConfig, Event, Input, Output, OverlayConfig};
use ipv8_core::internals::introduction::{
    IntroductionMessage, OpenedIntroduction, introduction_opener,
};
use ipv8_core::internals::packet::{CommunityId, Header};
use ipv8_core::internals::standing::expect_answer;
use ipv8_core::state::DropReason;
use serde_json::{Value, json};

use super::differences::{OWN_ADDRESS, is_asked_for};
use crate::python::{Verdict, hex};
use crate::reporting::{Reporting, ReportingSettings};
use crate::view::{View, bytes};

/// The time between two packets, after which all budgets are full again.
const PAUSE: Duration = Duration::from_secs(60);

/// Judges packets with our library. A newly started node without peers receives each packet, unless
/// the judge keeps its state.
#[derive(Debug)]
pub struct RustJudge {
    community: CommunityId,
    my_peer: PrivateKey,
    own_address: SocketAddr,
    count: usize,
    keeps_state: bool,
    kept: Option<Node>,
}

/// A node without a limit on peers.
#[derive(Debug)]
struct Node {
    engine: Engine,
    id: CommunityId,
    events: Receiver<Value>,
    now: Instant,
}

impl RustJudge {
    /// Creates a judge whose nodes have the key `my_peer` (a private bin) in `community`.
    ///
    /// # Panics
    ///
    /// Panics if `my_peer` is not a valid key.
    #[must_use]
    pub fn new(community: CommunityId, my_peer: &[u8]) -> Self {
        Self {
            community,
            my_peer: PrivateKey::from_bytes(my_peer).expect("a private key"),
            own_address: OWN_ADDRESS.parse().expect("an address"),
            count: 0,
            keeps_state: false,
            kept: None,
        }
    }

    /// Like [`RustJudge::new`], but one node receives all packets.
    #[must_use]
    pub fn keeping_state(self) -> Self {
        Self {
            keeps_state: true,
            ..self
        }
    }

    /// Returns `true` if one node receives all packets.
    #[must_use]
    pub fn keeps_state(&self) -> bool {
        self.keeps_state
    }

    /// Returns the verdict on one packet from `source`. In addition to the verdicts of `judge.py`
    /// there are `own` (signed by the judge), `unsolicited` (a response that was not asked for) and
    /// `dropped` (only a prefix). `error` is the reason
    /// of a refusal.
    pub fn judge(&mut self, packet: &[u8], source: SocketAddr) -> Verdict {
        let mut node = self.kept.take().unwrap_or_else(|| self.node());
        // The budgets are not judged here.
        node.now += PAUSE;
        let before: BTreeSet<_> = node.engine.network().addresses().collect();
        let mut verdict = self.empty(packet);
        node.expect(packet, source);
        let refusal = node.receive(packet, source);
        node.take_outputs(&mut verdict);
        match refusal {
            Some(reason) => {
                verdict.verdict = self.name(reason, packet).to_owned();
                verdict.error = Some(reason.name().to_owned());
            }
            None => node.accepted(packet, &mut verdict),
        }
        let known = node.engine.network().addresses();
        let new = known.filter(|address| !before.contains(address));
        verdict.new_addresses = new.map(|address| address.to_string()).collect();
        verdict.new_addresses.sort();
        let wan = node
            .engine
            .call::<Reporting, _>(self.community, node.now, |_, cx| cx.my_estimated_wan());
        verdict.wan = wan.unwrap_or(UNSPECIFIED).to_string();
        self.kept = self.keeps_state.then_some(node);
        verdict
    }

    fn node(&self) -> Node {
        let now = Instant::now();
        let (sender, events) = mpsc::channel();
        let mut engine = Engine::new(&EngineConfig::new([1; 32]));
        let local = LocalAddresses {
            lan: self.own_address,
            ..LocalAddresses::default()
        };
        engine.handle(Input::LocalAddresses(local), now);
        let overlay = OverlayConfig {
            max_peers: Some(-1),
            ..OverlayConfig::new(self.my_peer.clone())
        };
        let settings = ReportingSettings {
            id: self.community,
            events: Some(sender),
        };
        let made = engine.add_overlay::<Reporting>(overlay, settings, Strategies::new(), now);
        made.expect("the overlay is made");
        Node {
            engine,
            id: self.community,
            events,
            now,
        }
    }

    fn empty(&mut self, packet: &[u8]) -> Verdict {
        let ours = |header: &Header<'_>| *header.prefix == self.community.prefix();
        let header = Header::split(packet).filter(ours);
        self.count += 1;
        Verdict {
            n: self.count - 1,
            verdict: "accepted".to_owned(),
            id: header.map(|header| header.id),
            ..Verdict::default()
        }
    }

    fn name(&self, reason: DropReason, packet: &[u8]) -> &'static str {
        match reason {
            DropReason::TooShort if packet == self.community.prefix() => "dropped",
            DropReason::TooShort | DropReason::UnknownPrefix => "foreign",
            DropReason::UnknownMessage => "unknown",
            DropReason::DeprecatedMessage => "deprecated",
            DropReason::OwnPacket => "own",
            DropReason::Unsolicited => "unsolicited",
            DropReason::BadKey
            | DropReason::BadSignature
            | DropReason::Malformed
            | DropReason::Leftover => "refused",
            other => panic!("a packet was dropped for {other}"),
        }
    }
}

impl Node {
    /// Waits for the introduction response in `packet`, as if its sender had been asked, unless it
    /// is one of those that were [not asked for](is_asked_for).
    fn expect(&mut self, packet: &[u8], source: SocketAddr) {
        let response = Header::split(packet)
            .and_then(|header| introduction_opener(header.id))
            .and_then(|open| open(packet).ok());
        let Some(IntroductionMessage::Response(_, response)) = response.map(|one| one.message)
        else {
            return;
        };
        if is_asked_for(response.identifier) {
            let (id, identifier) = (self.id, response.identifier);
            let expected = self.engine.call::<Reporting, _>(id, self.now, |_, cx| {
                expect_answer(cx, source, identifier);
            });
            expected.expect("the overlay is loaded");
        }
    }

    /// Receives a packet; returns the reason if it is refused. If a response cannot be sent, or an
    /// address in it is out of reach, the packet still counts as accepted.
    fn receive(&mut self, packet: &[u8], source: SocketAddr) -> Option<DropReason> {
        let before = self.engine.stats().clone();
        if let Some(ticket) = self.engine.admit(source, packet) {
            let opened = ticket.open(packet);
            self.engine.handle(Input::Opened(opened), self.now);
        }
        let mut drops = self.engine.stats().drops();
        let refusal = drops.find(|(reason, count)| {
            *count > before.count(*reason)
                && !matches!(
                    reason,
                    DropReason::Unsendable | DropReason::Unpackable | DropReason::OutOfScope
                )
        });
        refusal.map(|(reason, _)| reason)
    }

    fn take_outputs(&mut self, verdict: &mut Verdict) {
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Send(outgoing) => {
                    let to = outgoing.to.to_string();
                    verdict.sent.push(hex::encode(&outgoing.packet.seal()));
                    verdict.to.push(to);
                }
                // Each peer is also reported for its network, and the overlay was loaded before the
                // first packet.
                Output::Event(
                    Event::NetworkPeerAdded { .. }
                    | Event::OverlayLoaded { .. }
                    | Event::PeerMoved { .. }
                    | Event::WanAddress { .. }
                    | Event::BudgetUsedUp { .. },
                ) => {}
                Output::Event(Event::PeerAdded { peer, .. }) => {
                    verdict.added.push(peer.mid().to_string());
                }
                other => panic!("{other:?} because of one packet"),
            }
        }
    }

    /// Fills in the fields of an accepted packet. An introduction message is read with the function
    /// that the engine uses; for any other message the fields come from its handler.
    fn accepted(&self, packet: &[u8], verdict: &mut Verdict) {
        let opened = verdict
            .id
            .and_then(introduction_opener)
            .map(|open| open(packet));
        let event = match opened {
            Some(opened) => introduction_event(&opened.expect("the engine has just opened it")),
            None => {
                let mut events = self.events.try_iter();
                let message = events.find(|event| event["event"] == "message");
                message.expect("the handler of an accepted message reports it")
            }
        };
        let text = |name: &str| event[name].as_str().map(str::to_owned);
        verdict.event = text("event");
        verdict.mid = text("mid");
        verdict.public_key = text("public_key");
        verdict.global_time = event["global_time"].as_u64();
        verdict.fields = Some(event["fields"].clone());
    }
}

fn introduction_event(opened: &OpenedIntroduction) -> Value {
    let (name, by) = match &opened.message {
        IntroductionMessage::Request(by, _) => ("introduction_request", Some(by)),
        IntroductionMessage::Response(by, _) => ("introduction_response", Some(by)),
        IntroductionMessage::PunctureRequest(_) => ("puncture_request", None),
        IntroductionMessage::Puncture(by, _) => ("puncture", Some(by)),
    };
    json!({
        "event": name, "mid": by.map(|by| by.key.mid().to_string()),
        "public_key": by.map(|by| bytes(by.key.as_bytes())), "global_time": opened.global_time,
        "fields": opened.view(),
    })
}
