//! Writes and reads the fields of a checked payload.

use super::model::{Codec, Field, Fields, Style};
use crate::tokens::{generated_at, local, moved_to};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

/// Returns the statements that write the fields.
pub(super) fn pack(fields: &Fields, krate: &TokenStream) -> TokenStream {
    let writer = local("writer");
    let optional = fields.list.iter().filter(|field| field.optional.is_some());
    let last_optional = optional.count().saturating_sub(1);
    let mut seen_optional = 0;
    let mut packed = TokenStream::new();
    for field in &fields.list {
        let member = &field.member;
        if field.optional.is_none() {
            packed.extend(write(field, &quote!(&self.#member), krate, &writer));
            continue;
        }
        let value = local("value");
        let write = write(field, &value, krate, &writer);
        let absent = local("absent");
        // A field cannot be there if an earlier one is not.
        let refuse = (seen_optional > 0).then(|| {
            let reason = "an optional field has a value, but the one before it has none";
            quote! {
                #krate::__private::Some(_) if #absent => return #krate::__private::Err(
                    #krate::wire::PackError::Invalid(#reason)
                ),
            }
        });
        if seen_optional == 0 && last_optional > 0 {
            packed.extend(quote!(let mut #absent = false;));
        }
        let note = match seen_optional < last_optional {
            true => quote!(#absent = true),
            false => quote!(()),
        };
        packed.extend(quote! {
            match &self.#member {
                #refuse
                #krate::__private::Some(#value) => { #write }
                #krate::__private::None => #note,
            }
        });
        seen_optional += 1;
    }
    packed
}

/// Returns the value that has the fields read.
pub(super) fn unpack(fields: &Fields, krate: &TokenStream) -> TokenStream {
    let reader = local("reader");
    let values = fields.list.iter().map(|field| {
        let read = codec(field, krate);
        match field.optional {
            None => quote!(#read::unpack(#reader)?),
            Some(_) => quote! {
                match #reader.is_empty() {
                    true => #krate::__private::None,
                    false => #krate::__private::Some(#read::unpack(#reader)?),
                }
            },
        }
    });
    let members = fields.list.iter().map(|field| &field.member);
    match fields.style {
        Style::Named => quote!(Self { #(#members: #values),* }),
        Style::Tuple => quote!(Self(#(#values),*)),
        Style::Unit => quote!(Self),
    }
}

// <String as ::ipv8_core::wire::Field>::pack(&self.text, writer)?;
fn write(
    field: &Field,
    value: &TokenStream,
    krate: &TokenStream,
    writer: &TokenStream,
) -> TokenStream {
    let codec = codec(field, krate);
    quote!(#codec::pack(#value, #writer)?;)
}

// <String as ::ipv8_core::wire::Field>
// <::ipv8_core::wire::formats::VarlenI as ::ipv8_core::wire::Format<Vec<u8>>>
// <Address as ::ipv8_core::Payload>
// seconds
fn codec(field: &Field, krate: &TokenStream) -> TokenStream {
    let ty = field.value_type();
    match &field.codec {
        Codec::Default => quote!(<#ty as #krate::wire::Field>),
        Codec::Flatten(_) => quote!(<#ty as #krate::Payload>),
        Codec::With(module) => quote!(#module),
        Codec::Path(format) => {
            quote!(<#format as #krate::wire::Format<#ty>>)
        }
        Codec::Named(format) => {
            let at = generated_at(format.literal.span());
            let (marker, place) = (Ident::new(format.marker, at), moved_to(at, krate.clone()));
            quote_spanned!(at=> <#place::wire::formats::#marker as #krate::wire::Format<#ty>>)
        }
    }
}

/// Returns the bound that a generic field needs.
pub(super) fn bound(field: &Field, krate: &TokenStream) -> Option<TokenStream> {
    let ty = field.value_type();
    match &field.codec {
        Codec::Default => Some(quote!(#ty: #krate::wire::Field)),
        Codec::Flatten(_) => Some(quote!(#ty: #krate::Payload)),
        Codec::With(_) => None,
        Codec::Path(format) => Some(quote!(#format: #krate::wire::Format<#ty>)),
        Codec::Named(format) => {
            let marker = Ident::new(format.marker, generated_at(format.literal.span()));
            Some(quote!(#krate::wire::formats::#marker: #krate::wire::Format<#ty>))
        }
    }
}

/// Returns an expression that is `true` if no field can follow this one; `None` if one always can.
pub(super) fn takes_rest(field: &Field, krate: &TokenStream) -> Option<TokenStream> {
    match (&field.optional, &field.codec) {
        (Some(_), _) => Some(quote!(true)),
        (None, Codec::With(_)) => None,
        (None, _) => {
            let codec = codec(field, krate);
            Some(quote!(#codec::TAKES_REST))
        }
    }
}

/// Returns a check that the fields before the last leave bytes for it.
pub(super) fn checks(fields: &Fields, krate: &TokenStream) -> Vec<TokenStream> {
    let before = fields
        .list
        .split_last()
        .map_or(&[][..], |(_, before)| before);
    let check = |field: &Field| {
        let takes_rest = takes_rest(field, krate)?;
        let at = generated_at(field.ty.span());
        let place = moved_to(at, krate.clone());
        Some(quote_spanned! {at=>
            #place::__private::assert!(
                !#takes_rest,
                "this field takes everything up to the end of the message: make it the last field"
            )
        })
    };
    let unchecked = before.iter().filter(|field| {
        // Optional fields follow each other.
        field.optional.is_none() && !is_plain(field)
    });
    unchecked.filter_map(check).collect()
}

/// Returns `true` for a field of which it is clear here that it does not take the rest.
fn is_plain(field: &Field) -> bool {
    match &field.codec {
        Codec::Named(_) | Codec::With(_) => true,
        Codec::Path(_) | Codec::Flatten(_) => false,
        Codec::Default => matches!(field.ty, Type::Array(_)),
    }
}
