//! Tests of launching: launchers written by hand and with attributes, their order, conditions,
//! sessions and configuration, and the clean-up after a failure. The tests of the command line run
//! the example `command_line`.

mod command_line;
mod configuration;
mod configured;
mod fields;
mod order;
mod parity;
mod required;
mod session;
mod several_sessions;
mod undone;
