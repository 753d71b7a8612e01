//! The parts that all methods share.

use crate::tokens::generated_at;
use proc_macro2::{Ident, Span, TokenStream};

/// The names and the place that all methods of one `impl` share.
pub(super) struct Surroundings<'a> {
    pub(super) krate: &'a TokenStream,
    /// `self` as the user's expressions see it.
    pub(super) this: &'a Ident,
    pub(super) at: Span,
}

/// Returns a name that the user's expressions cannot see.
pub(super) fn ours(name: &str, at: Span) -> Ident {
    Ident::new(name, generated_at(at))
}
