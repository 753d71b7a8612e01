//! The launcher framework and runtime that make Rust a good place to build IPv8 overlays.
//!
//! IPv8 is the peer-to-peer layer of Tribler: peers are public keys, services are
//! [communities](community::Community) (overlays), all of them share one UDP socket, and
//! [discovery strategies](strategy::DiscoveryStrategy) find peers by taking turns on that socket,
//! so that it is never overrun. This crate speaks the same bytes as py-ipv8.
//!
//! # The modules, floor by floor
//!
//! Imports only go down. Nothing below floor 7 does IO, waits, or reads a clock or the system's
//! randomness.
//!
//! | floor | modules |
//! |---|---|
//! | 8 launching | [`launcher`], [`cli`] |
//! | 7 the world | [`endpoint`], [`runtime`], [`key_file`], [`config_file`], [`mod@snapshot_file`] |
//! | 6 assembling | [`config`], [`plan`] |
//! | 5 one node | [`mod@overlay`], [`scheduler`], [`engine`] |
//! | 4 what users write | [`community`], [`strategy`] |
//! | 3 one overlay | [`context`], [`introduction`], [`bootstrap`] |
//! | 2 state | [`peer`], [`network`], [`timers`], [`outbox`], [`pacing`], [`request_cache`], [`tasks`], [`counters`] |
//! | 1 messages | [`packet`], [`payload`] |
//! | 0 values | [`address`], [`names`], [`wire`], [`crypto`], [`options`], [`mod@nearest`], [`type_name`], [`mod@hashing`] |
//!
//! Beside the tower, on floors 0 to 6: [`communities`], and above those the test kit, [`test_base`].
//!
//! # References
//!
//! "protocol 4.5" means section 4.5 of the page [`protocol`], which describes the bytes and the behaviour that
//! this crate shares with py-ipv8. Whatever is said of py-ipv8 is said of its version 3.2.1.

// The macros name this crate by its absolute path; so do its own tests and examples.
extern crate self as ipv8_core;

pub mod address;
pub mod bootstrap;
pub mod cli;
pub mod communities;
pub mod community;
pub mod config;
pub mod config_file;
pub mod context;
pub mod counters;
pub mod crypto;
pub mod endpoint;
pub mod engine;
/// Pages for people who write or run overlays: step by step, and with figures.
pub mod guide {
    #[doc = include_str!("guide/tutorials.md")]
    pub mod tutorials {}
    #[doc = include_str!("guide/two_machines.md")]
    pub mod two_machines {}
    #[doc = include_str!("guide/strategies.md")]
    #[doc = include_str!("guide/topology.svg")]
    #[doc = include_str!("guide/topology.md")]
    pub mod strategies {}
}
#[doc(hidden)]
pub mod hashing;
pub mod introduction;
pub mod key_file;
pub mod launcher;
pub mod names;
pub mod nearest;
pub mod network;
pub mod options;
pub mod outbox;
pub mod overlay;
pub mod pacing;
pub mod packet;
pub mod payload;
pub mod peer;
pub mod plan;
pub mod prelude;
mod private;
#[doc = include_str!("protocol.md")]
pub mod protocol {}
pub mod request_cache;
pub mod runtime;
pub mod scheduler;
pub mod snapshot_file;
pub mod strategy;
pub mod tasks;
pub mod test_base;
pub mod timers;
pub mod type_name;
pub mod wire;

pub use bootstrap::{Bootstrapper, Bootstrappers, DispersyBootstrapper, UdpBroadcastBootstrapper};
pub use community::{Available, Community, CommunityError, MessageTable, PingCommunity};
pub use config::Configuration;
pub use context::{Context, SendError};
#[doc(hidden)]
pub use ipv8_macros::finish_launcher;
pub use ipv8_macros::{
    Options, Payload, after, bootstrapper, finalize, kwargs, my_peer, name, overlay, precondition,
    prepare, set_in_session, walk_strategy,
};
pub use launcher::{
    CommunityLauncher, LaunchError, Launchers, Registration, launch_all, launch_all_with, launchers,
};
pub use options::Options;
pub use overlay::Strategies;
pub use packet::CommunityId;
pub use peer::Peer;
pub use plan::LauncherMeta;
pub use runtime::{Error, Ipv8, OverlayHandle};
pub use strategy::{DiscoveryStrategy, EdgeWalk, RandomChurn, RandomWalk};
pub use wire::{Identified, Message, Payload, Request, Signed, Unsigned};

#[doc(hidden)]
pub mod __private {
    pub use crate::private::{NoOverlay, condition, finalized, own_key, prepared, unchanged};
}

/// The README's example is compiled with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct ReadmeDoctests;
