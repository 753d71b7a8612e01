//! Shared helpers of the tests: vectors, the Python neighbour, and our own side of talking with it.

pub mod json;
pub mod judgement;
pub mod payloads;
pub mod python;
pub mod quiet;
pub mod reporting;
pub mod rust_node;
pub mod vectors;
pub mod view;
pub mod wire_fields;
