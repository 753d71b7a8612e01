//! Reads `#[payload(…)]` on a struct and on its fields.

use super::formats;
use super::model::{Codec, Container, FieldArguments, Format};
use crate::arguments::{equals, path, string};
use crate::keys::{Key, each_key, flag, keep};
use crate::problems::{Problems, meant, nearest};
use crate::tokens::compact;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Expr, Ident, Lit, LitStr, Path, Token, Type, TypePath};

const CONTAINER_KEYS: [&str; 6] = [
    "id",
    "unsigned",
    "global_time",
    "response",
    "reserved_id",
    "crate",
];
/// Other names for the arguments of a struct, in Python or in other attributes.
const ALIASES: [(&str, &str); 6] = [
    ("msg_id", "id"),
    ("message_id", "id"),
    ("message", "id"),
    ("type", "id"),
    ("answer", "response"),
    ("reply", "response"),
];
const FIELD_KEYS: [&str; 5] = ["format", "with", "flatten", "optional", "identifier"];

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
                container.id_span.get_or_insert(key.ident.span());
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
            "reserved_id" => flag(&mut container.reserved_id, &key, input, problems),
            "crate" => {
                equals(input, &key.ident)?;
                keep(&mut container.krate, path(input)?, &key, problems);
                Ok(())
            }
            name => {
                let message = unknown_on_struct(name);
                Err(syn::Error::new(key.ident.span(), message))
            }
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
                let codec = format(input)?;
                keep_codec(&mut arguments, codec, &key, problems);
                Ok(())
            }
            "with" => {
                equals(input, &key.ident)?;
                let codec = Codec::With(module(input)?);
                keep_codec(&mut arguments, codec, &key, problems);
                Ok(())
            }
            "flatten" => {
                let mut place = None;
                flag(&mut place, &key, input, problems)?;
                let codec = Codec::Flatten(key.ident.span());
                keep_codec(&mut arguments, codec, &key, problems);
                Ok(())
            }
            "optional" => flag(&mut arguments.optional, &key, input, problems),
            "identifier" => flag(&mut arguments.identifier, &key, input, problems),
            _ => Err(syn::Error::new(
                key.ident.span(),
                unknown_on_field(&key.name),
            )),
        },
    );
    arguments
}

/// Stores how the field is written. Reports a second way.
fn keep_codec(arguments: &mut FieldArguments, codec: Codec, key: &Key, problems: &mut Problems) {
    match (&arguments.codec, &codec) {
        (None, _) => arguments.codec = Some(codec),
        (Some(Codec::Named(_) | Codec::Path(_)), Codec::Named(_) | Codec::Path(_)) => {
            keep(&mut Some(()), (), key, problems);
        }
        _ => problems.at(
            key.ident.span(),
            "a field has one of `format`, `with` and `flatten`: remove the others",
        ),
    }
}

// "varlenI"
// Seconds
fn format(input: ParseStream<'_>) -> syn::Result<Codec> {
    if input.peek(Lit)
        || !input.peek(Ident::peek_any) && !input.peek(Token![::]) && !input.peek(Token![<])
    {
        let literal = string(
            input,
            "the name of a format in quotes, or the path of a type that implements `Format`: \
             write `format = \"varlenI\"`",
        )?;
        let marker = formats::marker(&literal.value())
            .map_err(|message| syn::Error::new_spanned(&literal, message))?;
        return Ok(Codec::Named(Format { literal, marker }));
    }
    let path: TypePath = input.parse()?;
    let name = path.path.require_ident().map(ToString::to_string);
    match name.as_deref().map(formats::marker_of_name) {
        // `format = varlenI`: the quotes are missing.
        Ok(Some(_)) => Err(syn::Error::new_spanned(
            &path,
            format!(
                "the name of a format is in quotes: write `format = \"{}\"`",
                compact(&path)
            ),
        )),
        _ => Ok(Codec::Path(path)),
    }
}

// seconds
// my_module::seconds
fn module(input: ParseStream<'_>) -> syn::Result<Path> {
    const EXPECTED: &str = "expected the path of a module with functions `pack` and `unpack`, \
                            without quotes: write `with = my_module`";
    match input.peek(Lit) {
        true => Err(input.error(EXPECTED)),
        false => Path::parse_mod_style(input),
    }
}

fn unknown_on_struct(key: &str) -> String {
    let known = meant(key, &ALIASES).or_else(|| nearest(key, &CONTAINER_KEYS));
    match (key, known) {
        ("format" | "with" | "flatten" | "optional" | "identifier", _) => {
            format!("`{key}` belongs to one field: write it above the field")
        }
        ("signed", _) => "messages are signed by default: remove `signed`".to_owned(),
        (_, Some(known)) => format!("unknown argument `{key}`: did you mean `{known}`?"),
        (_, None) => format!(
            "unknown argument `{key}`: a payload takes `id = 1`, `unsigned`, `global_time`, `response = Answer`, `reserved_id` and `crate = path`"
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
            format!(
                "unknown argument `{key}`: a field takes `format = \"…\"`, `with = module`, \
                 `flatten`, `optional` and `identifier`"
            )
        }
    }
}
