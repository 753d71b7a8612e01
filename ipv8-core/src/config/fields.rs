//! The fields of one table while it is read.
//!
//! Reading takes out every field that it knows. The fields that are left at the end are unknown.

use super::origin::Origin;
use super::problem::SettingError;
use super::reader::{Reader, name_in};
use super::tree::{Kind, Node, Table};
use crate::support::nearest::nearest;

/// The fields of one table.
#[derive(Debug)]
pub(super) struct Fields {
    table: Table,
    pub(super) origin: Origin,
    path: String,
    known: Vec<&'static str>,
}

impl Fields {
    /// Returns the fields of the table `node`. Another kind of node is a problem.
    pub(super) fn of(node: &Node, path: &str, reader: &mut Reader) -> Option<Self> {
        let table = reader.table(node, path)?.into_owned();
        let table = table
            .into_iter()
            .map(|(name, (origin, value))| (name_in(&name, &origin), (origin, value)))
            .collect();
        Some(Self {
            table,
            origin: node.origin.clone(),
            path: path.to_owned(),
            known: Vec::new(),
        })
    }

    /// Takes the value of a field, and its path. Null counts as no value.
    pub(super) fn take(&mut self, name: &'static str) -> Option<(Node, String)> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        let (_, node) = self.table.shift_remove(name)?;
        (node.kind != Kind::Null).then(|| (node, self.path_of(name)))
    }

    /// Takes the value of a field that has two names. Using both is a problem.
    pub(super) fn take_either(
        &mut self,
        name: &'static str,
        alias: &'static str,
        reader: &mut Reader,
    ) -> Option<(Node, String)> {
        match (self.take(name), self.take(alias)) {
            (Some(_), Some((node, path))) => {
                let error = SettingError::BothNames { name, alias };
                reader.wrong(&node.origin, &path, error);
                None
            }
            (first, second) => first.or(second),
        }
    }

    /// Takes the value of a field that must exist.
    pub(super) fn require(
        &mut self,
        name: &'static str,
        hint: &'static str,
        reader: &mut Reader,
    ) -> Option<(Node, String)> {
        let taken = self.take(name);
        if taken.is_none() {
            let error = SettingError::Missing { name, hint };
            reader.wrong(&self.origin, &self.path, error);
        }
        taken
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.table
            .get(name)
            .is_some_and(|(_, node)| node.kind != Kind::Null)
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// Reports every field that was not read as unknown. An environment variable that resembles no
    /// setting is only a warning: it may belong to another program.
    pub(super) fn finish(self, reader: &mut Reader) {
        let path = self.path;
        for (name, (origin, _)) in self.table {
            let foreign = matches!(origin, Origin::Variable(_))
                && path.is_empty()
                && nearest(&name, self.known.iter().copied()).is_none();
            let error = SettingError::unknown("setting", &name, &self.known);
            if foreign {
                reader.warn(&origin, &path, error);
            } else {
                reader.wrong(&origin, &path, error);
            }
        }
    }
}
