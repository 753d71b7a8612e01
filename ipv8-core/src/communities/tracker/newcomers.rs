//! Requesters that have not proven their address yet.

use std::collections::HashMap;
use std::net::{SocketAddr, SocketAddrV4};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use rand::rngs::StdRng;

use super::crowd::Crowd;
use super::debt::{Debt, Debts, refill};
use super::fair::FairQueue;
use crate::crypto::PublicKey;
use crate::state::timers::{TimerId, Timers};
use crate::support::hashing::StrangersState;
use crate::wire::host_group::HostGroup;
use crate::wire::packet::CommunityId;
use crate::wire::payload::IntroductionRequest;
use crate::wire::scope::is_loopback;

/// The most newcomers (4,096, about 2 MB), and the most of one site.
const MOST: usize = 4_096;
const MOST_OF_GROUP: usize = 256;

/// The time between two rounds of requests to newcomers. A request never leaves in the call that
/// handles the newcomer's own: a forged one would cause two datagrams at once.
const ROUND: Duration = Duration::from_millis(50);

/// Requests to strangers of one site: 10 a second after 20 at once (2 kB a second).
const STRANGERS: (u64, Duration) = (10, Duration::from_secs(2));

/// Requests to proven keys of one site: 50 a second after 100 at once, because a client has one
/// for each of its communities. They need not be as few, because the client is at that address.
const KNOWN: (u64, Duration) = (50, Duration::from_secs(2));

/// Requests to all: 500 a second (100 kB) after 100 at once, as many as strangers can be answered
/// (`outlay`).
const RATE: u64 = 500;
const BURST: Duration = Duration::from_millis(200);

/// The number of sites whose requests are counted, in each of two tables.
const SITES: usize = 8_192;

/// Time after which a newcomer that did not answer is forgotten. Until then it is not asked again.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(10);

/// The longest time that an answer waits for the newcomer's proof.
///
/// While no member can be introduced, an answer would be empty, and py-ipv8 asks again after 30 s
/// only. The proof usually takes less than 0.2 s, and a member that proved itself meanwhile is then
/// introduced. So two newcomers that ask an empty tracker together find each other, and no
/// unproven address is ever introduced.
const HELD: Duration = Duration::from_secs(1);

/// A key that asked from an address for a community.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Claim {
    pub(super) key: PublicKey,
    pub(super) address: SocketAddr,
    pub(super) service: CommunityId,
}

impl Claim {
    fn site(&self) -> HostGroup {
        HostGroup::site(self.address.ip())
    }
}

/// What a newcomer says about itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits {
    pub(super) lan: Option<SocketAddrV4>,
    pub(super) new_style: bool,
    /// The highest global time that it signed.
    pub(super) clock: u64,
}

/// Members that proved another address, until they answer at the old one or do not. Each has an
/// open ping, so there are never more than those.
pub(super) type Moves = HashMap<PublicKey, (Claim, Traits), StrangersState>;

/// A request whose answer waits.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) new_style: bool,
    pub(super) request: IntroductionRequest,
}

#[derive(Debug)]
struct Newcomer {
    traits: Traits,
    held: Option<(Held, TimerId)>,
    forgotten: TimerId,
    asked: bool,
}

/// Newcomers to ask, site by site, and what was asked of each site.
#[derive(Debug)]
struct Waiting {
    queue: FairQueue<Claim>,
    sites: Debts<HostGroup>,
    /// Requests to one site in a second, and the debt that it may have.
    rate: u64,
    burst: Duration,
}

impl Waiting {
    fn new((rate, burst): (u64, Duration)) -> Self {
        Self {
            queue: FairQueue::new(MOST, MOST_OF_GROUP),
            sites: Debts::new(SITES),
            rate,
            burst,
        }
    }

    /// Spends the budget of a site for one request. Returns `false` if it has to wait.
    fn spend(&mut self, claim: &Claim, now: Instant) -> bool {
        let site = claim.site();
        if is_loopback(&claim.address) {
            return true;
        }
        let may = self.sites.is_below(&site, self.burst, now);
        if may {
            self.sites.add(site, refill(1, self.rate), now);
        }
        may
    }
}

/// The newcomers, and the pace at which they are asked.
#[derive(Debug)]
pub(super) struct Newcomers {
    table: IndexMap<Claim, Newcomer>,
    crowd: Crowd<Claim>,
    /// Those to ask: strangers, and keys that proved this address in another community. They take
    /// turns: with many communities, known keys could take all requests, even without an answer.
    strangers: Waiting,
    known: Waiting,
    is_turn_of_known: bool,
    next_round: Option<Instant>,
    total: Debt,
    holds: Timers<Claim>,
    ends: Timers<Claim>,
}

