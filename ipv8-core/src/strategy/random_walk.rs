//! The random walk: ask random walkable addresses for more of them.

use std::net::SocketAddr;
use std::time::Instant;

use indexmap::IndexMap;
use rand::RngExt;

use crate::community::Community;
use crate::context::Context;
use crate::strategy::DiscoveryStrategy;
use crate::timers::seconds;

/// Walks to a random walkable address each step, and now and then goes back to the peers and the
/// bootstrap addresses for new ones (protocol 7.2).
///
/// An address that has not answered within `timeout` is given up for this overlay, until somebody
/// introduces it again, and forgotten unless another overlay wants it
/// ([`Network::give_up`](crate::network::Network::give_up)). Unlike py-ipv8, an
/// address that did answer stops counting towards `window_size` at once, which is what the
/// option's description there promises.
///
/// ```
/// # use ipv8_core::prelude::*;
/// let mut walk = RandomWalk::default();
/// walk.window_size = 10;
/// assert_eq!(walk.timeout, 3.0);
/// ```
///
/// A clone goes on from the same state.
#[derive(Clone, Debug, ipv8_macros::Options)]
pub struct RandomWalk {
    /// Seconds after which an unanswered address is given up. Default 3.0.
    #[options(range = 0.0..)]
    pub timeout: f64,
    /// How many requests may be unanswered at a time; 0: any number. Default 5.
    pub window_size: usize,
    /// The chance, in 256, of asking a known peer although there are walkable addresses. Default
    /// 50.
    pub reset_chance: u8,
    /// Seconds to wait at least between two steps; 0: step whenever it is this strategy's turn.
    /// Default 0.
    #[options(range = 0.0..)]
    pub target_interval: f64,
    unanswered: IndexMap<SocketAddr, Instant>,
    last_step: Option<Instant>,
}

impl Default for RandomWalk {
    fn default() -> Self {
        Self {
            timeout: 3.0,
            window_size: 5,
            reset_chance: 50,
            target_interval: 0.0,
            unanswered: IndexMap::new(),
            last_step: None,
        }
    }
}

impl RandomWalk {
    /// Forgets the requests that were answered, and those that never will be, with their address.
    fn settle_requests(&mut self, cx: &mut Context<'_>) {
        let (timeout, now, service) = (seconds(self.timeout), cx.now(), cx.community_id());
        self.unanswered.retain(|address, sent| {
            // A peer of another overlay alone is no answer: it may never give one to this overlay.
            let network = cx.network();
            let answered = network
                .all_verified_by_address(address)
                .any(|peer| network.has_service(peer.key(), service));
            if answered {
                return false;
            }
            let waiting = now.saturating_duration_since(*sent) <= timeout;
            if !waiting {
                cx.network_mut().give_up(address, service);
            }
            waiting
        });
    }

    fn must_wait(&self, now: Instant) -> bool {
        let too_soon = self.target_interval > 0.0
            && self.last_step.is_some_and(|last| {
                now.saturating_duration_since(last) <= seconds(self.target_interval)
            });
        too_soon || (self.window_size > 0 && self.unanswered.len() >= self.window_size)
    }
}

impl<C: Community> DiscoveryStrategy<C> for RandomWalk {
    fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
        self.settle_requests(cx);
        let now = cx.now();
        if self.must_wait(now) {
            return;
        }
        let unanswered = &self.unanswered;
        let target = cx.random_walkable_address(|address| unanswered.contains_key(address));
        match target {
            Some(address) if cx.rng().random::<u8>() >= self.reset_chance => {
                cx.walk_to(address);
                self.unanswered.insert(address, now);
            }
            _ => cx.get_new_introduction(),
        }
        self.last_step = Some(now);
    }
}
