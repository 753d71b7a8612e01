//! Hashers: a fast one for keys that this process chooses, SipHash for keys that peers choose.

/// The hasher for maps whose keys this process chooses: overlays, strategies, names.
///
/// It is faster than the standard library's hasher, but does not withstand keys that were made to
/// collide. Maps with keys from peers use [`StrangersState`].
pub(crate) type OwnState = foldhash::fast::RandomState;

/// The hasher for maps whose keys peers can choose: SipHash with a secret per map, so that no peer
/// can make keys that collide.
pub(crate) type StrangersState = std::hash::RandomState;
