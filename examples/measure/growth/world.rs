//! An engine that is driven by hand, with chosen numbers of peers, addresses, overlays and
//! strategies.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::{Duration, Instant};

use ipv8_core::crypto::PrivateKey;
use ipv8_core::internals::engine::{Engine, EngineConfig, Event, Input, Output, OverlayConfig};
use ipv8_core::internals::payload::{IntroductionRequest, IntroductionResponse, Style, Styled};
use ipv8_core::prelude::*;
use ipv8_core::state::NetworkLimits;

use crate::Result;
use crate::series::Series;

/// The numbers of all things. The defaults apply while something else grows.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) peers: usize,
    pub(crate) addresses: usize,
    pub(crate) overlays: usize,
    pub(crate) strategies: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            peers: 100,
            addresses: 1_000,
            overlays: 1,
            strategies: 1,
        }
    }
}

impl Sizes {
    /// Returns the default sizes, but `size` for this series.
    pub(crate) fn with(series: Series, size: usize) -> Self {
        let mut sizes = Self::default();
        match series {
            Series::Peers => sizes.peers = size,
            Series::Addresses => sizes.addresses = size,
            Series::Overlays => sizes.overlays = size,
            Series::Strategies => sizes.strategies = size,
        }
        sizes
    }
}

/// Number of peers that introduced all known addresses: enough for the neighbourhood of an edge
/// walk.
pub(crate) const INTRODUCERS: usize = 10;

/// The address of the node, as all peers see it.
const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(50, 0, 0, 1)), 8_090);

/// The length of a signature at the end of a datagram (curve25519). The identifier of an
/// introduction request is before it.
const SIGNATURE: usize = 64;

/// A community without messages, under any id.
struct Plain;

impl Community for Plain {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([7; 20]);
    const MAX_PEERS: i32 = -1;
    type Settings = Option<CommunityId>;

    fn new(
        _id: Option<CommunityId>,
        _cx: &mut Context<'_>,
    ) -> std::result::Result<Self, CommunityError> {
        Ok(Self)
    }

    fn community_id(id: &Option<CommunityId>) -> CommunityId {
        id.unwrap_or(Self::COMMUNITY_ID)
    }
}

/// A strategy that takes turns and does nothing.
#[derive(Default)]
struct Idle;

impl<C: Community> DiscoveryStrategy<C> for Idle {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {}
}

/// The kind of the strategies that take turns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walker {
    Random,
    Edge,
    Idle,
}

/// The effect of steps.
#[derive(Default)]
pub(crate) struct Steps {
    pub(crate) datagrams: usize,
    /// The most datagrams of one step.
    pub(crate) most: usize,
    pub(crate) asked: Vec<SocketAddr>,
}

pub(crate) struct World {
    pub(crate) engine: Engine,
    id: CommunityId,
    now: Instant,
    key: PrivateKey,
}

/// A received datagram with its source.
pub(crate) type Arrival = (SocketAddr, Vec<u8>);

impl World {
    /// Returns a node without overlays whose limits are high enough for every size.
    pub(crate) fn empty() -> Result<Self> {
        let mut config = EngineConfig::new([3; 32]);
        config.network = NetworkLimits {
            max_addresses: 2_000_000,
            max_addresses_per_introducer: 2_000_000,
            max_peers: 2_000_000,
            ..NetworkLimits::default()
        };
        Ok(Self {
            engine: Engine::new(&config),
            id: Plain::COMMUNITY_ID,
            now: Instant::now(),
            key: private_key(usize::MAX)?,
        })
    }

    /// Adds overlays. The first one has a random walk and an edge walk.
    pub(crate) fn add_overlays(&mut self, count: usize) -> Result<()> {
        for number in 0..count {
            let mut strategies = Strategies::new();
            let mut id = *Plain::COMMUNITY_ID.as_bytes();
            if number == 0 {
                strategies.add::<RandomWalk>(-1, |walk| {
                    walk.reset_chance = 0;
                    walk.window_size = 0;
                });
                strategies.add::<EdgeWalk>(-1, |_| {});
            } else {
                let place = u32::try_from(number)?.to_be_bytes();
                id.iter_mut().zip(place).for_each(|(byte, new)| *byte = new);
            }
            let config = OverlayConfig::new(self.key.clone());
            let id = CommunityId::from_bytes(id);
            self.engine
                .add_overlay::<Plain>(config, Some(id), strategies, self.now)?;
            self.drain(&mut Steps::default(), false);
        }
        Ok(())
    }

