//! Pages for people who write or run overlays.
//!
//! There is no code here, only text. Start with [`tutorials`]; if you know py-ipv8, start with
//! [`porting`]. [`protocol`] says what the bytes mean.

#[doc = include_str!("tutorials.md")]
pub mod tutorials {}
#[doc = include_str!("porting.md")]
pub mod porting {}
#[doc = include_str!("two_machines.md")]
pub mod two_machines {}
#[doc = include_str!("strategies.md")]
#[doc = include_str!("topology.svg")]
#[doc = include_str!("topology.md")]
pub mod strategies {}
#[doc = include_str!("strangers.md")]
pub mod strangers {}
#[doc = include_str!("security.md")]
pub mod security {}
#[doc = include_str!("linking.md")]
pub mod linking {}
#[doc = include_str!("troubleshooting.md")]
pub mod troubleshooting {}
#[doc = include_str!("configuration.md")]
pub mod configuration {}
#[doc = include_str!("platforms.md")]
pub mod platforms {}
#[doc = include_str!("performance.md")]
pub mod performance {}
#[doc = include_str!("differences.md")]
pub mod differences {}
#[doc = include_str!("protocol.md")]
pub mod protocol {}
