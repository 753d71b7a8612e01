//! `#[payload(…)]` on a struct and on its fields.

use super::formats;
use super::model::{Container, Format};
use crate::keys::{each_key, flag, keep};
use crate::parse::{equals, path, string};
use crate::problems::{Problems, nearest};
use syn::{Attribute, Expr};

const CONTAINER_KEYS: [&str; 4] = ["id", "unsigned", "global_time", "crate"];
const FIELD_KEYS: [&str; 1] = ["format"];

// #[payload(id = 1)]
// #[payload(id = Self::HELLO, unsigned, global_time, crate = my_ipv8)]
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
