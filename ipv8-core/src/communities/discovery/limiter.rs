//! How often strangers can make us send.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long after one datagram the next one to the same address may follow: services change seldom, and whoever sends requests
/// in another's name must not flood it with the answers.
pub const PER_ADDRESS: Duration = Duration::from_secs(1);

/// How many addresses are sent to in one [`PER_ADDRESS`]: an honest node of many peers needs a few, and with twenty overlays
/// this is 20 kB a second.
pub const PER_SECOND: usize = 32;

/// To whom something was sent in the last second. Never more than [`PER_SECOND`] entries.
#[derive(Debug, Default)]
pub(super) struct Limiter(VecDeque<(Instant, SocketAddr)>);

impl Limiter {
    /// Whether something may be sent to `address` now; if so, it counts as sent.
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
    fn an_address_gets_one_a_second_and_all_together_get_some() {
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
