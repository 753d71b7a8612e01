//! Launcher framework and runtime for IPv8 overlays.
extern crate self as ipv8_core;

pub mod address;
pub mod config;
pub mod crypto;
pub mod endpoint;
pub mod key_file;
pub mod launcher;
pub mod wire;

pub use launcher::{CommunityLauncher, LauncherMeta, Launchers, Registration, launchers};

#[doc(hidden)]
mod stub;
#[doc(hidden)]
pub use stub::{community, context, engine, network, overlay, packet, prelude, strategy};
