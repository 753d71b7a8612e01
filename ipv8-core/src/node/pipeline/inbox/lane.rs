//! The lanes of the inbox: one for each class, and two for signatures on deprecated curves.

use std::time::Instant;

use super::line::Line;
use crate::engine::{Signature, Ticket};
use crate::state::stats::Class;

/// Which datagrams wait together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum LaneId {
    Answers,
    Peers,
    Trackers,
    Contacts,
    Strangers,
    /// Of peers, or answers, with a signature on a deprecated curve. They wait for a budget that
    /// others do not need.
    OldKnown,
    /// Of contacts and strangers, with a signature on a deprecated curve.
    OldUnknown,
}

impl LaneId {
    /// All lanes, in order of their discriminants.
    pub(super) const ALL: [Self; 7] = [
        Self::Answers,
        Self::Peers,
        Self::Trackers,
        Self::Contacts,
        Self::Strangers,
        Self::OldKnown,
        Self::OldUnknown,
    ];

    /// Returns the lane of a datagram.
    pub(super) fn of(ticket: &Ticket) -> Self {
        let is_old = matches!(ticket.signature(), Signature::Legacy(_));
        match ticket.class() {
            Class::Tracker => Self::Trackers,
            Class::Answer | Class::Peer if is_old => Self::OldKnown,
            Class::Contact | Class::Stranger if is_old => Self::OldUnknown,
            Class::Answer => Self::Answers,
            Class::Peer => Self::Peers,
            Class::Contact => Self::Contacts,
            Class::Stranger => Self::Strangers,
        }
    }

    /// Returns the class of most datagrams in the lane, for the log.
    pub(super) const fn class(self) -> Class {
        match self {
            Self::Answers => Class::Answer,
            Self::Peers | Self::OldKnown => Class::Peer,
            Self::Trackers => Class::Tracker,
            Self::Contacts => Class::Contact,
            Self::Strangers | Self::OldUnknown => Class::Stranger,
        }
    }

    /// Returns the work of this lane for each unit of work of the others, while all have something
    /// to do.
    pub(super) const fn weight(self) -> u64 {
        match self {
            Self::Answers | Self::Peers => 8,
            Self::OldKnown => 4,
            Self::Trackers | Self::Contacts => 2,
            Self::Strangers | Self::OldUnknown => 1,
        }
    }

    /// Returns the part of a full inbox that no other lane takes from this one, in sixteenths.
    pub(super) const fn sixteenths(self) -> usize {
        match self {
            Self::Answers | Self::Peers => 4,
            Self::Strangers => 3,
            Self::Trackers => 2,
            Self::Contacts | Self::OldKnown | Self::OldUnknown => 1,
        }
    }
}

/// The datagrams of one lane, and when it is served.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) line: Line,
    pub(super) cost: usize,
    /// Its work so far by its weight: the lane with the least is next.
    pub(super) served: u64,
    /// The budget is spent until then.
    pub(super) paused: Option<Instant>,
    /// It has waited for the budget since it was last empty.
    pub(super) throttled: bool,
}

impl Lane {
    pub(super) fn is_ready(&self, now: Instant) -> bool {
        !self.line.is_empty() && self.paused.is_none_or(|until| until <= now)
    }
}
