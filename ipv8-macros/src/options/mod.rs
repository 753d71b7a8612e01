//! `#[derive(Options)]`.
//!
//! Read [`derive`] first: it calls [`parse`] (tokens to the types of [`model`]), [`check`] (the
//! rules) and [`expand`] (the code).

mod check;
mod derive;
mod expand;
mod model;
mod parse;

pub(crate) use derive::derive;
