//! What is held, and when it leaves.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::held::{Held, Queue};
use super::{PacingConfig, PacingStats};
use crate::state::outbox::{OUTBOX_LIMIT, Outbox, Outgoing};

/// Two groups are so far apart, unless the slot is short.
const GROUP: Duration = Duration::from_millis(1);

/// They are never nearer, however short the slot is: the driver has other things to do.
const SHORTEST_GROUP: Duration = Duration::from_micros(100);

/// Two datagrams of a step are spread no further than this: slow enough for any receiver, and no reason to wait longer.
const WIDEST: Duration = Duration::from_millis(1);

/// How many groups a late release may let go at once.
const LATE_GROUPS: usize = 4;

/// Somebody that something is held for.
#[derive(Debug, Default)]
struct Destination {
    held: usize,
    /// The numbers of the first and the last of them.
    first: u64,
    last: u64,
    /// What others sent to it since.
    behind: Vec<Outgoing>,
}

/// Holds what steps send beyond the budget, and lets it go by time; see the [module](super).
///
/// Reads no clock. One step at a time: whoever drives it lets no other step before [`Pacer::is_holding`] is false.
#[derive(Debug)]
pub struct Pacer {
    pacing: PacingConfig,
    /// When what was sent so far would have been sent at exactly the rate.
    paid: Option<Instant>,
    /// When the step was whose datagrams are held.
    stepped: Option<Instant>,
    held: Queue,
    /// How much later than planned all of it leaves.
    shift: Duration,
    group: Duration,
    /// How many may leave in one release.
    most: usize,
    destinations: HashMap<SocketAddr, Destination>,
    behind: usize,
    /// What may leave now.
    due: VecDeque<Outgoing>,
    counters: PacingStats,
}

impl Pacer {
    /// Nothing held. Values out of their range are taken as the nearest within.
    #[must_use]
    pub fn new(pacing: PacingConfig) -> Self {
        Self {
            pacing: within(pacing),
            paid: None,
            stepped: None,
            held: Queue::default(),
            shift: Duration::ZERO,
            group: GROUP,
            most: 0,
            destinations: HashMap::new(),
            behind: 0,
            due: VecDeque::new(),
            counters: PacingStats::default(),
        }
    }

    /// How what steps send is spread.
    #[must_use]
    pub fn pacing(&self) -> &PacingConfig {
        &self.pacing
    }

    /// Spreads what steps send from now on like this; what is held keeps its times, unless nothing is to be held any more: then it may
    /// all leave now. Values out of their range are taken as the nearest within.
    pub fn set_pacing(&mut self, pacing: PacingConfig, now: Instant) {
        self.pacing = within(pacing);
        if !self.pacing.enabled {
            self.paid = None;
            while let Some(held) = self.held.pop() {
                self.let_go(held, now);
            }
            self.forget_shift();
        }
    }

    /// What was held so far.
    #[must_use]
    pub fn counters(&self) -> PacingStats {
        PacingStats {
            waiting: self.held.len() + self.behind,
            ..self.counters
        }
    }

