//! What the example `compare` is made of, as far as it can be tested without measuring anything.

pub mod figures;
pub mod format;
pub mod load;
pub mod many_launchers;
pub mod picture;
pub mod population;
pub mod processes;
pub mod table;
mod wanted;

/// What goes wrong while measuring is told and ends the program: there is nobody to handle it.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
