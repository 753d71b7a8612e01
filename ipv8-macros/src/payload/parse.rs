//! Reads `#[payload(…)]` on a struct and on its fields.

use super::formats;
use super::model::{Container, FieldArguments, Format};
use crate::arguments::{equals, path, string};
use crate::keys::{each_key, flag, keep};
use crate::problems::{Problems, meant, nearest};
use syn::parse::ParseStream;
use syn::{Attribute, Expr, LitStr, Token, Type};

const CONTAINER_KEYS: [&str; 5] = ["id", "unsigned", "global_time", "response", "crate"];
/// Other names for the arguments of a struct, in Python or in other attributes.
const ALIASES: [(&str, &str); 6] = [
    ("msg_id", "id"),
    ("message_id", "id"),
    ("message", "id"),
    ("type", "id"),
    ("answer", "response"),
    ("reply", "response"),
];
const FIELD_KEYS: [&str; 2] = ["format", "identifier"];

// #[payload(id = 1)]
// #[payload(id = Self::HELLO, unsigned, global_time, response = Answer, crate = my_ipv8)]
pub(crate) fn container(attributes: &[Attribute], problems: &mut Problems) -> Container {
    let mut container = Container::default();
    each_key(
        ("payload", attributes),
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
            "response" => {
                equals(input, &key.ident)?;
                container.response_span.get_or_insert(key.ident.span());
                keep(&mut container.response, response(input)?, &key, problems);
                Ok(())
            }
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

// response = Answer
fn response(input: ParseStream<'_>) -> syn::Result<Type> {
    if input.peek(LitStr) || input.is_empty() || input.peek(Token![,]) {
        return Err(input.error(
            "expected the type of the response, without quotes: write `response = Answer`",
        ));
    }
    input.parse()
}

// #[payload(format = "varlenI")]
// #[payload(identifier)]
pub(crate) fn field(attributes: &[Attribute], problems: &mut Problems) -> FieldArguments {
    let mut arguments = FieldArguments::default();
    each_key(
        ("payload", attributes),
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
                keep(
                    &mut arguments.format,
                    Format { literal, marker },
                    &key,
                    problems,
                );
                Ok(())
            }
            "identifier" => flag(&mut arguments.identifier, &key, input, problems),
            _ => Err(syn::Error::new(
                key.ident.span(),
                unknown_on_field(&key.name),
            )),
        },
    );
    arguments
}

fn unknown_on_struct(key: &str) -> String {
    let known = meant(key, &ALIASES).or_else(|| nearest(key, &CONTAINER_KEYS));
    match (key, known) {
        ("format" | "identifier", _) => {
            format!("`{key}` belongs to one field: write it above the field")
        }
        ("signed", _) => "messages are signed by default: remove `signed`".to_owned(),
        (_, Some(known)) => format!("unknown argument `{key}`: did you mean `{known}`?"),
        (_, None) => format!(
            "unknown argument `{key}`: a payload takes `id = 1`, `unsigned`, `global_time`, `response = Answer` and `crate = path`"
        ),
    }
}

fn unknown_on_field(key: &str) -> String {
    match nearest(key, &FIELD_KEYS) {
        Some(known) => format!("unknown argument `{key}`: did you mean `{known}`?"),
        None if CONTAINER_KEYS.contains(&key) => {
            format!("`{key}` belongs to the whole payload: write it above the struct")
        }
        None => {
            format!("unknown argument `{key}`: a field takes `format = \"…\"` and `identifier`")
        }
    }
}
