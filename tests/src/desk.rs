//! One engine with a [`Probe`] on it, and a snapshot of everything that an input could change.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::Community;
use ipv8_core::crypto::{PrivateKey, PublicKey};
use ipv8_core::engine::Strategies;
use ipv8_core::internals::context::LocalAddresses;
use ipv8_core::internals::engine::{
    Callback, Engine, EngineConfig, Event, FutureSet, Input, Output, OverlayConfig,
};
use ipv8_core::internals::packet::{CommunityId, Unsealed};
use ipv8_core::internals::payload::Styled;
use ipv8_core::state::DropReason;
use ipv8_core::state::Peer;
use ipv8_core::wire::{Authentication, Message};
use ipv8_core::wire::{IntroductionResponse, Style};

use crate::probe::{Probe, ProbeSettings};
use crate::wire_fields;

/// Returns the private key with this number. The same number always gives the same key.
///
/// # Panics
///
/// Never: the bytes are always a valid key.
#[must_use]
pub fn key(number: u16) -> PrivateKey {
    let mut bin = b"LibNaCLSK:".to_vec();
    for half in [1, 2] {
        bin.extend([half; 30]);
        bin.extend(number.to_be_bytes());
    }
    PrivateKey::from_bytes(&bin).expect("74 bytes with the right prefix")
}

/// Parses a socket address.
///
/// # Panics
///
/// Panics if `text` is not a socket address.
#[must_use]
pub fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// Returns the default settings of an overlay, with the key of this number.
#[must_use]
pub fn overlay_config(number: u16) -> OverlayConfig {
    OverlayConfig::new(key(number))
}

/// Seals a message of the community; signs it with `signer` if its type is signed.
///
/// # Panics
///
/// Panics if a field does not fit its format.
#[must_use]
pub fn sealed<M: Message>(id: CommunityId, signer: &PrivateKey, time: u64, message: &M) -> Vec<u8> {
    let signer = <M::Authentication as Authentication>::SIGNED.then_some(signer);
    let time = M::GLOBAL_TIME.then_some(time);
    let packet = Unsealed::new(&id.prefix(), M::ID, signer, time, message);
    packet.expect("the message packs").seal()
}

/// Seals an introduction message in `style`.
///
/// # Panics
///
/// Panics if it holds an address that the style cannot carry.
#[must_use]
pub fn sealed_styled<M: Styled>(
    id: CommunityId,
    signer: &PrivateKey,
    style: Style,
    message: M,
) -> Vec<u8> {
    sealed_styled_at(id, signer, style, message, 7)
}

/// Like [`sealed_styled`], but with this global time.
///
/// # Panics
///
/// Panics like [`sealed_styled`].
#[must_use]
pub fn sealed_styled_at<M: Styled>(
    id: CommunityId,
    signer: &PrivateKey,
    style: Style,
    message: M,
    time: u64,
) -> Vec<u8> {
    let packet = message.packet(style, &id.prefix(), signer, time);
    packet.expect("the message packs").seal()
}

/// Everything that a datagram could change, except counters.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Each verified peer: key, addresses, new style, last response, services.
    pub peers: BTreeMap<PublicKey, PeerState>,
    /// The known addresses and whether they are new-style.
    pub known: BTreeMap<SocketAddr, bool>,
    /// The addresses the overlay could walk to.
    pub walkable: BTreeSet<SocketAddr>,
    /// The WAN estimate.
    pub wan: SocketAddr,
    /// The number of messages that reached a handler.
    pub heard: usize,
}

/// Addresses, new style, last response, services.
pub type PeerState = (
    BTreeSet<SocketAddr>,
    bool,
    Option<Instant>,
    BTreeSet<CommunityId>,
);

/// One engine with one overlay.
pub struct Desk {
    /// The engine.
    pub engine: Engine,
    /// The overlay's id.
    pub id: CommunityId,
    /// The virtual time.
    pub now: Instant,
    /// The futures that the overlay spawned.
    pub futures: FutureSet,
    /// The identifier of the last introduction request to each address.
    asked: HashMap<SocketAddr, u16>,
}

impl Desk {
    /// Creates a node at 10.1.1.1:8090 with key 0 and one overlay, a `Probe<0>`.
    #[must_use]
    pub fn new() -> Self {
        Self::with(
            overlay_config(0),
            ProbeSettings::default(),
            Strategies::new(),
        )
    }

