//! Launcher framework and runtime for IPv8 overlays.
extern crate self as ipv8_core;

pub mod address;
pub mod crypto;
pub mod endpoint;
pub mod key_file;
pub mod wire;
