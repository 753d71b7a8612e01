//! Several engines in one process, in virtual time: datagrams take a fixed delay and nothing else
//! happens by itself, so a run follows from its seeds alone.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hasher};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::Community;
use ipv8_core::bootstrap::DispersyBootstrapper;
use ipv8_core::communities::tracker::{Tracker, TrackerOptions};
use ipv8_core::context::LocalAddresses;
use ipv8_core::engine::{Engine, EngineConfig, Event, Input, Output, OverlayConfig};
use ipv8_core::overlay::Strategies;
use ipv8_core::packet::CommunityId;

use crate::desk::key;
use crate::quiet::{Quiet, QuietId};

/// One thing that listens at an address.
enum Machine {
    Engine(Box<Engine>),
    Tracker(Box<Tracker>),
}

/// A datagram on its way.
struct Flying {
    from: SocketAddr,
    to: SocketAddr,
    bytes: Vec<u8>,
}

/// The machines, the datagrams between them, and the clock.
pub struct Sim {
    start: Instant,
    now: Instant,
    delay: Duration,
    machines: Vec<(SocketAddr, Machine)>,
    places: HashMap<SocketAddr, usize>,
    flying: BTreeMap<(Instant, u64), Flying>,
    next_number: u64,
    trace: DefaultHasher,
    /// Every event of every engine: when, which machine, what.
    pub events: Vec<(Duration, usize, Event)>,
    /// How many datagrams were sent, by destination.
    pub sent: BTreeMap<SocketAddr, usize>,
}

impl Sim {
    /// Nobody there yet; datagrams will take `delay`.
    #[must_use]
    pub fn new(delay: Duration) -> Self {
        let start = Instant::now();
        Self {
            start,
            now: start,
            delay,
            machines: Vec::new(),
            places: HashMap::new(),
            flying: BTreeMap::new(),
            next_number: 0,
            trace: DefaultHasher::new(),
            events: Vec::new(),
            sent: BTreeMap::new(),
        }
    }

