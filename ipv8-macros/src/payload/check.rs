//! The rules of a payload.

use super::model::{Container, Field, Fields, Message, Style};
use super::parse;
use crate::arguments::literal_integer;
use crate::problems::Problems;
use proc_macro2::Span;
use quote::ToTokens;
use syn::{Data, DeriveInput, Expr, Lit, Member};

/// The first id of the messages that every community has. The last one is 255.
pub(crate) const FIRST_RESERVED_ID: u8 = 231;
const ID_RANGE: &str = "write a number from 0 to 230";

/// Returns the fields of the struct; `None` for anything but a struct.
pub(crate) fn fields(input: &DeriveInput, problems: &mut Problems) -> Option<Fields> {
    if !input.generics.params.is_empty() {
        problems.over(&input.generics, "a payload cannot be generic: its bytes are fixed by the types of its fields, so name them");
    }
    let data = match &input.data {
        Data::Struct(data) => data,
        Data::Enum(data) => return refuse(data.enum_token.span, problems),
        Data::Union(data) => return refuse(data.union_token.span, problems),
    };
    let style = match &data.fields {
        syn::Fields::Named(_) => Style::Named,
        syn::Fields::Unnamed(_) => Style::Tuple,
        syn::Fields::Unit => Style::Unit,
    };
    let list: Vec<Field> = data
        .fields
        .members()
        .zip(&data.fields)
        .map(|(member, field)| self::field(member, field, problems))
        .collect();
    refuse_raw_before_the_end(&list, problems);
    refuse_second_identifier(&list, problems);
    Some(Fields { list, style })
}

/// Returns `true` if the struct or one of its fields is deprecated.
pub(crate) fn is_deprecated(input: &DeriveInput) -> bool {
    let fields = match &input.data {
        Data::Struct(data) => data.fields.iter().collect(),
        _ => Vec::new(),
    };
    let mut attributes = fields
        .iter()
        .flat_map(|field| &field.attrs)
        .chain(&input.attrs);
    attributes.any(|attribute| attribute.path().is_ident("deprecated"))
}

/// Returns the payload's message, if it has an id.
pub(crate) fn message(container: &Container, problems: &mut Problems) -> Option<Message> {
    let Some(id) = &container.id else {
        for (span, key) in [
            (container.unsigned, "unsigned"),
            (container.global_time, "global_time"),
            (container.response_span, "response"),
        ] {
            let value = if key == "response" { " = …" } else { "" };
            if let Some(span) = span {
                problems.at(span, format!("only a message has `{key}`: give it an id, as in `#[payload(id = 1, {key}{value})]`"));
            }
        }
        return None;
    };
    let computed = match literal_integer(id) {
        Some(value) => {
            check_id(id, value, problems);
            false
        }
        None if matches!(id, Expr::Lit(_)) => {
            problems.over(id, format!("a message id is a byte: {ID_RANGE}"));
            false
        }
        None => true,
    };
    Some(Message {
        id: id.to_token_stream(),
        computed,
    })
}

fn check_id(id: &Expr, value: Result<i128, Span>, problems: &mut Problems) {
    let reserved = i128::from(FIRST_RESERVED_ID);
    match value {
        Ok(value) if value < 0 => {
            problems.over(id, format!("a message id cannot be negative: {ID_RANGE}"))
        }
        Ok(value) if value > 255 => problems.over(
            id,
            format!("a message id is one byte, and {value} does not fit: {ID_RANGE}"),
        ),
        Ok(value) if value >= reserved => {
            let message = format!(
                "message id {value} is reserved: 231 to 255 are the messages that every community has, such as introductions and punctures; {ID_RANGE}"
            );
            problems.over(id, message);
        }
        Ok(_) if !fits_u8(id) => problems.over(id, format!("a message id is a `u8`: {ID_RANGE}")),
        Ok(_) => {}
        Err(_) => problems.over(id, format!("a message id is one byte: {ID_RANGE}")),
    }
}

fn fits_u8(id: &Expr) -> bool {
    match id {
        Expr::Group(group) => fits_u8(&group.expr),
        Expr::Paren(paren) => fits_u8(&paren.expr),
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) => matches!(int.suffix(), "" | "u8"),
            _ => true,
        },
        _ => true,
    }
}

fn field(member: Member, field: &syn::Field, problems: &mut Problems) -> Field {
    let arguments = parse::field(&field.attrs, problems);
    Field {
        member,
        ty: field.ty.to_token_stream(),
        format: arguments.format,
        identifier: arguments.identifier,
    }
}

/// Checks the field by which a response finds its request: only messages have one, and a request
/// must have one.
pub(crate) fn identifier(container: &Container, fields: &Fields, problems: &mut Problems) {
    let marked = fields.identifier().and_then(|field| field.identifier);
    if let (Some(span), None) = (marked, &container.id) {
        problems.at(
            span,
            "only a message has an identifier: give the payload an id, as in `#[payload(id = 1)]`",
        );
    }
    if let (Some(span), None, Some(_)) = (container.response_span, marked, &container.id) {
        problems.at(
            span,
            "a request needs a number that its response repeats: write `#[payload(identifier)]` above a field of type `u16`, `u32` or `u64`",
        );
    }
}

fn refuse_second_identifier(fields: &[Field], problems: &mut Problems) {
    for span in fields.iter().filter_map(|field| field.identifier).skip(1) {
        problems.at(
            span,
            "another field is already the identifier: a message has one, so remove this",
        );
    }
}

fn refuse<T>(keyword: Span, problems: &mut Problems) -> Option<T> {
    problems.at(
        keyword,
        "a payload is a struct: its bytes are those of its fields, in the order written",
    );
    None
}

/// Refuses a field after `raw`, which would find no bytes left.
fn refuse_raw_before_the_end(fields: &[Field], problems: &mut Problems) {
    let Some((_, before)) = fields.split_last() else {
        return;
    };
    for format in before
        .iter()
        .filter_map(|field| field.format.as_ref())
        .filter(|format| format.literal.value() == "raw")
    {
        problems.at(
            format.literal.span(),
            "`raw` takes everything up to the end: make this the last field, or write `varlenH`",
        );
    }
}
