//! Reads the head of the annotated item. Its body is not read.

use super::lints;
use super::model::{Item, ItemName};
use super::relay::split_attributes;
use crate::problems::Problems;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Returns the item's name, and whether it can be a launcher.
pub(crate) fn head(tokens: TokenStream, problems: &mut Problems) -> Item {
    let (attributes, rest) = split_attributes(tokens);
    let mut tokens = rest.into_iter().skip_while(is_visibility).peekable();
    let Some(keyword) = tokens.next() else {
        return Item::Unusable;
    };
    let is_struct = matches!(&keyword, TokenTree::Ident(ident) if ident == "struct");
    let is_type = is_struct
        || matches!(&keyword, TokenTree::Ident(ident) if ident == "enum" || ident == "union");
    if !is_struct {
        problems.at(
            keyword.span(),
            "a launcher is a struct: write `struct MyLauncher;` and put the attributes on it",
        );
    }
    let ident = match tokens.next() {
        Some(TokenTree::Ident(ident)) if is_type => ident,
        _ => return Item::Unusable,
    };
    if matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '<') {
        let message = "a launcher cannot be generic: it is registered once, for one type";
        problems.over(angle_brackets(tokens), message);
        return Item::Unusable;
    }
    let end = tokens.peek().map_or(ident.span(), |token| match token {
        TokenTree::Group(group) => group.span_close(),
        token => token.span(),
    });
    let name = ItemName { ident, end };
    match is_struct {
        true => Item::Struct {
            name,
            unit: is_unit(tokens.peek()),
            lints: lints::of(&attributes),
        },
        false => Item::Refused { name },
    }
}

// pub
// pub(crate)
fn is_visibility(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(ident) => ident == "pub",
        TokenTree::Group(group) => {
            // A macro's `$vis` without a visibility leaves an empty group.
            let empty = group.stream().is_empty() && group.delimiter() == Delimiter::None;
            empty
                || group.delimiter() == Delimiter::Parenthesis
                || group
                    .stream()
                    .into_iter()
                    .all(|token| is_visibility(&token))
        }
        _ => false,
    }
}

fn is_unit(after_name: Option<&TokenTree>) -> bool {
    matches!(after_name, Some(TokenTree::Punct(punct)) if punct.as_char() == ';')
}

/// Returns the tokens of `<…>`.
fn angle_brackets(tokens: impl Iterator<Item = TokenTree>) -> TokenStream {
    let mut depth = 0_usize;
    let mut previous_dash = false;
    let mut found = TokenStream::new();
    for token in tokens {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' if !previous_dash => depth = depth.saturating_sub(1),
                _ => {}
            }
            previous_dash = punct.as_char() == '-';
        }
        found.extend([token]);
        if depth == 0 {
            break;
        }
    }
    found
}
