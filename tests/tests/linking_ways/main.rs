//! Which launchers are linked into a program: the claims of the guide's page `linking`, tried with
//! the crates in `fixtures/linking`.
//!
//! One build without optimisation has nearly everything. `IPV8_PROFILES=1` adds builds with release
//! profiles.

mod build;
#[cfg(target_os = "linux")]
mod libraries;
mod profiles;
mod programs;
