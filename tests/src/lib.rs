//! Shared helpers of the tests: vectors and the Python neighbour.
#![allow(clippy::expect_used, clippy::unwrap_used)]

pub mod json;
pub mod quiet;
pub mod vectors;
pub mod wire_fields;
