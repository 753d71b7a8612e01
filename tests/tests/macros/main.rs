//! The macros: every form that is accepted, every mistake that is refused, and crates that make it
//! hard for them. Each module registers launchers of its own and looks for these alone.

mod forms;
mod pasted;
mod payload;
mod renamed;
mod shadowed;
pub mod strict;
mod ui;
