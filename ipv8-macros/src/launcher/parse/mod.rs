//! Reads the arguments of one attribute into the types of `model`.
//!
//! Read `settings` first: most attributes have one first argument, then settings.

mod hooks;
mod settings;
mod strings;
mod types;

pub(crate) use hooks::{field, hook};
pub(crate) use settings::{kwargs_arguments, one_and_settings};
pub(crate) use strings::name_arguments;
pub(crate) use types::type_arguments;
