//! Holds the datagrams of large steps and releases them by time.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::config::PacingConfig;
use super::held::{Held, Queue};
use super::spread::{GROUP, Spread};
use super::stats::PacingStats;
use crate::state::outbox::{OUTBOX_LIMIT, Outbox, Outgoing};

/// The number of groups that a late release may release at once.
const LATE_GROUPS: usize = 4;

/// A destination with held datagrams.
#[derive(Debug, Default)]
struct Destination {
    /// The number of held datagrams.
    held: usize,
    /// The queue numbers of the first and the last of them.
    first: u64,
    last: u64,
    /// Datagrams from outside of steps that wait behind them.
    behind: Vec<Outgoing>,
}

/// The held datagrams of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paced {
    /// The number of datagrams that are held.
    pub delayed: usize,
    /// `true` if the last of them leaves in the second half of the slot, which delays the next
    /// turn.
    pub overrun: bool,
}

/// Holds the datagrams of steps beyond the budget and releases them by time.
///
/// It reads no clock and handles one step at a time: the engine takes no other step while
/// [`Pacer::is_holding`] returns `true`.
#[derive(Debug)]
pub struct Pacer {
    config: PacingConfig,
    /// The datagrams sent so far use the budget until this time.
    paid: Option<Instant>,
    /// The time of the step whose datagrams are held, for the delays in the stats.
    held_since: Option<Instant>,
    held: Queue,
    /// The delay of everything held against its planned time.
    shift: Duration,
    group: Duration,
    /// The highest number of datagrams in one release.
    most: usize,
    destinations: HashMap<SocketAddr, Destination>,
    /// The number of datagrams behind held ones.
    behind: usize,
    /// Datagrams that may leave now.
    due: VecDeque<Outgoing>,
    stats: PacingStats,
}

impl Pacer {
    /// Returns a pacer that holds nothing. Values out of range are moved into their range.
    #[must_use]
    pub fn new(config: PacingConfig) -> Self {
        Self {
            config: config.within_range(),
            paid: None,
            held_since: None,
            held: Queue::default(),
            shift: Duration::ZERO,
            group: GROUP,
            most: 0,
            destinations: HashMap::new(),
            behind: 0,
            due: VecDeque::new(),
            stats: PacingStats::default(),
        }
    }

    /// Returns the settings.
    #[must_use]
    pub fn config(&self) -> &PacingConfig {
        &self.config
    }

    /// Changes the settings for later steps. Held datagrams keep their times, unless pacing is
    /// switched off: then all of them may leave now. Values out of range are moved into their
    /// range.
    pub fn set_config(&mut self, config: PacingConfig, now: Instant) {
        self.config = config.within_range();
        if !self.config.enabled {
            self.paid = None;
            while let Some(held) = self.held.pop() {
                self.release_one(held, now);
            }
            self.reset_shift();
        }
    }

    /// Returns the stats so far.
    #[must_use]
    pub fn stats(&self) -> PacingStats {
        PacingStats {
            held: self.held.len() + self.behind,
            ..self.stats
        }
    }

