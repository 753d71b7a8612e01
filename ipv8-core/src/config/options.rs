//! Sets options by name: of strategies, bootstrappers, communities' settings and the node itself.

use serde_json::Value;

use super::launcher::Named;
use super::problem::SettingProblem;
use super::reader::Reader;
use super::tree::Node;
use crate::support::options::{OptionType, Options};

/// Sets the option `name` from a node. `table` is the path of the options. Returns `true` if the
/// option was set.
pub(super) fn set_one(
    options: &mut dyn Options,
    (name, node): (&str, &Node),
    table: &str,
    reader: &mut Reader,
) -> bool {
    let types = options.option_types();
    let known = types.iter().find(|known| known.name == name);
    let value = match known {
        Some(OptionType { kind, .. }) => {
            let dot = if table.is_empty() { "" } else { "." };
            match reader.value(node, kind, &format!("{table}{dot}{name}")) {
                Some(value) => value,
                None => return false,
            }
        }
        None => Value::Null,
    };
    match options.set_option(name, &value) {
        Ok(()) => true,
        Err(error) => {
            reader.option(&node.origin, table, error);
            false
        }
    }
}

/// Sets options by name. Returns the problems.
pub(super) fn set_all(
    options: &mut dyn Options,
    values: &Named,
    table: &str,
) -> Vec<SettingProblem> {
    let mut reader = Reader::default();
    for (name, value) in values {
        let node = Node::from_value(value.value.clone(), &value.origin);
        set_one(options, (name, &node), table, &mut reader);
    }
    reader.problems
}
