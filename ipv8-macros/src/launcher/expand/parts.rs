//! The parts that all methods share.

use crate::tokens::{find_ident, generated_at};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

/// The names and the place that all methods of one `impl` share.
pub(super) struct Surroundings<'a> {
    pub(super) krate: &'a TokenStream,
    /// `self` as the user's expressions see it.
    pub(super) this: &'a Ident,
    pub(super) at: Span,
}

impl Surroundings<'_> {
    /// Returns `self` as the first expression that uses it sees it. A `macro_rules!` may have
    /// written the expression around a struct of its caller.
    pub(super) fn this_in<T: ToTokens>(&self, code: impl IntoIterator<Item = T>) -> Ident {
        let mut code = code.into_iter();
        let used = code.find_map(|code| find_ident("self", code.into_token_stream()));
        let span = used.map_or(self.this.span(), |used| self.this.span().resolved_at(used));
        Ident::new("self", span)
    }
}

/// Returns a name that the user's expressions cannot see.
pub(super) fn ours(name: &str, at: Span) -> Ident {
    Ident::new(name, generated_at(at))
}
