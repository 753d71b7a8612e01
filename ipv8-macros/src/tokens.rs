//! Builds tokens with the right spans, and shows tokens in messages.
//!
//! Generated tokens carry the place of the user's attribute, so that rustc's errors point there,
//! but the user's expressions cannot see the variables among them.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{GenericArgument, Generics, Path, PathArguments, Type};

/// Returns a span for generated tokens at a place in the user's code: paths resolve like the
/// user's, local variables stay ours.
pub(crate) fn generated_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// Moves tokens to another place. They keep their meaning.
pub(crate) fn moved_to(at: Span, tokens: TokenStream) -> TokenStream {
    let moved = tokens.into_iter().map(|mut token| {
        token.set_span(at.resolved_at(token.span()));
        token
    });
    moved.collect()
}

/// Moves the names among tokens to another place, and leaves the others where they are. They keep
/// their meaning.
pub(crate) fn names_moved_to(at: Span, tokens: TokenStream) -> TokenStream {
    let moved = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(mut name) => {
            name.set_span(at.resolved_at(name.span()));
            name.into()
        }
        TokenTree::Group(group) => {
            let inside = names_moved_to(at, group.stream());
            let mut moved = Group::new(group.delimiter(), inside);
            moved.set_span(group.span());
            moved.into()
        }
        token => token,
    });
    moved.collect()
}

/// Returns `::ipv8_core`, at a place in the user's code.
pub(crate) fn default_crate(span: Span) -> TokenStream {
    let span = generated_at(span);
    quote_spanned!(span=> ::ipv8_core)
}

/// Returns the path of `ipv8_core`: the one in `crate = path`, or the default.
pub(crate) fn crate_path(path: Option<&Path>, span: Span) -> TokenStream {
    path.map_or_else(|| default_crate(span), |path| quote!(#path))
}

/// Returns a local variable of the generated code.
pub(crate) fn local(name: &str) -> TokenStream {
    Ident::new(name, Span::mixed_site()).into_token_stream()
}

/// Returns the place of the first token, of a group that of its opening delimiter: an editor takes
/// generated names at the place of a whole block for definitions of everything in it.
pub(crate) fn first_span(tokens: &TokenStream) -> Span {
    match tokens.clone().into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::None => group.span_open(),
        Some(token) => token.span(),
        None => Span::call_site(),
    }
}

/// Returns tokens as a reader would write them, well enough for a message.
pub(crate) fn compact(tokens: impl ToTokens) -> String {
    let spaced = tokens.to_token_stream().to_string();
    let dense = spaced
        .replace(" :: ", "::")
        .replace(":: ", "::")
        .replace("- ", "-")
        .replace("! ", "!");
    // The path of a trait's function.
    match dense.strip_prefix("< ") {
        Some(rest) => format!("<{}", rest.replacen(" >", ">", 1)),
        None => dense,
    }
}

/// Returns `true` for a name like `RandomWalk`, which types have and fields do not.
pub(crate) fn is_type_name(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}

/// Returns the place of the first identifier with this name, at any depth.
pub(crate) fn find_ident(name: &str, tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == name => Some(ident.span()),
        TokenTree::Group(group) => find_ident(name, group.stream()),
        _ => None,
    })
}

/// Returns the `T` of a `wrapper<T>`.
pub(crate) fn wrapped<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
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

/// Returns `true` if one of the type parameters is in the type.
pub(crate) fn has_parameter(generics: &Generics, ty: &Type) -> bool {
    let tokens = ty.to_token_stream();
    let mut names = generics.type_params().map(|one| one.ident.to_string());
    names.any(|name| find_ident(&name, tokens.clone()).is_some())
}
