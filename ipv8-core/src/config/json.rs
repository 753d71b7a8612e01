//! Parses JSON into a tree. Strict: comments and trailing commas are errors.

use std::sync::Arc;

use jsonc_parser::ast::Value as Ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};
use serde_json::Number;

use super::origin::{Lines, Origin};
use super::problem::{SettingError, SettingProblem, shown};
use super::tree::{Kind, Node, Table};

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Returns the tree of a JSON text, or all its problems.
pub(super) fn parse(file: &Arc<str>, text: &str) -> Result<Node, Vec<SettingProblem>> {
    let lines = Lines::new(file, text);
    let collect = CollectOptions {
        comments: CommentCollectionStrategy::Off,
        tokens: false,
    };
    let mut problems = Vec::new();
    match parse_to_ast(text, &collect, &STRICT) {
        Ok(parsed) => match parsed.value {
            Some(value) => {
                let node = node(&value, &lines, &mut problems);
                if problems.is_empty() {
                    return Ok(node);
                }
            }
            None => problems.push(syntax(lines.at(0), "the text is empty")),
        },
        Err(error) => problems.push(syntax(
            lines.at(error.range().start),
            &error.kind().to_string(),
        )),
    }
    Err(problems)
}

fn syntax(origin: Origin, reason: &str) -> SettingProblem {
    SettingProblem {
        origin,
        setting: String::new(),
        error: SettingError::Syntax {
            language: "JSON",
            reason: reason.to_owned(),
        },
    }
}

// The parser limits the depth.
fn node(value: &Ast<'_>, lines: &Lines<'_>, problems: &mut Vec<SettingProblem>) -> Node {
    let origin = lines.at(value.range().start);
    let kind = match value {
        Ast::NullKeyword(_) => Kind::Null,
        Ast::BooleanLit(literal) => Kind::Bool(literal.value),
        Ast::StringLit(literal) => Kind::Text(literal.value.clone().into_owned()),
        Ast::NumberLit(literal) => match serde_json::from_str::<Number>(literal.value) {
            Ok(number) => Kind::Number(number),
            Err(_) => {
                problems.push(syntax(
                    origin.clone(),
                    "the number is malformed or too large",
                ));
                Kind::Null
            }
        },
        Ast::Array(array) => Kind::List(
            array
                .elements
                .iter()
                .map(|element| node(element, lines, problems))
                .collect(),
        ),
        Ast::Object(object) => {
            let mut table = Table::new();
            for property in &object.properties {
                let (name, at) = (property.name.as_str(), lines.at(property.range.start));
                let value = node(&property.value, lines, problems);
                if table.insert(name.to_owned(), (at.clone(), value)).is_some() {
                    problems.push(duplicate(at, name));
                }
            }
            Kind::Table(table)
        }
    };
    Node::new(kind, origin)
}

fn duplicate(origin: Origin, name: &str) -> SettingProblem {
    SettingProblem {
        origin,
        setting: String::new(),
        error: SettingError::Duplicate {
            what: format!("name \"{}\"", shown(name)),
            hint: "remove this one",
        },
    }
}
