//! The machines of a test.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::datagram::{Arrival, Flying};
use super::machine::{Host, Machine, local_addresses};
use crate::communities::tracker::{Tracker, TrackerSettings};
use crate::crypto::PrivateKey;
use crate::engine::{Engine, EngineConfig, Event, FutureSet, Input};
use crate::testing::link::Link;
use crate::testing::origin::origin;

/// Several engines and trackers in one process, in virtual time (py-ipv8's `internet` of mock
/// endpoints, with a clock).
///
/// There is no socket: a datagram to an address without a machine is lost and counted. Time passes
/// only in [`Internet::run_for`], [`Internet::run_until`] and [`Internet::deliver`], which jump
/// from one event to the next. A run follows from the seeds alone.
///
/// Futures that overlays spawn are polled after every event. Futures that need tokio's clock or
/// sockets panic, because there is no runtime, and the panic is reported like any other. Use a task
/// of the overlay with a delay instead.
pub struct Internet {
    pub(super) start: Instant,
    pub(super) now: Instant,
    pub(super) rng: StdRng,
    pub(super) link: Link,
    pub(super) machines: Vec<Machine>,
    pub(super) places: HashMap<SocketAddr, usize>,
    was_taken: HashSet<SocketAddr>,
    pub(super) timeouts: BTreeSet<(Instant, usize)>,
    /// Host names and their addresses.
    pub(super) hosts: HashMap<String, Vec<IpAddr>>,
    /// Machines that were lent out, and may have outputs that were not polled yet.
    pub(super) lent: Vec<usize>,
    /// Machines with unfinished futures.
    pub(super) waiting: BTreeSet<usize>,
    pub(super) flying: BTreeMap<(Instant, u64), Flying>,
    next_number: u64,
    trace: DefaultHasher,
    /// Every event of every engine, with its time and machine. It grows until the test empties it.
    pub events: Vec<(Duration, usize, Event)>,
    /// The number of datagrams sent, including lost ones, by destination.
    pub sent: BTreeMap<SocketAddr, usize>,
    /// The number of datagrams sent to an address that no machine has ever had.
    pub to_nobody: BTreeMap<SocketAddr, usize>,
    /// Every datagram that arrived, if this is `Some`. It grows until the test empties it. Default:
    /// `None`.
    pub arrivals: Option<Vec<Arrival>>,
}

impl std::fmt::Debug for Internet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Internet")
            .field("machines", &self.machines.len())
            .field("time", &self.time())
            .field("flying", &self.flying.len())
            .finish_non_exhaustive()
    }
}

