//! Writes the `impl`s of a checked payload.

use super::model::{Container, Fields, Message};
use super::{codec, generics};
use crate::tokens::{crate_path, first_span, generated_at, local, moved_to};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{DeriveInput, Generics, LitStr};

/// The struct, for the headers of the `impl`s.
struct Target<'a> {
    ident: &'a Ident,
    container: &'a Container,
    krate: TokenStream,
    generics: Generics,
}

impl<'a> Target<'a> {
    fn new(input: &'a DeriveInput, container: &'a Container) -> Self {
        Self {
            ident: &input.ident,
            container,
            krate: crate_path(container.krate.as_ref(), input.ident.span()),
            generics: input.generics.clone(),
        }
    }

    /// Returns `#[automatically_derived] impl<T> path for Ident<T> where T: … { body }`.
    fn implement(&self, path: &TokenStream, body: &TokenStream) -> TokenStream {
        let (ident, krate) = (self.ident, &self.krate);
        let allow = self.container.allow_deprecated();
        let (parameters, arguments, bounds) = self.generics.split_for_impl();
        quote! {
            #[automatically_derived]
            #allow
            impl #parameters #krate::#path for #ident #arguments #bounds {
                #body
            }
        }
    }
}

/// Returns the `impl Payload`, and the `impl Message` if there is an id.
pub(crate) fn payload(
    input: &DeriveInput,
    container: &Container,
    fields: &Fields,
    message: Option<&Message>,
) -> TokenStream {
    let mut target = Target::new(input, container);
    target.generics = generics::of_payload(&input.generics, fields, &target.krate);
    let implementation = implement_payload(&target, fields);
    let message = message.map(|message| {
        target.generics = generics::of_message(&target.generics, &target.krate);
        let implementation = self::message(&target, message);
        let pair = pair(&target, fields);
        quote!(#implementation #pair)
    });
    quote!(#implementation #message)
}

fn implement_payload(target: &Target<'_>, fields: &Fields) -> TokenStream {
    let krate = &target.krate;
    let (pack, unpack) = (codec::pack(fields, krate), codec::unpack(fields, krate));
    let (writer, reader) = match fields.list.is_empty() {
        true => (quote!(_), quote!(_)),
        false => (local("writer"), local("reader")),
    };
    let last = fields.list.last();
    let rest = last.and_then(|last| codec::takes_rest(last, krate));
    let rest = rest.map(|rest| quote!(const TAKES_REST: #krate::__private::bool = #rest;));
    let checks = codec::checks(fields, krate);
    let is_generic = generics::is_generic(&target.generics);
    // The value of a generic constant is known only where the payload is read.
    let inner_checks = is_generic.then(|| quote!(#(const { #checks };)*));
    let outer_checks =
        (!is_generic && !checks.is_empty()).then(|| quote!(const _: () = { #(#checks;)* };));
    let body = quote! {
        #rest
        fn pack(
            &self,
            #writer: &mut #krate::wire::Writer,
        ) -> #krate::__private::Result<(), #krate::wire::PackError> {
            #pack
            #krate::__private::Ok(())
        }
        fn unpack(
            #reader: &mut #krate::wire::Reader<'_>,
        ) -> #krate::__private::Result<Self, #krate::wire::UnpackError> {
            #inner_checks
            #krate::__private::Ok(#unpack)
        }
    };
    let implementation = target.implement(&quote!(Payload), &body);
    quote!(#implementation #outer_checks)
}

/// Returns stubs for a payload with mistakes, so that code that names the payload has no further
/// errors. `is_message` adds those of a message.
pub(crate) fn stub(
    input: &DeriveInput,
    container: &Container,
    fields: Option<&Fields>,
    is_message: bool,
) -> TokenStream {
    let mut target = Target::new(input, container);
    let krate = target.krate.clone();
    let unreachable = quote!(#krate::__private::unreachable!());
    let payload = target.implement(
        &quote!(Payload),
        &quote! {
            fn pack(
                &self,
                _: &mut #krate::wire::Writer,
            ) -> #krate::__private::Result<(), #krate::wire::PackError> {
                #unreachable
            }
            fn unpack(
                _: &mut #krate::wire::Reader<'_>,
            ) -> #krate::__private::Result<Self, #krate::wire::UnpackError> {
                #unreachable
            }
        },
    );
    // Keeps the stubs out of rustc's "the following other types implement": they are never the fix.
    // (The other `impl`s cannot say so: without a prelude, `diagnostic` has no meaning.)
    let not_listed = quote!(#[diagnostic::do_not_recommend]);
    let payload = quote!(#not_listed #payload);
    if !is_message || input.generics.lifetimes().next().is_some() {
        return payload;
    }
    target.generics = generics::of_message(&target.generics, &krate);
    let message = Message {
        id: quote!(0),
        computed: false,
    };
    let message = self::message(&target, &message);
    let pair = stub_pair(&target, fields);
    quote!(#payload #not_listed #message #pair)
}

fn message(target: &Target<'_>, message: &Message) -> TokenStream {
    let Target {
        ident,
        container,
        krate,
        ..
    } = target;
    let name = LitStr::new(&ident.unraw().to_string(), ident.span());
    let global_time = container.global_time.is_some();
    let authentication = match container.unsigned {
        Some(_) => "Unsigned",
        None => "Signed",
    };
    let authentication = Ident::new(authentication, Span::mixed_site());
    let reserved = container
        .reserved_id
        .map(|_| quote!(const RESERVED_ID: #krate::__private::bool = true;));
    let id = id(target, message);
    target
        .implement(
            &quote!(Message),
            &quote! {
                const ID: #krate::__private::u8 = #id;
                const NAME: &'static #krate::__private::str = #name;
                const GLOBAL_TIME: #krate::__private::bool = #global_time;
                #reserved
                type Authentication = #krate::#authentication;
            },
        )
        .into_iter()
        .chain(check_of_id(target, message))
        .collect()
}

/// Returns the id. The id of a generic message is checked where it is used.
fn id(target: &Target<'_>, message: &Message) -> TokenStream {
    let (id, krate) = (&message.id, &target.krate);
    match message.computed && generics::is_generic(&target.generics) {
        false => id.clone(),
        true => {
            let (value, check) = (local("id"), id_check(target, message, &local("id")));
            quote!({ let #value: #krate::__private::u8 = #id; #check; #value })
        }
    }
}

/// Returns a check of an id that is not a literal.
fn check_of_id(target: &Target<'_>, message: &Message) -> TokenStream {
    let (ident, krate) = (target.ident, &target.krate);
    if !message.computed || generics::is_generic(&target.generics) {
        return TokenStream::new();
    }
    let at = Span::mixed_site();
    let value = quote_spanned!(at=> <#ident as #krate::Message>::ID);
    let check = id_check(target, message, &value);
    quote_spanned!(at=> const _: () = #check;)
}

fn id_check(target: &Target<'_>, message: &Message, value: &TokenStream) -> TokenStream {
    let key = target.container.id_span;
    let (condition, text) = match target.container.reserved_id {
        None => (
            quote!(#value < 231),
            "message ids 231 to 255 are reserved: write a number from 0 to 230",
        ),
        Some(_) => (
            quote!(#value >= 231),
            "message ids 0 to 230 are not reserved: remove `reserved_id`",
        ),
    };
    assertion(target, (key, &message.id), &condition, text)
}

/// Returns `assert!(…)` about the value of a key, from the key to the value, for rustc's errors.
/// Only the parentheses are at the value: an editor would take other tokens there for definitions
/// of it.
fn assertion(
    target: &Target<'_>,
    (key, value): (Option<Span>, &TokenStream),
    condition: &TokenStream,
    text: &str,
) -> TokenStream {
    let value = generated_at(first_span(value));
    let at = generated_at(key.unwrap_or(value));
    let krate = moved_to(at, target.krate.clone());
    let text = LitStr::new(text, at);
    let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#condition, #text));
    arguments.set_span(value);
    quote_spanned!(at=> #krate::__private::assert! #arguments)
}

/// Returns the `impl Identified` if there is an identifier, and the `impl Request` if there is a
/// response.
fn pair(target: &Target<'_>, fields: &Fields) -> Option<TokenStream> {
    let field = fields.identifier()?;
    let (ident, krate) = (target.ident, &target.krate);
    let (member, ty) = (&field.member, &field.ty);
    let number = local("number");
    let request = target.container.response.as_ref().map(|response| {
        let check = (!generics::is_generic(&target.generics)).then(|| {
            let key = target.container.response_span;
            let check = assertion(
                target,
                (key, &response.to_token_stream()),
                &quote!(<#ident as #krate::Message>::ID != <#response as #krate::Message>::ID),
                "a request and its response need different ids: change one of them",
            );
            quote!(const _: () = #check;)
        });
        let request = target.implement(&quote!(Request), &quote!(type Response = #response;));
        quote!(#request #check)
    });
    let identified = target.implement(
        &quote!(wire::Identified),
        &quote! {
            type Identifier = #ty;
            fn identifier(&self) -> #ty {
                self.#member
            }
            fn set_identifier(&mut self, #number: #ty) {
                self.#member = #number;
            }
        },
    );
    Some(quote!(#identified #request))
}

/// Like [`pair`], but for a payload with mistakes: the types are correct, the methods are stubs.
fn stub_pair(target: &Target<'_>, fields: Option<&Fields>) -> Option<TokenStream> {
    let krate = &target.krate;
    let marked = fields
        .and_then(Fields::identifier)
        .map(|field| field.ty.to_token_stream());
    let response = target.container.response.as_ref();
    let of_response =
        response.map(|response| quote!(<#response as #krate::wire::Identified>::Identifier));
    let ty = of_response.or(marked)?;
    let request = response
        .map(|response| target.implement(&quote!(Request), &quote!(type Response = #response;)));
    let identified = target.implement(
        &quote!(wire::Identified),
        &quote! {
            type Identifier = #ty;
            fn identifier(&self) -> Self::Identifier {
                #krate::__private::unreachable!()
            }
            fn set_identifier(&mut self, _: Self::Identifier) {
                #krate::__private::unreachable!()
            }
        },
    );
    Some(quote!(#identified #request))
}
