//! `#[derive(Options)]`.

mod check;
mod expand;
mod parse;

use crate::problems::Problems;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{DeriveInput, Expr, Path, Type};

/// `#[options(…)]` on the struct.
#[derive(Default)]
struct Container {
    krate: Option<Path>,
}

/// One option: a public field.
struct Field {
    ident: Ident,
    ty: Type,
    /// The doc comment, without markers; empty if there is none.
    doc: String,
    range: Option<Expr>,
}

/// The `impl` of one struct; or its mistakes, and an `impl` without options that stands in.
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
