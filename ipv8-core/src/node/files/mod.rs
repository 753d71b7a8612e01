//! The files of a node: its key, its configuration and its snapshot.
//!
//! Nothing outside this folder reads or writes a file. Keys and snapshots are replaced atomically
//! (`atomic`), so that a reader never sees half of one. `anchors` decides which addresses a
//! snapshot keeps. Start with `key_file`.

pub(crate) mod anchor_records;
pub(crate) mod anchors;
mod atomic;
mod config_file;
pub mod key_file;
pub mod snapshot_file;

pub(super) use anchors::Anchors;
