//! The macros: every form that is accepted, every mistake that is refused, and crates that make it
//! hard for them. Each module registers launchers of its own and looks for these alone.

// `strict` denies this too, which only a whole crate can.
#![deny(future_incompatible)]

mod forms;
mod pasted;
mod payload;
mod renamed;
mod shadowed;
pub mod strict;
mod ui;

use ipv8_core::{LauncherMeta, launchers};

/// The names of the registered launchers of which this holds, in the order of their places.
fn registered(wanted: impl Fn(&LauncherMeta) -> bool) -> Vec<&'static str> {
    let metas = launchers().into_iter().filter(wanted);
    metas.map(|meta| meta.name).collect()
}
