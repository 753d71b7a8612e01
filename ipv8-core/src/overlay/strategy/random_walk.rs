//! The random walk: asks walkable addresses for introductions, new ones first.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use rand::RngExt;

use super::discovery_strategy::DiscoveryStrategy;
use super::standing::Standing;
use crate::overlay::community::Community;
use crate::overlay::context::Context;
use crate::state::network::IntroducerId;
use crate::state::timers::seconds;

/// A strategy that walks to one walkable address in each step, and now and then asks a known peer
/// or the bootstrappers for new addresses (protocol 7.2).
///
/// Contacts come first: nodes that sent this overlay something and have not proven their address
/// yet. They have a window of their own. New introductions are next: the NAT in front of a new
/// address was opened a moment ago. The introducer is drawn at random; each may occupy at most half
/// the window. Introducers whose addresses answer less often than average share a smaller part of
/// the window, the smaller the worse they are, so that colluding liars cannot fill it. Only this
/// walker's own recent results count (of 64 introducers at most), not what one peer says about
/// another.
///
/// While requests are answered and introductions keep coming, a step sends up to
/// `requests_per_step` requests: it walks to as many new introductions as the target needs, and
/// asks a peer for the next ones.
///
/// An address that does not answer within `timeout` is given up for this overlay until a peer
/// introduces it again, and forgotten unless another overlay can use it ([`Context::give_up`]).
/// Unlike in py-ipv8, an address that answers no longer counts towards `window_size`, as the
/// option's description there promises.
///
/// ```
/// # use ipv8_core::prelude::*;
/// let mut walk = RandomWalk::default();
/// walk.window_size = 10;
/// assert_eq!(walk.timeout, 3.0);
/// ```
///
/// A clone continues from the same state.
#[derive(Clone, Debug, ipv8_macros::Options)]
pub struct RandomWalk {
    /// Seconds after which an unanswered address is given up. Default: 3.0.
    #[options(range = 0.0..)]
    pub timeout: f64,
    /// Requests that may be unanswered at a time; 0: any number. Default: 5. Half of them, rounded
    /// down, but at least one, may go to addresses that the same peer introduced. Introducers whose
    /// addresses answer less often than average share fewer, but at least one.
    pub window_size: usize,
    /// Chance, out of 256, of asking a known peer although there are walkable addresses. Default:
    /// 50.
    pub reset_chance: u8,
    /// Minimum seconds between two steps that walk; 0: walk in every turn. Default: 0.
    #[options(range = 0.0..)]
    pub target_interval: f64,
    /// Requests that a step may send while at most half of `window_size` are unanswered and the
    /// last steps found new addresses; 0 and 1: one, as in py-ipv8. Default: 3.
    pub requests_per_step: usize,
    unanswered: IndexMap<SocketAddr, Asked>,
    standing: Standing,
    /// Steps in a row that found no address to walk to.
    fruitless: u32,
    /// Reminders of the bootstrappers since the overlay last had a peer.
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

/// The number of steps without a new address after which a step sends only one request: there may
/// be no other peers.
const FRUITLESS_STEPS: u32 = 4;

/// The maximum number of contacts that a step asks.
const CONTACTS_OF_STEP: usize = 4;

/// The time for which an unanswered contact occupies the window of contacts. It was alive a moment
/// ago, so it answers soon or never.
const CONTACT_WAIT: Duration = Duration::from_secs(1);

/// An unanswered request.
#[derive(Clone, Copy, Debug)]
struct Asked {
    at: Instant,
    /// The identifier of the request.
    identifier: u16,
    origin: Origin,
}

/// Where an address comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// A contact: a node that sent us something.
    Contact,
    /// An introduction by this peer, if it is known.
    Introduced(Option<IntroducerId>),
}

impl Asked {
    fn introducer(&self) -> Option<IntroducerId> {
        match self.origin {
            Origin::Contact => None,
            Origin::Introduced(by) => by,
        }
    }
}

impl RandomWalk {
    /// Forgets answered requests, and gives up the addresses of timed-out ones.
    fn settle_requests(&mut self, cx: &mut Context<'_>) {
        let (timeout, now, service) = (seconds(self.timeout), cx.now(), cx.community_id());
        let standing = &mut self.standing;
        self.unanswered.retain(|address, asked| {
            // Only a peer of this overlay is an answer: a peer of another one may never answer
            // here.
            let graph = cx.graph();
            let answered = graph
                .all_verified_by_address(address)
                .any(|peer| graph.has_service(peer.key(), service));
            // A node for which there is no room has answered too, maybe from another port.
            let answered = answered || cx.was_answered(asked.identifier);
            if !answered && now.saturating_duration_since(asked.at) <= timeout {
                return true;
            }
            if !answered {
                cx.give_up(address);
            }
            if let Some(introducer) = asked.introducer() {
                standing.note(introducer, answered);
            }
            false
        });
    }

    fn is_too_soon(&self, now: Instant) -> bool {
        self.target_interval > 0.0
            && self.last_step.is_some_and(|last| {
                now.saturating_duration_since(last) <= seconds(self.target_interval)
            })
    }

    /// Returns the number of unanswered requests to addresses that were introduced.
    fn unanswered(&self) -> usize {
        let asked = self.unanswered.values();
        asked
            .filter(|asked| asked.origin != Origin::Contact)
            .count()
    }

    fn is_window_full(&self) -> bool {
        self.window_size > 0 && self.unanswered() >= self.window_size
    }

    /// Returns `true` if most requests are answered, so that a step may send more than one.
    fn is_lively(&self) -> bool {
        self.window_size == 0 || self.unanswered() <= self.window_size / 2
    }

