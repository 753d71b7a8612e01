//! Launchers, written by hand and by the attributes, and what a launch makes of them: order,
//! conditions, sessions, configuration, and undoing everything after a failure. The command line is
//! asked of the example that has one.

mod command_line;
mod configuration;
mod configured;
mod fields;
mod order;
mod parity;
mod session;
mod undone;
