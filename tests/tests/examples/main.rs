//! The example programs, run as their users run them: by arguments, signals and output. The commands
//! and figures that the guide shows are checked against the same programs.

mod compare;
mod programs;
mod quickstart;
mod strategies;
mod support;
mod talk_to_python;
mod tutorials;
#[cfg(target_os = "linux")]
mod two_machines;
mod usage;
