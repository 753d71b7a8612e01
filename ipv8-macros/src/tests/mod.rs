//! Tests of the entry points on tokens, without a compiler.

#![allow(clippy::unwrap_used)]

mod mistakes;
mod order;
mod snapshots;

use crate::launcher::{Kind, finish, relay, split_attributes};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use std::collections::VecDeque;

/// Expands a stack like rustc: runs the first macro in the list on the tokens below it, until no
/// macro is left.
///
/// Other attributes stay where they are. `strat` is an alias of `walk_strategy`.
fn expand(item: TokenStream) -> TokenStream {
    let (attributes, rest) = split_attributes(item);
    let mut below: VecDeque<TokenStream> = attributes.into();
    let mut kept: Vec<TokenStream> = Vec::new();
    while let Some(attribute) = below.pop_front() {
        let (path, args) = parts(&attribute);
        let item: TokenStream = kept
            .iter()
            .chain(&below)
            .cloned()
            .chain([rest.clone()])
            .collect();
        match path.as_str() {
            "finish_launcher" => return finish(args, item),
            "strat" => below = relayed(Kind::WalkStrategy, args, item, kept.len()),
            name => match Kind::from_name(name) {
                Some(kind) => below = relayed(kind, args, item, kept.len()),
                None => kept.push(attribute),
            },
        }
    }
    kept.into_iter().chain([rest]).collect()
}

fn relayed(kind: Kind, args: TokenStream, item: TokenStream, kept: usize) -> VecDeque<TokenStream> {
    let output = relay(kind, Span::call_site(), args, item);
    split_attributes(output).0.into_iter().skip(kept).collect()
}

/// Returns the last name of an attribute's path, and its arguments.
fn parts(attribute: &TokenStream) -> (String, TokenStream) {
    let Some(TokenTree::Group(body)) = attribute.clone().into_iter().nth(1) else {
        panic!("not an attribute: {attribute}");
    };
    let mut path = String::new();
    for token in body.stream() {
        match token {
            TokenTree::Group(args) => return (path, args.stream()),
            TokenTree::Ident(ident) => path = ident.to_string(),
            _ => {}
        }
    }
    (path, quote!())
}

fn tokens(text: &str) -> TokenStream {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn pretty(tokens: TokenStream) -> String {
    let text = tokens.to_string();
    match syn::parse2(tokens) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => panic!("{error}: {text}"),
    }
}

/// Returns the messages of all `compile_error!`s in an expansion.
fn messages(tokens: TokenStream) -> Vec<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_error = |window: &[TokenTree]| matches!(window.first(), Some(TokenTree::Ident(name)) if name == "compile_error");
    let text = |window: &[TokenTree]| match window.get(2) {
        Some(TokenTree::Group(group)) => syn::parse2::<syn::LitStr>(group.stream())
            .ok()
            .map(|text| text.value()),
        _ => None,
    };
    tokens
        .windows(3)
        .filter(|window| is_error(window))
        .filter_map(text)
        .collect()
}
