//! What starts an example program, and what reads its output.

pub(crate) mod build;
pub(crate) mod program;
pub(crate) mod schema;
