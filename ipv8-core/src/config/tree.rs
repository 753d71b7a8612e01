//! The tree of values that every text is parsed into. Each value has its place.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use serde_json::{Map, Number, Value};

use super::origin::Origin;
use crate::support::options::kind_of;

/// A value with its place.
///
/// Its `Debug` form shows the kind and not the content, which may be a private key.
#[derive(Clone, PartialEq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) origin: Origin,
}

/// The names in a table in written order, each with the place of the name and its value.
pub(super) type Table = IndexMap<String, (Origin, Node)>;

#[derive(Clone, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Table(Table),
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.kind_name(), self.origin)
    }
}

impl Node {
    pub(super) fn new(kind: Kind, origin: Origin) -> Self {
        Self { kind, origin }
    }

    /// Returns the words for the kind of value in messages.
    pub(super) fn kind_name(&self) -> &'static str {
        // The kind alone decides, so the elements are not needed.
        match &self.kind {
            Kind::List(_) => kind_of(&Value::Array(Vec::new())),
            Kind::Table(_) => kind_of(&Value::Object(Map::new())),
            _ => kind_of(&self.to_value()),
        }
    }

    /// Returns the value without places.
    pub(super) fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::List(list) => Value::Array(list.iter().map(Self::to_value).collect()),
            Kind::Table(table) => {
                let entries = table.iter();
                let entries = entries.map(|(name, (_, node))| (name.clone(), node.to_value()));
                Value::Object(entries.collect::<Map<_, _>>())
            }
        }
    }

    /// Returns a node of which every part has the same origin.
    pub(super) fn from_value(value: Value, origin: &Origin) -> Self {
        let kind = match value {
            Value::Null => Kind::Null,
            Value::Bool(value) => Kind::Bool(value),
            Value::Number(number) => Kind::Number(number),
            Value::String(text) => Kind::Text(text),
            Value::Array(list) => Kind::List(
                list.into_iter()
                    .map(|value| Self::from_value(value, origin))
                    .collect(),
            ),
            Value::Object(entries) => Kind::Table(
                entries
                    .into_iter()
                    .map(|(name, value)| (name, (origin.clone(), Self::from_value(value, origin))))
                    .collect(),
            ),
        };
        Self::new(kind, origin.clone())
    }

    /// Returns the value of a variable's text, read as JSON. A text that is not valid JSON, and a
    /// node of a file, stay as they are.
    pub(super) fn untyped(&self) -> Cow<'_, Self> {
        if let (Kind::Text(text), Origin::Variable(_)) = (&self.kind, &self.origin)
            && let Ok(value) = serde_json::from_str::<Value>(text)
        {
            return Cow::Owned(Self::from_value(value, &self.origin));
        }
        Cow::Borrowed(self)
    }

    /// Returns the text of a node, whatever a variable's text looks like. A node of another kind
    /// stays as it is.
    pub(super) fn to_text(&self) -> Value {
        match (&self.kind, &self.origin) {
            (Kind::Text(text), _) => Value::String(text.clone()),
            // It was read as JSON before its type was known.
            (_, Origin::Variable(_)) => Value::String(self.to_value().to_string()),
            _ => self.to_value(),
        }
    }

    /// Like [`Node::untyped`], but a variable that is not valid JSON is a list whose elements are
    /// separated by commas.
    pub(super) fn listed(&self) -> Cow<'_, Self> {
        let node = self.untyped();
        let (Kind::Text(text), Origin::Variable(_)) = (&self.kind, &self.origin) else {
            return node;
        };
        if matches!(node.kind, Kind::List(_)) {
            return node;
        }
        let parts = text.split(',').map(str::trim);
        let parts = parts.filter(|part| !part.is_empty());
        let list = parts.map(|part| Self::new(Kind::Text(part.to_owned()), self.origin.clone()));
        Cow::Owned(Self::new(Kind::List(list.collect()), self.origin.clone()))
    }

    /// Removes every private key that is in the wrong place, so that no message can show it.
    /// Returns the places.
    pub(super) fn take_secrets(&mut self) -> Vec<Origin> {
        let mut found = Vec::new();
        self.hide("", &mut found);
        found
    }

    fn hide(&mut self, name: &str, found: &mut Vec<Origin>) {
        // A variable can hold a list or a table, with keys in the right places.
        let untyped = self.untyped();
        if matches!(untyped.kind, Kind::List(_) | Kind::Table(_)) {
            *self = untyped.into_owned();
        }
        match &mut self.kind {
            Kind::Text(text) => {
                if is_secret(text) && !name.eq_ignore_ascii_case("bin") {
                    found.push(self.origin.clone());
                    self.kind = Kind::Null;
                }
            }
            Kind::List(list) => list.iter_mut().for_each(|node| node.hide("", found)),
            Kind::Table(table) => {
                for (name, (_, node)) in table.iter_mut() {
                    node.hide(name, found);
                }
                table.retain(|name, (origin, _)| {
                    let secret = is_secret(name);
                    found.extend(secret.then(|| origin.clone()));
                    !secret
                });
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
        }
    }
}

/// Returns `true` if a text contains a private key: py-ipv8's prefix, as bytes or in base64.
pub(super) fn is_secret(text: &str) -> bool {
    text.contains("LibNaCLSK") || text.contains("TGliTmFDTFNL")
}