    /// Adds strategies that do nothing to the first overlay.
    pub(crate) fn add_strategies(&mut self, count: usize) -> Result<()> {
        let mut strategies = Strategies::new();
        for _ in 0..count {
            strategies.add::<Idle>(-1, |_| {});
        }
        self.engine
            .add_strategies::<Plain>(self.id, strategies, self.now)??;
        self.drain(&mut Steps::default(), false);
        Ok(())
    }

    /// Adds peers: each sends an introduction request, is asked, and answers.
    pub(crate) fn add_peers(&mut self, numbers: std::ops::Range<usize>) -> Result<()> {
        for number in numbers {
            let arrival = self.request_of(number)?;
            self.receive(&arrival, false);
            let identifier = self.ask(source_of(number))?;
            let arrival = self.answer_of(number, identifier)?;
            self.receive(&arrival, false);
        }
        Ok(())
    }

    /// Sends an introduction request to `to`, and returns its identifier.
    fn ask(&mut self, to: SocketAddr) -> Result<u16> {
        self.engine
            .call(self.id, self.now, |_: &mut Plain, cx| cx.walk_to(to))?;
        let mut asked = None;
        while let Some(output) = self.engine.poll_output() {
            if let Output::Send(outgoing) = output {
                let datagram = outgoing.packet.seal();
                let end = datagram.len().saturating_sub(SIGNATURE);
                asked = datagram.get(..end).and_then(<[u8]>::last_chunk).copied();
            }
        }
        self.engine.handle(Input::Flushed, self.now);
        let identifier = asked.ok_or("nothing was sent")?;
        Ok(u16::from_be_bytes(identifier))
    }

    /// Adds addresses that the first peers introduced.
    pub(crate) fn add_addresses(&mut self, count: usize) -> Result<()> {
        for number in 0..count {
            self.introduce(number)?;
        }
        self.engine.handle(Input::Flushed, self.now);
        Ok(())
    }

    fn introduce(&mut self, number: usize) -> Result<()> {
        let key = private_key(number % INTRODUCERS)?.public_key().clone();
        let network = self.engine.network_mut();
        let peer = network
            .peer(&key)
            .cloned()
            .ok_or("an introducer is missing")?;
        network.discover_address(&peer, introduced(number), Some(self.id), false);
        Ok(())
    }

    /// Introduces addresses again that a strategy gave up.
    pub(crate) fn restore(&mut self, addresses: &[SocketAddr]) -> Result<()> {
        for address in addresses {
            if let Some(number) = number_of(address)
                && !self.engine.network().is_known(address)
            {
                self.introduce(number)?;
            }
        }
        self.engine.handle(Input::Flushed, self.now);
        Ok(())
    }

    /// Returns an introduction request of peer `number`, from its address.
    pub(crate) fn request_of(&self, number: usize) -> Result<Arrival> {
        self.request_from(number, source_of(number))
    }

    /// Returns an introduction request of stranger `number`.
    pub(crate) fn request_of_stranger(&self, number: usize) -> Result<Arrival> {
        self.request_from(number, stranger(number))
    }

    fn request_from(&self, number: usize, source: SocketAddr) -> Result<Arrival> {
        let key = private_key(number)?;
        let [_, a, b, c] = low_bytes(number);
        let lan = SocketAddr::from((Ipv4Addr::new(10, a, b, c), 8_090));
        let request = IntroductionRequest::new(Style::Old, HERE, lan, source, 5);
        let packet = request.packet(Style::Old, &self.id.prefix(), &key, 1)?;
        Ok((source, packet.seal()))
    }

    /// Returns the answer of peer `number` to an introduction request.
    fn answer_of(&self, number: usize, identifier: u16) -> Result<Arrival> {
        let (key, source) = (private_key(number)?, source_of(number));
        let none = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let response = IntroductionResponse::new(HERE, none, source, identifier);
        let packet = response.packet(Style::Old, &self.id.prefix(), &key, 1)?;
        Ok((source, packet.seal()))
    }

    /// Receives a datagram and handles all outputs. With `seal`, also signs the outgoing datagrams.
    /// Returns the number of outgoing datagrams.
    pub(crate) fn receive(&mut self, (source, datagram): &Arrival, seal: bool) -> usize {
        if let Some(ticket) = self.engine.admit(*source, datagram) {
            let opened = ticket.open(datagram);
            self.engine.handle(Input::Opened(opened), self.now);
        }
        let mut steps = Steps::default();
        self.drain(&mut steps, seal);
        steps.datagrams
    }

