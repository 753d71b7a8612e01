//! The tasks of one overlay by name, and the time when each is due: py-ipv8's `TaskManager` without
//! its loop.
//!
//! A table of data that reads no clock: its owner asks for the due tasks, runs them, and reports
//! their end. [`Context`](crate::Context) has the calls that communities make. Start with `task`.

mod table;
mod task;

pub use table::{Due, Tasks, Work};
pub use task::{MAX_TASK_AGE, TaskError, TaskInfo, TaskKind, TaskName};

#[cfg(test)]
mod tests;
