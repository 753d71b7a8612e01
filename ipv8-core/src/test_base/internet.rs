//! Several machines, the datagrams between them, and virtual time.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::link::Link;
use super::origin::origin;
use crate::address::UNSPECIFIED;
use crate::bootstrap::{Beacon, Lookup, LookupError};
use crate::communities::tracker::{Tracker, TrackerOptions};
use crate::context::{Interfaces, LocalAddresses};
use crate::counters::{DropReason, Statistics};
use crate::crypto::PrivateKey;
use crate::engine::{Engine, EngineConfig, Event, FutureSet, Input, Output};
use crate::outbox::Outgoing;

/// The most bytes one datagram carries over IPv4, as on a real socket.
const LARGEST_PAYLOAD: usize = 65_507;

/// One thing that listens at an address.
enum Host {
    Engine(Box<Engine>),
    Tracker(Box<Tracker>),
}

struct Machine {
    at: SocketAddr,
    host: Host,
    /// What its overlays have spawned.
    futures: FutureSet,
    /// What stands in `timeouts`.
    wakes: Option<Instant>,
}

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
/// Futures that overlays spawn are polled after everything that happens. Those that wait for tokio's clock or for a
/// socket never end here: let a task of the overlay come after some time instead.
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
        let mut tracker = Tracker::new(my_peer, TrackerOptions::default(), seed);
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

    /// Looks at everything that was lent out, and at every future that may be done by now.
    fn settle(&mut self) {
        let mut lent = std::mem::take(&mut self.lent);
        lent.extend(&self.waiting);
        for index in lent {
            self.drain(index);
        }
    }

    /// The rule of the engine's driver: all outputs, then the word that they were handed over, then when to come back.
    fn drain(&mut self, index: usize) {
        let plugged = self.is_plugged(index);
        let Some(machine) = self.machines.get_mut(index) else {
            return;
        };
        let (from, mut leaving, mut beacons) = (machine.at, Vec::new(), Vec::new());
        match &mut machine.host {
            Host::Engine(engine) => loop {
                while let Some(output) = engine.poll_output() {
                    match output {
                        Output::Send(outgoing) => leaving.push(outgoing),
                        Output::Event(event) => {
                            self.events.push((self.now - self.start, index, event));
                        }
                        Output::Resolve(lookup) => {
                            let found = look_up(&self.hosts, &lookup);
                            engine.handle(Input::Resolved(lookup, found), self.now);
                        }
                        Output::Beacon(beacon) => beacons.push(beacon),
                        Output::Spawn(task) => machine.futures.insert(task),
                        Output::Cancel(id) => machine.futures.cancel(id),
                    }
                }
                engine.handle(Input::Flushed, self.now);
                // A machine that is off does nothing.
                let finished = if plugged {
                    machine.futures.poll()
                } else {
                    Vec::new()
                };
                if finished.is_empty() {
                    break;
                }
                for task in finished {
                    engine.handle(Input::Finished(task), self.now);
                }
            },
            Host::Tracker(tracker) => {
                leaving.extend(std::iter::from_fn(|| tracker.poll_output()));
            }
        }
        if machine.futures.is_empty() {
            self.waiting.remove(&index);
        } else {
            self.waiting.insert(index);
        }
        self.reschedule(index);
        if plugged {
            for outgoing in leaving {
                self.leave(index, from, outgoing);
            }
            for beacon in beacons {
                self.leave_beacon(from, &beacon);
            }
        }
    }

    /// A machine has one address, so its beacons come from there; a broadcast reaches everybody else with that port.
    fn leave_beacon(&mut self, from: SocketAddr, beacon: &Beacon) {
        let to_all = beacon.to.ip() == IpAddr::V4(Ipv4Addr::BROADCAST);
        let mut hearing = vec![beacon.to];
        if to_all {
            let others = self.places.keys().copied();
            hearing = others
                .filter(|at| at.is_ipv4() && at.port() == beacon.to.port() && *at != from)
                .collect();
            hearing.sort_unstable();
        }
        for to in hearing {
            self.send(from, to, beacon.bytes.to_vec());
        }
    }

    fn leave(&mut self, index: usize, from: SocketAddr, outgoing: Outgoing) {
        let bytes = outgoing.packet.seal();
        let fits = bytes.len() <= LARGEST_PAYLOAD;
        if let Some(Host::Engine(engine)) = self.machines.get_mut(index).map(|one| &mut one.host) {
            let statistics = engine.statistics_mut();
            if fits {
                statistics.sent(bytes.len());
            } else {
                statistics.record(DropReason::SendFailed);
            }
        }
        if fits {
            self.send(from, outgoing.to, bytes);
        }
    }

    fn reschedule(&mut self, index: usize) {
        let plugged = self.is_plugged(index);
        let Some(machine) = self.machines.get_mut(index) else {
            return;
        };
        let wakes = match &machine.host {
            _ if !plugged => None,
            Host::Engine(engine) => engine.poll_timeout(),
            Host::Tracker(tracker) => tracker.poll_timeout(),
        };
        if wakes != machine.wakes {
            if let Some(earlier) = machine.wakes {
                self.timeouts.remove(&(earlier, index));
            }
            self.timeouts.extend(wakes.map(|at| (at, index)));
            machine.wakes = wakes;
        }
    }

    /// When the next thing is due, if it is by `end`; arrivals come before timeouts of the same moment.
    fn next_due(&self, end: Instant) -> Option<(Instant, Option<usize>)> {
        let arrival = self.flying.keys().next().map(|(at, _)| (*at, None));
        let timeout = self.timeouts.first().map(|(at, index)| (*at, Some(*index)));
        let due = arrival
            .into_iter()
            .chain(timeout)
            .min_by_key(|(at, _)| *at)?;
        (due.0 <= end).then_some(due)
    }

    /// Does the next thing that is due by `end`; returns whether there was one.
    fn advance(&mut self, end: Instant) -> bool {
        self.settle();
        let Some((due, timeout)) = self.next_due(end) else {
            return false;
        };
        self.now = self.now.max(due);
        match timeout {
            Some(index) => {
                match self
                    .machines
                    .get_mut(index)
                    .map(|machine| &mut machine.host)
                {
                    Some(Host::Engine(engine)) => engine.handle(Input::Timeout, due),
                    Some(Host::Tracker(tracker)) => tracker.handle_timeout(due),
                    None => {}
                }
                self.drain(index);
            }
            None => {
                if let Some((_, flying)) = self.flying.pop_first() {
                    self.arrive(flying);
                }
            }
        }
        true
    }

    fn arrive(&mut self, flying: Flying) {
        let Some(index) = self.places.get(&flying.to).copied() else {
            return;
        };
        let (now, mut dropped) = (self.now, None);
        match self
            .machines
            .get_mut(index)
            .map(|machine| &mut machine.host)
        {
            Some(Host::Engine(engine)) => {
                let before = engine.statistics().clone();
                if let Some(ticket) = engine.admit(flying.from, &flying.bytes) {
                    engine.handle(Input::Opened(ticket.open(&flying.bytes)), now);
                }
                dropped = new_drop(&before, engine.statistics());
            }
            Some(Host::Tracker(tracker)) => tracker.handle(flying.from, &flying.bytes, now),
            None => {}
        }
        if let Some(arrivals) = &mut self.arrivals {
            arrivals.push(Arrival {
                at: now - self.start,
                from: flying.from,
                machine: index,
                bytes: flying.bytes,
                dropped,
            });
        }
        self.drain(index);
    }

    /// Lets `time` pass: everything that is due in it happens.
    pub fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        while self.advance(end) {}
        self.now = end;
    }

    /// Lets time pass until the next thing has happened, but no longer than `limit`. Returns whether something happened.
    pub fn step(&mut self, limit: Duration) -> bool {
        let end = self.now + limit;
        let happened = self.advance(end);
        if !happened {
            self.now = end;
        }
        happened
    }

    /// Lets time pass until `reached`, at most `limit`; returns whether it was reached.
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

    /// Delivers what is on its way, what that causes, and so on, until nothing is on its way and nothing is due any more;
    /// but no more than `limit` datagrams and timeouts. Time passes only as far as the links take it. Returns whether it
    /// became quiet.
    pub fn deliver(&mut self, limit: usize) -> bool {
        self.settle();
        for _ in 0..limit {
            let arrival = self.flying.keys().next().map(|(at, _)| *at);
            if !self.advance(arrival.unwrap_or(self.now)) {
                return true;
            }
        }
        self.flying.is_empty() && self.next_due(self.now).is_none()
    }
}

