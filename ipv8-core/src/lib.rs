//! A launcher framework and runtime for [IPv8](https://github.com/Tribler/py-ipv8) overlays: a
//! struct with two attributes becomes a live peer that real py-ipv8 peers talk to.
//!
//! ```no_run
//! use ipv8_core::prelude::*;
//!
//! /// Peers that run a community with the same id find each other.
//! pub struct MyCommunity;
//!
//! #[derive(Payload)]
//! #[payload(id = 1)]
//! struct Hello {
//!     text: String,
//! }
//!
//! impl Community for MyCommunity {
//!     const COMMUNITY_ID: CommunityId =
//!         CommunityId::from_hex("d37c847ef36d7c5d7d3a40a2f3d6a2e3d8a1c5b7");
//!     type Settings = ();
//!
//!     fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
//!         Ok(Self)
//!     }
//!
//!     fn messages(table: &mut MessageTable<Self>) {
//!         handlers!(table: signed Hello => Self::on_hello);
//!     }
//!
//!     fn on_peer_added(&mut self, peer: &Peer, cx: &mut Context<'_>) {
//!         let _ = cx.send(peer, &Hello { text: "hello".into() });
//!     }
//! }
//!
//! impl MyCommunity {
//!     fn on_hello(&mut self, peer: &Peer, hello: Hello, _cx: &mut Context<'_>) {
//!         println!("{peer} says {}", hello.text);
//!     }
//! }
//!
//! #[overlay(MyCommunity)]
//! #[walk_strategy(RandomWalk, target_peers = 20)]
//! struct MyLauncher;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let ipv8 = launch_all().await?;
//!     Ok(ipv8.until_stopped().await?) // Ctrl-C: unload the overlays, close the socket
//! }
//! ```
//!
//! # Where to go from here
//!
//! - [`Community`]: what you write. [`Context`]: what its methods can do, such as send and ask.
//! - [`DiscoveryStrategy`]: how a community finds peers; [`RandomWalk`] is the usual one.
//! - [`overlay`](macro@overlay) and the other attributes: what a launcher is made of. [`Launchers`]
//!   runs a chosen set of them.
//! - [`Config`]: addresses, keys, files; every setting is in [`guide::configuration`].
//! - [`Ipv8`] and [`OverlayHandle`]: a running node, from the outside.
//! - [`testing`]: nodes in memory and virtual time, for your tests.
//! - [`guide`]: porting a py-ipv8 community, two machines, choosing strategies, troubleshooting,
//!   performance, the protocol, and how this crate differs from py-ipv8.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `net` (default) | sockets, files and a clock: [`node`] and [`launch`]; without it the crate does no IO |
//! | `cli` | [`launch::cli`], a command line for a program that has launchers |
//! | `http` | the state of a tracker over HTTP |
//!
//! # Names
//!
//! A *peer* is a public key. A *community* (or *overlay*) is a service that peers share. All
//! communities of a node share one UDP socket, and their *discovery strategies* take turns on it,
//! so that it is never overrun.
//!
//! "protocol 4.5" in a comment means section 4.5 of [`guide::protocol`]. Everything about py-ipv8
//! refers to version 3.2.1.
//!
//! # For maintainers
//!
//! The modules are floors; imports only go down. Nothing below [`node`] does IO, waits, or reads a
//! clock or the system's randomness. From the ground up: `support`, [`crypto`], [`wire`],
//! [`state`], [`mod@overlay`], [`engine`], [`communities`], [`config`], [`node`], [`launch`];
//! [`testing`] is beside [`node`]. ARCHITECTURE.md in the repository says more.

// Items that only the feature `internals` reaches are `pub`, so that it can export them.
#![cfg_attr(
    not(feature = "internals"),
    allow(unreachable_pub, dead_code, unused_imports)
)]
// The world belongs to `node` and `launch`; clippy.toml lists its methods.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![cfg_attr(docsrs, feature(doc_cfg))]

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
// The two modules that may read clocks, files and randomness (clippy.toml lists the calls).
#[cfg(feature = "net")]
#[allow(clippy::disallowed_methods)]
pub mod launch;
#[cfg(feature = "net")]
#[allow(clippy::disallowed_methods)]
pub mod node;
pub mod overlay;
pub mod prelude;
#[cfg(feature = "net")]
mod private;
pub mod state;
mod support;
pub mod testing;
pub mod wire;

pub use config::Config;
pub use engine::overlays::Strategies;
#[cfg(feature = "net")]
#[doc(hidden)]
pub use ipv8_macros::finish_launcher;
pub use ipv8_macros::{Options, Payload};
#[cfg(feature = "net")]
pub use ipv8_macros::{
    after, bootstrapper, finalize, kwargs, launcher, my_peer, name, overlay, precondition, prepare,
    set_in_session, walk_strategy,
};
#[cfg(feature = "net")]
pub use launch::plan::LauncherMeta;
#[cfg(feature = "net")]
pub use launch::{
    CommunityLauncher, LaunchError, Launchers, launch_all, launch_all_with, launchers,
};
#[cfg(feature = "net")]
pub use node::{Error, Ipv8, OverlayHandle};
pub use overlay::bootstrap::{
    Bootstrapper, Bootstrappers, DispersyBootstrapper, UdpBroadcastBootstrapper,
};
pub use overlay::community::{
    Available, Community, CommunityError, MessageTable, NoOverlay, PingCommunity,
};
pub use overlay::context::{Context, SendError};
pub use overlay::strategy::{DiscoveryStrategy, EdgeWalk, RandomChurn, RandomWalk};
pub use state::peer::Peer;
pub use support::options::Options;
pub use support::required::Required;
pub use wire::packet::CommunityId;
pub use wire::{Identified, Message, Payload, Request, Signed, Unsigned};

// Not in `__private`: rustc names it if a kind of handler is misspelt.
#[doc(hidden)]
pub use overlay::community::Handlers;

#[doc(hidden)]
pub mod __private {
    // Generated code names the standard library through this crate: a program can rename one of
    // its dependencies to `core`.
    pub use std::boxed::Box;
    pub use std::default::Default;
    pub use std::iter::{IntoIterator, Iterator};
    pub use std::marker::Send;
    pub use std::option::Option::{self, None, Some};
    pub use std::primitive::{bool, str, u8};
    pub use std::result::Result::{self, Err, Ok};
    pub use std::vec::Vec;
    pub use std::{
        assert, column, compile_error, concat, file, line, module_path, stringify, unreachable, vec,
    };

    #[cfg(feature = "net")]
    pub use crate::launch::plan::Link;
    #[cfg(feature = "net")]
    pub use crate::launch::registry::{Instance, Registration, submit};
    pub use crate::overlay::community::check_ids;
    #[cfg(feature = "net")]
    pub use crate::private::{
        SessionField, condition, finalized, own_key, prepared, set_in_session, unchanged,
    };
    pub use crate::support::options;
}
