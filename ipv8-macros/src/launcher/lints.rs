//! Passes the struct's lint levels on to the code in its attributes.
//!
//! The user's expressions end up in an `impl` beside the struct, where `#[allow(…)]` on the struct
//! has no effect.

use super::model::Lints;
use super::relay::split_attributes;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;

/// Returns the lint levels among the attributes of a struct.
pub(super) fn of(attributes: &[TokenStream]) -> Lints {
    let mut lints = Lints::default();
    for attribute in attributes {
        match name(attribute).as_deref() {
            Some("allow" | "warn" | "deny" | "forbid") => lints.levels.push(attribute.clone()),
            Some("expect") => lints.levels.push(allowed(attribute)),
            Some("deprecated") => lints.deprecated = true,
            _ => {}
        }
    }
    lints
}

/// Returns the struct with `allow` in place of `expect`: if the expected lint is in an attribute's
/// code and not in the struct, rustc would report the struct's `expect` as unfulfilled.
pub(super) fn without_expect(item: TokenStream) -> TokenStream {
    let (attributes, rest) = split_attributes(item);
    let attributes = attributes
        .into_iter()
        .map(|attribute| match name(&attribute).as_deref() {
            Some("expect") => allowed(&attribute),
            _ => attribute,
        });
    attributes.chain([rest]).collect()
}

/// Returns the name of an attribute, `allow` for `#[allow(dead_code)]`.
fn name(attribute: &TokenStream) -> Option<String> {
    match body(attribute)?.into_iter().next()? {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    }
}

fn body(attribute: &TokenStream) -> Option<TokenStream> {
    match attribute.clone().into_iter().nth(1)? {
        TokenTree::Group(body) => Some(body.stream()),
        _ => None,
    }
}

fn allowed(attribute: &TokenStream) -> TokenStream {
    let body = body(attribute).unwrap_or_default().into_iter();
    let body = body.enumerate().map(|(index, token)| match token {
        TokenTree::Ident(name) if index == 0 => Ident::new("allow", name.span()).into(),
        token => token,
    });
    let body = Group::new(Delimiter::Bracket, body.collect());
    quote!(# #body)
}
