//! What the tracker sends to addresses that have not proven themselves.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::debt::{Debt, Debts, refill};
use crate::wire::host_group::HostGroup;
use crate::wire::scope::is_loopback;

/// Answers to one host: one a second, after 32 at once, so that a new client gets an answer for
/// each of its communities.
const HOST_COST: Duration = Duration::from_secs(1);
const HOST_BURST: Duration = Duration::from_secs(32);

/// Bytes to one site: 10 kB a second after 10 kB at once, so never more than 20 kB within
/// one second.
const GROUP_RATE: u64 = 10_000;
const GROUP_BURST: Duration = Duration::from_millis(900);

/// Bytes to all of them: 200 kB a second, about 500 answers and as many requests for a proof.
const RATE: u64 = 200_000;
const BURST: Duration = Duration::from_millis(500);

/// The number of hosts and groups whose debts are known, in each of two tables.
const HOSTS: usize = 16_384;
const GROUPS: usize = 8_192;

/// A budget that has no room for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exhausted {
    Host,
    Group,
    Total,
}

/// A host. On this machine each port counts as one: the sender of a datagram from there is known to
/// be here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Host(IpAddr, u16);

impl Host {
    fn of(address: &SocketAddr) -> Self {
        let port = if is_loopback(address) {
            address.port()
        } else {
            0
        };
        Self(address.ip().to_canonical(), port)
    }
}

/// The budgets for unproven addresses. Anyone can write a victim's address as the source of a
/// request, so what one causes there has to be small, and small in all.
#[derive(Debug)]
pub(super) struct Outlay {
    hosts: Debts<Host>,
    groups: Debts<HostGroup>,
    total: Debt,
}

impl Outlay {
    pub(super) fn new() -> Self {
        Self {
            hosts: Debts::new(HOSTS),
            groups: Debts::new(GROUPS),
            total: Debt::default(),
        }
    }

    /// Checks whether an answer may go to this address now.
    pub(super) fn check(&self, to: &SocketAddr, now: Instant) -> Result<(), Exhausted> {
        if !self.hosts.is_below(&Host::of(to), HOST_BURST, now) {
            return Err(Exhausted::Host);
        }
        if !is_loopback(to)
            && !self
                .groups
                .is_below(&HostGroup::site(to.ip()), GROUP_BURST, now)
        {
            return Err(Exhausted::Group);
        }
        if !self.total.is_below(BURST, now) {
            return Err(Exhausted::Total);
        }
        Ok(())
    }

    /// Returns the time at which there is room in the budget for all addresses;
    /// `None` if there always was.
    pub(super) fn room_at(&self) -> Option<Instant> {
        self.total.below_at(BURST)
    }

    /// Notes an answer to this address.
    pub(super) fn answered(&mut self, to: &SocketAddr, bytes: usize, now: Instant) {
        self.hosts.add(Host::of(to), HOST_COST, now);
        self.sent(to, bytes, now);
    }

    /// Notes another datagram to this address.
    pub(super) fn sent(&mut self, to: &SocketAddr, bytes: usize, now: Instant) {
        let bytes = bytes as u64;
        if !is_loopback(to) {
            self.groups
                .add(HostGroup::site(to.ip()), refill(bytes, GROUP_RATE), now);
        }
        self.total.add(refill(bytes, RATE), now);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Answers with 250 bytes whenever the budgets allow it. Returns the most bytes in one second,
    /// and all bytes.
    fn most_in_a_second(seconds: u64, mut address: impl FnMut(u64) -> SocketAddr) -> (u64, u64) {
        let start = Instant::now();
        let mut outlay = Outlay::new();
        let mut seconds: Vec<u64> = vec![0; seconds as usize];
        let mut asked = 0;
        for (number, bytes) in seconds.iter_mut().enumerate() {
            for step in 0..5_000 {
                let now = start + Duration::from_micros(number as u64 * 1_000_000 + step * 200);
                let to = address(asked);
                asked += 1;
                if outlay.check(&to, now).is_ok() {
                    outlay.answered(&to, 250, now);
                    *bytes += 250;
                }
            }
        }
        (*seconds.iter().max().unwrap(), seconds.iter().sum())
    }

    #[test]
    fn one_host_gets_one_answer_a_second_after_the_first() {
        let (most, all) = most_in_a_second(60, |_| "1.2.3.4:5".parse().unwrap());
        assert!((32..=33).contains(&(most / 250)), "{most}");
        assert!(all / 250 <= 33 + 60, "{}", all / 250);
        // Other ports are the same host.
        let other = |n: u64| SocketAddr::from(([1, 2, 3, 4], 1 + (n % 50_000) as u16));
        assert_eq!(most_in_a_second(60, other), (most, all));
    }

    #[test]
    fn one_group_gets_at_most_twenty_kilobytes_in_a_second() {
        let host = |n: u64| SocketAddr::from(([1, 2, 3, n as u8], 5));
        let (most, all) = most_in_a_second(30, host);
        assert!(most <= 20_000, "{most}");
        assert!(all <= 10_000 * 32, "{all}");
    }

    #[test]
    fn all_together_get_at_most_two_hundred_kilobytes_a_second() {
        let host = |n: u64| SocketAddr::from(([1, (n >> 16) as u8, (n >> 8) as u8, n as u8], 5));
        let spread = |n: u64| host(n.wrapping_mul(7_919) % (1 << 24));
        let (most, all) = most_in_a_second(30, spread);
        assert!(most <= 300_000 + 250, "{most}");
        assert!(
            (199_000 * 30..=200_000 * 30 + 101_000).contains(&all),
            "{all}"
        );
    }
}
