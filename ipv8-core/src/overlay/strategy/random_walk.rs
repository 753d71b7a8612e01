//! The random walk: ask walkable addresses for more of them, new introductions first.

use std::net::SocketAddr;
use std::time::Instant;

use indexmap::IndexMap;
use rand::RngExt;

use crate::overlay::community::Community;
use crate::overlay::context::Context;
use crate::overlay::strategy::DiscoveryStrategy;
use crate::overlay::strategy::standing::Standing;
use crate::state::network::IntroducerId;
use crate::state::timers::seconds;

/// Walks to a walkable address each step, and now and then goes back to the peers and the
/// bootstrap addresses for new ones (protocol 7.2).
///
/// A new introduction goes before any other address: the NAT in front of it was opened a moment ago. Which introducer's
/// it is is left to chance, and one whose introductions do not answer has to wait, so that nobody who introduces
/// many addresses gets many walks. Those whose introductions answer less often than is usual share a part of the window with each other,
/// the smaller the worse they are, so that several liars together cannot keep a walker busy either; the usual is what this walker
/// found lately (of 64 introducers at most), and what others say about an introducer counts for nothing.
///
/// While requests are answered and introductions keep coming a step sends up to `requests_per_step` of them: it walks to as many new
/// introductions as its target needs, and asks a peer for the next ones.
///
/// An address that has not answered within `timeout` is given up for this overlay, until somebody
/// introduces it again, and forgotten unless another overlay wants it
/// ([`Network::give_up`](crate::state::network::Network::give_up)). Unlike py-ipv8, an
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
    /// How many requests may be unanswered at a time; 0: any number. Default 5. Half of them, rounded down, but at least one, may
    /// be to addresses that the same peer has introduced; fewer, but at least one, together with all who are no better, if those
    /// answer less often than is usual.
    pub window_size: usize,
    /// The chance, in 256, of asking a known peer although there are walkable addresses. Default
    /// 50.
    pub reset_chance: u8,
    /// Seconds to wait at least between two steps; 0: step whenever it is this strategy's turn.
    /// Default 0.
    #[options(range = 0.0..)]
    pub target_interval: f64,
    /// How many requests a step may send while no more than half of `window_size` are unanswered and new addresses were found
    /// within the last steps; 0 and 1: one, as in py-ipv8. Default 3.
    pub requests_per_step: usize,
    unanswered: IndexMap<SocketAddr, Asked>,
    standing: Standing,
    /// How many steps in a row found nowhere to walk to.
    fruitless: u32,
    /// How often the bootstrappers were reminded since there was a peer.
    reminders: u32,
    last_step: Option<Instant>,
}

impl Default for RandomWalk {
    fn default() -> Self {
        Self {
            timeout: 3.0,
            window_size: 5,
            reset_chance: 50,
            target_interval: 0.0,
            requests_per_step: 3,
            unanswered: IndexMap::new(),
            standing: Standing::default(),
            fruitless: 0,
            reminders: 0,
            last_step: None,
        }
    }
}

/// After how many steps without a new address a step is one request again: there may be nobody else.
const FRUITLESS_STEPS: u32 = 4;

/// A request that is not answered yet.
#[derive(Clone, Copy, Debug)]
struct Asked {
    at: Instant,
    /// Who introduced the address, if anybody did.
    introducer: Option<IntroducerId>,
}

impl RandomWalk {
    /// Forgets the requests that were answered, and those that never will be, with their address.
    fn settle_requests(&mut self, cx: &mut Context<'_>) {
        let (timeout, now, service) = (seconds(self.timeout), cx.now(), cx.community_id());
        let standing = &mut self.standing;
        self.unanswered.retain(|address, asked| {
            // A peer of another overlay alone is no answer: it may never give one to this overlay.
            let network = cx.network();
            let answered = network
                .all_verified_by_address(address)
                .any(|peer| network.has_service(peer.key(), service));
            if !answered && now.saturating_duration_since(asked.at) <= timeout {
                return true;
            }
            if !answered {
                cx.network_mut().give_up(address, service);
            }
            if let Some(introducer) = asked.introducer {
                standing.note(introducer, answered);
            }
            false
        });
    }

    fn must_wait(&self, now: Instant) -> bool {
        let too_soon = self.target_interval > 0.0
            && self.last_step.is_some_and(|last| {
                now.saturating_duration_since(last) <= seconds(self.target_interval)
            });
        too_soon || self.is_window_full()
    }

    fn is_window_full(&self) -> bool {
        self.window_size > 0 && self.unanswered.len() >= self.window_size
    }

