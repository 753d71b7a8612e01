//! Datagrams that wait for the check of their signature.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;

use super::debt::Debt;
use super::fair::FairQueue;
use super::letter::Letter;
use crate::wire::host_group::HostGroup;

/// How long a datagram may wait. Its sender has given up after that.
const PATIENCE: Duration = Duration::from_secs(2);

/// The share of a core for signatures of old curves, as the time that one second of work has to
/// wait for: 2 %. Only trackers still have such keys, and a check costs up to 60 times as much.
const LEGACY_WAIT: u32 = 50;

/// The share of strangers in the checks while members wait too: one part of strangers' work for so
/// many parts of members' work.
const MEMBERS_PARTS: u32 = 3;

/// The debt of an empty budget that may be used.
const LEAST: Duration = Duration::from_nanos(1);

/// The most work that strangers may have left over for a better time.
const SAVED: Duration = Duration::from_millis(2);

/// Who sent a datagram, as far as its address and key field tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// The answer to an open number of ours, or a proven key at its proven address.
    Known,
    /// Anyone else.
    Stranger,
    /// A key on an old curve, known or not.
    Legacy,
}

/// Bounded queues for three classes: each site has its turn, and each class its share.
#[derive(Debug)]
pub(super) struct Inbox {
    known: FairQueue<Letter>,
    strangers: FairQueue<Letter>,
    legacy: FairQueue<Letter>,
    legacy_debt: Debt,
    /// The time of the last datagram.
    last_came: Option<Instant>,
    /// The work that members are ahead of strangers, in strangers' work.
    owed: Duration,
    /// The work that strangers are ahead.
    overdrawn: Duration,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self {
            known: FairQueue::new(4_096, 512),
            strangers: FairQueue::new(2_048, 128),
            legacy: FairQueue::new(256, 8),
            legacy_debt: Debt::default(),
            last_came: None,
            owed: Duration::ZERO,
            overdrawn: Duration::ZERO,
        }
    }

    fn queue(&mut self, class: Class) -> &mut FairQueue<Letter> {
        match class {
            Class::Known => &mut self.known,
            Class::Stranger => &mut self.strangers,
            Class::Legacy => &mut self.legacy,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.known.len() + self.strangers.len() + self.legacy.len()
    }

    /// Adds a datagram. Returns the one that gave way, if there was no room.
    pub(super) fn push(
        &mut self,
        class: Class,
        letter: Letter,
        rng: &mut StdRng,
    ) -> Option<Letter> {
        let group = HostGroup::site(letter.source.ip());
        self.last_came = Some(letter.came);
        let now = letter.came;
        self.queue(class).push(group, letter, now, rng)
    }

    /// Returns the class whose turn it is. Strangers have none before `strangers_at`.
    fn turn(&self, strangers_at: Option<Instant>, now: Instant) -> Option<Class> {
        if !self.legacy.is_empty() && self.legacy_debt.is_below(LEAST, now) {
            return Some(Class::Legacy);
        }
        let strangers = !self.strangers.is_empty() && strangers_at.is_none_or(|at| at <= now);
        match (self.known.is_empty(), strangers) {
            (true, false) => None,
            (true, true) => Some(Class::Stranger),
            (false, true) if self.owed > self.overdrawn => Some(Class::Stranger),
            (false, _) => Some(Class::Known),
        }
    }

    /// Takes the next datagram, and whether it is too late for it.
    pub(super) fn pop(
        &mut self,
        strangers_at: Option<Instant>,
        now: Instant,
    ) -> Option<(Class, Letter, bool)> {
        let class = self.turn(strangers_at, now)?;
        let letter = self.queue(class).pop()?;
        let is_late = now.saturating_duration_since(letter.came) > PATIENCE;
        Some((class, letter, is_late))
    }

    /// Notes work of this cost for a class.
    pub(super) fn worked(&mut self, class: Class, cost: Duration, now: Instant) {
        match class {
            Class::Legacy => self.legacy_debt.add(cost * LEGACY_WAIT, now),
            Class::Known if self.strangers.is_empty() => {}
            Class::Known => self.owed = (self.owed + cost / MEMBERS_PARTS).min(SAVED),
            Class::Stranger if self.known.is_empty() => {}
            Class::Stranger => self.overdrawn = (self.overdrawn + cost).min(SAVED),
        }
        let both = self.owed.min(self.overdrawn);
        self.owed -= both;
        self.overdrawn -= both;
    }

    /// Returns the time at which there is something to do, perhaps a past one. Strangers wait until
    /// `strangers_at`.
    pub(super) fn due(&self, strangers_at: Option<Instant>) -> Option<Instant> {
        let came = self.last_came?;
        let known = (!self.known.is_empty()).then_some(came);
        let strangers = strangers_at.unwrap_or(came).max(came);
        let strangers = (!self.strangers.is_empty()).then_some(strangers);
        let legacy = self.legacy_debt.below_at(LEAST).unwrap_or(came).max(came);
        let legacy = (!self.legacy.is_empty()).then_some(legacy);
        [known, strangers, legacy].into_iter().flatten().min()
    }
}
