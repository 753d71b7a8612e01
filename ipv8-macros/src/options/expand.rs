//! Writes the `impl Options` of a checked struct.

use super::model::{Container, Field};
use crate::tokens::{crate_path, generated_at, has_parameter, local, moved_to, wrapped};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Generics, LitStr, Type, parse_quote};

/// Returns the `impl Options`.
pub(super) fn options(input: &DeriveInput, container: &Container, fields: &[Field]) -> TokenStream {
    let ident = &input.ident;
    let krate = crate_path(container.krate.as_ref(), ident.span());
    let options = quote!(#krate::__private::options);
    let generics = bounded(&input.generics, fields, &options);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let (name, value) = (local("name"), local("value"));
    let types = fields.iter().map(|field| option_type(field, &krate));
    let read = fields.iter().map(|field| {
        let (at, key, ident, this) = (field.at(), field.name(), &field.ident, this());
        quote_spanned!(at=> (#key, #options::to_read(&#this.#ident)))
    });
    let set = fields.iter().map(|field| set(field, &krate));
    let out_of_range = out_of_range(fields, &krate);
    let missing = missing(fields, &krate);
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Options for #ident #type_generics #where_clause {
            fn option_types(&self) -> #krate::__private::Vec<#options::OptionType> {
                #options::types(&[#(#types),*])
            }
            fn option(&self, #name: &#krate::__private::str) -> #krate::__private::Result<#options::Value, #options::OptionError> {
                #options::read(#name, &[#(#read),*])
            }
            fn set_option(&mut self, #name: &#krate::__private::str, #value: &#options::Value) -> #krate::__private::Result<(), #options::OptionError> {
                #options::write(#name, #value, &mut [#(#set),*])
            }
            #out_of_range
            #missing
        }
    }
}

/// Returns the generics with the bounds that serde needs for the fields whose type has a parameter.
fn bounded(generics: &Generics, fields: &[Field], options: &TokenStream) -> Generics {
    let mut bounded = generics.clone();
    for field in fields {
        let ty = &field.ty;
        if !has_parameter(generics, ty) {
            continue;
        }
        let predicates = &mut bounded.make_where_clause().predicates;
        predicates.push(parse_quote!(#ty: #options::Serialize + #options::DeserializeOwned));
        if field.range.is_some() {
            let number = field.number();
            predicates.push(parse_quote!(#number: #options::Display + #options::PartialOrd));
        }
    }
    bounded
}

// ("timeout", "The doc comment.", described::<f64>)
// ("hops", "The doc comment.", |name, doc| described_within::<u8, u8>(name, doc, &(0..=3)))
fn option_type(field: &Field, krate: &TokenStream) -> TokenStream {
    let options = quote!(#krate::__private::options);
    let (at, key, ty, text) = (field.at(), field.name(), &field.ty, field.doc());
    let describe = match field.range(krate) {
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
fn set(field: &Field, krate: &TokenStream) -> TokenStream {
    let options = quote!(#krate::__private::options);
    let (at, this) = (field.at(), this());
    let (key, ident) = (field.name(), &field.ident);
    match field.range(krate) {
        None => quote_spanned!(at=> (#key, #options::to_set(&mut #this.#ident))),
        Some((range, inside)) => quote_spanned! {at=>
            (#key, &mut #options::to_set_within(#range, #inside, &mut #this.#ident))
        },
    }
}

// [check("hops", &(0..=3), |field| Some(field), &self.hops)].into_iter().flatten().collect()
fn out_of_range(fields: &[Field], krate: &TokenStream) -> Option<TokenStream> {
    let options = quote!(#krate::__private::options);
    let checks = fields.iter().filter_map(|field| {
        let (at, key, ident, this) = (field.at(), field.name(), &field.ident, this());
        let (range, inside) = field.range(krate)?;
        Some(quote_spanned!(at=> #options::check(#key, #range, #inside, &#this.#ident)))
    });
    let checks: Vec<_> = checks.collect();
    (!checks.is_empty()).then(|| {
        quote! {
            fn out_of_range(&self) -> #krate::__private::Vec<#options::OptionError> {
                #krate::__private::Iterator::collect(#krate::__private::Iterator::flatten(
                    #krate::__private::IntoIterator::into_iter([#(#checks),*])
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
            fn missing(&self) -> #krate::__private::Vec<&'static #krate::__private::str> {
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
    fn range(&self, krate: &TokenStream) -> Option<(TokenStream, TokenStream)> {
        let range = self.range.as_ref()?;
        let krate = moved_to(Span::call_site(), krate.clone());
        let place = generated_at(range.span());
        let field = local("field");
        let inside = if wrapped(&self.ty, "Option").is_some() {
            quote!(#krate::__private::Option::as_ref(#field))
        } else if wrapped(&self.ty, "Required").is_some() {
            quote!(#field.get())
        } else {
            quote!(#krate::__private::Some(#field))
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

/// Returns the `self` of the generated methods, whatever the span of the tokens around it.
fn this() -> TokenStream {
    quote!(self)
}
