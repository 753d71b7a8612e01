//! Shared helpers of the examples.

pub mod arguments;
pub mod logging;
pub mod output;
pub mod report;
pub mod signals;
pub mod walker;
