//! How what is our own is hashed, and how what strangers send is.

mod polynomial;

pub use polynomial::{Polynomial, PolynomialHasher};

/// For maps whose keys nobody outside of this process chooses: overlays, strategies, names of the program. It is quicker than the standard
/// library's, which withstands keys that were made to collide; for everything that peers can put in there is [`Polynomial`].
pub type OwnState = foldhash::fast::RandomState;
