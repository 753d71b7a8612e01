//! Typed reading of a tree. The reader collects every problem with its place and goes on.

use std::borrow::Cow;
use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeBounds;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::origin::{Located, Origin};
use super::problem::{SettingError, SettingProblem, shown};
use super::tree::{Kind, Node, Table};
use crate::support::options::{self, OptionError};

/// The problems and warnings that were found so far.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<SettingProblem>,
    pub(super) warnings: Vec<SettingProblem>,
}

impl Reader {
    pub(super) fn wrong(&mut self, origin: &Origin, path: &str, error: SettingError) {
        self.problems.push(SettingProblem {
            origin: origin.clone(),
            setting: path.to_owned(),
            error,
        });
    }

    pub(super) fn warn(&mut self, origin: &Origin, path: &str, error: SettingError) {
        self.warnings.push(SettingProblem {
            origin: origin.clone(),
            setting: path.to_owned(),
            error,
        });
    }

    /// Reports an option that could not be set. `table` is the path of the options.
    pub(super) fn option(&mut self, origin: &Origin, table: &str, error: OptionError) {
        let problem = SettingProblem::of_option(origin.clone(), table, error);
        self.problems.push(problem);
    }

    fn another_kind(&mut self, node: &Node, path: &str, expected: &str) {
        let error = SettingError::Type {
            expected: expected.to_owned(),
            found: node.kind_name(),
        };
        self.wrong(&node.origin, path, error);
    }

    /// Reports a value of the right kind that is not accepted.
    pub(super) fn invalid(&mut self, node: &Node, path: &str, expected: &str) {
        let found = match &node.kind {
            Kind::Text(text) => format!("\"{}\"", shown(text)),
            _ => shown(&node.to_value().to_string()),
        };
        let reason = format!("expected {expected}");
        self.wrong(&node.origin, path, SettingError::Value { found, reason });
    }

    /// Reads a value of the type `T`.
    pub(super) fn typed<T: DeserializeOwned + Default>(
        &mut self,
        node: &Node,
        path: &str,
    ) -> Option<Located<T>> {
        let value = self.value(node, &options::Kind::of::<T>(), path)?;
        let mut read = T::default();
        let done = options::set("", &value, &mut read);
        self.done(done, node, path)?;
        Some(located(read, node))
    }

    /// Reads a number within `range`.
    pub(super) fn typed_within<T: DeserializeOwned + Default + PartialOrd + Display>(
        &mut self,
        node: &Node,
        path: &str,
        range: &impl RangeBounds<T>,
    ) -> Option<Located<T>> {
        let value = self.value(node, &options::Kind::of::<T>(), path)?;
        let mut read = T::default();
        let done = options::set_within("", &value, range, |read| Some(read), &mut read);
        self.done(done, node, path)?;
        Some(located(read, node))
    }

    fn done(&mut self, done: Result<(), OptionError>, node: &Node, path: &str) -> Option<()> {
        let error = match done {
            Ok(()) => return Some(()),
            Err(error) => error,
        };
        let mut problem = SettingProblem::of_option(node.origin.clone(), "", error);
        problem.setting = path.to_owned();
        self.problems.push(problem);
        None
    }

    /// Reads a number of peers; -1 for no limit.
    pub(super) fn peers(&mut self, node: &Node, path: &str) -> Option<Located<i32>> {
        self.typed_within(node, path, &(-1..))
    }

    /// Converts a node to a value for an option of `kind`. In a variable, the kind decides whether
    /// the text stays a text.
    pub(super) fn value(&mut self, node: &Node, kind: &options::Kind, path: &str) -> Option<Value> {
        use options::Kind as Expected;
        match kind {
            _ if node.kind == Kind::Null => Some(Value::Null),
            Expected::Address => Some(self.address(node, path)?.to_string().into()),
            Expected::Text | Expected::Form(_) | Expected::Choice(_) => Some(node.to_text()),
            Expected::List(element) => {
                let elements = self.list(node, path)?;
                let values: Vec<_> = elements
                    .iter()
                    .enumerate()
                    .map(|(index, node)| self.value(node, element, &format!("{path}[{index}]")))
                    .collect();
                values
                    .into_iter()
                    .collect::<Option<Vec<_>>>()
                    .map(Value::Array)
            }
            _ => Some(node.untyped().to_value()),
        }
    }

    /// Reads `"127.0.0.1:8090"`, or `["127.0.0.1", 8090]` as py-ipv8 writes it.
    pub(super) fn address(&mut self, node: &Node, path: &str) -> Option<SocketAddr> {
        let expected = options::Kind::Address.to_string();
        if let Kind::List(pair) = &node.kind
            && let [host, port] = pair.as_slice()
        {
            let host = self.host(host, path);
            let port = self.typed::<u16>(port, path);
            return Some(SocketAddr::new(host?, port?.value));
        }
        let Kind::Text(text) = &node.kind else {
            self.another_kind(node, path, &expected);
            return None;
        };
        let address = text.parse().ok();
        if address.is_none() {
            self.invalid(node, path, &expected);
        }
        address
    }

    pub(super) fn host(&mut self, node: &Node, path: &str) -> Option<std::net::IpAddr> {
        let text = self.typed::<String>(node, path)?.value;
        let host = text.parse().ok();
        if host.is_none() {
            self.invalid(node, path, "an IP address");
        }
        host
    }

    pub(super) fn list(&mut self, node: &Node, path: &str) -> Option<Vec<Node>> {
        match node.listed().into_owned().kind {
            Kind::List(list) => Some(list),
            _ => {
                self.another_kind(node, path, "a list");
                None
            }
        }
    }

    pub(super) fn table<'n>(&mut self, node: &'n Node, path: &str) -> Option<Cow<'n, Table>> {
        match node.untyped() {
            Cow::Borrowed(Node {
                kind: Kind::Table(table),
                ..
            }) => Some(Cow::Borrowed(table)),
            Cow::Owned(Node {
                kind: Kind::Table(table),
                ..
            }) => Some(Cow::Owned(table)),
            _ => {
                self.another_kind(node, path, "a table");
                None
            }
        }
    }

    /// Reads a table whose names are options.
    pub(super) fn options(&mut self, node: &Node, path: &str) -> Vec<(String, Node)> {
        let Some(table) = self.table(node, path) else {
            return Vec::new();
        };
        let options = table
            .iter()
            .map(|(name, (origin, value))| (name_in(name, origin), value.clone()));
        options.collect()
    }
}

/// Returns a name in the form in which names are compared. Names in variables have no case.
pub(super) fn name_in(name: &str, origin: &Origin) -> String {
    match origin {
        Origin::Variable(_) => name.to_ascii_lowercase(),
        _ => name.to_owned(),
    }
}

pub(super) fn located<T>(value: T, node: &Node) -> Located<T> {
    Located {
        value,
        origin: node.origin.clone(),
    }
}
