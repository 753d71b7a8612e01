//! Parses environment variables into a tree: `IPV8_LAUNCHERS__MyLauncher__MAX_PEERS=5` sets
//! `launchers.MyLauncher.max_peers`.

use std::sync::Arc;

use super::origin::Origin;
use super::problem::{SettingError, SettingProblem};
use super::tree::{Kind, Node, Table, is_secret};

/// The prefix of the names of our variables.
pub(crate) const VARIABLE_PREFIX: &str = "IPV8_";

/// The maximum number of parts of a name: more than any setting has.
const DEEPEST: usize = 16;

/// Returns the tree of all variables with our prefix, and the problems with their names.
///
/// Names of settings have no case. The reader compares names of launchers and strategies without
/// case too.
pub(super) fn parse(
    variables: impl IntoIterator<Item = (String, String)>,
) -> (Node, Vec<SettingProblem>) {
    let mut ours: Vec<(String, String)> = variables
        .into_iter()
        .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX))
        .collect();
    // The environment has no order, but problems should.
    ours.sort();
    let mut problems = Vec::new();
    let mut root = Table::new();
    for (variable, value) in ours {
        if is_secret(&variable) {
            problems.push(misplaced_key());
            continue;
        }
        let origin = Origin::Variable(variable.as_str().into());
        let path: Vec<String> = variable[VARIABLE_PREFIX.len()..]
            .split("__")
            .map(str::to_owned)
            .collect();
        if path.len() > DEEPEST || !insert(&mut root, &path, value, &origin) {
            problems.push(SettingProblem {
                origin,
                setting: String::new(),
                error: SettingError::Duplicate {
                    what: format!("setting {variable}"),
                    hint: "it is both a value and a table; remove one of the two",
                },
            });
        }
    }
    let whole = Origin::Variable(Arc::from(VARIABLE_PREFIX));
    (Node::new(Kind::Table(root), whole), problems)
}

/// Returns the problem with a variable that has a private key in its name, which no text may show.
fn misplaced_key() -> SettingProblem {
    SettingProblem {
        origin: Origin::Variable(format!("{VARIABLE_PREFIX}…").into()),
        setting: String::new(),
        error: SettingError::MisplacedKey,
    }
}

/// Inserts a value at a path. Returns `false` if a value or a table is already there.
fn insert(table: &mut Table, path: &[String], value: String, origin: &Origin) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return false;
    };
    let name = first.clone();
    if rest.is_empty() {
        let node = Node::new(Kind::Text(value), origin.clone());
        return table.insert(name, (origin.clone(), node)).is_none();
    }
    let (_, inner) = table.entry(name).or_insert_with(|| {
        let empty = Node::new(Kind::Table(Table::new()), origin.clone());
        (origin.clone(), empty)
    });
    match &mut inner.kind {
        Kind::Table(inner) => insert(inner, rest, value, origin),
        _ => false,
    }
}
