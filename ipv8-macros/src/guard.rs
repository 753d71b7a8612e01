//! Turns a panic of a macro into an error.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a macro. If it panics, which is a bug of this crate, returns `kept` and an error that asks
/// the user for a report.
pub(crate) fn guarded(run: impl FnOnce() -> TokenStream, kept: TokenStream) -> TokenStream {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let message =
            "ipv8-macros panicked: please report this bug together with the underlined code";
        let error = syn::Error::new(Span::call_site(), message).to_compile_error();
        quote!(#kept #error)
    })
}
