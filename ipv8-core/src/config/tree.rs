//! One tree of values for every text a configuration is written in, each value with its place.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use serde_json::{Map, Number, Value};

use super::origin::Origin;

/// A value and where it stands.
///
/// Its `Debug` form tells its kind and not its content, which may be a private key.
#[derive(Clone, PartialEq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) origin: Origin,
}

/// The names in a table, in the order written, each with its own place and its value.
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
        write!(f, "{} at {}", self.kind.name(), self.origin)
    }
}

impl Kind {
    /// What it is called in messages.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a truth value",
            Self::Number(number) if number.is_f64() => "a number with a fraction",
            Self::Number(_) => "a whole number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    pub(super) fn new(kind: Kind, origin: Origin) -> Self {
        Self { kind, origin }
    }

    /// The value alone.
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

    /// The same value, all of it at one place.
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

    /// What stands in a variable is text; where another kind is wanted, the text is read as JSON. Other nodes are what they are.
    pub(super) fn untyped(&self) -> Cow<'_, Self> {
        if let (Kind::Text(text), Origin::Variable(_)) = (&self.kind, &self.origin)
            && let Ok(value) = serde_json::from_str::<Value>(text)
        {
            return Cow::Owned(Self::from_value(value, &self.origin));
        }
        Cow::Borrowed(self)
    }

    /// As [`Node::untyped`]; a variable that is no JSON is a list of what its commas separate.
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

    /// Takes away every private key that does not stand where one belongs, so that nothing can show it; where they stood.
    pub(super) fn take_secrets(&mut self) -> Vec<Origin> {
        let mut found = Vec::new();
        self.hide("", &mut found);
        found
    }

    fn hide(&mut self, name: &str, found: &mut Vec<Origin>) {
        // A list or a table that is written in a variable has places of its own for keys.
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

/// Whether there is a private key in a text: how py-ipv8's begin, as they are and in base64.
fn is_secret(text: &str) -> bool {
    text.contains("LibNaCLSK") || text.contains("TGliTmFDTFNL")
}
