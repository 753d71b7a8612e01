//! What stands in for generated code when there are mistakes, so that one mistake is one error.

use crate::launcher::expand;
use crate::launcher::model::Stack;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The `impl` from everything that could be read, and no registration: code that names the launcher still compiles,
/// and rustc can complain of the rest in the same run.
pub(crate) fn launcher(stack: &Stack, ident: &Ident, span: Span) -> TokenStream {
    expand::implementation(stack, ident, span)
}

/// Runs a macro. If it panics, which is a bug of ours, the item is kept, and the user sees where and learns what to do.
pub(crate) fn guarded(run: impl FnOnce() -> TokenStream, kept: TokenStream) -> TokenStream {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let message =
            "ipv8-macros failed on this: please report it, with the code that is underlined";
        let error = syn::Error::new(Span::call_site(), message).to_compile_error();
        quote!(#kept #error)
    })
}
