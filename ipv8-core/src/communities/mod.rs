//! Overlays that come with the library. They stand beside the tower and use floors 0 to 6.

pub mod discovery;
pub mod tracker;
