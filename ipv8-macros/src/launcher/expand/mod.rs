//! Writes one `impl` and one registration for a checked stack.
//!
//! Read `launcher` first.

mod fields;
mod hooks;
mod launcher;
mod parts;

pub(crate) use launcher::{implementation, launcher};
