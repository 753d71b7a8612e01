//! Strategies by name: those that [`Community::available`] offers, created and changed without
//! their types.

use std::any::Any;
use std::marker::PhantomData;

use super::strategies::Strategies;
use crate::overlay::community::{Available, Community};
use crate::overlay::strategy::{DiscoveryStrategy, EdgeWalk, RandomWalk};
use crate::support::nearest::{hint, nearest};
use crate::support::options::Options;
use crate::support::type_name::short_type_name;

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
trait StrategyType<C: Community> {
    /// Appends a strategy with its default options.
    fn add(&self, target_peers: i32, strategies: &mut Strategies<C>);
    /// Returns the options of a strategy, if it is of this type.
    fn options<'a>(
        &self,
        strategy: &'a mut dyn DiscoveryStrategy<C>,
    ) -> Option<&'a mut dyn Options>;
}

struct Of<S>(PhantomData<fn() -> S>);

impl<C: Community, S: DiscoveryStrategy<C> + Default + Options> StrategyType<C> for Of<S> {
    fn add(&self, target_peers: i32, strategies: &mut Strategies<C>) {
        strategies.add_strategy(target_peers, S::default());
    }

    fn options<'a>(
        &self,
        strategy: &'a mut dyn DiscoveryStrategy<C>,
    ) -> Option<&'a mut dyn Options> {
        let strategy: &mut dyn Any = strategy;
        strategy
            .downcast_mut::<S>()
            .map(|strategy| strategy as &mut dyn Options)
    }
}

impl<C: Community> Available<C> {
    /// Returns what `C` offers, and the strategies of every community: [`RandomWalk`] and
    /// [`EdgeWalk`].
    #[must_use]
    pub fn new() -> Self {
        let mut available = Self::nothing();
        available.strategy::<RandomWalk>().strategy::<EdgeWalk>();
        C::available(&mut available);
        available
    }

    /// Offers a strategy under the name of its type, without path (py-ipv8's
    /// `get_available_strategies`). Replaces a strategy of that name.
    pub fn strategy<S: DiscoveryStrategy<C> + Default + Options>(&mut self) -> &mut Self {
        let name = short_type_name::<S>();
        let of: Box<dyn StrategyType<C>> = Box::new(Of::<S>(PhantomData));
        self.strategies.retain(|(other, _)| *other != name);
        self.strategies.push((name, Box::new(of)));
        self
    }

    /// Appends the strategy `name` with its default options, and returns those.
    ///
    /// # Errors
    ///
    /// [`UnknownStrategy`]; the list is then unchanged.
    pub(crate) fn add_strategy<'a>(
        &self,
        name: &str,
        target_peers: i32,
        strategies: &'a mut Strategies<C>,
    ) -> Result<&'a mut dyn Options, UnknownStrategy> {
        let unknown = || UnknownStrategy {
            community: short_type_name::<C>(),
            name: name.to_owned(),
            nearest: nearest(name, self.strategy_names()),
            known: self.strategy_names(),
        };
        let strategy_type = self
            .strategy_types()
            .find(|(known, _)| *known == name)
            .map(|(_, strategy_type)| strategy_type)
            .ok_or_else(unknown)?;
        strategy_type.add(target_peers, strategies);
        let added = strategies.offers.last_mut();
        added
            .and_then(|added| strategy_type.options(&mut *added.strategy))
            .ok_or_else(unknown)
    }

    /// Returns the options of the strategy at `index`, or `None` if there is no such strategy or
    /// the community does not offer its type.
    pub(crate) fn strategy_options<'a>(
        &self,
        index: usize,
        strategies: &'a mut Strategies<C>,
    ) -> Option<&'a mut dyn Options> {
        let name = strategies.offers.get(index)?.name;
        let (_, strategy_type) = self.strategy_types().find(|(known, _)| *known == name)?;
        strategy_type.options(&mut *strategies.offers.get_mut(index)?.strategy)
    }

    fn strategy_types(&self) -> impl Iterator<Item = (&'static str, &dyn StrategyType<C>)> {
        self.strategies.iter().filter_map(|(name, strategy_type)| {
            let strategy_type = strategy_type.downcast_ref::<Box<dyn StrategyType<C>>>()?;
            Some((*name, &**strategy_type))
        })
    }
}

impl<C: Community> Default for Available<C> {
    fn default() -> Self {
        Self::new()
    }
}
