//! The events of a node, for listeners.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde::{Serialize, Serializer};

use crate::crypto::Mid;
use crate::engine::overlays::{StrategyId, StrategyName};
use crate::engine::turns::health::Health;
use crate::state::peer::Peer;
use crate::state::stats::Budget;
use crate::state::tasks::TaskName;
use crate::state::watch::Work;
use crate::support::serial;
use crate::wire::packet::CommunityId;

/// An event of a node.
///
/// Serialized, it is a map with its kind in `event`: `{"event":"overlay_loaded","overlay":"…"}`.
/// Ids and mids are lower-case hex, a peer is its `mid` and its preferred `address`, and durations
/// are seconds. Clocks of the process ([`StepReport::at`]) are left out.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A peer was verified for an overlay.
    PeerAdded {
        /// The overlay.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
        /// The peer at that time.
        #[serde(flatten, serialize_with = "identity")]
        peer: Peer,
    },
    /// A verified peer of an overlay was removed.
    PeerRemoved {
        /// The overlay.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
        /// The peer at that time.
        #[serde(flatten, serialize_with = "identity")]
        peer: Peer,
    },
    /// A peer was verified for the first time, for any overlay.
    NetworkPeerAdded {
        /// The peer at that time.
        #[serde(flatten, serialize_with = "identity")]
        peer: Peer,
    },
    /// A verified peer was removed from all its overlays.
    NetworkPeerRemoved {
        /// The peer at that time.
        #[serde(flatten, serialize_with = "identity")]
        peer: Peer,
    },
    /// A peer answered a ping.
    Latency {
        /// The overlay that sent the ping.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
        /// The peer, with its last five ping times.
        #[serde(flatten, serialize_with = "identity")]
        peer: Peer,
        /// The time from the ping to its answer; serialized as `seconds`.
        #[serde(rename = "seconds", serialize_with = "serial::seconds")]
        round_trip: Duration,
    },
    /// A peer answered from a new address, which is its preferred one from now on.
    PeerMoved {
        /// The overlay that asked it.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
        /// The peer, with the new address.
        #[serde(flatten, serialize_with = "identity")]
        peer: Peer,
        /// The address that it had before.
        from: SocketAddr,
    },
    /// Our peers and trackers see us at another address than before: the WAN estimate changed.
    /// Overlays count votes of their own, so each of them reports the change.
    WanAddress {
        /// The overlay.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
        /// The new estimate.
        estimate: SocketAddr,
    },
    /// Other nodes asked for more than a budget allows, and got nothing. A budget is reported at
    /// most once in ten seconds; [`EngineStats::refused`](crate::state::EngineStats::refused)
    /// counts every time.
    BudgetUsedUp {
        /// The overlay in which it was used up. Most budgets are for all overlays together.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
        /// The budget.
        budget: Budget,
    },
    /// A strategy had its turn.
    Step(StepReport),
    /// An overlay was loaded: launched, or added to the running node. Its strategies are reported
    /// before it.
    OverlayLoaded {
        /// The overlay.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
    },
    /// An overlay was unloaded together with its strategies.
    OverlayUnloaded {
        /// The overlay.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
    },
    /// A strategy was added.
    StrategyAdded {
        /// Its overlay.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
        /// The strategy.
        id: StrategyId,
        /// Its name within its overlay.
        name: StrategyName,
    },
    /// A strategy was removed from its overlay, which stays loaded.
    StrategyRemoved {
        /// Its overlay.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
        /// The strategy.
        id: StrategyId,
        /// Its name; another strategy may have it from now on.
        name: StrategyName,
    },
    /// A strategy was changed.
    StrategyChanged {
        /// Its overlay.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
        /// The strategy.
        id: StrategyId,
        /// Its name within its overlay.
        name: StrategyName,
        /// The change.
        change: StrategyChange,
    },
    /// The walk interval was changed: the interval of the strategies without one of their own.
    WalkInterval {
        /// The new walk interval.
        #[serde(serialize_with = "serial::seconds")]
        interval: Duration,
    },
    /// The node became overloaded, or recovered ([`Health::overloaded`]).
    Health(Health),
    /// User code panicked. The panic was caught, and the node keeps running.
    Panicked {
        /// The overlay.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
        /// The code that panicked.
        callback: Callback,
    },
    /// One call of user code filled the outbox. Its further datagrams are dropped and counted as
    /// [`DropReason::QueueFull`](crate::state::DropReason::QueueFull).
    Flooded {
        /// The overlay.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
        /// The code that sent them.
        callback: Callback,
    },
    /// A future of an overlay has been running for 600 seconds; reported again every 600 seconds.
    OldTask {
        /// The overlay.
        #[serde(serialize_with = "serial::text")]
        overlay: CommunityId,
        /// The task.
        #[serde(serialize_with = "serial::text")]
        name: TaskName,
        /// How long it has been running.
        #[serde(serialize_with = "serial::seconds")]
        age: Duration,
    },
}