    /// Like [`Desk::new`], but with other settings.
    ///
    /// # Panics
    ///
    /// Panics if the overlay is refused.
    #[must_use]
    pub fn with(
        config: OverlayConfig,
        settings: ProbeSettings,
        strategies: Strategies<Probe>,
    ) -> Self {
        let now = Instant::now();
        let mut engine = Engine::new(&EngineConfig::new([3; 32]));
        let local = LocalAddresses {
            lan: address("10.1.1.1:8090"),
            ..LocalAddresses::default()
        };
        engine.handle(Input::LocalAddresses(local), now);
        let id = engine
            .add_overlay::<Probe>(config, settings, strategies, now)
            .expect("the overlay is made");
        Self {
            engine,
            id,
            now,
            futures: FutureSet::default(),
            asked: HashMap::new(),
        }
    }

    /// Replaces the probe with an overlay of another type.
    ///
    /// # Panics
    ///
    /// Panics if it is refused.
    pub fn reload<C: Community>(&mut self, settings: C::Settings) {
        self.reload_with::<C>(overlay_config(0), settings, Strategies::new());
    }

    /// Like [`Desk::reload`], but with other overlay settings and strategies.
    ///
    /// # Panics
    ///
    /// Panics if it is refused.
    pub fn reload_with<C: Community>(
        &mut self,
        config: OverlayConfig,
        settings: C::Settings,
        strategies: Strategies<C>,
    ) {
        assert!(self.engine.unload_overlay(self.id, self.now));
        let added = self
            .engine
            .add_overlay::<C>(config, settings, strategies, self.now);
        self.id = added.expect("the overlay is made");
        self.drain();
    }

    /// Lets virtual time pass.
    pub fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    /// Makes `number`'s key a verified peer of the overlay at `source`.
    pub fn befriend(&mut self, number: u16, source: SocketAddr) -> Peer {
        let peer = Peer::new(key(number).public_key().clone(), source, self.now);
        let network = self.engine.network_mut();
        assert!(network.add_verified_peer(&peer), "{source} was refused");
        network.discover_services(peer.key(), [self.id]);
        self.drain_after_flush();
        peer
    }

    /// Returns the identifier of the last introduction request to `to`, which its answer repeats.
    ///
    /// # Panics
    ///
    /// Panics if there was none.
    #[must_use]
    pub fn identifier(&self, to: SocketAddr) -> u16 {
        let identifier = self.asked.get(&to);
        *identifier.unwrap_or_else(|| panic!("{to} was not asked"))
    }

    /// Lets a community walk to `to`, and returns the identifier of its introduction request.
    ///
    /// # Panics
    ///
    /// Panics if nothing is sent, or the community of the overlay `id` is not a `C`.
    pub fn ask<C: Community>(&mut self, id: CommunityId, to: SocketAddr) -> u16 {
        let walked = self
            .engine
            .call(id, self.now, |_: &mut C, cx| cx.walk_to(to));
        walked.expect("the overlay is loaded");
        self.asked.remove(&to);
        self.drain();
        self.identifier(to)
    }

    /// Makes `number`'s key a peer of the overlay `id`, as the network does it: the overlay walks
    /// to `source`, which answers in old style. Returns the datagrams that the answer caused.
    ///
    /// # Panics
    ///
    /// Panics like [`Desk::ask`].
    pub fn prove<C: Community>(
        &mut self,
        id: CommunityId,
        number: u16,
        source: SocketAddr,
    ) -> Vec<(SocketAddr, Vec<u8>)> {
        let identifier = self.ask::<C>(id, source);
        let (here, none) = (address("10.1.1.1:8090"), address("0.0.0.0:0"));
        let response = IntroductionResponse::new(here, none, none, identifier);
        let datagram = sealed_styled(id, &key(number), Style::Old, response);
        self.receive(source, &datagram)
    }

    /// Passes a datagram to the engine and leaves the outputs in the queue.
    pub fn give(&mut self, source: SocketAddr, datagram: &[u8]) {
        if let Some(ticket) = self.engine.admit(source, datagram) {
            let opened = ticket.open(datagram);
            self.engine.handle(Input::Opened(opened), self.now);
        }
    }

