//! The second half of the launcher attributes: the finaliser.

use super::model::{Fragment, Item, Lints};
use super::{check, expand, item, lints, relay};
use crate::problems::Problems;
use proc_macro2::{Span, TokenStream};
use quote::quote;

/// Returns the struct, its `impl` and its registration.
///
/// If there are mistakes, returns them with the struct and as much of the `impl` as is correct, but
/// no registration: code that names the launcher still compiles, and rustc reports its own errors
/// in the same run.
pub(crate) fn finish(args: TokenStream, item_tokens: TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let fragments: Vec<Fragment> = relay::fragments(args);
    let mut stack = check::stack(&fragments, &mut problems);
    let item = item::head(item_tokens.clone(), &mut problems);
    check::launcher(&mut stack, &item, &mut problems);
    let span = fragments
        .first()
        .map_or_else(Span::call_site, |first| first.span);
    let generated = match &item {
        Item::Struct { name, unit, lints } if problems.is_empty() => {
            expand::launcher(&stack, (name, *unit), lints, span)
        }
        Item::Struct { name, lints, .. } => {
            not_listed(expand::implementation(&stack, name, lints, span))
        }
        Item::Refused { name } => not_listed(expand::implementation(
            &stack,
            name,
            &Lints::default(),
            span,
        )),
        Item::Unusable => TokenStream::new(),
    };
    let item_tokens = match stack.has_code() {
        true => lints::without_expect(item_tokens),
        false => item_tokens,
    };
    let problems = problems.into_tokens();
    quote!(#item_tokens #generated #problems)
}

/// Returns the `impl` of a launcher with mistakes so that rustc does not suggest it in place of
/// another type.
fn not_listed(implementation: TokenStream) -> TokenStream {
    quote!(#[diagnostic::do_not_recommend] #implementation)
}
