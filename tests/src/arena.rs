//! Engines, trackers and hand-made peers in virtual time, with a record of every datagram that one
//! of them sends. An attacker passes in any datagram, from any source address.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use ipv8_core::Community;
use ipv8_core::crypto::PublicKey;
use ipv8_core::engine::Strategies;
use ipv8_core::internals::address::UNSPECIFIED;
use ipv8_core::internals::context::{Interfaces, LocalAddresses};
use ipv8_core::internals::engine::{Engine, EngineConfig, Event, Input, Output, OverlayConfig};
use ipv8_core::internals::tracker::{Tracker, TrackerSettings};
use ipv8_core::wire::{CommunityId, Style};

use crate::actor::Actor;
use crate::desk::key;
use crate::sent::{Content, Sent};

enum Program {
    Engine(Box<Engine>),
    Tracker(Box<Tracker>),
    Actor(Box<Actor>),
}

struct Machine {
    at: SocketAddr,
    program: Program,
    wakes: Option<Instant>,
}

struct Flying {
    from: SocketAddr,
    to: SocketAddr,
    bytes: Vec<u8>,
}

/// The machines, the datagrams between them, and the clock.
pub struct Arena {
    start: Instant,
    now: Instant,
    delay: Duration,
    machines: Vec<Machine>,
    places: HashMap<SocketAddr, usize>,
    timeouts: BTreeSet<(Instant, usize)>,
    flying: BTreeMap<(Instant, u64), Flying>,
    next_number: u64,
    /// Every datagram that a machine sent, in order. Injected datagrams are not in it.
    pub sent: Vec<Sent>,
    /// Every event of every engine, with its time and machine.
    pub events: Vec<(Duration, usize, Event)>,
}

