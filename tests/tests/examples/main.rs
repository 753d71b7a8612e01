//! Runs the example programs like their users do: with arguments, signals and output. The commands
//! and figures in the guide are checked against the same programs.

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
