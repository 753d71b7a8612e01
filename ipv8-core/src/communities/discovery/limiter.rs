//! A bound on the datagrams that strangers can make us send.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// The minimum time between two datagrams to the same address. Services seldom change, and an
/// attacker with a forged source address must not flood that address with answers.
pub const PER_ADDRESS: Duration = Duration::from_secs(1);

/// The number of addresses sent to in one [`PER_ADDRESS`]. A node with many peers needs only a few;
/// with twenty overlays this is 20 kB a second.
pub const PER_SECOND: usize = 32;

/// The addresses sent to in the last second; at most [`PER_SECOND`] entries.
#[derive(Debug, Default)]
pub(super) struct Limiter(VecDeque<(Instant, SocketAddr)>);

impl Limiter {
    /// Returns `true` if a datagram may be sent to `address` now, and counts it as sent.
    pub(super) fn allows(&mut self, address: SocketAddr, now: Instant) -> bool {
        while let Some((sent, _)) = self.0.front()
            && now.saturating_duration_since(*sent) >= PER_ADDRESS
        {
            self.0.pop_front();
        }
        if self.0.len() >= PER_SECOND || self.0.iter().any(|(_, to)| *to == address) {
            return false;
        }
        self.0.push_back((now, address));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_one_a_second_and_all_together_have_a_limit() {
        let start = Instant::now();
        let at = |port: u16| SocketAddr::from(([20, 0, 0, 1], port));
        let mut limiter = Limiter::default();
        assert!(limiter.allows(at(1), start));
        let soon = start + PER_ADDRESS - Duration::from_millis(1);
        assert!(!limiter.allows(at(1), soon));
        let granted = (2..1000).filter(|port| limiter.allows(at(*port), soon));
        assert_eq!(granted.count(), PER_SECOND - 1);
        let later = start + PER_ADDRESS;
        assert!(limiter.allows(at(1), later) && !limiter.allows(at(1000), later));
        assert_eq!(limiter.0.len(), PER_SECOND);
        assert!(limiter.allows(at(1000), soon + PER_ADDRESS));
    }
}