impl Arena {
    /// Returns an arena without machines, in which a datagram takes `delay`.
    #[must_use]
    pub fn new(delay: Duration) -> Self {
        let start = Instant::now();
        Self {
            start,
            now: start,
            delay,
            machines: Vec::new(),
            places: HashMap::new(),
            timeouts: BTreeSet::new(),
            flying: BTreeMap::new(),
            next_number: 0,
            sent: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Returns the virtual time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Returns the virtual time since the start.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.now - self.start
    }

    /// Returns the address of a machine.
    #[must_use]
    pub fn address(&self, machine: usize) -> SocketAddr {
        self.machines[machine].at
    }

    fn add(&mut self, at: SocketAddr, program: Program) -> usize {
        let index = self.machines.len();
        assert!(self.places.insert(at, index).is_none(), "{at} is taken");
        let wakes = None;
        self.machines.push(Machine { at, program, wakes });
        index
    }

    /// Adds a node without overlays. Others reach it at `at`; it knows `lan` as its LAN address.
    /// With an IPv6 address in `at` or `lan`, it has a socket for IPv6 too.
    pub fn add_engine(&mut self, at: SocketAddr, lan: SocketAddr, config: &EngineConfig) -> usize {
        let mut engine = Engine::new(config);
        let ipv6 = [at, lan].into_iter().find(SocketAddr::is_ipv6);
        let local = LocalAddresses {
            lan: if lan.is_ipv4() { lan } else { UNSPECIFIED },
            ipv6,
            interfaces: Interfaces {
                ipv4: at.is_ipv4() || lan.is_ipv4(),
                ipv6: ipv6.is_some(),
            },
            lan_hosts: match lan.ip() {
                IpAddr::V4(host) => vec![host],
                IpAddr::V6(_) => Vec::new(),
            },
            ..LocalAddresses::default()
        };
        engine.handle(Input::LocalAddresses(local), self.now);
        self.add(at, Program::Engine(Box::new(engine)))
    }

    /// Adds a node at a public address, with a seed made of `seed`.
    pub fn add_node(&mut self, at: SocketAddr, seed: u8) -> usize {
        self.add_engine(at, at, &EngineConfig::new([seed; 32]))
    }

    /// Adds an overlay to a node.
    ///
    /// # Panics
    ///
    /// Panics if it is refused.
    pub fn add_overlay<C: Community>(
        &mut self,
        machine: usize,
        config: OverlayConfig,
        settings: C::Settings,
        strategies: Strategies<C>,
    ) -> CommunityId {
        let now = self.now;
        let added = self
            .engine_mut(machine)
            .add_overlay::<C>(config, settings, strategies, now);
        self.drain(machine);
        added.expect("the overlay is made")
    }

    /// Adds a tracker with the key `number`.
    pub fn add_tracker(&mut self, at: SocketAddr, number: u16) -> usize {
        let [_, seed] = number.to_be_bytes();
        let mut tracker = Tracker::new(key(number), TrackerSettings::default(), [seed; 32]);
        tracker.set_local_addresses(LocalAddresses {
            lan: at,
            ..LocalAddresses::default()
        });
        self.add(at, Program::Tracker(Box::new(tracker)))
    }

    /// Adds a hand-made peer at its address.
    pub fn add_actor(&mut self, actor: Actor) -> usize {
        self.add(actor.at, Program::Actor(Box::new(actor)))
    }

    /// Returns a node.
    ///
    /// # Panics
    ///
    /// Panics if the machine is none.
    #[must_use]
    pub fn engine(&self, machine: usize) -> &Engine {
        match &self.machines[machine].program {
            Program::Engine(engine) => engine,
            _ => panic!("machine {machine} is no node"),
        }
    }

    /// Mutable version of [`Arena::engine`]. Call [`Arena::drain`] when it caused datagrams.
    ///
    /// # Panics
    ///
    /// Panics if the machine is no node.
    pub fn engine_mut(&mut self, machine: usize) -> &mut Engine {
        match &mut self.machines[machine].program {
            Program::Engine(engine) => engine,
            _ => panic!("machine {machine} is no node"),
        }
    }

    /// Returns a hand-made peer.
    ///
    /// # Panics
    ///
    /// Panics if the machine is none.
    pub fn actor(&mut self, machine: usize) -> &mut Actor {
        match &mut self.machines[machine].program {
            Program::Actor(actor) => actor,
            _ => panic!("machine {machine} is no actor"),
        }
    }

    /// Calls a closure with a community of a node, and sends what it queued.
    ///
    /// # Panics
    ///
    /// Panics if the overlay is not loaded.
    pub fn call<C: Community, R>(
        &mut self,
        machine: usize,
        overlay: CommunityId,
        call: impl FnOnce(&mut C, &mut ipv8_core::Context<'_>) -> R,
    ) -> R {
        let now = self.now;
        let result = self.engine_mut(machine).call(overlay, now, call);
        self.drain(machine);
        result.expect("the overlay is loaded")
    }

    /// Gives a machine another address: that of its NAT, which it does not know itself.
    pub fn move_to(&mut self, machine: usize, at: SocketAddr) {
        let before = std::mem::replace(&mut self.machines[machine].at, at);
        self.places.remove(&before);
        assert!(self.places.insert(at, machine).is_none(), "{at} is taken");
        if let Program::Actor(actor) = &mut self.machines[machine].program {
            actor.at = at;
        }
    }

    /// Disconnects a machine for good.
    pub fn unplug(&mut self, machine: usize) {
        self.places.remove(&self.machines[machine].at);
        if let Some(wakes) = self.machines[machine].wakes.take() {
            self.timeouts.remove(&(wakes, machine));
        }
    }

    /// Delivers a datagram now, from any source address.
    pub fn inject(&mut self, from: SocketAddr, to: SocketAddr, datagram: &[u8]) {
        if let Some(machine) = self.places.get(&to).copied() {
            self.receive(machine, from, datagram);
        }
    }

    fn receive(&mut self, machine: usize, from: SocketAddr, datagram: &[u8]) {
        let now = self.now;
        match &mut self.machines[machine].program {
            Program::Engine(engine) => {
                if let Some(ticket) = engine.admit(from, datagram) {
                    engine.handle(Input::Opened(ticket.open(datagram)), now);
                }
            }
            Program::Tracker(tracker) => tracker.handle(from, datagram, now),
            Program::Actor(actor) => {
                for (to, bytes) in actor.hear(from, datagram) {
                    self.post(machine, to, Content::Bytes(bytes));
                }
            }
        }
        self.drain(machine);
    }

    /// Sends a datagram of a machine.
    pub fn send(&mut self, machine: usize, to: SocketAddr, bytes: Vec<u8>) {
        self.post(machine, to, Content::Bytes(bytes));
    }

    fn post(&mut self, machine: usize, to: SocketAddr, content: Content) {
        let from = self.machines[machine].at;
        let at = self.time();
        let sent = Sent {
            at,
            machine,
            from,
            to,
            content,
        };
        if self.places.contains_key(&to) {
            let bytes = sent.bytes();
            let arrival = (self.now + self.delay, self.next_number);
            self.next_number += 1;
            self.flying.insert(arrival, Flying { from, to, bytes });
        }
        self.sent.push(sent);
    }

    /// Sends what a machine queued, and asks it when to come back.
    ///
    /// # Panics
    ///
    /// Panics if an engine wants what an arena does not have: names, beacons, futures.
    pub fn drain(&mut self, machine: usize) {
        let mut leaving = Vec::new();
        let wakes = match &mut self.machines[machine].program {
            Program::Engine(engine) => {
                while let Some(output) = engine.poll_output() {
                    match output {
                        Output::Send(outgoing) => leaving.push(outgoing),
                        Output::Event(event) => {
                            self.events.push((self.now - self.start, machine, event));
                        }
                        other => panic!("an arena does not handle {other:?}"),
                    }
                }
                engine.handle(Input::Flushed, self.now);
                engine.poll_timeout()
            }
            Program::Tracker(tracker) => {
                leaving.extend(std::iter::from_fn(|| tracker.poll_output()));
                tracker.poll_timeout()
            }
            Program::Actor(_) => None,
        };
        let plugged = self.places.get(&self.machines[machine].at) == Some(&machine);
        let before =
            std::mem::replace(&mut self.machines[machine].wakes, wakes.filter(|_| plugged));
        if let Some(before) = before {
            self.timeouts.remove(&(before, machine));
        }
        let wakes = self.machines[machine].wakes;
        self.timeouts.extend(wakes.map(|at| (at, machine)));
        for outgoing in leaving.into_iter().filter(|_| plugged) {
            self.post(machine, outgoing.to, Content::Unsealed(outgoing.packet));
        }
    }

    /// Lets time pass until the next event, but no longer than `limit`. Returns `true` if there was
    /// one.
    pub fn step(&mut self, limit: Duration) -> bool {
        let end = self.now + limit;
        let arrival = self.flying.keys().next().map(|(at, _)| *at);
        let timeout = self.timeouts.first().copied();
        let next = arrival.into_iter().chain(timeout.map(|(at, _)| at)).min();
        let Some(next) = next.filter(|next| *next <= end) else {
            self.now = end;
            return false;
        };
        self.now = self.now.max(next);
        if arrival == Some(next) {
            if let Some((_, flying)) = self.flying.pop_first() {
                self.inject(flying.from, flying.to, &flying.bytes);
            }
        } else if let Some((at, machine)) = timeout {
            match &mut self.machines[machine].program {
                Program::Engine(engine) => engine.handle(Input::Timeout, at),
                Program::Tracker(tracker) => tracker.handle_timeout(at),
                Program::Actor(_) => {}
            }
            self.drain(machine);
        }
        true
    }

    /// Lets `time` pass.
    pub fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        while self.step(end - self.now) {}
    }

    /// Lets time pass until `reached` is true, up to `limit`. Returns `true` if it was reached.
    pub fn run_until(
        &mut self,
        limit: Duration,
        mut reached: impl FnMut(&mut Self) -> bool,
    ) -> bool {
        let end = self.now + limit;
        while !reached(self) {
            if self.now >= end {
                return false;
            }
            self.step(end - self.now);
        }
        true
    }

    /// Returns `true` if the node lists the key as a peer of the overlay.
    #[must_use]
    pub fn is_peer(&self, node: usize, overlay: CommunityId, key: &PublicKey) -> bool {
        let network = self.engine(node).network();
        network.is_verified(key) && network.has_service(key, overlay)
    }

    /// Lets hand-made peers ask the node every few seconds until it lists all of them: it has to
    /// ask each of them back first.
    ///
    /// # Panics
    ///
    /// Panics if one is not listed in time.
    pub fn befriend(&mut self, node: usize, overlay: CommunityId, actors: &[usize]) {
        let seconds = 60 + 2 * u32::try_from(actors.len()).unwrap_or(u32::MAX);
        let to = self.address(node);
        for second in 0..seconds {
            let strangers: Vec<_> = actors
                .iter()
                .copied()
                .filter(|actor| {
                    let key = self.actor(*actor).public_key().clone();
                    !self.is_peer(node, overlay, &key)
                })
                .collect();
            if strangers.is_empty() {
                return;
            }
            for actor in strangers.into_iter().filter(|_| second % 5 == 0) {
                let actor = self.actor(actor);
                let style = if to.is_ipv4() && actor.at.is_ipv4() {
                    Style::Old
                } else {
                    Style::New
                };
                let (from, request) = (actor.at, actor.request(overlay, style, to, 1));
                self.inject(from, to, &request);
            }
            self.run_for(Duration::from_secs(1));
        }
        panic!("not all of {} became peers in {seconds} s", actors.len());
    }
}