/// Serializes the identity of a peer: its mid and its preferred address.
pub(crate) fn identity<S: Serializer>(peer: &Peer, to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Identity {
        #[serde(serialize_with = "serial::text")]
        mid: Mid,
        address: SocketAddr,
    }
    let identity = Identity {
        mid: peer.mid(),
        address: peer.address(),
    };
    identity.serialize(to)
}

/// A change of a strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StrategyChange {
    /// It takes no more turns.
    Paused,
    /// It takes turns again.
    Resumed,
    /// It has new target peers; -1: no target.
    TargetPeers(i32),
    /// It has a new interval of its own; `None`: the walk interval.
    Interval(#[serde(serialize_with = "serial::optional_seconds")] Option<Duration>),
}

/// How the turn of a strategy went.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct StepReport {
    /// The strategy's overlay.
    #[serde(serialize_with = "serial::text")]
    pub overlay: CommunityId,
    /// The strategy.
    pub id: StrategyId,
    /// Its name within its overlay.
    pub strategy: StrategyName,
    /// Its index among the overlay's strategies.
    pub index: usize,
    /// When it had its turn; not serialized.
    #[serde(skip)]
    pub at: Instant,
    /// The overlay's verified peers after the step.
    pub peers: usize,
    /// `true` if the overlay had the strategy's target peers, so that nothing was called.
    pub skipped: bool,
    /// `true` if the step panicked.
    pub panicked: bool,
    /// The number of datagrams it sent.
    pub datagrams: usize,
    /// The number of these that are held, and leave later in its slot ([`PacingConfig`]).
    ///
    /// [`PacingConfig`]: crate::engine::PacingConfig
    pub delayed: usize,
}

/// The user code that was called.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Callback {
    /// `Community::messages` or `Community::new`.
    New,
    /// `Community::started`.
    Started,
    /// `Community::unload`, or the destructor of the community or of one of its strategies.
    Unload,
    /// The handler of the message with this id, the code that reads its payload, or an introduction
    /// callback.
    Message(u8),
    /// The step of the strategy of this name.
    Step(StrategyName),
    /// `Community::on_peer_added` or `on_peer_removed`, or the same for the whole network.
    PeerObserver,
    /// `Community::on_request_timeout`.
    RequestTimeout,
    /// The bootstrapper of this type.
    Bootstrapper(&'static str),
    /// The task of this name, or its callback.
    Task(TaskName),
    /// A call through a handle.
    Call,
}

impl From<Work> for Callback {
    fn from(work: Work) -> Self {
        match work {
            Work::Message(id) => Self::Message(id),
            Work::RequestTimeout => Self::RequestTimeout,
            Work::Task(name) => Self::Task(name),
            Work::PeerObserver => Self::PeerObserver,
            Work::Bootstrapper(name) => Self::Bootstrapper(name),
            Work::Call => Self::Call,
        }
    }
}

impl fmt::Display for Callback {
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

impl Serialize for Callback {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
