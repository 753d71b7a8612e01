//! Typed reading of a tree: what is wrong is noted, with its place and its path, and reading goes on.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use serde_json::{Number, Value};

use super::MOST_CORES;
use super::origin::{Located, Origin};
use super::problem::{SettingError, SettingProblem, shown};
use super::tree::{Kind, Node, Table};
use crate::state::outbox::LARGEST_DATAGRAM;
use crate::support::nearest::nearest;

/// What was found wrong, and what was only worth a warning.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<SettingProblem>,
    pub(super) warnings: Vec<SettingProblem>,
}

impl Reader {
    pub(super) fn wrong(&mut self, origin: &Origin, path: &str, mistake: SettingError) {
        self.problems.push(SettingProblem {
            origin: origin.clone(),
            setting: path.to_owned(),
            mistake,
        });
    }

    pub(super) fn warn(&mut self, origin: &Origin, path: &str, mistake: SettingError) {
        self.warnings.push(SettingProblem {
            origin: origin.clone(),
            setting: path.to_owned(),
            mistake,
        });
    }

    fn another_kind(&mut self, node: &Node, path: &str, expected: &'static str) {
        let found = node.kind.name().to_owned();
        self.wrong(&node.origin, path, SettingError::Type { expected, found });
    }

    /// A value of the right kind that will not do.
    pub(super) fn unfit(&mut self, node: &Node, path: &str, expected: &'static str) {
        let found = match &node.kind {
            Kind::Text(text) => format!("\"{}\"", shown(text)),
            _ => shown(&node.to_value().to_string()),
        };
        self.wrong(&node.origin, path, SettingError::Value { expected, found });
    }

    pub(super) fn text(&mut self, node: &Node, path: &str) -> Option<Located<String>> {
        match &node.kind {
            Kind::Text(text) => Some(located(text.clone(), node)),
            _ => {
                self.another_kind(node, path, "text");
                None
            }
        }
    }

    pub(super) fn boolean(&mut self, node: &Node, path: &str) -> Option<Located<bool>> {
        match node.untyped().kind {
            Kind::Bool(value) => Some(located(value, node)),
            _ => {
                self.another_kind(node, path, "true or false");
                None
            }
        }
    }

    pub(super) fn float(&mut self, node: &Node, path: &str) -> Option<Located<f64>> {
        match &node.untyped().kind {
            Kind::Number(number) => number.as_f64().map(|value| located(value, node)),
            _ => {
                self.another_kind(node, path, "a number");
                None
            }
        }
    }

    pub(super) fn whole(
        &mut self,
        node: &Node,
        path: &str,
        expected: &'static str,
    ) -> Option<Number> {
        match &node.untyped().kind {
            Kind::Number(number) if !number.is_f64() => Some(number.clone()),
            _ => {
                self.another_kind(node, path, expected);
                None
            }
        }
    }

    /// A number of peers; -1: no limit.
    pub(super) fn peers(&mut self, node: &Node, path: &str) -> Option<Located<i32>> {
        const EXPECTED: &str = "a number of peers, or -1 for no limit";
        let number = self.whole(node, path, EXPECTED)?;
        let peers = number.as_i64().and_then(|peers| i32::try_from(peers).ok());
        match peers.filter(|peers| *peers >= -1) {
            Some(peers) => Some(located(peers, node)),
            None => {
                self.unfit(node, path, EXPECTED);
                None
            }
        }
    }

    pub(super) fn datagram(&mut self, node: &Node, path: &str) -> Option<Located<usize>> {
        const EXPECTED: &str = "a number of bytes from 1 to 65507";
        self.amount(node, path, 1..=LARGEST_DATAGRAM, EXPECTED)
    }

    pub(super) fn cores(&mut self, node: &Node, path: &str) -> Option<Located<usize>> {
        const EXPECTED: &str = "a number of cores from 1 to 1024";
        self.amount(node, path, 1..=MOST_CORES, EXPECTED)
    }

    fn amount(
        &mut self,
        node: &Node,
        path: &str,
        range: RangeInclusive<usize>,
        expected: &'static str,
    ) -> Option<Located<usize>> {
        let number = self.whole(node, path, expected)?.as_u64();
        let number = number.and_then(|number| usize::try_from(number).ok());
        match number.filter(|number| range.contains(number)) {
            Some(number) => Some(located(number, node)),
            None => {
                self.unfit(node, path, expected);
                None
            }
        }
    }

    pub(super) fn port(&mut self, node: &Node, path: &str) -> Option<u16> {
        const EXPECTED: &str = "a port from 0 to 65535";
        let number = self.whole(node, path, EXPECTED)?;
        let port = number.as_u64().and_then(|port| u16::try_from(port).ok());
        if port.is_none() {
            self.unfit(node, path, EXPECTED);
        }
        port
    }

