//! One overlay: the community and the strategies that users write, and what the engine lends them.
//!
//! Nothing here knows of other overlays, of turns or of sockets. Start with [`community`] and
//! [`strategy`], the two traits to implement; [`context`] is what their methods get.

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
    Action, ActionError, ActionResult, Available, Community, CommunityError, IntoResponse,
    MessageTable, MessageTableError, PingCommunity, RequestHandler, UnsignedRequestHandler,
};
pub use context::{Context, RequestError, SendError, Task};
pub use strategy::{DiscoveryStrategy, EdgeWalk, RandomChurn, RandomWalk};
