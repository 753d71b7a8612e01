//! Launcher framework and runtime for IPv8 overlays.
extern crate self as ipv8_core;

pub mod address;
pub mod bootstrap;
pub mod community;
pub mod context;
pub mod counters;
pub mod crypto;
pub mod network;
pub mod packet;
pub mod payload;
pub mod peer;
pub mod request_cache;
pub mod timers;
pub mod wire;

pub use wire::Message;
