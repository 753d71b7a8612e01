//! Tests of the macros: every accepted form, every refused mistake, and crates with unusual names
//! and strict lints. Each module registers its own launchers and looks only for these.

// The module `strict` denies this lint too, but only a whole crate can deny it.
#![deny(future_incompatible)]

mod common_words;
mod editor;
mod fields;
mod forms;
mod lints;
mod pasted;
mod payload;
mod renamed;
mod shadowed;
pub mod strict;
mod ui;

use ipv8_core::{LauncherMeta, launchers};

/// Returns the names of the registered launchers that match `wanted`, in the order of their
/// locations.
fn registered(wanted: impl Fn(&LauncherMeta) -> bool) -> Vec<&'static str> {
    let metas = launchers().into_iter().filter(wanted);
    metas.map(|meta| meta.name).collect()
}
