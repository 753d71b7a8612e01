//! One overlay: the community and the strategies that users write, and the context that the engine
//! lends them.
//!
//! Nothing here knows other overlays, turns or sockets. Start with [`Community`] and
//! [`DiscoveryStrategy`], the two traits to implement; their methods get a [`Context`].

pub(crate) mod bootstrap;
pub(crate) mod community;
pub(crate) mod context;
pub(crate) mod introduction;
pub(crate) mod strategy;

pub use bootstrap::{
    BootstrapContext, Bootstrapper, Bootstrappers, DispersyBootstrapper, LookupError,
    UdpBroadcastBootstrapper,
};
pub use community::{
    Action, ActionError, Available, Community, CommunityError, IntoResponse, MessageTable,
    MessageTableError, PingCommunity,
};
pub use context::{Context, RequestError, SendError, Task};
pub use strategy::{DiscoveryStrategy, EdgeWalk, RandomChurn, RandomWalk};
