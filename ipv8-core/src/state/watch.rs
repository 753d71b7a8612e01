//! Says which user code runs, for a watchdog that is not part of the engine.

use std::fmt;

use super::tasks::TaskName;
use crate::wire::packet::CommunityId;

/// A call of user code, other than a strategy's step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// The handler of the message with this id, or an introduction callback.
    Message(u8),
    /// What a community does about requests without an answer.
    RequestTimeout,
    /// The task of this name, or its callback.
    Task(TaskName),
    /// An observer of peers.
    PeerObserver,
    /// The bootstrapper of this type.
    Bootstrapper(&'static str),
    /// A call through a handle.
    Call,
}

impl fmt::Display for Work {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(id) => write!(formatter, "handler of message {id}"),
            Self::RequestTimeout => formatter.write_str("request timeout"),
            Self::Task(name) => write!(formatter, "task {name}"),
            Self::PeerObserver => formatter.write_str("peer observer"),
            Self::Bootstrapper(name) => write!(formatter, "bootstrapper {name}"),
            Self::Call => formatter.write_str("call through a handle"),
        }
    }
}

/// Learns which user code runs. Calls can be nested.
pub(crate) trait Watch: fmt::Debug + Send {
    /// Notes that this code of an overlay begins.
    fn enter(&self, overlay: CommunityId, work: &Work);
    /// Notes that the code that began last has returned.
    fn leave(&self);
}

/// A call that has begun.
#[derive(Debug)]
#[must_use = "the call has to end"]
pub(crate) struct Begun {
    pub(crate) overlay: CommunityId,
    pub(crate) work: Work,
    /// The outbox was full already.
    pub(crate) was_full: bool,
}
