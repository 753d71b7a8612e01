//! Shared helpers of the examples.

pub mod arguments;
pub mod chart;
pub mod compare;
pub mod logging;
pub mod output;
pub mod report;
pub mod signals;
pub mod spread;
pub mod walker;
