//! `#[derive(Payload)]`.
//!
//! Read [`derive`] first: it calls [`parse`] (tokens to the types of [`model`]), [`check`] (the
//! rules) and [`expand`] (the code). [`formats`] lists the names of the wire formats.

mod check;
mod derive;
mod expand;
mod formats;
mod model;
mod parse;

pub(crate) use derive::derive;
