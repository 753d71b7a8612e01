//! The first half of every launcher attribute: hand the arguments on.
//!
//! An attribute macro sees only what stands below it. So none of them generates anything: each moves its arguments
//! into one more attribute, the finaliser, which is kept last in the list and therefore runs when all the others have.
//! It sees all of them in the order written, whatever they were called.

use crate::launcher::model::Kind;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

/// Opens the finaliser's arguments. It is how a relay knows the finaliser again: the path before it may be any.
const MARKER: &str = "ipv8_launcher";

/// Moves the arguments of one attribute to the finaliser, and leaves the item as it is.
///
/// `span` is the whole attribute: mistakes that have no token of their own are shown there.
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

/// `::ipv8_core`, found wherever the attribute stands.
pub(crate) fn default_crate(span: Span) -> TokenStream {
    let span = Span::mixed_site().located_at(span);
    quote_spanned!(span=> ::ipv8_core)
}

/// Takes the marker off the finaliser's arguments.
pub(crate) fn strip_marker(args: TokenStream) -> Option<TokenStream> {
    let mut tokens = args.into_iter();
    let at = tokens.next()?;
    let marker = tokens.next()?;
    (is_punct(&at, '@') && is_ident(&marker, MARKER)).then(|| tokens.collect())
}

/// Puts one more fragment into the finaliser, and another path before it when the fragment names one.
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

/// Carries the place of the crate's path, since that is wrong when the finaliser is not found.
fn finaliser_path(krate: TokenStream) -> TokenStream {
    let place = krate
        .clone()
        .into_iter()
        .last()
        .map_or_else(Span::call_site, |token| token.span());
    let at = Span::mixed_site().located_at(place);
    quote_spanned!(at=> #krate::finish_launcher)
}

fn finaliser(path: TokenStream, args: TokenStream) -> TokenStream {
    quote!(#[#path(#args)])
}

/// The path and the arguments of an attribute, if it is the finaliser.
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

/// Splits the leading `#[…]` from the rest. The rest is not looked at, so that half-typed code survives.
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

/// The path of a `crate = path` among the arguments. Whether it is a good one is for the finaliser to say.
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

/// The fragments inside the finaliser's arguments: `overlay(…) walk_strategy(…)`.
pub(crate) fn fragments(args: TokenStream) -> Vec<crate::launcher::model::Fragment> {
    let mut fragments = Vec::new();
    let mut tokens = strip_marker(args).unwrap_or_default().into_iter();
    while let (Some(TokenTree::Ident(ident)), Some(TokenTree::Group(args))) =
        (tokens.next(), tokens.next())
    {
        if let Some(kind) = Kind::from_name(&ident.to_string()) {
            let args = Group::stream(&args);
            fragments.push(crate::launcher::model::Fragment {
                kind,
                span: ident.span(),
                args,
            });
        }
    }
    fragments
}
