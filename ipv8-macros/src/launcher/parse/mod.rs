//! Reads the arguments of one attribute into the types of `model`.
//!
//! Read `settings` first: most attributes have one first argument, then settings.

mod hooks;
mod names;
mod settings;
mod types;

pub(crate) use hooks::{field, hook, parameters};
pub(crate) use names::name_arguments;
pub(crate) use settings::{kwargs_arguments, no_argument, one_and_settings};
pub(crate) use types::type_arguments;
