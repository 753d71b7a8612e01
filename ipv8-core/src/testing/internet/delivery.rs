//! Letting time pass, and delivering datagrams.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::datagram::{Arrival, Flying};
use super::internet::Internet;
use super::machine::{Host, look_up, new_drop};
use crate::engine::{Input, Output};
use crate::overlay::bootstrap::Beacon;
use crate::state::outbox::Outgoing;
use crate::state::stats::DropReason;

/// The maximum bytes of one datagram over IPv4, as on a real socket.
const LARGEST_PAYLOAD: usize = 65_507;

impl Internet {
    /// Polls the outputs of all machines that were lent out, and all unfinished futures.
    fn settle(&mut self) {
        let mut lent = std::mem::take(&mut self.lent);
        lent.extend(&self.waiting);
        for index in lent {
            self.drain(index);
        }
    }

    /// Follows the rule of an engine's driver: poll all outputs, report `Flushed`, then ask when to
    /// come back.
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
                // A disconnected machine does nothing.
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

    /// Sends a beacon from the machine's only address. A broadcast reaches all other machines with
    /// that port.
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
            let stats = engine.stats_mut();
            if fits {
                stats.sent(bytes.len());
            } else {
                stats.record(DropReason::SendFailed);
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

    /// Returns the time of the next event, if it is not after `end`. Arrivals come before timeouts
    /// at the same time.
    fn next_due(&self, end: Instant) -> Option<(Instant, Option<usize>)> {
        let arrival = self.flying.keys().next().map(|(at, _)| (*at, None));
        let timeout = self.timeouts.first().map(|(at, index)| (*at, Some(*index)));
        let due = arrival
            .into_iter()
            .chain(timeout)
            .min_by_key(|(at, _)| *at)?;
        (due.0 <= end).then_some(due)
    }

    /// Handles the next event, if it is not after `end`. Returns `true` if there was one.
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
                let before = engine.stats().clone();
                if let Some(ticket) = engine.admit(flying.from, &flying.bytes) {
                    engine.handle(Input::Opened(ticket.open(&flying.bytes)), now);
                }
                dropped = new_drop(&before, engine.stats());
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

    /// Lets `time` pass, and handles all events in it.
    pub fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        while self.advance(end) {}
        self.now = end;
    }

    /// Lets time pass until the next event, but no longer than `limit`. Returns `true` if there was
    /// one.
    pub fn step(&mut self, limit: Duration) -> bool {
        let end = self.now + limit;
        let happened = self.advance(end);
        if !happened {
            self.now = end;
        }
        happened
    }

    /// Lets time pass until `reached` returns `true`, at most `limit`. Returns `true` if it did.
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

    /// Delivers all datagrams, and those that they cause, until none are on their way and no
    /// timeout is due; but no more than `limit` datagrams and timeouts. Time passes only as far as
    /// the delay of the link. Returns `true` if nothing is left.
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