    /// Takes all outputs: the sealed datagrams and the events. Polls the spawned futures, then
    /// reports the datagrams as flushed.
    pub fn drain(&mut self) -> (Vec<(SocketAddr, Vec<u8>)>, Vec<Event>) {
        let (mut sent, mut events) = (Vec::new(), Vec::new());
        loop {
            while let Some(output) = self.engine.poll_output() {
                match output {
                    Output::Send(outgoing) => {
                        let datagram = outgoing.packet.seal();
                        if matches!(datagram[22], 234 | 246) {
                            self.asked.insert(outgoing.to, identifier_of(&datagram));
                        }
                        sent.push((outgoing.to, datagram));
                    }
                    Output::Event(event) => events.push(event),
                    Output::Spawn(task) => self.futures.insert(task),
                    Output::Cancel(id) => self.futures.cancel(id),
                    other => panic!("the desk does not handle {other:?}"),
                }
            }
            let finished = self.futures.poll();
            if finished.is_empty() {
                break;
            }
            for task in finished {
                self.engine.handle(Input::Finished(task), self.now);
            }
        }
        self.engine.handle(Input::Flushed, self.now);
        (sent, events)
    }

    /// Lets the engine settle changes made to its network, and returns the events.
    pub fn drain_after_flush(&mut self) -> Vec<Event> {
        self.engine.handle(Input::Flushed, self.now);
        self.drain().1
    }

    /// Passes a datagram to the engine and returns the datagrams that it sends in response.
    pub fn receive(&mut self, source: SocketAddr, datagram: &[u8]) -> Vec<(SocketAddr, Vec<u8>)> {
        self.give(source, datagram);
        self.drain().0
    }

    /// Advances `count` times to the engine's next timeout and handles it. Returns each datagram
    /// that was sent, with its time.
    ///
    /// # Panics
    ///
    /// Panics if the engine has no timeout.
    pub fn tick(&mut self, count: usize) -> Vec<(Instant, SocketAddr, Vec<u8>)> {
        let mut all = Vec::new();
        for _ in 0..count {
            self.now = self
                .engine
                .poll_timeout()
                .expect("the engine waits")
                .max(self.now);
            self.engine.handle(Input::Timeout, self.now);
            let now = self.now;
            all.extend(
                self.drain()
                    .0
                    .into_iter()
                    .map(|(to, bytes)| (now, to, bytes)),
            );
        }
        all
    }

    /// Returns how many datagrams were dropped for `reason`.
    #[must_use]
    pub fn drops(&self, reason: DropReason) -> u64 {
        self.engine.stats().count(reason)
    }

    /// Returns the reasons counted since `before`, each with its number of datagrams.
    #[must_use]
    pub fn drops_since(&self, before: &ipv8_core::state::EngineStats) -> Vec<(DropReason, u64)> {
        self.engine
            .stats()
            .drops()
            .map(|(reason, count)| (reason, count - before.count(reason)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// Calls a closure with the community.
    ///
    /// # Panics
    ///
    /// Panics if the overlay is gone, or `call` panics.
    pub fn call<R>(
        &mut self,
        call: impl FnOnce(&mut Probe, &mut ipv8_core::Context<'_>) -> R,
    ) -> R {
        let called = self.engine.call(self.id, self.now, call);
        called.expect("the overlay is loaded")
    }

    /// Returns everything that a datagram could change.
    ///
    /// # Panics
    ///
    /// Panics if the overlay is gone.
    #[must_use]
    pub fn state(&mut self) -> State {
        let (wan, heard) = self.call(|probe, cx| (cx.my_estimated_wan(), probe.heard.len()));
        let network = self.engine.network();
        let peers = network.verified_peers().map(|peer| {
            let state = (
                peer.addresses().collect(),
                peer.is_new_style(),
                peer.last_response(),
                network.services_for(peer.key()).collect(),
            );
            (peer.key().clone(), state)
        });
        let known = network.addresses();
        State {
            peers: peers.collect(),
            known: known
                .map(|known| (known, network.is_new_style(&known)))
                .collect(),
            walkable: network.walkable_addresses(self.id).collect(),
            wan,
            heard,
        }
    }
}

/// Returns the identifier in an introduction message.
///
/// # Panics
///
/// Panics if the datagram is none.
#[must_use]
pub fn identifier_of(datagram: &[u8]) -> u16 {
    let (_, _, fields) = wire_fields::read(datagram);
    let mut found = fields.into_iter().filter_map(|field| match field {
        ("identifier", wire_fields::Field::Number(number)) => u16::try_from(number).ok(),
        _ => None,
    });
    found.next().expect("it has an identifier")
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

/// The id of `Probe<0>`.
pub const PROBE: CommunityId = <Probe as Community>::COMMUNITY_ID;

/// Returns the callbacks that panicked, in the order of the events.
#[must_use]
pub fn panicked(events: &[Event]) -> Vec<Callback> {
    let callback = |event: &Event| match event {
        Event::Panicked { callback, .. } => Some(callback.clone()),
        _ => None,
    };
    events.iter().filter_map(callback).collect()
}
