//! The type parameters of a payload, with the bounds that its fields need.

use super::codec;
use super::model::Fields;
use crate::tokens::has_parameter;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericParam, Generics, parse_quote};

/// Returns the generics of the `impl Payload`: each field whose type has a parameter needs a
/// format.
pub(super) fn of_payload(generics: &Generics, fields: &Fields, krate: &TokenStream) -> Generics {
    let mut bounded = generics.clone();
    for field in &fields.list {
        if !has_parameter(generics, field.value_type()) {
            continue;
        }
        if let Some(bound) = codec::bound(field, krate) {
            let predicates = &mut bounded.make_where_clause().predicates;
            predicates.push(parse_quote!(#bound));
        }
    }
    bounded
}

/// Returns the generics of the `impl Message`, which can be sent to another thread.
pub(super) fn of_message(payload: &Generics, krate: &TokenStream) -> Generics {
    let mut bounded = payload.clone();
    let names: Vec<_> = payload
        .type_params()
        .map(|parameter| parameter.ident.clone())
        .collect();
    for name in names {
        let bound = quote!(#name: #krate::__private::Send + 'static);
        bounded
            .make_where_clause()
            .predicates
            .push(parse_quote!(#bound));
    }
    bounded
}

/// Returns `true` if there are type or constant parameters.
pub(super) fn is_generic(generics: &Generics) -> bool {
    generics
        .params
        .iter()
        .any(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
}
