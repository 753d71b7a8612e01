//! Writes the `impl`s of a checked payload.

use super::model::{Container, Field, Fields, Message, Style};
use crate::tokens::{crate_path, first_span, generated_at, local, moved_to};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::LitStr;
use syn::ext::IdentExt;

/// Returns the `impl Payload`, and the `impl Message` if there is an id.
pub(crate) fn payload(
    ident: &Ident,
    container: &Container,
    fields: &Fields,
    message: Option<&Message>,
) -> TokenStream {
    let krate = crate_path(container.krate.as_ref(), ident.span());
    let allow = container.allow_deprecated();
    let pack = fields.list.iter().map(|field| pack(field, &krate));
    let unpack = unpack(fields, &krate);
    let (writer, reader) = match fields.list.is_empty() {
        true => (quote!(_), quote!(_)),
        false => (local("writer"), local("reader")),
    };
    let message = message.map(|message| {
        let message = self::message(ident, container, message);
        let pair = pair(ident, container, fields);
        quote!(#message #pair)
    });
    quote! {
        #[automatically_derived]
        #allow
        impl #krate::Payload for #ident {
            fn pack(&self, #writer: &mut #krate::wire::Writer) -> ::core::result::Result<(), #krate::wire::PackError> {
                #(#pack)*
                ::core::result::Result::Ok(())
            }
            fn unpack(#reader: &mut #krate::wire::Reader<'_>) -> ::core::result::Result<Self, #krate::wire::UnpackError> {
                ::core::result::Result::Ok(#unpack)
            }
        }
        #message
    }
}

/// Returns stubs for a payload with mistakes, so that code that names the payload has no further
/// errors.
pub(crate) fn stub(ident: &Ident, container: &Container, fields: Option<&Fields>) -> TokenStream {
    let krate = crate_path(container.krate.as_ref(), ident.span());
    let allow = container.allow_deprecated();
    let message = container.id.as_ref().map(|_| {
        let message = Message {
            id: quote!(0),
            computed: false,
        };
        let message = self::message(ident, container, &message);
        let pair = stub_pair(ident, container, fields);
        quote!(#message #pair)
    });
    quote! {
        #[automatically_derived]
        #allow
        impl #krate::Payload for #ident {
            fn pack(&self, _: &mut #krate::wire::Writer) -> ::core::result::Result<(), #krate::wire::PackError> {
                ::core::unreachable!()
            }
            fn unpack(_: &mut #krate::wire::Reader<'_>) -> ::core::result::Result<Self, #krate::wire::UnpackError> {
                ::core::unreachable!()
            }
        }
        #message
    }
}

fn message(ident: &Ident, container: &Container, message: &Message) -> TokenStream {
    let krate = crate_path(container.krate.as_ref(), ident.span());
    let allow = container.allow_deprecated();
    let id = &message.id;
    let name = LitStr::new(&ident.unraw().to_string(), ident.span());
    let global_time = container.global_time.is_some();
    let authentication = Ident::new(
        if container.unsigned.is_some() {
            "Unsigned"
        } else {
            "Signed"
        },
        Span::mixed_site(),
    );
    let check = message.computed.then(|| {
        let at = generated_at(first_span(id));
        quote_spanned! {at=>
            const _: () = ::core::assert!(
                <#ident as #krate::Message>::ID < 231,
                "message ids 231 to 255 are reserved: write a number from 0 to 230"
            );
        }
    });
    quote! {
        #[automatically_derived]
        #allow
        impl #krate::Message for #ident {
            const ID: ::core::primitive::u8 = #id;
            const NAME: &'static ::core::primitive::str = #name;
            const GLOBAL_TIME: ::core::primitive::bool = #global_time;
            type Authentication = #krate::#authentication;
        }
        #check
    }
}

/// Returns the `impl Identified` if there is an identifier, and the `impl Request` if there is a
/// response.
fn pair(ident: &Ident, container: &Container, fields: &Fields) -> Option<TokenStream> {
    let field = fields.identifier()?;
    let krate = crate_path(container.krate.as_ref(), ident.span());
    let allow = container.allow_deprecated();
    let (member, ty) = (&field.member, &field.ty);
    let number = local("number");
    let request = container.response.as_ref().map(|response| {
        let at = generated_at(first_span(&response.to_token_stream()));
        let check = quote_spanned! {at=>
            const _: () = ::core::assert!(
                <#ident as #krate::Message>::ID != <#response as #krate::Message>::ID,
                "a request and its response need different ids: change one of them"
            );
        };
        quote! {
            #[automatically_derived]
            #allow
            impl #krate::Request for #ident {
                type Response = #response;
            }
            #check
        }
    });
    Some(quote! {
        #[automatically_derived]
        #allow
        impl #krate::wire::Identified for #ident {
            type Identifier = #ty;
            fn identifier(&self) -> #ty {
                self.#member
            }
            fn set_identifier(&mut self, #number: #ty) {
                self.#member = #number;
            }
        }
        #request
    })
}

/// Like [`pair`], but for a payload with mistakes: the types are correct, the methods are stubs.
fn stub_pair(ident: &Ident, container: &Container, fields: Option<&Fields>) -> Option<TokenStream> {
    let krate = crate_path(container.krate.as_ref(), ident.span());
    let allow = container.allow_deprecated();
    let marked = fields
        .and_then(Fields::identifier)
        .map(|field| field.ty.clone());
    let response = container.response.as_ref();
    let of_response =
        response.map(|response| quote!(<#response as #krate::wire::Identified>::Identifier));
    let ty = of_response.or(marked)?;
    let request = response.map(|response| {
        quote! {
            #[automatically_derived]
            #allow
            impl #krate::Request for #ident {
                type Response = #response;
            }
        }
    });
    Some(quote! {
        #[automatically_derived]
        #allow
        impl #krate::wire::Identified for #ident {
            type Identifier = #ty;
            fn identifier(&self) -> Self::Identifier {
                ::core::unreachable!()
            }
            fn set_identifier(&mut self, _: Self::Identifier) {
                ::core::unreachable!()
            }
        }
        #request
    })
}

// <String as ::ipv8_core::wire::Field>::pack(&self.text, writer)?;
fn pack(field: &Field, krate: &TokenStream) -> TokenStream {
    let (member, codec, writer) = (&field.member, codec(field, krate), local("writer"));
    quote!(#codec::pack(&self.#member, #writer)?;)
}

// Self { text: <String as ::ipv8_core::wire::Field>::unpack(reader)? }
fn unpack(fields: &Fields, krate: &TokenStream) -> TokenStream {
    let reader = local("reader");
    let values = fields.list.iter().map(|field| {
        let codec = codec(field, krate);
        quote!(#codec::unpack(#reader)?)
    });
    let members = fields.list.iter().map(|field| &field.member);
    match fields.style {
        Style::Named => quote!(Self { #(#members: #values),* }),
        Style::Tuple => quote!(Self(#(#values),*)),
        Style::Unit => quote!(Self),
    }
}

// <String as ::ipv8_core::wire::Field>
// <::ipv8_core::wire::formats::VarlenI as ::ipv8_core::wire::Format<Vec<u8>>>
fn codec(field: &Field, krate: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    match &field.format {
        None => quote!(<#ty as #krate::wire::Field>),
        Some(format) => {
            let at = generated_at(format.literal.span());
            let (marker, place) = (Ident::new(format.marker, at), moved_to(at, krate.clone()));
            quote_spanned!(at=> <#place::wire::formats::#marker as #krate::wire::Format<#ty>>)
        }
    }
}
