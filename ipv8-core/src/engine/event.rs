//! What an engine tells whoever listens.

use std::fmt;
use std::time::{Duration, Instant};

use crate::engine::Health;
use crate::engine::overlays::{StrategyId, StrategyName};
use crate::state::peer::Peer;
use crate::state::tasks::TaskName;
use crate::wire::packet::CommunityId;

/// Something that happened in a node.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A verified peer of an overlay has come.
    PeerAdded {
        /// The overlay.
        overlay: CommunityId,
        /// The peer, as it was then.
        peer: Peer,
    },
    /// A verified peer of an overlay has gone.
    PeerRemoved {
        /// The overlay.
        overlay: CommunityId,
        /// The peer, as it was then.
        peer: Peer,
    },
    /// A peer was verified that was not before, in whatever overlay.
    NetworkPeerAdded {
        /// The peer, as it was then.
        peer: Peer,
    },
    /// A verified peer was forgotten, with all its overlays.
    NetworkPeerRemoved {
        /// The peer, as it was then.
        peer: Peer,
    },
    /// A peer answered a ping.
    Latency {
        /// The overlay that pinged.
        overlay: CommunityId,
        /// The peer, with its last five ping times.
        peer: Peer,
        /// From the ping to its answer.
        round_trip: Duration,
    },
    /// A strategy had its turn.
    Step(StepReport),
    /// An overlay was loaded: launched, or added to the running node. Its strategies are told of before.
    OverlayLoaded {
        /// The overlay.
        overlay: CommunityId,
    },
    /// An overlay was unloaded, and its strategies with it.
    OverlayUnloaded {
        /// The overlay.
        overlay: CommunityId,
    },
    /// A strategy takes turns from now on.
    StrategyAdded {
        /// The overlay it walks.
        overlay: CommunityId,
        /// The strategy.
        id: StrategyId,
        /// What it is called among those of its overlay.
        name: StrategyName,
    },
    /// A strategy was removed from its overlay, which stays.
    StrategyRemoved {
        /// The overlay it walked.
        overlay: CommunityId,
        /// The strategy.
        id: StrategyId,
        /// What it was called; another one may be called so from now on.
        name: StrategyName,
    },
    /// Something about a strategy is not as it was.
    StrategyChanged {
        /// The overlay it walks.
        overlay: CommunityId,
        /// The strategy.
        id: StrategyId,
        /// What it is called among those of its overlay.
        name: StrategyName,
        /// What changed.
        change: StrategyChange,
    },
    /// The strategies without an interval of their own get one turn in this time from now on.
    WalkInterval(Duration),
    /// The node is overloaded from now on, or is no more, as [`Health::overloaded`] says.
    Health(Health),
    /// Code of the user panicked; the panic was caught and the node went on.
    Panicked {
        /// The overlay.
        overlay: CommunityId,
        /// What was being called.
        place: Place,
    },
    /// A future of an overlay has been running for longer than
    /// [`MAX_TASK_AGE`](crate::state::tasks::MAX_TASK_AGE); told again every time as much has passed.
    OldTask {
        /// The overlay.
        overlay: CommunityId,
        /// The task.
        name: TaskName,
        /// How long it has been running.
        age: Duration,
    },
}

/// What is not as it was about a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StrategyChange {
    /// It takes no turns from now on.
    Paused,
    /// It takes turns again.
    Resumed,
    /// Its target; -1: none.
    Target(i32),
    /// The interval it has of its own; `None`: the walk interval.
    Interval(Option<Duration>),
}

/// How a strategy's turn went.
#[derive(Clone, Copy, Debug)]
pub struct StepReport {
    /// The overlay it walks.
    pub overlay: CommunityId,
    /// Which strategy it is.
    pub id: StrategyId,
    /// What it is called among those of its overlay.
    pub strategy: StrategyName,
    /// Its place among the overlay's strategies, from 0.
    pub index: usize,
    /// When the turn was taken.
    pub at: Instant,
    /// The overlay's verified peers after the step.
    pub peers: usize,
    /// The overlay had as many peers as the strategy's target; nothing was done.
    pub skipped: bool,
    /// The step panicked.
    pub panicked: bool,
    /// How many datagrams it sent.
    pub datagrams: usize,
    /// How many of those are held, to leave later in its slot ([`pacing`](crate::engine::turns::pacing)).
    pub delayed: usize,
}

/// Which code of the user was called.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// `Community::messages` or `Community::new`.
    New,
    /// `Community::started`.
    Started,
    /// `Community::unload`, or dropping the community or one of its strategies.
    Unload,
    /// The handler of the message with this id, the reading of its payload, or an introduction
    /// callback.
    Message(u8),
    /// The step of the strategy of this name.
    Step(StrategyName),
    /// `Community::on_peer_added` or `on_peer_removed`, or their twins for the whole network.
    PeerObserver,
    /// `Community::on_request_timeout`.
    RequestTimeout,
    /// The bootstrapper of this name.
    Bootstrapper(&'static str),
    /// The task of this name, or what it does when its future is done.
    Task(TaskName),
    /// A call through a handle.
    Call,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => formatter.write_str("new"),
            Self::Started => formatter.write_str("started"),
            Self::Unload => formatter.write_str("unload"),
            Self::Message(id) => write!(formatter, "handler of message {id}"),
            Self::Step(name) => write!(formatter, "step of {name}"),
            Self::PeerObserver => formatter.write_str("peer observer"),
            Self::RequestTimeout => formatter.write_str("request timeout"),
            Self::Bootstrapper(name) => write!(formatter, "bootstrapper {name}"),
            Self::Task(name) => write!(formatter, "task {name}"),
            Self::Call => formatter.write_str("call through a handle"),
        }
    }
}
