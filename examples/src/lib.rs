//! Shared helpers of the examples.

pub mod arguments;
pub mod chart;
pub mod compare;
pub mod grid;
pub mod logging;
pub mod machine;
pub mod markers;
pub mod output;
pub mod report;
pub mod signals;
pub mod spread;
pub mod verdict;
pub mod walker;
