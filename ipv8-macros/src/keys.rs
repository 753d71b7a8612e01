//! Reads the arguments of a derive's attribute: `#[payload(key = value, flag)]`.

use crate::arguments::{each_argument, parse_all};
use crate::problems::Problems;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Ident, Meta, Token};

/// A key and its place.
pub(crate) struct Key {
    pub(crate) ident: Ident,
    pub(crate) name: String,
}

impl Key {
    fn parse(input: ParseStream<'_>, example: &str) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!(
                "expected the name of an argument: write `{example}`"
            )));
        }
        let ident = input.call(Ident::parse_any)?;
        let name = ident.to_string();
        Ok(Self { ident, name })
    }
}

/// Calls `read` after every key of every attribute with this name. If it fails, continues after the
/// next comma.
pub(crate) fn each_key(
    (name, attributes): (&str, &[Attribute]),
    example: &str,
    problems: &mut Problems,
    mut read: impl FnMut(Key, ParseStream<'_>, &mut Problems) -> syn::Result<()>,
) {
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident(name))
    {
        let Meta::List(list) = &attribute.meta else {
            problems.over(
                &attribute.meta,
                format!("`#[{name}]` takes its arguments in parentheses: write `{example}`"),
            );
            continue;
        };
        let before = problems.len();
        let result = parse_all(
            &list.tokens,
            list.delimiter.span().close(),
            |input: ParseStream<'_>| {
                each_argument(input, problems, |input, problems| {
                    let key = Key::parse(input, example)?;
                    read(key, input, problems)
                });
                Ok(())
            },
        );
        problems.keep(result);
        problems.explain_ends(before, name);
    }
}

/// Stores the place of a key without a value.
pub(crate) fn flag(
    found: &mut Option<proc_macro2::Span>,
    key: &Key,
    input: ParseStream<'_>,
    problems: &mut Problems,
) -> syn::Result<()> {
    if input.peek(Token![=]) {
        return Err(input.error(format!(
            "`{0}` takes no value: write `{0}` alone, or remove it",
            key.name
        )));
    }
    keep(found, key.ident.span(), key, problems);
    Ok(())
}

/// Stores the value of a key. Reports the key if it has a value already.
pub(crate) fn keep<T>(found: &mut Option<T>, value: T, key: &Key, problems: &mut Problems) {
    match found {
        Some(_) => problems.at(
            key.ident.span(),
            format!("`{}` is given twice: remove this one", key.name),
        ),
        None => *found = Some(value),
    }
}
