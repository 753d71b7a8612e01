//! Where an overlay asks when it knows nobody.
//!
//! A [`Bootstrap`] is a list of well-known addresses (trackers, in py-ipv8
//! `DispersyBootstrapper`), with a pause between two rounds of asking them all.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::RngExt;

/// The least time between two rounds once a bootstrap address has answered (py-ipv8's
/// `bootstrap_timeout`, 30 s).
pub const BOOTSTRAP_TIMEOUT: Duration = Duration::from_secs(30);

/// The least time between two rounds as long as nobody has answered: a first datagram that was
/// lost should not cost half a minute.
pub const BOOTSTRAP_RETRY: Duration = Duration::from_secs(3);

/// The bootstrap addresses of one overlay and when they were last asked.
#[derive(Clone, Debug, Default)]
pub struct Bootstrap {
    addresses: Vec<SocketAddr>,
    last_round: Option<Instant>,
    answered: bool,
}

impl Bootstrap {
    /// A list of addresses, none of them asked yet. May be empty.
    #[must_use]
    pub fn new(addresses: Vec<SocketAddr>) -> Self {
        Self {
            addresses,
            last_round: None,
            answered: false,
        }
    }

    /// The addresses, in the order given.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Whether `address` is one of the list.
    #[must_use]
    pub fn contains(&self, address: &SocketAddr) -> bool {
        self.addresses.contains(address)
    }

    /// Notes that an answer came from a bootstrap address.
    pub(crate) fn note_answer(&mut self, source: &SocketAddr) {
        self.answered |= self.contains(source);
    }

    /// The addresses to ask now: all of them, or none while the pause lasts.
    pub(crate) fn start_round(&mut self, now: Instant) -> Vec<SocketAddr> {
        let pause = if self.answered {
            BOOTSTRAP_TIMEOUT
        } else {
            BOOTSTRAP_RETRY
        };
        if self
            .last_round
            .is_some_and(|last| now.saturating_duration_since(last) < pause)
        {
            return Vec::new();
        }
        self.last_round = Some(now);
        self.addresses.clone()
    }

    /// One random address to remind of us, once a first round has been made.
    pub(crate) fn keep_alive(&self, rng: &mut impl rand::Rng) -> Option<SocketAddr> {
        self.last_round?;
        let count = self.addresses.len();
        if count == 0 {
            None
        } else {
            self.addresses.get(rng.random_range(0..count)).copied()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_longer_once_somebody_answered() {
        let address: SocketAddr = "127.0.0.1:1".parse().expect("an address");
        let mut bootstrap = Bootstrap::new(vec![address]);
        let start = Instant::now();
        assert_eq!(bootstrap.start_round(start), [address]);
        assert!(
            bootstrap
                .start_round(start + Duration::from_millis(2_999))
                .is_empty()
        );
        assert_eq!(bootstrap.start_round(start + BOOTSTRAP_RETRY), [address]);
        bootstrap.note_answer(&address);
        assert!(
            bootstrap
                .start_round(start + BOOTSTRAP_RETRY * 2)
                .is_empty()
        );
        assert_eq!(
            bootstrap.start_round(start + BOOTSTRAP_RETRY + BOOTSTRAP_TIMEOUT),
            [address]
        );
    }
}