    /// Returns `true` if the unanswered addresses of this introducer fill its part of the window,
    /// or those of all introducers that are no better fill their shared part.
    fn is_busy(&self, introducer: IntroducerId) -> bool {
        let half = match self.window_size {
            0 => return false,
            size => (size / 2).max(1),
        };
        let asked = self.unanswered.values();
        let introducers = asked.filter_map(Asked::introducer);
        let mut own = introducers.clone().filter(|other| *other == introducer);
        own.nth(half - 1).is_some() || self.is_left_to_better(introducer, introducers)
    }

    /// Returns `true` if the introducers in `unanswered` that are no better than this one fill
    /// their shared part of the window.
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

    /// Asks as many contacts as peers are missing, but at most four, or one if a step sends one
    /// request or introductions fill their window. A contact is alive, knows the overlay and has
    /// just opened its NAT for us; its answer makes it a peer.
    ///
    /// Contacts have a window of their own, so that contacts that do not answer, which anyone can
    /// forge, leave the window of introductions alone. Returns the number of requests.
    fn ask_contacts(&mut self, cx: &mut Context<'_>) -> usize {
        let missing = cx.missing_peers().unwrap_or(usize::MAX);
        let most = match self.requests_per_step {
            0 | 1 => 1,
            _ if self.is_window_full() => 1,
            _ => CONTACTS_OF_STEP,
        };
        let most = most.min(missing);
        (0..most).take_while(|_| self.ask_contact(cx)).count()
    }

    fn ask_contact(&mut self, cx: &mut Context<'_>) -> bool {
        let now = cx.now();
        let asked = self.unanswered.values();
        let waiting = asked.filter(|asked| asked.origin == Origin::Contact);
        let waiting =
            waiting.filter(|asked| now.saturating_duration_since(asked.at) < CONTACT_WAIT);
        if self.window_size > 0 && waiting.count() >= self.window_size {
            return false;
        }
        let unanswered = &self.unanswered;
        let found = cx.choose_contact(|address| !unanswered.contains_key(address));
        found.is_some_and(|contact| {
            let asked = Asked {
                at: cx.now(),
                identifier: cx.ask_contact(&contact),
                origin: Origin::Contact,
            };
            self.unanswered.insert(contact.address, asked);
            true
        })
    }

    /// Walks to a new introduction. Returns `true` if there was one.
    fn walk_to_introduction(&mut self, cx: &mut Context<'_>) -> bool {
        let unanswered = &self.unanswered;
        let found = cx.take_introduction(
            |introducer| !self.is_busy(introducer),
            |address| !unanswered.contains_key(address),
        );
        found.is_some_and(|(address, introducer)| {
            self.walk(address, Some(introducer), cx);
            true
        })
    }

    /// Walks to a random walkable address. Returns `false` if there is none, or if its introducer
    /// has filled its part of the window: an introducer of hundreds of addresses is drawn nearly
    /// every time.
    fn walk_anywhere(&mut self, cx: &mut Context<'_>) -> bool {
        let unanswered = &self.unanswered;
        let drawn = cx.random_walkable_address(|address| unanswered.contains_key(address));
        drawn.is_some_and(|address| {
            let introducer = cx.graph().introducer_of(&address);
            let may_walk = !introducer.is_some_and(|introducer| self.is_busy(introducer));
            if may_walk {
                self.walk(address, introducer, cx);
            }
            may_walk
        })
    }

    fn walk(
        &mut self,
        address: SocketAddr,
        introducer: Option<IntroducerId>,
        cx: &mut Context<'_>,
    ) {
        let (at, origin) = (cx.now(), Origin::Introduced(introducer));
        if let Some(identifier) = cx.walk(address) {
            let asked = Asked {
                at,
                identifier,
                origin,
            };
            self.unanswered.insert(address, asked);
        }
    }

    /// Asks a peer for an introduction. Without peers it asks the bootstrappers, whose one
    /// introduction was just used; only a few times, because the peers they know may be
    /// unreachable.
    fn ask_for_more(&mut self, walked: bool, cx: &mut Context<'_>) {
        if cx.peer_count() > 0 {
            self.reminders = 0;
            cx.get_new_introduction();
        } else if walked && self.reminders < FRUITLESS_STEPS {
            self.reminders += 1;
            cx.remind_bootstrappers();
        }
    }

    /// Sends the requests of a step after the first: walks to new introductions, as many as peers
    /// are missing, and when none are left, asks a peer for more. Returns `true` if the step
    /// walked.
    fn send_more(&mut self, first_walked: bool, contacts: usize, cx: &mut Context<'_>) -> bool {
        let missing = cx.missing_peers().unwrap_or(usize::MAX);
        let missing = missing.saturating_sub(contacts);
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
        self.step(cx);
    }
}

impl RandomWalk {
    /// Takes one step. It does not depend on the community: compiled once.
    pub(crate) fn step(&mut self, cx: &mut Context<'_>) {
        self.settle_requests(cx);
        let now = cx.now();
        if self.is_too_soon(now) {
            return;
        }
        let contacts = self.ask_contacts(cx);
        let missing = cx.missing_peers();
        if self.is_window_full() || missing.is_some_and(|missing| missing <= contacts) {
            if contacts > 0 {
                self.last_step = Some(now);
            }
            return;
        }
        let lively = self.is_lively();
        let goes_back = cx.rng().random::<u8>() < self.reset_chance;
        let mut walked = !goes_back && (self.walk_to_introduction(cx) || self.walk_anywhere(cx));
        if !walked {
            cx.get_new_introduction();
        }
        if lively {
            walked = self.send_more(walked, contacts, cx);
        }
        self.fruitless = match walked {
            true => 0,
            false => self.fruitless.saturating_add(1),
        };
        self.last_step = Some(now);
    }
}