    /// Whether nearly everybody answers, so that a step may send more than one request.
    fn is_lively(&self) -> bool {
        self.window_size == 0 || self.unanswered.len() <= self.window_size / 2
    }

    /// Whether as many addresses of this introducer are unanswered as it may take of the window, or of all introducers no better
    /// than it as many as they may take together.
    fn is_busy(&self, introducer: IntroducerId) -> bool {
        let half = match self.window_size {
            0 => return false,
            size => (size / 2).max(1),
        };
        let asked = self.unanswered.values();
        let introducers = asked.filter_map(|asked| asked.introducer);
        let mut own = introducers.clone().filter(|other| *other == introducer);
        own.nth(half - 1).is_some() || self.is_left_to_better(introducer, introducers)
    }

    /// Whether the introducers no better than this one, who are among those of what is `unanswered`, have their share.
    fn is_left_to_better(
        &self,
        introducer: IntroducerId,
        unanswered: impl Iterator<Item = IntroducerId>,
    ) -> bool {
        let share = self.standing.share(introducer);
        if share >= 1.0 {
            return false;
        }
        let no_better = unanswered.filter(|other| self.standing.share(*other) <= share);
        let [used, size] =
            [no_better.count(), self.window_size].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
        used > 0 && f64::from(used) + 1.0 > f64::from(size) * share
    }

    /// Walks to a new introduction; whether there was one.
    fn walk_to_introduction(&mut self, cx: &mut Context<'_>) -> bool {
        let (unanswered, now) = (&self.unanswered, cx.now());
        let found = cx.take_introduction(
            |introducer| !self.is_busy(introducer),
            |address| !unanswered.contains_key(address),
        );
        found.is_some_and(|(address, introducer)| {
            self.walk(address, Some(introducer), now, cx);
            true
        })
    }

    /// Walks to any walkable address; whether there was one. One of an introducer that has its share of the window does not
    /// count: who introduces hundreds of them is drawn nearly every time.
    fn walk_anywhere(&mut self, cx: &mut Context<'_>) -> bool {
        let (unanswered, now) = (&self.unanswered, cx.now());
        let drawn = cx.random_walkable_address(|address| unanswered.contains_key(address));
        drawn.is_some_and(|address| {
            let introducer = cx.network().introducer_of(&address);
            let may_walk = !introducer.is_some_and(|introducer| self.is_busy(introducer));
            if may_walk {
                self.walk(address, introducer, now, cx);
            }
            may_walk
        })
    }

    fn walk(
        &mut self,
        address: SocketAddr,
        introducer: Option<IntroducerId>,
        at: Instant,
        cx: &mut Context<'_>,
    ) {
        cx.walk_to(address);
        self.unanswered.insert(address, Asked { at, introducer });
    }

    /// Asks a peer for an introduction; as long as there is none, the bootstrappers, whose one introduction was just used up. They are
    /// asked a few times only: perhaps nobody whom they know can be reached.
    fn ask_for_more(&mut self, walked: bool, cx: &mut Context<'_>) {
        if cx.peer_count() > 0 {
            self.reminders = 0;
            cx.get_new_introduction();
        } else if walked && self.reminders < FRUITLESS_STEPS {
            self.reminders += 1;
            cx.remind_bootstrappers();
        }
    }

    /// What a step sends beyond its first request, which was a walk or not: walks to new introductions, as many as peers are missing,
    /// and when there are none left, one request to a peer for the next ones. Returns whether it walked.
    fn send_more(&mut self, first_walked: bool, cx: &mut Context<'_>) -> bool {
        let missing = cx.missing_peers().unwrap_or(usize::MAX);
        let mut walks = usize::from(first_walked);
        for _ in 1..self.requests_per_step {
            if walks >= missing || self.is_window_full() {
                break;
            }
            if self.walk_to_introduction(cx) {
                walks += 1;
                continue;
            }
            if walks > 0 || self.fruitless < FRUITLESS_STEPS {
                self.ask_for_more(walks > 0, cx);
            }
            break;
        }
        walks > 0
    }
}

impl<C: Community> DiscoveryStrategy<C> for RandomWalk {
    fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
        self.settle_requests(cx);
        let now = cx.now();
        if self.must_wait(now) {
            return;
        }
        let lively = self.is_lively();
        let goes_back = cx.rng().random::<u8>() < self.reset_chance;
        let mut walked = !goes_back && (self.walk_to_introduction(cx) || self.walk_anywhere(cx));
        if !walked {
            cx.get_new_introduction();
        }
        if lively {
            walked = self.send_more(walked, cx);
        }
        self.fruitless = match walked {
            true => 0,
            false => self.fruitless.saturating_add(1),
        };
        self.last_step = Some(now);
    }
}
