//! One checked struct to its `impl Options`.

use super::{Container, Field};
use crate::launcher::expand::generated_at;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, LitStr};

/// `impl Options`.
pub(super) fn options(input: &DeriveInput, container: &Container, fields: &[Field]) -> TokenStream {
    let ident = &input.ident;
    let krate = match &container.krate {
        Some(path) => quote!(#path),
        None => crate::launcher::relay::default_crate(ident.span()),
    };
    let options = quote!(#krate::__private::options);
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let (name, value) = (local("name"), local("value"));
    let types = fields.iter().map(|field| option_type(field, &options));
    let read = fields.iter().map(|field| {
        let (at, key, ident, this) = (field.at(), field.name(), &field.ident, this());
        quote_spanned!(at=> #key => #options::to_value(#name, &#this.#ident),)
    });
    let set = fields.iter().map(|field| set(field, &options, &value));
    let unused = fields.is_empty().then(|| quote!(let _ = #value;));
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Options for #ident #type_generics #where_clause {
            fn option_types(&self) -> &'static [#options::OptionType] {
                &[#(#types),*]
            }
            fn option(&self, #name: &::core::primitive::str) -> ::core::result::Result<#options::Value, #options::OptionError> {
                match #name {
                    #(#read)*
                    _ => ::core::result::Result::Err(#options::unknown(self, #name)),
                }
            }
            fn set_option(&mut self, #name: &::core::primitive::str, #value: &#options::Value) -> ::core::result::Result<(), #options::OptionError> {
                #unused
                match #name {
                    #(#set)*
                    _ => ::core::result::Result::Err(#options::unknown(self, #name)),
                }
            }
        }
    }
}

// OptionType { name: "timeout", type_name: "f64", range: Some("0.0..") }
fn option_type(field: &Field, options: &TokenStream) -> TokenStream {
    let (name, type_name) = (field.name(), field.type_name());
    let range = match &field.range {
        Some(range) => {
            let range = text(range);
            quote!(::core::option::Option::Some(#range))
        }
        None => quote!(::core::option::Option::None),
    };
    quote!(#options::OptionType { name: #name, type_name: #type_name, range: #range })
}

// "timeout" => set(name, "f64", value, &mut self.timeout),
fn set(field: &Field, options: &TokenStream, value: &TokenStream) -> TokenStream {
    let (at, this) = (field.at(), this());
    let (key, type_name, ident, name) =
        (field.name(), field.type_name(), &field.ident, local("name"));
    match &field.range {
        None => quote_spanned! {at=>
            #key => #options::set(#name, #type_name, #value, &mut #this.#ident),
        },
        Some(range) => {
            let text = text(range);
            let (inside, place) = (local("inside"), generated_at(range.span()));
            let contains = quote_spanned!(place=> |#inside| (#range).contains(#inside));
            quote_spanned! {at=>
                #key => #options::set_within(#name, (#type_name, #text), #value, #contains, &mut #this.#ident),
            }
        }
    }
}

impl Field {
    fn name(&self) -> LitStr {
        LitStr::new(&self.ident.unraw().to_string(), self.ident.span())
    }

    fn type_name(&self) -> LitStr {
        LitStr::new(&text(&self.ty), self.ident.span())
    }

    /// Where rustc is to say that serde cannot read the type.
    fn at(&self) -> Span {
        generated_at(self.ty.span())
    }
}

fn local(name: &str) -> TokenStream {
    Ident::new(name, Span::mixed_site()).into_token_stream()
}

/// Tokens without the spaces that they need not have: `Option<Vec<u8>>`, `0.0..=1.0`.
fn text(tokens: impl ToTokens) -> String {
    let spaced: Vec<char> = tokens.to_token_stream().to_string().chars().collect();
    let is_word =
        |at: Option<&char>| at.is_some_and(|letter| letter.is_alphanumeric() || *letter == '_');
    let kept = spaced.iter().enumerate().filter(|(at, letter)| {
        let before = at.checked_sub(1).and_then(|before| spaced.get(before));
        **letter != ' ' || before == Some(&',') || (is_word(before) && is_word(spaced.get(at + 1)))
    });
    kept.map(|(_, letter)| letter).collect()
}

/// `self` as the methods' parameter, wherever it is put.
fn this() -> TokenStream {
    quote!(self)
}
