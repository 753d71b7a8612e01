//! The strategies of one overlay: how they are given, and what they are called.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Instant;

use crate::overlay::community::Community;
use crate::overlay::strategy::DiscoveryStrategy;
use crate::support::hashing::OwnState;
use crate::support::type_name::short_type_name;

/// Names one strategy of one node; never used again for another one, so that it stays valid when others come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StrategyId(u64);

impl StrategyId {
    /// The strategy that was the `number`th to be added to its node, from 0.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// The number it was made from.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for StrategyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a strategy is called among those of its overlay: the name of its type, without path, and a number if others of that type were
/// there when it was added: `RandomWalk`, `RandomWalk#2`, `RandomWalk#3`.
///
/// A strategy keeps its name. A new one gets the lowest number that is free.
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
    /// The name of the strategy's type, without path.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        self.type_name
    }

    /// Its number among those of that type, from 1.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.number
    }
}

/// The first one of its type.
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
        formatter.write_str(self.type_name)?;
        if self.number > 1 {
            write!(formatter, "#{}", self.number)?;
        }
        Ok(())
    }
}

/// Whether the text is this name; `RandomWalk#1` is `RandomWalk`.
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

/// The strategies of one overlay, in the order in which they take turns.
pub struct Strategies<C> {
    pub(super) slots: Vec<Offer<C>>,
}

/// A strategy that has not been given to an overlay yet.
pub(super) struct Offer<C> {
    pub(super) name: &'static str,
    pub(super) target_peers: i32,
    pub(super) strategy: Box<dyn DiscoveryStrategy<C>>,
}

/// What is known of a strategy whatever its type.
#[derive(Clone, Debug)]
pub(crate) struct StrategyState {
    pub(crate) id: StrategyId,
    pub(crate) name: StrategyName,
    pub(crate) target_peers: i32,
    pub(crate) last_step: Option<Instant>,
    pub(crate) steps: u64,
    pub(crate) skipped: u64,
    pub(crate) panics: u64,
}

impl StrategyState {
    pub(super) fn new(id: StrategyId, name: StrategyName, target_peers: i32) -> Self {
        Self {
            id,
            name,
            target_peers,
            last_step: None,
            steps: 0,
            skipped: 0,
            panics: 0,
        }
    }

    /// Whether its overlay has enough peers for it. Below zero means that there is no target to reach.
    pub(crate) fn is_at_target(&self, peers: usize) -> bool {
        usize::try_from(self.target_peers).is_ok_and(|target| peers >= target)
    }
}

/// A strategy of an overlay.
pub(super) struct Slot<C> {
    pub(super) state: StrategyState,
    pub(super) strategy: Box<dyn DiscoveryStrategy<C>>,
}

/// The names that the strategies of an overlay have.
#[derive(Debug, Default)]
pub(super) struct TakenNames {
    /// By type: the numbers, and one below which all are taken.
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

    /// The name for a new strategy of the type `type_name`: the lowest number that is free. It is taken from now on.
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

impl<C: Community> Default for Strategies<C> {
    fn default() -> Self {
        Self { slots: Vec::new() }
    }
}

impl<C: Community> fmt::Debug for Strategies<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

// The bound stands on the method so that the compiler says once that a type is no community,
// not once for each strategy that `#[walk_strategy]` adds.
impl<C> Strategies<C> {
    /// Appends a strategy of type `S` with its default options, changed by `configure`.
    ///
    /// It is skipped while the overlay has `target_peers` peers or more; -1 never skips, 0 always
    /// does. Anything below -1 is refused when the overlay is made.
    pub fn add<S: DiscoveryStrategy<C> + Default>(
        &mut self,
        target_peers: i32,
        configure: impl FnOnce(&mut S),
    ) -> &mut Self
    where
        C: Community,
    {
        let mut configure = Some(configure);
        self.add_configured(target_peers, &mut |strategy| {
            if let Some(configure) = configure.take() {
                configure(strategy);
            }
        })
    }

    /// All of [`Strategies::add`] that does not depend on the closure, which has a type of its own in each launcher: built once for
    /// each type of strategy.
    #[inline(never)]
    fn add_configured<S: DiscoveryStrategy<C> + Default>(
        &mut self,
        target_peers: i32,
        configure: &mut dyn FnMut(&mut S),
    ) -> &mut Self
    where
        C: Community,
    {
        let mut strategy = S::default();
        configure(&mut strategy);
        self.add_strategy(target_peers, strategy)
    }
}

impl<C: Community> Strategies<C> {
    /// No strategies: an overlay that only answers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a strategy made elsewhere; for `target_peers` see [`Strategies::add`].
    pub fn add_strategy<S: DiscoveryStrategy<C>>(
        &mut self,
        target_peers: i32,
        strategy: S,
    ) -> &mut Self {
        self.slots.push(Offer {
            name: short_type_name::<S>(),
            target_peers,
            strategy: Box::new(strategy),
        });
        self
    }

    /// Name (the type's, without its path) and target of each strategy.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, i32)> + '_ {
        let offers = self.slots.iter();
        offers.map(|offer| (offer.name, offer.target_peers))
    }

    /// How many strategies there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_and_the_lowest_free_number_is_given_again() {
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
