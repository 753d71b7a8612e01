//! The first half of every launcher attribute: passes its arguments on.
//!
//! An attribute macro sees only the tokens below it, so none of them generates code. Each moves its
//! arguments into one more attribute, the *finaliser*. It stays last in the list and therefore runs
//! after all others. It sees their arguments in the order written, whatever they were called.

use super::model::{Fragment, Kind};
use crate::tokens::{default_crate, generated_at};
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

/// The first token in the finaliser's arguments. A relay recognises the finaliser by it, because
/// the path of the attribute can be any.
const MARKER: &str = "ipv8_launcher";

/// Moves the arguments of one attribute to the finaliser and keeps the item.
///
/// `span` is the whole attribute: the place of mistakes that have no token of their own.
pub(crate) fn relay(kind: Kind, span: Span, args: TokenStream, item: TokenStream) -> TokenStream {
    let path = crate_path(&args).map(finaliser_path);
    let kind = Ident::new(kind.name(), span);
    let fragment = quote!(#kind(#args));
    let (mut attributes, rest) = split_attributes(item);
    let finaliser = match attributes
        .iter()
        .position(|attribute| finaliser_parts(attribute).is_some())
    {
        Some(index) => extend(attributes.remove(index), path, fragment),
        None => {
            let path = path.unwrap_or_else(|| finaliser_path(default_crate(span)));
            finaliser(path, quote!(@ipv8_launcher #fragment))
        }
    };
    attributes.push(finaliser);
    attributes.into_iter().chain([rest]).collect()
}

/// Returns the finaliser's arguments without the marker.
fn strip_marker(args: TokenStream) -> Option<TokenStream> {
    let mut tokens = args.into_iter();
    let at = tokens.next()?;
    let marker = tokens.next()?;
    (is_punct(&at, '@') && is_ident(&marker, MARKER)).then(|| tokens.collect())
}

/// Adds a fragment to the finaliser. Changes the finaliser's path if the fragment names a crate.
fn extend(
    attribute: TokenStream,
    new_path: Option<TokenStream>,
    fragment: TokenStream,
) -> TokenStream {
    let Some((mut path, mut args)) = finaliser_parts(&attribute) else {
        return attribute;
    };
    args.extend(fragment);
    if let Some(new_path) = new_path {
        path = new_path;
    }
    finaliser(path, args)
}

/// Returns the path of the finaliser, at the place of the crate's path: if rustc cannot find the
/// finaliser, that path is wrong.
fn finaliser_path(krate: TokenStream) -> TokenStream {
    let place = krate
        .clone()
        .into_iter()
        .last()
        .map_or_else(Span::call_site, |token| token.span());
    let at = generated_at(place);
    quote_spanned!(at=> #krate::finish_launcher)
}

fn finaliser(path: TokenStream, args: TokenStream) -> TokenStream {
    quote!(#[#path(#args)])
}

/// Returns the path and the arguments of an attribute, if it is the finaliser.
fn finaliser_parts(attribute: &TokenStream) -> Option<(TokenStream, TokenStream)> {
    let Some(TokenTree::Group(body)) = attribute.clone().into_iter().nth(1) else {
        return None;
    };
    let mut path: Vec<TokenTree> = body.stream().into_iter().collect();
    let Some(TokenTree::Group(args)) = path.pop() else {
        return None;
    };
    strip_marker(args.stream())?;
    Some((path.into_iter().collect(), args.stream()))
}

/// Splits the leading `#[…]` from the rest. The rest is not parsed, so that incomplete code
/// survives.
pub(crate) fn split_attributes(item: TokenStream) -> (Vec<TokenStream>, TokenStream) {
    let mut tokens = item.into_iter().peekable();
    let mut attributes = Vec::new();
    let mut rest = TokenStream::new();
    while let Some(pound) = tokens.next_if(|token| is_punct(token, '#')) {
        match tokens.next_if(is_attribute_body) {
            Some(body) => attributes.push([pound, body].into_iter().collect()),
            None => {
                rest.extend([pound]);
                break;
            }
        }
    }
    rest.extend(tokens);
    (attributes, rest)
}

fn is_attribute_body(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
}

/// Returns the path of a `crate = path` among the arguments. The finaliser checks it.
fn crate_path(args: &TokenStream) -> Option<TokenStream> {
    let tokens: Vec<TokenTree> = args.clone().into_iter().collect();
    let is_key = |pair: &[TokenTree]| matches!(pair, [key, equals] if is_ident(key, "crate") && is_punct(equals, '='));
    let start = tokens.windows(2).position(is_key)? + 2;
    let path: TokenStream = tokens
        .into_iter()
        .skip(start)
        .take_while(|token| !is_punct(token, ','))
        .collect();
    let path = syn::parse::Parser::parse2(syn::Path::parse_mod_style, path).ok()?;
    Some(path.into_token_stream())
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

fn is_ident(token: &TokenTree, wanted: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == wanted)
}

/// Returns the fragments in the finaliser's arguments: `overlay(…) walk_strategy(…)`.
pub(crate) fn fragments(args: TokenStream) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    let mut tokens = strip_marker(args).unwrap_or_default().into_iter();
    while let (Some(TokenTree::Ident(ident)), Some(TokenTree::Group(args))) =
        (tokens.next(), tokens.next())
    {
        if let Some(kind) = Kind::from_name(&ident.to_string()) {
            fragments.push(Fragment {
                kind,
                span: ident.span(),
                args: args.stream(),
            });
        }
    }
    fragments
}
