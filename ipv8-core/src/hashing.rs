//! How what is our own is hashed.

/// For maps whose keys nobody outside of this process chooses: overlays, strategies, names of the program. It is quicker than the standard
/// library's, which withstands keys that were made to collide, and is for everything that peers can put in.
pub type OwnState = foldhash::fast::RandomState;
