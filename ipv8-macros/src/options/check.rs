//! The rules of options.

use super::model::Field;
use super::parse;
use crate::problems::Problems;
use proc_macro2::Span;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Lit, Meta, Visibility};

/// Returns the options of the struct, in the order written.
pub(super) fn fields(input: &DeriveInput, problems: &mut Problems) -> Vec<Field> {
    let data = match &input.data {
        Data::Struct(data) => data,
        Data::Enum(data) => return refuse(data.enum_token.span, problems),
        Data::Union(data) => return refuse(data.union_token.span, problems),
    };
    data.fields
        .iter()
        .filter_map(|field| option(field, problems))
        .collect()
}

fn option(field: &syn::Field, problems: &mut Problems) -> Option<Field> {
    let arguments = parse::field(&field.attrs, problems);
    let public = matches!(field.vis, Visibility::Public(_));
    if let Some(range) = arguments.range.as_ref().filter(|_| !public) {
        problems.over(
            range,
            "a private field is not an option: make it `pub`, or remove the range",
        );
    }
    if let Some(skip) = arguments.skip {
        if !public {
            problems.at(skip, "a private field is never an option: remove `skip`");
        }
        return None;
    }
    if !public {
        return None;
    }
    let Some(ident) = &field.ident else {
        problems.over(
            &field.ty,
            "an option needs a name: write a struct with named fields, or make this one private",
        );
        return None;
    };
    Some(Field {
        ident: ident.clone(),
        ty: field.ty.clone(),
        doc: doc(&field.attrs),
        range: arguments.range,
    })
}

/// Returns the text of the doc comment, with its line breaks.
fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(line),
                ..
            }) if pair.path.is_ident("doc") => Some(line.value().trim().to_owned()),
            _ => None,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn refuse(keyword: Span, problems: &mut Problems) -> Vec<Field> {
    problems.at(
        keyword,
        "options belong to a struct: they are its public fields",
    );
    Vec::new()
}