    /// Returns `true` if datagrams of a step have not left yet.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// Returns when the next call of [`Pacer::release`] is due.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        Some(self.held.front()?.at + self.shift)
    }

    /// Takes the next datagram that may leave. It comes before everything in the outbox.
    pub fn pop(&mut self) -> Option<Outgoing> {
        self.due.pop_front()
    }

    /// Paces a step taken at `now`: its datagrams are all in `outbox` but the first `before`. The
    /// turns are `gap` apart. Takes the datagrams that have to wait.
    pub fn pace(
        &mut self,
        outbox: &mut Outbox,
        before: usize,
        gap: Duration,
        now: Instant,
    ) -> Paced {
        let sent = outbox.len().saturating_sub(before);
        if !self.config.enabled || sent == 0 {
            return Paced::default();
        }
        let spread = Spread::new(&self.config, sent, gap, self.paid, now);
        self.paid = Some(spread.paid(sent, now));
        let at_once = (0..sent).take_while(|index| spread.wait(*index).is_zero());
        let at_once = at_once.count();
        if at_once == sent {
            return Paced::default();
        }
        let held = outbox.split_off(before + at_once);
        // Before later datagrams for the same destinations.
        self.due.extend(std::iter::from_fn(|| outbox.pop()));
        for (index, outgoing) in (at_once..).zip(held) {
            self.hold(outgoing, now + spread.wait(index));
        }
        self.held_since = Some(now);
        self.group = spread.group;
        self.most = (spread.per_group() * LATE_GROUPS).max(self.config.burst);
        let paced = Paced {
            delayed: sent - at_once,
            overrun: spread.wait(sent - 1) > gap / 2,
        };
        self.count_step(paced);
        paced
    }

    fn hold(&mut self, outgoing: Outgoing, until: Instant) {
        let destination = self.destinations.entry(outgoing.to).or_default();
        let number = self.held.push(until, outgoing);
        match destination.held {
            0 => destination.first = number,
            _ => self.held.link(destination.last, number),
        }
        destination.last = number;
        destination.held += 1;
    }

    fn count_step(&mut self, paced: Paced) {
        self.stats.steps += 1;
        self.stats.overruns += u64::from(paced.overrun);
        self.stats.delayed += paced.delayed as u64;
        self.count_held();
    }

    fn count_held(&mut self) {
        let held = self.held.len() + self.behind;
        self.stats.most_held = self.stats.most_held.max(held);
    }

    /// Checks the datagrams that anything but a step has queued at `now`, so that none overtakes a
    /// held one for the same destination. Returns the number of dropped datagrams, for which there
    /// was no room behind held ones.
    pub fn keep_order(&mut self, outbox: &mut Outbox, now: Instant) -> u64 {
        let mut dropped = 0;
        while !self.destinations.is_empty() {
            let Some(outgoing) = outbox.pop() else { break };
            match self.destinations.get_mut(&outgoing.to) {
                None => self.due.push_back(outgoing),
                Some(destination) if destination.held <= self.config.burst => {
                    self.bring_forward(outgoing.to, now);
                    self.due.push_back(outgoing);
                }
                Some(_) if self.behind >= OUTBOX_LIMIT => dropped += 1,
                Some(destination) => {
                    destination.behind.push(outgoing);
                    self.behind += 1;
                    self.stats.behind += 1;
                    self.count_held();
                }
            }
        }
        self.stats.dropped += dropped;
        dropped
    }

    /// Releases everything that is held for `to`. The cost does not depend on other destinations.
    fn bring_forward(&mut self, to: SocketAddr, now: Instant) {
        let mut next = self.destinations.get(&to).map(|held| held.first);
        while let Some(held) = next.and_then(|number| self.held.take(number)) {
            next = held.next;
            self.stats.brought_forward += 1;
            self.release_one(held, now);
        }
        self.reset_shift();
    }

    /// Releases the datagrams that are due at `now`, but not all at once if they are long overdue.
    pub fn release(&mut self, now: Instant) {
        for _ in 0..self.most {
            if self.next().is_none_or(|next| next > now) {
                break;
            }
            let Some(held) = self.held.pop() else {
                break;
            };
            self.release_one(held, now);
        }
        if let Some(late) = self.held.front().filter(|held| held.at + self.shift <= now) {
            self.shift = (now + self.group).saturating_duration_since(late.at);
            self.stats.late_releases += 1;
        }
        self.reset_shift();
    }

    fn release_one(&mut self, held: Held, now: Instant) {
        let (to, next) = (held.outgoing.to, held.next);
        self.due.push_back(held.outgoing);
        let since = self.held_since.unwrap_or(now);
        let delay = now.saturating_duration_since(since);
        self.stats.total_delay += delay;
        self.stats.longest_delay = self.stats.longest_delay.max(delay);
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

    fn reset_shift(&mut self) {
        if self.held.is_empty() {
            self.shift = Duration::ZERO;
        }
    }

    /// Drops everything that is held, because the node stops. Returns the number of datagrams.
    pub fn drop_held(&mut self) -> u64 {
        let dropped = (self.held.len() + self.behind) as u64;
        self.held.clear();
        self.destinations.clear();
        self.behind = 0;
        self.stats.dropped += dropped;
        dropped
    }
}
