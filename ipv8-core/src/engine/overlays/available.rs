//! Strategies by name: those that [`Community::available`] offers, created and changed without
//! their types.

use std::any::{Any, type_name};

use super::any_strategy::{AnyStrategy, StrategyList};
use crate::overlay::community::{AnyAvailable, Available, Community};
use crate::overlay::strategy::{DiscoveryStrategy, EdgeWalk, RandomWalk};
use crate::support::nearest::{hint, nearest};
use crate::support::options::Options;
use crate::support::type_name::short_name;

/// The target of a strategy for which none is set, as in `#[walk_strategy]`.
pub const DEFAULT_TARGET_PEERS: i32 = 20;

/// The community offers no strategy of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown strategy \"{name}\" for {community}: {}", hint(*nearest, known))]
pub struct UnknownStrategy {
    /// The community's type, without path.
    pub community: &'static str,
    /// The unknown name.
    pub name: String,
    /// The most similar name, if one is similar.
    pub nearest: Option<&'static str>,
    /// The names of all offered strategies.
    pub known: Vec<&'static str>,
}

/// An erased strategy type.
#[derive(Clone, Copy)]
struct StrategyType {
    /// The name of the type, with the path.
    name: &'static str,
    /// Appends a strategy with its default options.
    add: fn(i32, &mut StrategyList),
    options: OptionsOf,
}

/// Returns the options of a strategy, if it is of the expected type.
type OptionsOf = fn(&mut dyn Any) -> Option<&mut dyn Options>;

impl StrategyType {
    fn of<C: Community, S: DiscoveryStrategy<C> + Default + Options>() -> Self {
        Self {
            name: type_name::<S>(),
            add: |target_peers, strategies| {
                strategies.push::<C, S>(target_peers, S::default());
            },
            options: options_of::<S>,
        }
    }

    fn of_every_community<S: AnyStrategy + Default + Options + 'static>() -> Self {
        Self {
            name: type_name::<S>(),
            add: |target_peers, strategies| {
                let strategy = Box::new(S::default());
                strategies.push_erased(type_name::<S>(), target_peers, strategy);
            },
            options: options_of::<S>,
        }
    }
}

fn options_of<S: Options + 'static>(strategy: &mut dyn Any) -> Option<&mut dyn Options> {
    let strategy: &mut S = strategy.downcast_mut()?;
    Some(strategy)
}

impl<C: Community> Available<C> {
    /// Returns what `C` offers, and the strategies of every community: [`RandomWalk`] and
    /// [`EdgeWalk`].
    #[must_use]
    pub fn new() -> Self {
        let mut available = Self::of(AnyAvailable::of_every_community());
        C::available(&mut available);
        available
    }

    /// Offers a strategy under the name of its type, without path (py-ipv8's
    /// `get_available_strategies`). Replaces a strategy of that name.
    pub fn strategy<S: DiscoveryStrategy<C> + Default + Options>(&mut self) -> &mut Self {
        self.erased.offer(StrategyType::of::<C, S>());
        self
    }
}

impl<C: Community> Default for Available<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl AnyAvailable {
    /// Returns the strategies of every community.
    fn of_every_community() -> Self {
        let mut available = Self::default();
        available.offer(StrategyType::of_every_community::<RandomWalk>());
        available.offer(StrategyType::of_every_community::<EdgeWalk>());
        available
    }

    fn offer(&mut self, strategy_type: StrategyType) {
        let name = short_name(strategy_type.name);
        self.strategies.retain(|(other, _)| *other != name);
        self.strategies.push((name, Box::new(strategy_type)));
    }

    /// Appends the strategy `name` with its default options, and returns those. `community` is the
    /// community's type, without path.
    ///
    /// # Errors
    ///
    /// [`UnknownStrategy`]; the list is then unchanged.
    pub(crate) fn add_strategy<'a>(
        &self,
        community: &'static str,
        name: &str,
        target_peers: i32,
        strategies: &'a mut StrategyList,
    ) -> Result<&'a mut dyn Options, UnknownStrategy> {
        let unknown = || UnknownStrategy {
            community,
            name: name.to_owned(),
            nearest: nearest(name, self.strategy_names()),
            known: self.strategy_names(),
        };
        let strategy_type = self.strategy_type(name).ok_or_else(unknown)?;
        (strategy_type.add)(target_peers, strategies);
        let added = strategies.offers.last_mut();
        added
            .and_then(|added| (strategy_type.options)(added.strategy.as_any()))
            .ok_or_else(unknown)
    }

    /// Returns the options of the strategy at `index`, or `None` if `index` is out of range or the
    /// community does not offer that type of strategy.
    pub(crate) fn strategy_options<'a>(
        &self,
        index: usize,
        strategies: &'a mut StrategyList,
    ) -> Option<&'a mut dyn Options> {
        let offer = strategies.offers.get_mut(index)?;
        let strategy_type = self.strategy_type(offer.name)?;
        (strategy_type.options)(offer.strategy.as_any())
    }

    fn strategy_type(&self, name: &str) -> Option<StrategyType> {
        let (_, found) = self.strategies.iter().find(|(known, _)| *known == name)?;
        found.downcast_ref().copied()
    }
}
