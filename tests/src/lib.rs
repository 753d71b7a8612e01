//! Shared helpers of the tests: vectors and the Python neighbour.

pub mod python;
