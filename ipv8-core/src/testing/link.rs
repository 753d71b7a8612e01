//! What happens to datagrams on their way.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;

/// The way between two machines of an [`Internet`](super::Internet): how long it takes and what gets lost.
///
/// Default: at once, and nothing is lost. Which datagrams are lost or late follows from the seed of the internet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Link {
    /// How long every datagram takes at least. Default 0.
    pub delay: Duration,
    /// How much longer one can take: evenly spread from 0 to this, so that datagrams overtake each other. Default 0.
    pub jitter: Duration,
    /// The share of datagrams that never arrive, from 0 to 1. Default 0; what is no number counts as 0.
    pub loss: f64,
}

impl Link {
    /// The same, taking `delay`.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The same, taking up to `jitter` longer.
    #[must_use]
    pub fn jitter(mut self, jitter: Duration) -> Self {
        self.jitter = jitter;
        self
    }

    /// The same, losing the share `loss`.
    #[must_use]
    pub fn loss(mut self, loss: f64) -> Self {
        self.loss = loss;
        self
    }

    /// How long the next datagram takes; `None` when it is lost. A link without loss or jitter uses up no randomness.
    pub(super) fn draw(&self, rng: &mut StdRng) -> Option<Duration> {
        if self.loss > 0.0 && rng.random::<f64>() < self.loss {
            return None;
        }
        let late = if self.jitter.is_zero() {
            Duration::ZERO
        } else {
            self.jitter.mul_f64(rng.random::<f64>())
        };
        Some(self.delay + late)
    }
}
