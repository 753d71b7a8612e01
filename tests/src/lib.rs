//! Shared helpers of the tests: vectors and the Python neighbour.

pub mod json;
pub mod python;
pub mod quiet;
pub mod vectors;
pub mod wire_fields;