    pub(super) fn host(&mut self, node: &Node, path: &str) -> Option<IpAddr> {
        let text = self.text(node, path)?.value;
        let host = text.parse().ok();
        if host.is_none() {
            self.unfit(node, path, "an IP address");
        }
        host
    }

    /// `"127.0.0.1:8090"`, or `["127.0.0.1", 8090]` as py-ipv8 writes it.
    pub(super) fn address(&mut self, node: &Node, path: &str) -> Option<SocketAddr> {
        const EXPECTED: &str = "an address and a port, for instance \"127.0.0.1:8090\"";
        if let Kind::List(pair) = &node.kind
            && let [host, port] = pair.as_slice()
        {
            let host = self.host(host, path);
            let port = self.port(port, path);
            return Some(SocketAddr::new(host?, port?));
        }
        let Kind::Text(text) = &node.kind else {
            self.another_kind(node, path, EXPECTED);
            return None;
        };
        let address = text.parse().ok();
        if address.is_none() {
            self.unfit(node, path, EXPECTED);
        }
        address
    }

    pub(super) fn addresses(
        &mut self,
        node: &Node,
        path: &str,
    ) -> Option<Located<Vec<SocketAddr>>> {
        let elements = self.list(node, path)?;
        let addresses = elements
            .iter()
            .enumerate()
            .map(|(index, element)| self.address(element, &format!("{path}[{index}]")))
            .collect::<Vec<_>>();
        let addresses = addresses.into_iter().collect::<Option<Vec<_>>>()?;
        Some(located(addresses, node))
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

    /// A table whose names are options: each value with its place.
    pub(super) fn options(&mut self, node: &Node, path: &str) -> Vec<(String, Located<Value>)> {
        let Some(table) = self.table(node, path) else {
            return Vec::new();
        };
        let options = table.iter().map(|(name, (origin, value))| {
            let value = Located {
                value: value.untyped().to_value(),
                origin: value.origin.clone(),
            };
            (name_in(name, origin), value)
        });
        options.collect()
    }

    /// The fields of a table, to be taken out one by one.
    pub(super) fn fields(&mut self, node: &Node, path: &str) -> Option<Fields> {
        let table = self.table(node, path)?.into_owned();
        let table = table
            .into_iter()
            .map(|(name, (origin, value))| (name_in(&name, &origin), (origin, value)))
            .collect();
        Some(Fields {
            table,
            origin: node.origin.clone(),
            path: path.to_owned(),
            asked: Vec::new(),
        })
    }
}

/// A name as it is compared: those in variables have no case.
fn name_in(name: &str, origin: &Origin) -> String {
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

/// The fields of one table.
#[derive(Debug)]
pub(super) struct Fields {
    table: Table,
    pub(super) origin: Origin,
    path: String,
    asked: Vec<&'static str>,
}

impl Fields {
    /// The value of a field, and its path. Null is as good as nothing.
    pub(super) fn take(&mut self, name: &'static str) -> Option<(Node, String)> {
        self.asked.push(name);
        let (_, node) = self.table.shift_remove(name)?;
        (node.kind != Kind::Null).then(|| (node, self.path_of(name)))
    }

    /// The value of a field that has two names; both at once are a mistake.
    pub(super) fn take_either(
        &mut self,
        name: &'static str,
        other: &'static str,
        reader: &mut Reader,
    ) -> Option<(Node, String)> {
        match (self.take(name), self.take(other)) {
            (Some(_), Some((node, path))) => {
                let what = format!("{name}, also called {other},");
                let mend = "leave one of them out";
                reader.wrong(&node.origin, &path, SettingError::Twice { what, mend });
                None
            }
            (first, second) => first.or(second),
        }
    }

    /// As [`Fields::take`]; that it is missing is a mistake.
    pub(super) fn require(
        &mut self,
        name: &'static str,
        mend: &'static str,
        reader: &mut Reader,
    ) -> Option<(Node, String)> {
        let taken = self.take(name);
        if taken.is_none() {
            reader.wrong(
                &self.origin,
                &self.path,
                SettingError::Missing { name, mend },
            );
        }
        taken
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.table
            .get(name)
            .is_some_and(|(_, node)| node.kind != Kind::Null)
    }

    pub(super) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// What nobody asked for is unknown. A variable that is like nothing known is somebody else's, and only worth a warning.
    pub(super) fn finish(self, reader: &mut Reader) {
        let path = self.path;
        for (name, (origin, _)) in self.table {
            let foreign = matches!(origin, Origin::Variable(_))
                && path.is_empty()
                && nearest(&name, self.asked.iter().copied()).is_none();
            let mistake = SettingError::unknown("setting", &name, &self.asked);
            if foreign {
                reader.warn(&origin, &path, mistake);
            } else {
                reader.wrong(&origin, &path, mistake);
            }
        }
    }
}
