//! The rules of a payload.

use super::model::{Codec, Container, Field, Fields, Message, Style};
use super::parse;
use crate::arguments::literal_integer;
use crate::problems::Problems;
use crate::tokens::{compact, wrapped};
use proc_macro2::Span;
use quote::ToTokens;
use syn::{Data, DeriveInput, Expr, Lit, Member};

/// The first id of the messages that every community has. The last one is 255.
pub(crate) const FIRST_RESERVED_ID: u8 = 231;
const ID_RANGE: &str = "write a number from 0 to 230";

/// Returns the fields of the struct; `None` for anything but a struct.
pub(crate) fn fields(input: &DeriveInput, problems: &mut Problems) -> Option<Fields> {
    for lifetime in input.generics.lifetimes() {
        problems.over(
            lifetime,
            "a payload cannot borrow: its fields own what is read, such as a `String` or a `Vec<u8>`",
        );
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
    refuse_field_after_optional(&list, problems);
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
            (container.reserved_id, "reserved_id"),
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
            check_id(id, value, container.reserved_id, problems);
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

/// Checks that the id is reserved exactly if `reserved_id` says so.
fn check_reserved(id: &Expr, value: i128, reserved_id: Option<Span>, problems: &mut Problems) {
    let is_reserved = value >= i128::from(FIRST_RESERVED_ID);
    match reserved_id {
        None if is_reserved => problems.over(
            id,
            format!(
                "message id {value} is reserved: IPv8 {}; {ID_RANGE}, or add `reserved_id` if an \
                 overlay that exists uses this id: its community then {}",
                used_for(value),
                loses(value)
            ),
        ),
        Some(span) if !is_reserved => problems.at(
            span,
            format!("message id {value} is not reserved: remove `reserved_id`"),
        ),
        _ => {}
    }
}

/// Returns what IPv8 does with messages of a reserved id.
const fn used_for(id: i128) -> &'static str {
    match id {
        231 | 249 => "itself sends punctures with it",
        232 | 250 => "itself sends puncture requests with it",
        233 | 245 => "itself sends introduction responses with it",
        234 | 246 => "itself sends introduction requests with it",
        _ => "gave it to a message of older versions, which it drops",
    }
}

/// Returns what a community with a message of this id cannot do.
const fn loses(id: i128) -> &'static str {
    match id {
        231..=234 | 245 | 246 | 249 | 250 => "reads IPv8's own message of this id as its own",
        _ => "gets such messages of older versions too",
    }
}

fn check_id(
    id: &Expr,
    value: Result<i128, Span>,
    reserved_id: Option<Span>,
    problems: &mut Problems,
) {
    match value {
        Ok(value) if value < 0 => {
            problems.over(id, format!("a message id cannot be negative: {ID_RANGE}"))
        }
        Ok(value) if value > 255 => problems.over(
            id,
            format!("a message id is one byte, and {value} does not fit: {ID_RANGE}"),
        ),
        Ok(_) if !fits_u8(id) => problems.over(id, format!("a message id is a `u8`: {ID_RANGE}")),
        Ok(value) => check_reserved(id, value, reserved_id, problems),
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
    let codec = arguments.codec.unwrap_or_default();
    let optional = arguments.optional.and_then(|span| {
        let inner = wrapped(&field.ty, "Option").cloned();
        if inner.is_none() {
            let message = format!(
                "an optional field has the type `Option<…>`: write `Option<{}>`",
                compact(&field.ty)
            );
            problems.at(span, message);
        }
        inner
    });
    if let (Codec::Flatten(span), Some(_)) = (&codec, &optional) {
        let message = "a field cannot be both `flatten` and `optional`: remove `flatten`";
        problems.at(*span, message);
    }
    Field {
        member,
        ty: field.ty.clone(),
        codec,
        optional,
        identifier: arguments.identifier,
    }
}

/// Reports a field after an optional one: a reader could not tell which of them is there.
fn refuse_field_after_optional(fields: &[Field], problems: &mut Problems) {
    let rest = fields.iter().skip_while(|field| field.optional.is_none());
    for field in rest.filter(|field| field.optional.is_none()) {
        problems.over(
            &field.ty,
            "only optional fields can follow an optional one: move this field before it, or write \
             `#[payload(optional)]` above it",
        );
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
    for field in before {
        let Codec::Named(format) = &field.codec else {
            continue;
        };
        if format.literal.value() == "raw" {
            problems.at(
                format.literal.span(),
                "`raw` takes everything up to the end: make this the last field, or write `varlenH`",
            );
        }
    }
}