/// What a name server would say.
fn look_up(
    hosts: &HashMap<String, Vec<IpAddr>>,
    lookup: &Lookup,
) -> Result<Vec<SocketAddr>, LookupError> {
    let with_port = |host: &IpAddr| SocketAddr::new(*host, lookup.port);
    if let Ok(host) = lookup.host.parse() {
        return Ok(vec![with_port(&host)]);
    }
    match hosts.get(&lookup.host) {
        Some(addresses) => Ok(addresses.iter().map(with_port).collect()),
        None => Err(LookupError::System(format!(
            "no host of the test is called {}",
            lookup.host
        ))),
    }
}

/// The first reason that was counted more often than before.
fn new_drop(before: &Statistics, after: &Statistics) -> Option<DropReason> {
    let mut reasons = after.drops();
    reasons
        .find(|(reason, count)| *count > before.count(*reason))
        .map(|(reason, _)| reason)
}

fn local_addresses(at: SocketAddr) -> LocalAddresses {
    LocalAddresses {
        lan: if at.is_ipv4() { at } else { UNSPECIFIED },
        ipv6: at.is_ipv6().then_some(at),
        interfaces: Interfaces {
            ipv4: at.is_ipv4(),
            ipv6: at.is_ipv6(),
        },
        ..LocalAddresses::default()
    }
}
