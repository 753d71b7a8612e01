//! `#[payload(…)]` on a struct and on its fields.

use super::formats;
use super::model::{Container, Format, Key};
use crate::parse::{comma, equals, path, skip_argument, string};
use crate::problems::{Problems, nearest};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Expr, Ident, Meta, Token};

const CONTAINER_KEYS: [&str; 4] = ["id", "unsigned", "global_time", "crate"];
const FIELD_KEYS: [&str; 1] = ["format"];

// #[payload(id = 1)]
// #[payload(id = Self::HELLO, unsigned, global_time, crate = my_ipv8)]
pub(crate) fn container(attributes: &[Attribute], problems: &mut Problems) -> Container {
    let mut container = Container::default();
    each_key(
        attributes,
        "#[payload(id = 1)]",
        problems,
        |key, input, problems| match key.name.as_str() {
            "id" => {
                equals(input, &key.ident)?;
                keep(&mut container.id, input.parse::<Expr>()?, &key, problems);
                Ok(())
            }
            "unsigned" => flag(&mut container.unsigned, &key, input, problems),
            "global_time" => flag(&mut container.global_time, &key, input, problems),
            "crate" => {
                equals(input, &key.ident)?;
                keep(&mut container.krate, path(input)?, &key, problems);
                Ok(())
            }
            _ => Err(syn::Error::new(
                key.ident.span(),
                unknown_on_struct(&key.name),
            )),
        },
    );
    container
}

// #[payload(format = "varlenI")]
pub(crate) fn field(attributes: &[Attribute], problems: &mut Problems) -> Option<Format> {
    let mut format = None;
    each_key(
        attributes,
        "#[payload(format = \"varlenI\")]",
        problems,
        |key, input, problems| match key.name.as_str() {
            "format" => {
                equals(input, &key.ident)?;
                let literal = string(
                    input,
                    "the name of a format in quotes: write `format = \"varlenI\"`",
                )?;
                let marker = formats::marker(&literal.value())
                    .map_err(|message| syn::Error::new_spanned(&literal, message))?;
                keep(&mut format, Format { literal, marker }, &key, problems);
                Ok(())
            }
            _ => Err(syn::Error::new(
                key.ident.span(),
                unknown_on_field(&key.name),
            )),
        },
    );
    format
}

/// Calls `read` behind every key of every `#[payload(…)]`, and goes on behind the next comma when it fails.
fn each_key(
    attributes: &[Attribute],
    example: &str,
    problems: &mut Problems,
    mut read: impl FnMut(Key, ParseStream<'_>, &mut Problems) -> syn::Result<()>,
) {
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("payload"))
    {
        let Meta::List(list) = &attribute.meta else {
            problems.over(
                &attribute.meta,
                format!("`#[payload]` takes its arguments in parentheses: write `{example}`"),
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

fn flag(
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

fn keep<T>(found: &mut Option<T>, value: T, key: &Key, problems: &mut Problems) {
    match found {
        Some(_) => problems.at(
            key.ident.span(),
            format!("`{}` is given twice: remove this one", key.name),
        ),
        None => *found = Some(value),
    }
}

fn unknown_on_struct(key: &str) -> String {
    match (key, nearest(key, &CONTAINER_KEYS)) {
        ("format", _) => "`format` belongs to one field: write it above the field".to_owned(),
        ("signed", _) => {
            "messages are signed unless `unsigned` is written: leave `signed` out".to_owned()
        }
        (_, Some(known)) => format!("unknown argument `{key}`: did you mean `{known}`?"),
        (_, None) => format!(
            "unknown argument `{key}`: a payload takes `id = 1`, `unsigned`, `global_time` and `crate = path`"
        ),
    }
}

fn unknown_on_field(key: &str) -> String {
    match nearest(key, &FIELD_KEYS) {
        Some(known) => format!("unknown argument `{key}`: did you mean `{known}`?"),
        None if CONTAINER_KEYS.contains(&key) => {
            format!("`{key}` belongs to the whole payload: write it above the struct")
        }
        None => format!("unknown argument `{key}`: a field takes `format = \"…\"`"),
    }
}
