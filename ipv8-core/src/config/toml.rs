//! Parses TOML into a tree.

use std::sync::Arc;

use serde_json::Number;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::origin::{Lines, Origin};
use super::problem::{SettingError, SettingProblem};
use super::tree::{Kind, Node, Table};

/// Returns the tree of a TOML text, or all its problems.
pub(super) fn parse(file: &Arc<str>, text: &str) -> Result<Node, Vec<SettingProblem>> {
    let lines = Lines::new(file, text);
    let (parsed, errors) = DeTable::parse_recoverable(text);
    let mut problems: Vec<SettingProblem> = errors
        .iter()
        .map(|error| {
            let at = error.span().map_or(0, |span| span.start);
            syntax(lines.at(at), error.message())
        })
        .collect();
    if problems.is_empty() {
        let table = table(parsed.get_ref(), &lines, &mut problems);
        if problems.is_empty() {
            return Ok(Node::new(Kind::Table(table), lines.at(0)));
        }
    }
    Err(problems)
}

fn syntax(origin: Origin, reason: &str) -> SettingProblem {
    SettingProblem {
        origin,
        setting: String::new(),
        error: SettingError::Syntax {
            language: "TOML",
            reason: reason.to_owned(),
        },
    }
}

// The parser limits the depth.
fn table(from: &DeTable<'_>, lines: &Lines<'_>, problems: &mut Vec<SettingProblem>) -> Table {
    // The parser sorts the entries by name; problems come in written order.
    let mut entries: Vec<_> = from.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
        .into_iter()
        .map(|(name, value)| {
            let at = lines.at(name.span().start);
            let node = node(value, lines, problems);
            (name.get_ref().to_string(), (at, node))
        })
        .collect()
}

fn node(
    value: &Spanned<DeValue<'_>>,
    lines: &Lines<'_>,
    problems: &mut Vec<SettingProblem>,
) -> Node {
    let origin = lines.at(value.span().start);
    let kind = match value.get_ref() {
        DeValue::String(text) => Kind::Text(text.to_string()),
        DeValue::Boolean(value) => Kind::Bool(*value),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) => Kind::Number(number.into()),
            Err(_) => {
                problems.push(syntax(origin.clone(), "the whole number is too large"));
                Kind::Null
            }
        },
        DeValue::Float(float) => match float.as_str().parse().ok().and_then(Number::from_f64) {
            Some(number) => Kind::Number(number),
            None => {
                problems.push(syntax(origin.clone(), "the number is not finite"));
                Kind::Null
            }
        },
        // No setting is a time, but a text may look like one.
        DeValue::Datetime(time) => Kind::Text(time.to_string()),
        DeValue::Array(array) => Kind::List(
            array
                .iter()
                .map(|element| node(element, lines, problems))
                .collect(),
        ),
        DeValue::Table(inner) => Kind::Table(table(inner, lines, problems)),
    };
    Node::new(kind, origin)
}
