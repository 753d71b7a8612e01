//! How what is our own is hashed, and how what strangers send is.

/// For maps whose keys nobody outside of this process chooses: overlays, strategies, names of the program. It is quicker than the standard
/// library's, which withstands keys that were made to collide; for everything that peers can put in there is [`StrangersState`].
pub(crate) type OwnState = foldhash::fast::RandomState;

/// For maps that peers can put something in: SipHash with a secret for each map, so that nobody can make keys that collide.
pub(crate) type StrangersState = std::hash::RandomState;