impl Internet {
    /// Returns an internet without machines. Every datagram uses `link`, whose randomness follows
    /// from `seed`.
    #[must_use]
    pub fn new(link: Link, seed: [u8; 32]) -> Self {
        let start = origin();
        Self {
            start,
            now: start,
            rng: StdRng::from_seed(seed),
            link,
            machines: Vec::new(),
            places: HashMap::new(),
            was_taken: HashSet::new(),
            timeouts: BTreeSet::new(),
            hosts: HashMap::new(),
            lent: Vec::new(),
            waiting: BTreeSet::new(),
            flying: BTreeMap::new(),
            next_number: 0,
            trace: DefaultHasher::new(),
            events: Vec::new(),
            sent: BTreeMap::new(),
            to_nobody: BTreeMap::new(),
            arrivals: None,
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

    /// Sets the link of datagrams that are sent from now on.
    pub fn set_link(&mut self, link: Link) {
        self.link = link;
    }

    /// Gives a host name its addresses. Lookups of the name find them at once; any other name is
    /// unknown, and no name server is asked.
    pub fn add_host(&mut self, name: &str, addresses: impl IntoIterator<Item = IpAddr>) {
        let addresses = addresses.into_iter().collect();
        self.hosts.insert(name.to_owned(), addresses);
    }

    /// Returns the number of machines, including unplugged ones.
    #[must_use]
    pub fn machines(&self) -> usize {
        self.machines.len()
    }

    /// Returns the number of datagrams on their way.
    #[must_use]
    pub fn flying(&self) -> usize {
        self.flying.len()
    }

    /// Returns a hash of all datagrams sent so far and their times: the same for the same run.
    #[must_use]
    pub fn trace(&self) -> u64 {
        self.trace.finish()
    }

    fn add_machine(&mut self, at: SocketAddr, host: Host) -> usize {
        let index = self.machines.len();
        assert!(
            self.places.insert(at, index).is_none(),
            "{at} is taken by another machine"
        );
        self.was_taken.insert(at);
        self.machines.push(Machine {
            at,
            host,
            futures: FutureSet::default(),
            wakes: None,
        });
        self.lent.push(index);
        index
    }

    /// Adds a node without overlays at `at`, which it knows as its own address. Returns the number
    /// of its machine.
    ///
    /// # Panics
    ///
    /// When a machine is at that address.
    pub fn add_engine(&mut self, at: SocketAddr, config: &EngineConfig) -> usize {
        let mut engine = Engine::new(config);
        engine.handle(Input::LocalAddresses(local_addresses(at)), self.now);
        self.add_machine(at, Host::Engine(Box::new(engine)))
    }

    /// Adds a tracker with default settings at `at`. Returns the number of its machine.
    ///
    /// # Panics
    ///
    /// Like [`Internet::add_engine`].
    pub fn add_tracker(&mut self, at: SocketAddr, my_peer: PrivateKey, seed: [u8; 32]) -> usize {
        self.add_tracker_with(at, my_peer, TrackerSettings::default(), seed)
    }

    /// Like [`Internet::add_tracker`], but with these settings.
    ///
    /// # Panics
    ///
    /// Like [`Internet::add_engine`].
    pub fn add_tracker_with(
        &mut self,
        at: SocketAddr,
        my_peer: PrivateKey,
        settings: TrackerSettings,
        seed: [u8; 32],
    ) -> usize {
        let mut tracker = Tracker::new(my_peer, settings, seed);
        tracker.set_local_addresses(local_addresses(at));
        self.add_machine(at, Host::Tracker(Box::new(tracker)))
    }

    /// Returns the address of a machine.
    ///
    /// # Panics
    ///
    /// When there is no such machine.
    #[must_use]
    #[track_caller]
    pub fn address(&self, machine: usize) -> SocketAddr {
        self.machine(machine).at
    }

    /// Returns `true` if datagrams reach a machine: not after [`Internet::unplug`].
    ///
    /// # Panics
    ///
    /// When there is no such machine.
    #[must_use]
    #[track_caller]
    pub fn is_plugged(&self, machine: usize) -> bool {
        self.places.get(&self.address(machine)) == Some(&machine)
    }

    /// Disconnects a machine: it neither receives nor does anything. Another machine may use its
    /// address.
    ///
    /// # Panics
    ///
    /// When there is no such machine.
    #[track_caller]
    pub fn unplug(&mut self, machine: usize) {
        if self.is_plugged(machine) {
            self.places.remove(&self.address(machine));
        }
        self.lent.push(machine);
    }

    /// Connects a machine again, at its address.
    ///
    /// # Panics
    ///
    /// When there is no such machine, or another one has its address now.
    #[track_caller]
    pub fn plug(&mut self, machine: usize) {
        let at = self.address(machine);
        let other = self.places.insert(at, machine);
        assert!(
            other.is_none_or(|other| other == machine),
            "{at} is taken by another machine"
        );
        self.lent.push(machine);
    }

    #[track_caller]
    fn machine(&self, index: usize) -> &Machine {
        let count = self.machines.len();
        let machine = self.machines.get(index);
        machine.unwrap_or_else(|| panic!("there is no machine {index}, only {count} from 0"))
    }

    /// Returns a tracker; `None` when the machine is a node, or there is no such machine.
    #[must_use]
    pub fn tracker(&self, machine: usize) -> Option<&Tracker> {
        match &self.machines.get(machine)?.host {
            Host::Tracker(tracker) => Some(tracker),
            Host::Engine(_) => None,
        }
    }

    /// Returns a node.
    ///
    /// # Panics
    ///
    /// When there is no such machine, or it is a tracker.
    #[must_use]
    #[track_caller]
    pub fn engine(&self, machine: usize) -> &Engine {
        match &self.machine(machine).host {
            Host::Engine(engine) => engine,
            Host::Tracker(_) => panic!("machine {machine} is a tracker"),
        }
    }

    /// Mutable version of [`Internet::engine`]. Datagrams that the caller causes leave when time
    /// passes or messages are delivered.
    ///
    /// # Panics
    ///
    /// Like [`Internet::engine`].
    #[track_caller]
    pub fn engine_mut(&mut self, machine: usize) -> &mut Engine {
        self.lent.push(machine);
        let count = self.machines.len();
        match self
            .machines
            .get_mut(machine)
            .map(|machine| &mut machine.host)
        {
            Some(Host::Engine(engine)) => engine,
            Some(Host::Tracker(_)) => panic!("machine {machine} is a tracker"),
            None => panic!("there is no machine {machine}, only {count} from 0"),
        }
    }

    /// Sends a datagram, from any address.
    pub fn send(&mut self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        self.trace.write_u128((self.now - self.start).as_nanos());
        self.trace.write(format!("{from}>{to}").as_bytes());
        self.trace.write(&bytes);
        *self.sent.entry(to).or_default() += 1;
        if !self.was_taken.contains(&to) {
            *self.to_nobody.entry(to).or_default() += 1;
        }
        let Some(delay) = self.link.draw(&mut self.rng) else {
            return;
        };
        let at = (self.now + delay, self.next_number);
        self.next_number += 1;
        self.flying.insert(at, Flying { from, to, bytes });
    }
}
