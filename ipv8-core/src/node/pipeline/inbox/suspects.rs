//! Senders of wrong signatures, at addresses that have a better standing than those of strangers.
//!
//! A source address can be forged, so the address of a peer is no licence to take the processor.
//! Answers are told apart from other messages: a node that forges the address of a peer does not
//! know the identifiers of our questions, so the answers of that peer keep their standing.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crate::engine::{Signature, Ticket};
use crate::state::stats::Class;
use crate::support::hashing::StrangersState;
use crate::wire::scope::{canonical, is_loopback};

/// The wrong datagrams of one sender within a second after which it counts as a stranger.
const MOST_WRONG: u8 = 16;

/// The time in which wrong datagrams are counted.
const WITHIN: Duration = Duration::from_secs(1);

/// The time for which a sender then counts as a stranger. Wrong signatures at the addresses of a
/// thousand peers take 12 ms a second before they are noticed.
const SUSPECTED: Duration = Duration::from_secs(60);

/// The number of senders in each of two tables (4,096).
const MOST: usize = 4_096;

/// Whose wrong datagrams are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Sender {
    /// Of messages from the address of a peer.
    Peer(SocketAddr),
    /// Of answers: a host may answer from any of its ports.
    Host(IpAddr),
}

impl Sender {
    /// Returns the sender of messages of this class; `None` if they have no standing to lose.
    fn of(class: Class, source: SocketAddr) -> Option<Self> {
        let source = canonical(source);
        match class {
            _ if is_loopback(&source) => None,
            Class::Answer => Some(Self::Host(source.ip())),
            Class::Peer => Some(Self::Peer(source)),
            Class::Tracker | Class::Contact | Class::Stranger => None,
        }
    }
}

/// The wrong datagrams of a sender.
#[derive(Clone, Copy, Debug)]
struct Record {
    wrong: u8,
    /// The time of the first one; of the last one if there were too many.
    since: Instant,
}

impl Record {
    fn is_suspect(&self, now: Instant) -> bool {
        self.wrong >= MOST_WRONG && now.saturating_duration_since(self.since) < SUSPECTED
    }
}

/// Senders of wrong datagrams.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    recent: HashMap<Sender, Record, StrangersState>,
    older: HashMap<Sender, Record, StrangersState>,
}

impl Suspects {
    /// Counts a datagram of this class that someone else signed.
    pub(super) fn note(&mut self, class: Class, source: SocketAddr, now: Instant) {
        let Some(sender) = Sender::of(class, source) else {
            return;
        };
        let known = self.recent.remove(&sender);
        let known = known.or_else(|| self.older.remove(&sender));
        let is_current = |record: &Record| {
            record.is_suspect(now) || now.saturating_duration_since(record.since) < WITHIN
        };
        let mut record = known.filter(is_current).unwrap_or(Record {
            wrong: 0,
            since: now,
        });
        if record.wrong < MOST_WRONG {
            record.wrong += 1;
            if record.wrong == MOST_WRONG {
                record.since = now;
            }
        }
        if self.recent.len() >= MOST {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(sender, record);
    }

    /// Returns `true` if the signature of this datagram counts as that of a stranger.
    pub(super) fn has(&self, ticket: &Ticket, now: Instant) -> bool {
        if self.recent.is_empty() || ticket.signature() == Signature::None {
            return false;
        }
        let sender = Sender::of(ticket.class(), ticket.source());
        let record =
            sender.and_then(|sender| self.recent.get(&sender).or_else(|| self.older.get(&sender)));
        record.is_some_and(|record| record.is_suspect(now))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::node::pipeline::tests::signed_ticket;

    fn at(host: u32, port: u16) -> SocketAddr {
        SocketAddr::from(((0x0a00_0000 + host).to_be_bytes(), port))
    }

    fn has(suspects: &Suspects, class: Class, source: SocketAddr, now: Instant) -> bool {
        let ticket = signed_ticket().changed(class, source, 1, Signature::Curve25519);
        suspects.has(&ticket, now)
    }

    #[test]
    fn sixteen_wrong_signatures_in_a_second_make_a_suspect_for_a_minute() {
        let (mut suspects, start) = (Suspects::default(), Instant::now());
        let step = Duration::from_millis(50);
        for number in 0..15 {
            suspects.note(Class::Peer, at(1, 1), start + number * step);
            // Fewer than sixteen a second.
            suspects.note(
                Class::Peer,
                at(2, 1),
                start + number * Duration::from_millis(70),
            );
        }
        let now = start + 15 * step;
        assert!(!has(&suspects, Class::Peer, at(1, 1), now));
        suspects.note(Class::Peer, at(1, 1), now);
        suspects.note(Class::Peer, at(2, 1), start + WITHIN + step);
        assert!(has(&suspects, Class::Peer, at(1, 1), now));
        assert!(!has(
            &suspects,
            Class::Peer,
            at(2, 1),
            start + WITHIN + step
        ));
        // Its answers, its other ports, and what is no better than a stranger.
        assert!(!has(&suspects, Class::Answer, at(1, 1), now));
        assert!(!has(&suspects, Class::Peer, at(1, 2), now));
        assert!(!has(&suspects, Class::Contact, at(1, 1), now));
        let later = now + SUSPECTED;
        assert!(has(&suspects, Class::Peer, at(1, 1), later - step));
        assert!(!has(&suspects, Class::Peer, at(1, 1), later));
        suspects.note(Class::Peer, at(1, 1), later);
        assert!(!has(&suspects, Class::Peer, at(1, 1), later));
    }

    #[test]
    fn wrong_answers_are_counted_for_all_ports_of_a_host_and_none_of_this_machine() {
        let (mut suspects, now) = (Suspects::default(), Instant::now());
        let here = "127.0.0.1:1".parse().unwrap();
        for port in 0..16 {
            suspects.note(Class::Answer, at(1, port), now);
            suspects.note(Class::Peer, here, now);
        }
        assert!(has(&suspects, Class::Answer, at(1, 99), now));
        assert!(!has(&suspects, Class::Peer, at(1, 1), now));
        assert!(!has(&suspects, Class::Peer, here, now));
    }

    #[test]
    fn the_tables_are_bounded_and_keep_the_suspects_of_the_last_moment() {
        let (mut suspects, now) = (Suspects::default(), Instant::now());
        for host in 0..20_000 {
            for _ in 0..16 {
                suspects.note(Class::Peer, at(host, 1), now);
            }
            assert!(has(
                &suspects,
                Class::Peer,
                at(host.saturating_sub(4_000), 1),
                now
            ));
        }
        assert!(suspects.recent.len() + suspects.older.len() <= 2 * MOST);
    }
}
