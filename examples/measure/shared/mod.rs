//! What the measuring programs share: machine, charts, tables, verdicts, builds of generated
//! programs, and the comparison's load.
//!
//! Nothing here measures by itself. Start with [`machine`], which says what a figure was measured
//! on.

pub mod builds;
pub mod chart;
pub mod compare;
pub mod grid;
pub mod machine;
pub mod markers;
pub mod spread;
pub mod verdict;
