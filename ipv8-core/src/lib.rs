//! Launcher framework and runtime for IPv8 overlays.
extern crate self as ipv8_core;

pub mod address;
pub mod crypto;
pub mod endpoint;
pub mod key_file;
pub mod wire;

#[doc(hidden)]
mod stub;
#[doc(hidden)]
pub use stub::{community, context, engine, network, overlay, packet, prelude, strategy};
