//! Variables of the environment to a tree: `IPV8_LAUNCHERS__MyLauncher__MAX_PEERS=5` is `launchers.MyLauncher.max_peers`.

use std::sync::Arc;

use super::origin::Origin;
use super::problem::{SettingError, SettingProblem};
use super::tree::{Kind, Node, Table};

/// What the names of our variables begin with.
pub const VARIABLE_PREFIX: &str = "IPV8_";

/// How deep names may go: deeper than any setting.
const DEEPEST: usize = 16;

/// The tree of all variables with our prefix, and what is wrong with their names.
///
/// Names of settings are in small letters, whatever the variable has; below `launchers` and `strategies`, names are compared without
/// case by whoever reads the tree.
pub(super) fn parse(
    variables: impl IntoIterator<Item = (String, String)>,
) -> (Node, Vec<SettingProblem>) {
    let mut ours: Vec<(String, String)> = variables
        .into_iter()
        .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX))
        .collect();
    // The environment has no order of its own.
    ours.sort();
    let mut problems = Vec::new();
    let mut root = Table::new();
    for (variable, value) in ours {
        let origin = Origin::Variable(variable.as_str().into());
        let path: Vec<String> = variable[VARIABLE_PREFIX.len()..]
            .split("__")
            .map(str::to_owned)
            .collect();
        if path.len() > DEEPEST || !insert(&mut root, &path, value, &origin) {
            problems.push(SettingProblem {
                origin,
                setting: String::new(),
                mistake: SettingError::Twice {
                    what: variable,
                    mend: "it is a value and a table of values at once; remove one of the two",
                },
            });
        }
    }
    let whole = Origin::Variable(Arc::from(VARIABLE_PREFIX));
    (Node::new(Kind::Table(root), whole), problems)
}

/// Whether there was room: a table where a table is wanted, and no other value.
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
