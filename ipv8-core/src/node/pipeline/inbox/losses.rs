//! Datagrams that the inbox dropped: how many of which class and why, and who sent most of them.

use super::origin::Origin;
use crate::engine::Ticket;
use crate::state::stats::{Class, DropReason, EngineStats};
use crate::wire::packet::CommunityId;

/// The reasons for which the inbox drops.
const REASONS: [DropReason; 3] = [
    DropReason::QueueFull,
    DropReason::SignatureBudget,
    DropReason::LegacyBudget,
];

/// A majority vote in constant memory: whatever was named more often than everything else together
/// wins, and something frequent otherwise.
#[derive(Clone, Copy, Debug)]
struct Vote<T>(Option<(T, u64)>);

impl<T: PartialEq> Vote<T> {
    fn name(&mut self, it: T) {
        match &mut self.0 {
            Some((winner, count)) if *winner == it => *count += 1,
            Some((_, count)) if *count > 1 => *count -= 1,
            other => *other = Some((it, 1)),
        }
    }
}

/// The class, overlay and sender of most dropped datagrams, or else of most waiting ones, for the
/// log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) struct Crowd {
    pub(in crate::node) class: Class,
    pub(in crate::node) overlay: CommunityId,
    pub(in crate::node) sender: Origin,
}

/// Dropped datagrams.
#[derive(Debug)]
pub(super) struct Losses {
    /// By class and reason; not counted by the engine yet.
    counts: [[u64; REASONS.len()]; Class::ALL.len()],
    place: Vote<(Class, CommunityId)>,
    group: Vote<Origin>,
    uncounted: bool,
}

impl Default for Losses {
    fn default() -> Self {
        Self {
            counts: Default::default(),
            place: Vote(None),
            group: Vote(None),
            uncounted: false,
        }
    }
}

impl Losses {
    pub(super) fn note(&mut self, ticket: &Ticket, reason: DropReason) {
        let counts = self.counts.get_mut(ticket.class() as usize);
        let index = REASONS.iter().position(|known| *known == reason);
        if let (Some(counts), Some(index)) = (counts, index)
            && let Some(count) = counts.get_mut(index)
        {
            *count += 1;
            self.uncounted = true;
        }
        self.place.name((ticket.class(), ticket.overlay().0));
        self.group.name(Origin::site(&ticket.source()));
    }

    /// Adds what was dropped since the last call to `stats`.
    pub(super) fn count(&mut self, stats: &mut EngineStats) {
        if !std::mem::take(&mut self.uncounted) {
            return;
        }
        let counts = std::mem::take(&mut self.counts);
        for (class, counts) in Class::ALL.into_iter().zip(counts) {
            for (reason, count) in REASONS.into_iter().zip(counts) {
                if count > 0 {
                    stats.record_class(class, reason, count);
                }
            }
        }
    }

    /// Returns the crowd that lost most since the last [`forget_crowd`](Self::forget_crowd). Class
    /// and overlay, and the site, are found separately.
    pub(super) fn crowd(&self) -> Option<Crowd> {
        let ((class, overlay), _) = self.place.0?;
        let (sender, _) = self.group.0?;
        Some(Crowd {
            class,
            overlay,
            sender,
        })
    }

    pub(super) fn forget_crowd(&mut self) {
        (self.place, self.group) = (Vote(None), Vote(None));
    }
}
