//! `#[derive(Payload)]`.
//!
//! Read [`derive`] first: it calls [`parse`] (tokens to the types of [`model`]), [`check`] (the
//! rules) and [`expand`] (the code, with [`codec`] for the fields and [`generics`] for the bounds).
//! [`formats`] lists the names of the wire formats.

mod check;
mod codec;
mod derive;
mod expand;
mod formats;
mod generics;
mod model;
mod parse;

pub(crate) use derive::derive;
