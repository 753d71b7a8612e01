//! Shared helpers of the tests: vectors, the Python neighbour, engines in virtual time.

pub mod desk;
pub mod json;
pub mod launch;
pub mod probe;
pub mod python;
pub mod quiet;
pub mod refusal;
pub mod samples;
pub mod scan;
pub mod sim;
pub mod vectors;
pub mod wire_fields;
