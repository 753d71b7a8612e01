//! Launcher framework and runtime for IPv8 overlays.
extern crate self as ipv8_core;

pub mod address;
pub mod crypto;
pub mod wire;

#[doc(hidden)]
pub use ipv8_macros::finish_launcher;
pub use ipv8_macros::{Payload, after, name, overlay, walk_strategy};
pub use wire::{Message, Payload, Signed, Unsigned};
mod stub;
pub use stub::*;
