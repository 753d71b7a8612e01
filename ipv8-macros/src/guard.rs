//! Turns a panic of a macro into a compile error.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a macro and returns its output. A panic is a bug in this crate. After a panic, the output
/// is `kept` and a compile error that asks the user to report the bug.
pub(crate) fn guarded(run: impl FnOnce() -> TokenStream, kept: TokenStream) -> TokenStream {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let message =
            "ipv8-macros panicked: please report this bug together with the underlined code";
        let error = syn::Error::new(Span::call_site(), message).to_compile_error();
        quote!(#kept #error)
    })
}
