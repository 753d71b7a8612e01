//! The setup that the benches share: a node without IO, and the paths that the benches run on it.
#![allow(dead_code, unused_imports, clippy::unwrap_used, clippy::expect_used)]

mod hostile;
mod node;
mod path;
pub(crate) mod paths;

pub(crate) use node::{
    Idle, Node, Quiet, Sender, address, any_key, graph, introduce, introduced_address, rng,
};
pub(crate) use path::Work;
