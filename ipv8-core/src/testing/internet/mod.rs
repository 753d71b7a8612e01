//! Several machines, the datagrams between them, and virtual time.

mod delivery;
mod machine;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;

use self::machine::{Host, Machine, local_addresses};
use super::link::Link;
use super::origin::origin;
use crate::communities::tracker::{Tracker, TrackerSettings};
use crate::crypto::PrivateKey;
use crate::engine::{Engine, EngineConfig, Event, FutureSet, Input};
use crate::state::stats::DropReason;

/// A datagram on its way.
struct Flying {
    from: SocketAddr,
    to: SocketAddr,
    bytes: Vec<u8>,
}

/// A datagram that arrived at a machine.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// When, since the start.
    pub at: Duration,
    /// The address it came from.
    pub from: SocketAddr,
    /// The machine it reached.
    pub machine: usize,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Why the machine dropped it, if it did.
    pub dropped: Option<DropReason>,
}

/// Several engines and trackers in one process, in virtual time (py-ipv8's `internet` of mock endpoints, with a clock).
///
/// There is no socket behind it: a datagram to an address where no machine is gets lost, and is counted. Time passes
/// only in [`Internet::run_for`], [`Internet::run_until`] and [`Internet::deliver`], which jump from one thing that is
/// due to the next. A run follows from the seeds alone.
///
/// Futures that overlays spawn are polled after everything that happens. Those that need tokio's clock or sockets panic, as
/// there is no runtime, which is told like every panic: let a task of the overlay come after some time instead.
pub struct Internet {
    start: Instant,
    now: Instant,
    rng: StdRng,
    link: Link,
    machines: Vec<Machine>,
    places: HashMap<SocketAddr, usize>,
    was_taken: HashSet<SocketAddr>,
    timeouts: BTreeSet<(Instant, usize)>,
    /// Names and their addresses.
    hosts: HashMap<String, Vec<IpAddr>>,
    /// Machines that were lent out: whatever was done to them has not been looked at yet.
    lent: Vec<usize>,
    /// Machines with futures that are not done.
    waiting: BTreeSet<usize>,
    flying: BTreeMap<(Instant, u64), Flying>,
    next_number: u64,
    trace: DefaultHasher,
    /// Every event of every engine: when, which machine, what. It grows until somebody empties it.
    pub events: Vec<(Duration, usize, Event)>,
    /// How many datagrams were sent, by destination; those that got lost included.
    pub sent: BTreeMap<SocketAddr, usize>,
    /// How many datagrams were sent to an address that no machine has ever had.
    pub to_nobody: BTreeMap<SocketAddr, usize>,
    /// Every datagram that arrived, when this is `Some`; it grows until somebody empties it. Default `None`.
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
    /// Nobody there yet. Every datagram will take `link`, whose randomness follows from `seed`.
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

    /// The virtual time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The virtual time since the start.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.now - self.start
    }

    /// What becomes of datagrams that are sent from now on.
    pub fn set_link(&mut self, link: Link) {
        self.link = link;
    }

    /// Gives a host name its addresses: nodes that look it up find them, at once. Any other name is unknown, and no name
    /// server is asked.
    pub fn add_host(&mut self, name: &str, addresses: impl IntoIterator<Item = IpAddr>) {
        let addresses = addresses.into_iter().collect();
        self.hosts.insert(name.to_owned(), addresses);
    }

    /// How many machines there are, those that were unplugged included.
    #[must_use]
    pub fn machines(&self) -> usize {
        self.machines.len()
    }

    /// How many datagrams are on their way.
    #[must_use]
    pub fn flying(&self) -> usize {
        self.flying.len()
    }

    /// What was sent so far and when, as a number: the same for the same run.
    #[must_use]
    pub fn trace(&self) -> u64 {
        self.trace.finish()
    }

    fn place(&mut self, at: SocketAddr, host: Host) -> usize {
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

    /// Puts a node without overlays at `at`, which it also knows as its own address, and gives the number of its machine.
    ///
    /// # Panics
    ///
    /// When a machine is at that address.
    pub fn add_engine(&mut self, at: SocketAddr, config: &EngineConfig) -> usize {
        let mut engine = Engine::new(config);
        engine.handle(Input::LocalAddresses(local_addresses(at)), self.now);
        self.place(at, Host::Engine(Box::new(engine)))
    }

    /// Puts a tracker with default options at `at` and gives the number of its machine.
    ///
    /// # Panics
    ///
    /// As [`Internet::add_engine`].
    pub fn add_tracker(&mut self, at: SocketAddr, my_peer: PrivateKey, seed: [u8; 32]) -> usize {
        self.add_tracker_with(at, my_peer, TrackerSettings::default(), seed)
    }

    /// As [`Internet::add_tracker`], with these options.
    ///
    /// # Panics
    ///
    /// As [`Internet::add_engine`].
    pub fn add_tracker_with(
        &mut self,
        at: SocketAddr,
        my_peer: PrivateKey,
        options: TrackerSettings,
        seed: [u8; 32],
    ) -> usize {
        let mut tracker = Tracker::new(my_peer, options, seed);
        tracker.set_local_addresses(local_addresses(at));
        self.place(at, Host::Tracker(Box::new(tracker)))
    }

    /// The address of a machine.
    ///
    /// # Panics
    ///
    /// When there is no such machine.
    #[must_use]
    #[track_caller]
    pub fn address(&self, machine: usize) -> SocketAddr {
        self.machine(machine).at
    }

    /// Whether datagrams reach a machine: not after [`Internet::unplug`].
    ///
    /// # Panics
    ///
    /// When there is no such machine.
    #[must_use]
    #[track_caller]
    pub fn is_plugged(&self, machine: usize) -> bool {
        self.places.get(&self.address(machine)) == Some(&machine)
    }

    /// Takes a machine off the network: nothing reaches it any more, and it does nothing. Another one may have its
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

    /// Puts a machine back on the network, at its address.
    ///
    /// # Panics
    ///
    /// When there is no such machine, or another one has its address by now.
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
        let there = self.machines.len();
        let machine = self.machines.get(index);
        machine.unwrap_or_else(|| panic!("there is no machine {index}, only {there} from 0"))
    }

    /// A tracker; `None` when the machine is a node, or there is no such machine.
    #[must_use]
    pub fn tracker(&self, machine: usize) -> Option<&Tracker> {
        match &self.machines.get(machine)?.host {
            Host::Tracker(tracker) => Some(tracker),
            Host::Engine(_) => None,
        }
    }

    /// A node.
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

    /// A node, to do something to it. What that makes it send leaves as soon as time passes or messages are delivered.
    ///
    /// # Panics
    ///
    /// As [`Internet::engine`].
    #[track_caller]
    pub fn engine_mut(&mut self, machine: usize) -> &mut Engine {
        self.lent.push(machine);
        let there = self.machines.len();
        match self
            .machines
            .get_mut(machine)
            .map(|machine| &mut machine.host)
        {
            Some(Host::Engine(engine)) => engine,
            Some(Host::Tracker(_)) => panic!("machine {machine} is a tracker"),
            None => panic!("there is no machine {machine}, only {there} from 0"),
        }
    }

    /// Puts a datagram on its way, from whatever address.
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
