//! Launcher framework and runtime for IPv8 overlays.
extern crate self as ipv8_core;

pub mod address;
pub mod crypto;
pub mod wire;

pub use wire::{Message, Payload, Signed, Unsigned};
