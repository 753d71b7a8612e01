//! Pages for people who write or run overlays.
//!
//! There is no code here, only text. Start with [`tutorials`], or with [`protocol`] if you want to
//! know what the bytes mean.

#[doc = include_str!("tutorials.md")]
pub mod tutorials {}
#[doc = include_str!("two_machines.md")]
pub mod two_machines {}
#[doc = include_str!("strategies.md")]
#[doc = include_str!("topology.svg")]
#[doc = include_str!("topology.md")]
pub mod strategies {}
#[doc = include_str!("protocol.md")]
pub mod protocol {}
