//! Small helpers that know nothing about IPv8: options by name, names, "did you mean", hashers.
//!
//! Nothing here knows a key, a message or a peer. Start with [`options`]: strategies and settings
//! get their values from text through it.

pub(crate) mod const_text;
pub(crate) mod guard;
pub(crate) mod hashing;
pub(crate) mod kind;
pub(crate) mod names;
pub(crate) mod nearest;
pub mod options;
pub(crate) mod required;
pub(crate) mod serial;
pub(crate) mod type_name;
