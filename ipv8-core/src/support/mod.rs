//! Small helpers that know nothing about IPv8: options by name, names, "did you mean", hashers.
//!
//! Nothing here knows a key, a message or a peer. Start with [`options`]: strategies and settings
//! get their values from text through it.

#[doc(hidden)]
pub mod hashing;
pub mod names;
pub mod nearest;
pub mod options;
pub mod type_name;
