//! Starts example programs and reads their output.

pub(crate) mod build;
pub(crate) mod program;
pub(crate) mod schema;