    /// The virtual time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The virtual time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.now - self.start
    }

    fn place(&mut self, at: SocketAddr, machine: Machine) -> usize {
        let index = self.machines.len();
        self.machines.push((at, machine));
        assert!(self.places.insert(at, index).is_none(), "{at} is taken");
        index
    }

    /// Puts a tracker at `at`.
    pub fn add_tracker(&mut self, at: SocketAddr, number: u16) -> usize {
        let seed = [number.to_be_bytes()[1]; 32];
        let mut tracker = Tracker::new(key(number), TrackerOptions::default(), seed);
        tracker.set_local_addresses(local(at));
        self.place(at, Machine::Tracker(Box::new(tracker)))
    }

    /// Puts a node at `at`, with the key `number`, a seed made of `seed` and `number`, and one
    /// [`Quiet`] overlay walked by `strategies`.
    ///
    /// # Panics
    ///
    /// When the overlay is refused.
    pub fn add_node(
        &mut self,
        at: SocketAddr,
        number: u16,
        seed: u8,
        bootstrap: Vec<SocketAddr>,
        strategies: Strategies<Quiet>,
    ) -> usize {
        let mut seeds = [seed; 32];
        seeds[..2].copy_from_slice(&number.to_be_bytes());
        let mut engine = Engine::new(&EngineConfig::new(seeds));
        engine.handle(Input::LocalAddresses(local(at)), self.now);
        let config = OverlayConfig {
            bootstrappers: DispersyBootstrapper::new(bootstrap).into(),
            ..OverlayConfig::new(key(number))
        };
        engine
            .add_overlay::<Quiet>(config, QuietId::default(), strategies, self.now)
            .expect("the overlay is made");
        let index = self.place(at, Machine::Engine(Box::new(engine)));
        self.drain(index);
        index
    }

    /// The address of a machine.
    #[must_use]
    pub fn address(&self, index: usize) -> SocketAddr {
        self.machines[index].0
    }

    /// An engine.
    ///
    /// # Panics
    ///
    /// When the machine is a tracker.
    pub fn engine(&mut self, index: usize) -> &mut Engine {
        match &mut self.machines[index].1 {
            Machine::Engine(engine) => engine,
            Machine::Tracker(_) => panic!("machine {index} is a tracker"),
        }
    }

    /// How many peers a node has.
    pub fn peers(&mut self, index: usize) -> usize {
        self.engine(index).network().peer_count(QUIET)
    }

    /// What was sent so far and when, as a number: the same for the same run.
    #[must_use]
    pub fn trace(&self) -> u64 {
        self.trace.finish()
    }

    /// Takes a machine off the network: nothing reaches it any more, and it does nothing.
    pub fn unplug(&mut self, index: usize) {
        self.places.remove(&self.machines[index].0);
    }

    /// The rule of the engine's driver: all outputs, then the word that they were handed over.
    fn drain(&mut self, index: usize) {
        let (from, machine) = &mut self.machines[index];
        let mut leaving = Vec::new();
        match machine {
            Machine::Engine(engine) => {
                while let Some(output) = engine.poll_output() {
                    match output {
                        Output::Send(outgoing) => leaving.push(outgoing),
                        Output::Event(event) => {
                            self.events.push((self.now - self.start, index, event));
                        }
                        other => panic!("nobody here does what {other:?} asks"),
                    }
                }
                engine.handle(Input::Flushed, self.now);
            }
            Machine::Tracker(tracker) => {
                leaving.extend(std::iter::from_fn(|| tracker.poll_output()));
            }
        }
        let from = *from;
        for outgoing in leaving {
            self.send(from, outgoing.to, outgoing.packet.seal());
        }
    }

    /// Puts a datagram on its way.
    pub fn send(&mut self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        self.trace.write_u128((self.now - self.start).as_nanos());
        self.trace.write(format!("{from}>{to}").as_bytes());
        self.trace.write(&bytes);
        *self.sent.entry(to).or_default() += 1;
        let at = (self.now + self.delay, self.next_number);
        self.next_number += 1;
        self.flying.insert(at, Flying { from, to, bytes });
    }

    fn next_timeout(&self) -> Option<(Instant, usize)> {
        let timeout = |(index, (at, machine)): (usize, &(SocketAddr, Machine))| match machine {
            Machine::Engine(engine) if self.places.get(at) == Some(&index) => {
                engine.poll_timeout().map(|time| (time, index))
            }
            _ => None,
        };
        self.machines.iter().enumerate().filter_map(timeout).min()
    }

    /// Does the next thing that is due by `end`; returns whether there was one.
    fn advance(&mut self, end: Instant) -> bool {
        let arrival = self.flying.keys().next().map(|(at, _)| *at);
        let timeout = self.next_timeout();
        let due = arrival.into_iter().chain(timeout.map(|(at, _)| at)).min();
        let Some(due) = due.filter(|due| *due <= end) else {
            return false;
        };
        self.now = self.now.max(due);
        if arrival == Some(due) {
            if let Some((_, flying)) = self.flying.pop_first() {
                self.arrive(&flying);
            }
        } else if let Some((_, index)) = timeout {
            self.engine(index).handle(Input::Timeout, due);
            self.drain(index);
        }
        true
    }

    fn arrive(&mut self, flying: &Flying) {
        let Some(index) = self.places.get(&flying.to).copied() else {
            return;
        };
        let now = self.now;
        match &mut self.machines[index].1 {
            Machine::Engine(engine) => {
                if let Some(ticket) = engine.admit(flying.from, &flying.bytes) {
                    engine.handle(Input::Opened(ticket.open(&flying.bytes)), now);
                }
            }
            Machine::Tracker(tracker) => tracker.handle(flying.from, &flying.bytes, now),
        }
        self.drain(index);
    }

    /// Lets `time` pass.
    pub fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        while self.advance(end) {}
        self.now = end;
    }

    /// Lets time pass until `reached`, at most `limit`; returns whether it was reached.
    pub fn run_until(
        &mut self,
        limit: Duration,
        mut reached: impl FnMut(&mut Self) -> bool,
    ) -> bool {
        let end = self.now + limit;
        loop {
            if reached(self) {
                return true;
            }
            if !self.advance(end) {
                self.now = end;
                return reached(self);
            }
        }
    }
}

fn local(at: SocketAddr) -> LocalAddresses {
    LocalAddresses {
        lan: at,
        ..LocalAddresses::default()
    }
}

/// The id of the overlay of every node.
pub const QUIET: CommunityId = <Quiet as Community>::COMMUNITY_ID;
