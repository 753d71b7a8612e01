//! What a program that defines or launches overlays needs: `use ipv8_core::prelude::*;`.

pub use crate::config::Config;
pub use crate::engine::overlays::Strategies;
pub use crate::handlers;
#[cfg(feature = "net")]
pub use crate::launch::{CommunityLauncher, LaunchError, Launchers, launch_all, launch_all_with};
#[cfg(feature = "net")]
pub use crate::node::{Ipv8, OverlayHandle};
pub use crate::overlay::bootstrap::{
    Bootstrappers, DispersyBootstrapper, UdpBroadcastBootstrapper,
};
pub use crate::overlay::community::{
    Available, Community, CommunityError, MessageTable, PingCommunity,
};
pub use crate::overlay::context::{Context, RequestError, SendError, Task};
pub use crate::overlay::strategy::{DiscoveryStrategy, EdgeWalk, RandomChurn, RandomWalk};
pub use crate::state::peer::Peer;
pub use crate::state::tasks::{TaskError, TaskName};
pub use crate::wire::Message;
pub use crate::wire::packet::CommunityId;
pub use crate::wire::payload::{IntroductionRequest, IntroductionResponse};
pub use crate::{Options, Payload};
#[cfg(feature = "net")]
pub use crate::{
    after, bootstrapper, finalize, kwargs, my_peer, name, overlay, precondition, prepare,
    set_in_session, walk_strategy,
};