    /// Lets only `walker` take turns.
    pub(crate) fn select(&mut self, walker: Walker) -> Result<()> {
        for (index, strategy) in self.engine.strategies().into_iter().enumerate() {
            let kind = match index {
                0 => Walker::Random,
                1 => Walker::Edge,
                _ => Walker::Idle,
            };
            match kind == walker {
                true => self.engine.resume_strategy(strategy.id, self.now)?,
                false => self.engine.pause_strategy(strategy.id, self.now)?,
            }
        }
        self.drain(&mut Steps::default(), false);
        Ok(())
    }

    /// Advances virtual time until `count` steps were taken.
    pub(crate) fn steps(&mut self, count: usize, steps: &mut Steps) {
        let mut taken = 0;
        while taken < count {
            let Some(next) = self.engine.poll_timeout() else {
                return;
            };
            self.now = self.now.max(next);
            self.engine.handle(Input::Timeout, self.now);
            taken += self.drain(steps, true);
        }
    }

    /// Handles all outputs. Returns the number of steps.
    fn drain(&mut self, steps: &mut Steps, seal: bool) -> usize {
        let mut taken = 0;
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Send(outgoing) => {
                    steps.datagrams += 1;
                    steps.asked.push(outgoing.to);
                    if seal {
                        std::hint::black_box(outgoing.packet.seal());
                    }
                }
                Output::Event(Event::Step(report)) => {
                    taken += 1;
                    steps.most = steps.most.max(report.datagrams);
                }
                _ => {}
            }
        }
        self.engine.handle(Input::Flushed, self.now);
        taken
    }

    /// Lets two seconds pass, after which a peer gets as many answers as before.
    pub(crate) fn pass(&mut self) {
        self.now += Duration::from_secs(2);
    }

    /// Lets more than a minute pass without a turn. Pending requests time out, contacts are
    /// forgotten, and addresses that did not answer may be asked again. Then `walker` takes turns.
    pub(crate) fn rest(&mut self, walker: Walker) -> Result<()> {
        for strategy in self.engine.strategies() {
            self.engine.pause_strategy(strategy.id, self.now)?;
        }
        self.now += Duration::from_secs(61);
        self.engine.handle(Input::Timeout, self.now);
        self.select(walker)
    }

    pub(crate) fn prefix(&self) -> [u8; 22] {
        self.id.prefix()
    }
}

/// Returns the private key of peer `number`, which is always the same.
pub(crate) fn private_key(number: usize) -> Result<PrivateKey> {
    let mut bin = b"LibNaCLSK:".to_vec();
    for half in [1, 2] {
        bin.extend([half; 24]);
        bin.extend((number as u64).to_be_bytes());
    }
    Ok(PrivateKey::from_bytes(&bin)?)
}

fn low_bytes(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes()
}

/// Returns the address of peer `number`.
fn source_of(number: usize) -> SocketAddr {
    let [_, a, b, c] = low_bytes(number);
    SocketAddr::from((Ipv4Addr::new(20, a, b, c), 8_090))
}

/// Returns the address of stranger `number`. Each of 65,536 has a network of its own, because all
/// strangers of a network share a small number of answers.
fn stranger(number: usize) -> SocketAddr {
    let [_, _, b, c] = low_bytes(number);
    SocketAddr::from((Ipv4Addr::new(70, b, c, 1), 2_000))
}

/// Returns introduced address `number`.
fn introduced(number: usize) -> SocketAddr {
    let [_, a, b, c] = low_bytes(number);
    SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(40, a, b, c), 2_000))
}

/// Returns the number of an introduced address; `None` for any other.
fn number_of(address: &SocketAddr) -> Option<usize> {
    let SocketAddr::V4(address) = address else {
        return None;
    };
    let [40, a, b, c] = address.ip().octets() else {
        return None;
    };
    usize::try_from(u32::from_be_bytes([0, a, b, c])).ok()
}

/// Returns an address of no peer.
pub(crate) fn unknown(number: usize) -> SocketAddr {
    let [_, a, b, c] = low_bytes(number);
    SocketAddr::from((Ipv4Addr::new(60, a, b, c), 3_000))
}