    /// Whether datagrams of a step have not left yet.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// When [`Pacer::release`] is wanted next.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        Some(self.held.front()?.at + self.shift)
    }

    /// What leaves next: it comes before everything that is in the outbox.
    pub fn pop(&mut self) -> Option<Outgoing> {
        self.due.pop_front()
    }

    /// A step at the time `now` has queued everything in `outbox` but the first `before`; the turns are `gap` apart. Takes what is to
    /// wait, and returns how many that are.
    pub fn pace(
        &mut self,
        outbox: &mut Outbox,
        before: usize,
        gap: Duration,
        now: Instant,
    ) -> usize {
        let sent = outbox.len().saturating_sub(before);
        if !self.pacing.enabled || sent == 0 {
            return 0;
        }
        let plan = Plan::new(&self.pacing, sent, gap, self.paid, now);
        self.paid = Some(plan.paid(sent, now));
        let at_once = (0..sent).take_while(|index| plan.wait(*index).is_zero());
        let at_once = at_once.count();
        if at_once == sent {
            return 0;
        }
        let held = outbox.split_off(before + at_once);
        // Before what others send from now on to the same destinations.
        self.due.extend(std::iter::from_fn(|| outbox.pop()));
        for (index, outgoing) in (at_once..).zip(held) {
            let destination = self.destinations.entry(outgoing.to).or_default();
            let number = self.held.push(now + plan.wait(index), outgoing);
            match destination.held {
                0 => destination.first = number,
                _ => self.held.link(destination.last, number),
            }
            destination.last = number;
            destination.held += 1;
        }
        self.stepped = Some(now);
        self.group = plan.group;
        self.most = (plan.per_group() * LATE_GROUPS).max(self.pacing.burst);
        self.count_step(sent - at_once, plan.wait(sent - 1) > gap / 2);
        sent - at_once
    }

    fn count_step(&mut self, delayed: usize, overrun: bool) {
        self.counters.steps += 1;
        self.counters.overruns += u64::from(overrun);
        self.counters.delayed += delayed as u64;
        self.count_waiting();
    }

    fn count_waiting(&mut self) {
        let waiting = self.held.len() + self.behind;
        self.counters.most_waiting = self.counters.most_waiting.max(waiting);
    }

    /// Looks through what others than steps have queued at the time `now`, so that nothing overtakes what is held for the same
    /// destination. Returns how many had to be dropped because too many wait.
    pub fn keep_order(&mut self, outbox: &mut Outbox, now: Instant) -> u64 {
        let mut dropped = 0;
        while !self.destinations.is_empty() {
            let Some(outgoing) = outbox.pop() else { break };
            match self.destinations.get_mut(&outgoing.to) {
                None => self.due.push_back(outgoing),
                Some(destination) if destination.held <= self.pacing.burst => {
                    self.bring_forward(outgoing.to, now);
                    self.due.push_back(outgoing);
                }
                Some(_) if self.behind >= OUTBOX_LIMIT => dropped += 1,
                Some(destination) => {
                    destination.behind.push(outgoing);
                    self.behind += 1;
                    self.counters.behind += 1;
                    self.count_waiting();
                }
            }
        }
        self.counters.dropped += dropped;
        dropped
    }

    /// Lets everything go that is held for `to`: work for that alone, however much is held for others.
    fn bring_forward(&mut self, to: SocketAddr, now: Instant) {
        let mut next = self.destinations.get(&to).map(|held| held.first);
        while let Some(held) = next.and_then(|number| self.held.take(number)) {
            next = held.next;
            self.counters.brought_forward += 1;
            self.let_go(held, now);
        }
        self.forget_shift();
    }

    /// Lets go what is due at the time `now`; not all of it at once if that is long past.
    pub fn release(&mut self, now: Instant) {
        for _ in 0..self.most {
            if self.next().is_none_or(|next| next > now) {
                break;
            }
            let Some(held) = self.held.pop() else {
                break;
            };
            self.let_go(held, now);
        }
        if let Some(late) = self.held.front().filter(|held| held.at + self.shift <= now) {
            self.shift = (now + self.group).saturating_duration_since(late.at);
            self.counters.late_releases += 1;
        }
        self.forget_shift();
    }

    fn let_go(&mut self, held: Held, now: Instant) {
        let (to, next) = (held.outgoing.to, held.next);
        self.due.push_back(held.outgoing);
        let stepped = self.stepped.unwrap_or(now);
        let delay = now.saturating_duration_since(stepped);
        self.counters.total_delay += delay;
        self.counters.longest_delay = self.counters.longest_delay.max(delay);
        if let Some(destination) = self.destinations.get_mut(&to) {
            destination.held -= 1;
            destination.first = next.unwrap_or_default();
            if destination.held == 0 {
                self.behind -= destination.behind.len();
                self.due
                    .append(&mut std::mem::take(&mut destination.behind).into());
                self.destinations.remove(&to);
            }
        }
    }

    fn forget_shift(&mut self) {
        if self.held.is_empty() {
            self.shift = Duration::ZERO;
        }
    }

    /// Forgets what is held, and returns how many datagrams that were: the node stops.
    pub fn drop_held(&mut self) -> u64 {
        let dropped = (self.held.len() + self.behind) as u64;
        self.held.clear();
        self.destinations.clear();
        self.behind = 0;
        self.counters.dropped += dropped;
        dropped
    }
}

fn within(pacing: PacingConfig) -> PacingConfig {
    let share = pacing.share;
    PacingConfig {
        enabled: pacing.enabled,
        burst: pacing.burst.clamp(1, OUTBOX_LIMIT),
        share: if share.is_nan() {
            0.0
        } else {
            share.clamp(0.0, 0.5)
        },
        rate: pacing.rate.max(1),
    }
}

/// When the datagrams of one step leave.
#[derive(Debug)]
struct Plan {
    burst: usize,
    /// Between two beyond the burst, so that they are spread over the slot.
    spacing: Duration,
    /// Between two at the full rate.
    cost: Duration,
    /// How much of the budget was used before, as time.
    debt: Duration,
    group: Duration,
}

impl Plan {
    fn new(
        pacing: &PacingConfig,
        sent: usize,
        gap: Duration,
        paid: Option<Instant>,
        now: Instant,
    ) -> Self {
        let window = gap.mul_f64(pacing.share);
        let rest = u32::try_from(sent.saturating_sub(pacing.burst)).unwrap_or(u32::MAX);
        let group = if window.is_zero() { GROUP } else { window / 4 };
        Self {
            burst: pacing.burst,
            spacing: (window / rest.max(1)).min(WIDEST),
            cost: Duration::from_secs(1) / pacing.rate,
            debt: paid.map_or(Duration::ZERO, |paid| paid.saturating_duration_since(now)),
            group: group.clamp(SHORTEST_GROUP, GROUP),
        }
    }

    /// How long datagram `index` of the step waits: what is due within a group leaves at its end.
    fn wait(&self, index: usize) -> Duration {
        let beyond = times(self.spacing, (index + 1).saturating_sub(self.burst));
        let credit = times(self.cost, self.burst - 1);
        let budget = (self.debt + times(self.cost, index)).saturating_sub(credit);
        let wait = beyond.max(budget).as_nanos();
        let group = self.group.as_nanos();
        Duration::from_nanos(u64::try_from(wait.div_ceil(group) * group).unwrap_or(u64::MAX))
    }

    /// When `sent` datagrams from `now` on are paid at exactly the rate.
    fn paid(&self, sent: usize, now: Instant) -> Instant {
        now + self.debt + times(self.cost, sent)
    }

    /// The most that leave in one group.
    fn per_group(&self) -> usize {
        let each = self.spacing.max(self.cost).as_nanos().max(1);
        usize::try_from(self.group.as_nanos().div_ceil(each)).unwrap_or(usize::MAX)
    }
}

fn times(duration: Duration, count: usize) -> Duration {
    duration.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}