impl Newcomers {
    pub(super) fn new() -> Self {
        Self {
            table: IndexMap::new(),
            crowd: Crowd::default(),
            strangers: Waiting::new(STRANGERS),
            known: Waiting::new(KNOWN),
            is_turn_of_known: true,
            next_round: None,
            total: Debt::default(),
            holds: Timers::new(),
            ends: Timers::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// Notes a request. `known`: the key has proven this address in another community. Returns the
    /// number of newcomers that gave way.
    pub(super) fn note(
        &mut self,
        claim: &Claim,
        traits: Traits,
        known: bool,
        now: Instant,
        rng: &mut StdRng,
    ) -> u64 {
        if let Some(newcomer) = self.table.get_mut(claim) {
            newcomer.traits = traits;
            return 0;
        }
        let site = claim.site();
        let newcomer = Newcomer {
            traits,
            held: None,
            forgotten: self.ends.insert(now + FORGOTTEN_AFTER, claim.clone()),
            asked: false,
        };
        self.table.insert(claim.clone(), newcomer);
        self.crowd.insert(site, claim.clone());
        self.waiting(known)
            .queue
            .push(site, claim.clone(), now, rng);
        self.next_round.get_or_insert(now + ROUND);
        let mut evicted = 0;
        if self.crowd.size_of(site) > MOST_OF_GROUP && !is_loopback(&claim.address) {
            let other = self.crowd.crowded_in(site, rng, claim);
            evicted += u64::from(other.is_some_and(|other| self.take(&other).is_some()));
        }
        if self.table.len() > MOST {
            let other = self.crowd.crowded(rng, claim);
            evicted += u64::from(other.is_some_and(|other| self.take(&other).is_some()));
        }
        evicted
    }

    /// Keeps the answer to a newcomer until its proof. Replaces one that was kept before.
    pub(super) fn hold(&mut self, claim: &Claim, held: &Held, now: Instant) -> bool {
        let Some(newcomer) = self.table.get_mut(claim) else {
            return false;
        };
        match &mut newcomer.held {
            Some((before, _)) => before.clone_from(held),
            None => {
                newcomer.held = Some((held.clone(), self.holds.insert(now + HELD, claim.clone())))
            }
        }
        true
    }

    /// Takes an answer that waited long enough.
    pub(super) fn overdue(&mut self, now: Instant) -> Option<(Claim, Held)> {
        let (_, claim) = self.holds.pop_expired(now)?;
        let (held, _) = self.table.get_mut(&claim)?.held.take()?;
        Some((claim, held))
    }

    /// Forgets those that did not answer. Returns how many there were.
    pub(super) fn forget_silent(&mut self, now: Instant) -> u64 {
        let mut forgotten = 0;
        while let Some((_, claim)) = self.ends.pop_expired(now) {
            forgotten += u64::from(self.take(&claim).is_some());
        }
        forgotten
    }

    /// Removes a newcomer, and returns its traits and the answer that waits.
    pub(super) fn take(&mut self, claim: &Claim) -> Option<(Traits, Option<Held>)> {
        let newcomer = self.table.swap_remove(claim)?;
        self.crowd.remove(claim.site(), claim);
        self.ends.cancel(newcomer.forgotten);
        let held = newcomer.held.map(|(held, timer)| {
            self.holds.cancel(timer);
            held
        });
        Some((newcomer.traits, held))
    }

    /// Returns the newcomers to ask now, within the budgets.
    pub(super) fn take_due(&mut self, now: Instant, rng: &mut StdRng) -> Vec<Claim> {
        let mut asked = Vec::new();
        if self.next_round.is_none_or(|round| round > now) {
            return asked;
        }
        let mut later = Vec::new();
        while self.total.is_below(BURST, now)
            && let Some((claim, is_known)) = self.next()
        {
            // It may have made room for others, or come again since then.
            if self.table.get(&claim).is_none_or(|one| one.asked) {
                continue;
            }
            if !self.waiting(is_known).spend(&claim, now) {
                later.push((claim, is_known));
                continue;
            }
            self.total.add(refill(1, RATE), now);
            if let Some(newcomer) = self.table.get_mut(&claim) {
                newcomer.asked = true;
            }
            asked.push(claim);
        }
        for (claim, is_known) in later {
            let site = claim.site();
            self.waiting(is_known).queue.push(site, claim, now, rng);
        }
        let more = !self.strangers.queue.is_empty() || !self.known.queue.is_empty();
        self.next_round = more.then_some(now + ROUND);
        asked
    }

    fn waiting(&mut self, is_known: bool) -> &mut Waiting {
        match is_known {
            true => &mut self.known,
            false => &mut self.strangers,
        }
    }

    /// Takes the next newcomer to ask: a known key and a stranger in turn, while there are both.
    fn next(&mut self) -> Option<(Claim, bool)> {
        let first = self.is_turn_of_known;
        self.is_turn_of_known = !first;
        [first, !first].into_iter().find_map(|is_known| {
            let claim = self.waiting(is_known).queue.pop()?;
            Some((claim, is_known))
        })
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        let times = [self.next_round, self.holds.next(), self.ends.next()];
        times.into_iter().flatten().min()
    }
}
