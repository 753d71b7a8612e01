//! The attributes of a launcher: each hands its arguments on, and the last one writes the `impl`.
//!
//! Nothing here knows a type of the library; it only names them. Read [`relay`] first (how the
//! attributes of one struct meet), then [`parse`], [`model`], [`check`] and [`expand`].

pub(crate) mod check;
pub(crate) mod expand;
pub(crate) mod fallback;
pub(crate) mod hooks;
pub(crate) mod item;
pub(crate) mod model;
pub(crate) mod parse;
pub(crate) mod relay;
pub(crate) mod string_path;
