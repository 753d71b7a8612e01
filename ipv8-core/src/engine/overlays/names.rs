//! How strategies are identified and named.

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::support::hashing::OwnState;
use crate::support::names::write_numbered;

/// Identifies one strategy of one node. An id is never reused, so it stays valid when other
/// strategies are added and removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct StrategyId(u64);

impl StrategyId {
    /// Returns the id of the strategy with this number. Strategies are numbered in the order in
    /// which they were added to the node, from 0.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for StrategyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The name of a strategy within its overlay: its type without path, and a number if other
/// strategies of that type were present when it was added: `RandomWalk`, `RandomWalk#2`,
/// `RandomWalk#3`.
///
/// A strategy keeps its name. A new one gets the lowest free number.
///
/// ```
/// # use ipv8_core::engine::StrategyName;
/// let name = StrategyName::from("RandomWalk");
/// assert_eq!(name.to_string(), "RandomWalk");
/// assert!(name == "RandomWalk" && name == "RandomWalk#1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StrategyName {
    type_name: &'static str,
    number: u32,
}

impl StrategyName {
    /// Returns the strategy's type, without path.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        self.type_name
    }
}

/// Names the first strategy of this type.
impl From<&'static str> for StrategyName {
    fn from(type_name: &'static str) -> Self {
        Self {
            type_name,
            number: 1,
        }
    }
}

impl fmt::Display for StrategyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_numbered(formatter, self.type_name, self.number)
    }
}

impl serde::Serialize for StrategyName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Compares the name with its text. `RandomWalk#1` equals `RandomWalk`.
impl PartialEq<str> for StrategyName {
    fn eq(&self, text: &str) -> bool {
        match text.strip_prefix(self.type_name) {
            Some("") => self.number == 1,
            Some(rest) => rest
                .strip_prefix('#')
                .is_some_and(|number| number == self.number.to_string()),
            None => false,
        }
    }
}

impl PartialEq<&str> for StrategyName {
    fn eq(&self, text: &&str) -> bool {
        *self == **text
    }
}

/// The names in use in one overlay.
#[derive(Debug, Default)]
pub(super) struct TakenNames {
    /// For each type, its numbers and a number below which all are taken.
    numbers: HashMap<&'static str, (HashSet<u32, OwnState>, u32), OwnState>,
}

impl TakenNames {
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a StrategyName>) -> Self {
        let mut taken = Self::default();
        for name in names {
            let (numbers, _) = taken.numbers.entry(name.type_name).or_default();
            numbers.insert(name.number);
        }
        taken
    }

    /// Takes the name with the lowest free number for a new strategy of this type.
    pub(super) fn take(&mut self, type_name: &'static str) -> StrategyName {
        let (numbers, below) = self.numbers.entry(type_name).or_default();
        let mut number = (*below).max(1);
        while !numbers.insert(number) {
            number += 1;
        }
        *below = number + 1;
        StrategyName { type_name, number }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_and_the_lowest_free_number_is_used_again() {
        let mut taken = TakenNames::default();
        let mut names: Vec<_> = ["A", "B", "A", "A"].map(|name| taken.take(name)).into();
        let texts: Vec<_> = names.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["A", "B", "A#2", "A#3"]);
        names.remove(2);
        let mut taken = TakenNames::of(names.iter());
        let next = ["A", "A", "B"].map(|name| taken.take(name).to_string());
        assert_eq!(next, ["A#2", "A#4", "B#2"]);
        names.remove(0);
        assert_eq!(TakenNames::of(names.iter()).take("A").to_string(), "A");
    }

    #[test]
    fn a_name_equals_its_text_and_no_other() {
        let name = StrategyName {
            type_name: "Walk",
            number: 12,
        };
        assert_eq!(name, "Walk#12");
        for other in [
            "Walk", "Walk#1", "Walk#012", "Walk12", "Walk#", "walk#12", "",
        ] {
            assert!(name != other, "{other}");
        }
        assert!(StrategyName::from("Walk") != "Walks");
    }
}
