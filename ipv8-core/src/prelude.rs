//! What a program that defines or launches overlays needs: `use ipv8_core::prelude::*;`.

pub use crate::bootstrap::{Bootstrappers, DispersyBootstrapper, UdpBroadcastBootstrapper};
pub use crate::community::{Available, Community, CommunityError, MessageTable, PingCommunity};
pub use crate::config::Configuration;
pub use crate::context::{Context, RequestError, SendError, Task};
pub use crate::handlers;
pub use crate::launcher::{CommunityLauncher, LaunchError, Launchers, launch_all, launch_all_with};
pub use crate::overlay::Strategies;
pub use crate::packet::CommunityId;
pub use crate::payload::{IntroductionRequest, IntroductionResponse};
pub use crate::peer::Peer;
pub use crate::runtime::{Ipv8, OverlayHandle};
pub use crate::strategy::{DiscoveryStrategy, EdgeWalk, RandomChurn, RandomWalk};
pub use crate::tasks::{TaskError, TaskName};
pub use crate::wire::Message;
pub use crate::{Options, Payload};
pub use crate::{
    after, bootstrapper, finalize, kwargs, my_peer, name, overlay, precondition, prepare,
    set_in_session, walk_strategy,
};
