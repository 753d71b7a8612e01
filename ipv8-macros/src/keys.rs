//! The arguments of an attribute that belongs to a derive: `#[payload(key = value, flag)]`.

use crate::launcher::parse::{comma, skip_argument};
use crate::problems::Problems;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Ident, Meta, Token};

/// `key`, and where it stands.
pub(crate) struct Key {
    pub(crate) ident: Ident,
    pub(crate) name: String,
}

impl Key {
    pub(crate) fn new(ident: Ident) -> Self {
        let name = ident.to_string();
        Self { ident, name }
    }
}

/// Calls `read` behind every key of every attribute of that name, and goes on behind the next comma when it fails.
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
        let result = list.parse_args_with(|input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = one_key(input, example, problems, &mut read) {
                    problems.keep::<()>(Err(error));
                    skip_argument(input);
                }
                comma(input, problems);
            }
            Ok(())
        });
        problems.keep(result);
    }
}

fn one_key(
    input: ParseStream<'_>,
    example: &str,
    problems: &mut Problems,
    read: &mut impl FnMut(Key, ParseStream<'_>, &mut Problems) -> syn::Result<()>,
) -> syn::Result<()> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error(format!(
            "expected the name of an argument: write `{example}`"
        )));
    }
    let key = Key::new(input.call(Ident::parse_any)?);
    read(key, input, problems)
}

pub(crate) fn flag(
    found: &mut Option<proc_macro2::Span>,
    key: &Key,
    input: ParseStream<'_>,
    problems: &mut Problems,
) -> syn::Result<()> {
    if input.peek(Token![=]) {
        return Err(input.error(format!(
            "`{0}` takes no value: write `{0}` alone, or leave it out",
            key.name
        )));
    }
    keep(found, key.ident.span(), key, problems);
    Ok(())
}

pub(crate) fn keep<T>(found: &mut Option<T>, value: T, key: &Key, problems: &mut Problems) {
    match found {
        Some(_) => problems.at(
            key.ident.span(),
            format!("`{}` is given twice: remove this one", key.name),
        ),
        None => *found = Some(value),
    }
}
