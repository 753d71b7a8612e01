//! The whole derive, from tokens to tokens.

use super::{check, expand, parse};
use crate::problems::Problems;
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// Returns the `impl` of one struct. If the struct has mistakes, returns them too, with an `impl`
/// of the options that are correct.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut problems = Problems::default();
    let container = parse::container(&input.attrs, &mut problems);
    let fields = check::fields(&input, &mut problems);
    let generated = expand::options(&input, &container, &fields);
    let problems = problems.into_tokens();
    quote!(#generated #problems)
}
