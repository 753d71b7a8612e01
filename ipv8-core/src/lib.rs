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

// Items that only the feature `internals` reaches are `pub`, so that it can export them.
#![cfg_attr(
    not(feature = "internals"),
    allow(unreachable_pub, dead_code, unused_imports)
)]

// The macros name this crate by its absolute path; so do its own tests and examples.
extern crate self as ipv8_core;

pub mod communities;
pub mod config;
pub mod crypto;
pub mod engine;
pub mod guide;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
pub mod launch;
pub mod node;
pub mod overlay;
pub mod prelude;
mod private;
pub mod state;
mod support;
pub mod testing;
pub mod wire;

pub use config::Config;
pub use engine::overlays::Strategies;
#[doc(hidden)]
pub use ipv8_macros::finish_launcher;
pub use ipv8_macros::{
    Options, Payload, after, bootstrapper, finalize, kwargs, my_peer, name, overlay, precondition,
    prepare, set_in_session, walk_strategy,
};
pub use launch::plan::LauncherMeta;
pub use launch::{
    CommunityLauncher, LaunchError, Launchers, Registration, launch_all, launch_all_with, launchers,
};
pub use node::{Error, Ipv8, OverlayHandle};
pub use overlay::bootstrap::{
    Bootstrapper, Bootstrappers, DispersyBootstrapper, UdpBroadcastBootstrapper,
};
pub use overlay::community::{Available, Community, CommunityError, MessageTable, PingCommunity};
pub use overlay::context::{Context, SendError};
pub use overlay::strategy::{DiscoveryStrategy, EdgeWalk, RandomChurn, RandomWalk};
pub use state::peer::Peer;
pub use support::options::Options;
pub use wire::packet::CommunityId;
pub use wire::{Identified, Message, Payload, Request, Signed, Unsigned};

#[doc(hidden)]
pub mod __private {
    pub use crate::overlay::community::has_unique_ids;
    pub use crate::private::{NoOverlay, condition, finalized, own_key, prepared, unchanged};
    pub use crate::support::options;
}

/// The README's example is compiled with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct ReadmeDoctests;
