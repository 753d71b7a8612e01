//! The attributes of a launcher, such as `#[overlay]` and `#[walk_strategy]`.
//!
//! Each attribute passes its arguments on, and the last one writes the `impl`. Nothing here knows a
//! type of the library; it only names them. Read `relay` first (how the attributes of one struct
//! meet), then `finish`: it calls `parse` and `item` (tokens to the types of `model`), `check` (the
//! rules) and `expand` (the code).

mod check;
mod expand;
mod finish;
mod item;
mod lints;
mod model;
mod parse;
mod relay;
mod string_path;

pub(crate) use finish::finish;
pub(crate) use model::Kind;
pub(crate) use relay::relay;
#[cfg(test)]
pub(crate) use relay::split_attributes;
