//! The whole derive, from tokens to tokens.

use super::{check, expand, parse};
use crate::problems::Problems;
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// Returns the `impl`s of one struct, or its mistakes with stubs in place of the `impl`s.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut problems = Problems::default();
    let mut attributes = parse::container(&input.attrs, &mut problems);
    let wrong_container = !problems.is_empty();
    attributes.deprecated = check::is_deprecated(&input);
    let fields = check::fields(&input, &mut problems);
    let message = check::message(&attributes, &mut problems);
    if let Some(fields) = &fields {
        check::identifier(&attributes, fields, &mut problems);
    }
    let generated = match (&fields, problems.is_empty()) {
        (Some(fields), true) => expand::payload(&input, &attributes, fields, message.as_ref()),
        (fields, _) => {
            let is_message = wrong_container || attributes.looks_like_message();
            expand::stub(&input, &attributes, fields.as_ref(), is_message)
        }
    };
    let problems = problems.into_tokens();
    quote!(#generated #problems)
}
