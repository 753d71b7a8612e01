//! Writes the `impl Options` of a checked struct.

use super::model::{Container, Field};
use crate::tokens::{crate_path, generated_at, local};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, GenericArgument, LitStr, PathArguments, Type};

/// Returns the `impl Options`.
pub(super) fn options(input: &DeriveInput, container: &Container, fields: &[Field]) -> TokenStream {
    let ident = &input.ident;
    let krate = crate_path(container.krate.as_ref(), ident.span());
    let options = quote!(#krate::__private::options);
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let (name, value) = (local("name"), local("value"));
    let types = fields.iter().map(|field| option_type(field, &options));
    let read = fields.iter().map(|field| {
        let (at, key, ident, this) = (field.at(), field.name(), &field.ident, this());
        quote_spanned!(at=> (#key, #options::to_read(&#this.#ident)))
    });
    let set = fields.iter().map(|field| set(field, &options));
    let out_of_range = out_of_range(fields, &options);
    let missing = missing(fields, &krate);
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Options for #ident #type_generics #where_clause {
            fn option_types(&self) -> ::std::vec::Vec<#options::OptionType> {
                #options::types(&[#(#types),*])
            }
            fn option(&self, #name: &::core::primitive::str) -> ::core::result::Result<#options::Value, #options::OptionError> {
                #options::read(#name, &[#(#read),*])
            }
            fn set_option(&mut self, #name: &::core::primitive::str, #value: &#options::Value) -> ::core::result::Result<(), #options::OptionError> {
                #options::write(#name, #value, &mut [#(#set),*])
            }
            #out_of_range
            #missing
        }
    }
}

// ("timeout", "The doc comment.", described::<f64>)
// ("hops", "The doc comment.", |name, doc| described_within::<u8, u8>(name, doc, &(0..=3)))
fn option_type(field: &Field, options: &TokenStream) -> TokenStream {
    let (at, key, ty, text) = (field.at(), field.name(), &field.ty, field.doc());
    let describe = match field.range() {
        None => quote_spanned!(at=> #options::described::<#ty>),
        Some((range, _)) => {
            let (number, name, doc) = (field.number(), local("name"), local("doc"));
            quote_spanned! {at=>
                |#name, #doc| #options::described_within::<#ty, #number>(#name, #doc, #range)
            }
        }
    };
    quote!((#key, #text, #describe))
}

// ("timeout", to_set(&mut self.timeout))
// ("hops", &mut to_set_within(&(0..=3), |field| Some(field), &mut self.hops))
fn set(field: &Field, options: &TokenStream) -> TokenStream {
    let (at, this) = (field.at(), this());
    let (key, ident) = (field.name(), &field.ident);
    match field.range() {
        None => quote_spanned!(at=> (#key, #options::to_set(&mut #this.#ident))),
        Some((range, inside)) => quote_spanned! {at=>
            (#key, &mut #options::to_set_within(#range, #inside, &mut #this.#ident))
        },
    }
}

// [check("hops", &(0..=3), |field| Some(field), &self.hops)].into_iter().flatten().collect()
fn out_of_range(fields: &[Field], options: &TokenStream) -> Option<TokenStream> {
    let checks = fields.iter().filter_map(|field| {
        let (at, key, ident, this) = (field.at(), field.name(), &field.ident, this());
        let (range, inside) = field.range()?;
        Some(quote_spanned!(at=> #options::check(#key, #range, #inside, &#this.#ident)))
    });
    let checks: Vec<_> = checks.collect();
    (!checks.is_empty()).then(|| {
        quote! {
            fn out_of_range(&self) -> ::std::vec::Vec<#options::OptionError> {
                ::core::iter::Iterator::collect(::core::iter::Iterator::flatten(
                    ::core::iter::IntoIterator::into_iter([#(#checks),*])
                ))
            }
        }
    })
}

// [("directory", self.directory.is_set())]
fn missing(fields: &[Field], krate: &TokenStream) -> Option<TokenStream> {
    let required = fields
        .iter()
        .filter(|field| wrapped(&field.ty, "Required").is_some());
    let checks = required.map(|field| {
        let (at, key, ident, this) = (field.at(), field.name(), &field.ident, this());
        quote_spanned!(at=> (#key, #krate::Required::is_set(&#this.#ident)))
    });
    let checks: Vec<_> = checks.collect();
    (!checks.is_empty()).then(|| {
        quote! {
            fn missing(&self) -> ::std::vec::Vec<&'static ::core::primitive::str> {
                #krate::__private::options::unset(&[#(#checks),*])
            }
        }
    })
}

impl Field {
    fn name(&self) -> LitStr {
        LitStr::new(&self.ident.unraw().to_string(), self.ident.span())
    }

    fn doc(&self) -> LitStr {
        LitStr::new(&self.doc, self.ident.span())
    }

    /// Returns the range as a reference, and a closure that maps the field to the number inside it.
    fn range(&self) -> Option<(TokenStream, TokenStream)> {
        let range = self.range.as_ref()?;
        let place = generated_at(range.span());
        let field = local("field");
        let inside = if wrapped(&self.ty, "Option").is_some() {
            quote!(::core::option::Option::as_ref(#field))
        } else if wrapped(&self.ty, "Required").is_some() {
            quote!(#field.get())
        } else {
            quote!(::core::option::Option::Some(#field))
        };
        Some((quote_spanned!(place=> &(#range)), quote!(|#field| #inside)))
    }

    /// Returns the type of the number that the range limits.
    fn number(&self) -> &Type {
        let inner = wrapped(&self.ty, "Option").or_else(|| wrapped(&self.ty, "Required"));
        inner.unwrap_or(&self.ty)
    }

    /// Returns the place of the errors about a type that serde cannot read.
    fn at(&self) -> Span {
        generated_at(self.ty.span())
    }
}

/// Returns the `T` of a `wrapper<T>`.
fn wrapped<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if last.ident == wrapper => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(inner) => Some(inner),
                _ => None,
            })
        }
        _ => None,
    }
}

/// Returns the `self` of the generated methods, whatever the span of the tokens around it.
fn this() -> TokenStream {
    quote!(self)
}
