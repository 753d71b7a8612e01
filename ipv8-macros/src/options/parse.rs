//! Reads `#[options(…)]` on a struct and on its fields.

use super::model::{Container, FieldArguments};
use crate::arguments::{equals, path};
use crate::keys::{each_key, flag, keep};
use crate::problems::{Problems, nearest};
use syn::{Attribute, Expr};

// #[options(crate = my_ipv8)]
pub(super) fn container(attributes: &[Attribute], problems: &mut Problems) -> Container {
    let mut container = Container::default();
    each_key(
        ("options", attributes),
        "#[options(crate = my_ipv8)]",
        problems,
        |key, input, problems| match key.name.as_str() {
            "crate" => {
                equals(input, &key.ident)?;
                keep(&mut container.krate, path(input)?, &key, problems);
                Ok(())
            }
            name => Err(syn::Error::new(key.ident.span(), unknown_on_struct(name))),
        },
    );
    container
}

// #[options(range = 0.0..=3600.0)]
// #[options(skip)]
pub(super) fn field(attributes: &[Attribute], problems: &mut Problems) -> FieldArguments {
    let mut found = FieldArguments::default();
    each_key(
        ("options", attributes),
        "#[options(range = 0.0..)]",
        problems,
        |key, input, problems| match key.name.as_str() {
            "range" => {
                equals(input, &key.ident)?;
                keep(&mut found.range, input.parse::<Expr>()?, &key, problems);
                Ok(())
            }
            "skip" => flag(&mut found.skip, &key, input, problems),
            name => Err(syn::Error::new(key.ident.span(), unknown_on_field(name))),
        },
    );
    found
}

fn unknown_on_struct(key: &str) -> String {
    match (key, nearest(key, &["crate"])) {
        ("range" | "skip", _) => format!("`{key}` belongs to one field: write it above the field"),
        (_, Some(known)) => format!("unknown argument `{key}`: did you mean `{known}`?"),
        (_, None) => format!("unknown argument `{key}`: options take `crate = path`"),
    }
}

fn unknown_on_field(key: &str) -> String {
    match (key, nearest(key, &["range", "skip"])) {
        ("crate", _) => "`crate` belongs to the whole struct: write it above the struct".to_owned(),
        ("default", _) => {
            "an option's default comes from the struct's `Default`: remove this".to_owned()
        }
        (_, Some(known)) => format!("unknown argument `{key}`: did you mean `{known}`?"),
        (_, None) => {
            format!("unknown argument `{key}`: an option takes `range = 0.0..` and `skip`")
        }
    }
}
