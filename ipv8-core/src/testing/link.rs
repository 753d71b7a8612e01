//! The delay and loss of datagrams.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;

/// The connection between the nodes of a test: how long datagrams take, and how many are lost.
///
/// Default: no delay and no loss. Which datagrams are late or lost follows from the seed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Link {
    /// Minimum time that a datagram takes. Default: 0.
    pub delay: Duration,
    /// Maximum additional time, evenly distributed from 0, so that datagrams overtake each other.
    /// Default: 0.
    pub jitter: Duration,
    /// Share of datagrams that are lost, from 0 to 1. Default: 0; NaN counts as 0.
    pub loss: f64,
}

impl Link {
    /// Returns the time that the next datagram takes; `None` when it is lost. A link without loss
    /// or jitter uses no random numbers.
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
