//! The parts of the example `compare` that can be tested without measuring.
//!
//! Nothing here starts a process. Start with [`figures`]; [`load`] is the requester.

pub mod figures;
pub mod format;
pub mod load;
pub mod picture;
pub mod population;
pub mod processes;
pub mod table;
mod target;

/// An error while measuring: it is printed and ends the program.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
