//! The rules of a stack. Every mistake is reported.
//!
//! Read `stack` first: it turns the attributes of one struct into a `Stack`.

mod common;
mod hooks;
mod session;
mod stack;
mod strategies;

pub(crate) use stack::{launcher, stack};
