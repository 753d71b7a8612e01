//! The names that most programs with overlays need: `use ipv8_core::prelude::*;`.
//!
//! Some are common words, such as `name`, `after`, `Task` and `Message`. They stay, because nearly
//! every launcher or community needs them, and because they take no name away: an item that a
//! module defines or imports by its name comes before one of a glob import, and the attributes are
//! in a namespace of their own, so functions and variables called `name` are not affected. If two
//! glob imports have the same name, import one of them by name, or write `#[ipv8_core::name("…")]`.

pub use crate::communities::{DiscoveryCommunity, PeriodicSimilarity};
pub use crate::config::Config;
pub use crate::engine::overlays::Strategies;
pub use crate::handlers;
#[cfg(feature = "net")]
pub use crate::launch::{
    CommunityLauncher, DiscoveryLauncher, LaunchError, Launchers, launch_all, launch_all_with,
};
#[cfg(feature = "net")]
pub use crate::node::{Ipv8, OverlayHandle};
pub use crate::overlay::{
    Available, Bootstrappers, Community, CommunityError, Context, DiscoveryStrategy,
    DispersyBootstrapper, EdgeWalk, MessageTable, PingCommunity, RandomChurn, RandomWalk,
    RequestError, SendError, Task, UdpBroadcastBootstrapper,
};
pub use crate::state::peer::Peer;
pub use crate::state::tasks::{TaskError, TaskName};
pub use crate::wire::Message;
pub use crate::wire::packet::CommunityId;
pub use crate::wire::payload::{IntroductionRequest, IntroductionResponse};
pub use crate::{Options, Payload};
#[cfg(feature = "net")]
pub use crate::{
    after, bootstrapper, finalize, kwargs, launcher, my_peer, name, overlay, precondition, prepare,
    set_in_session, walk_strategy,
};
