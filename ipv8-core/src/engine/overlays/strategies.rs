//! The list of strategies that an overlay will have.

use std::fmt;

use super::names::{StrategyName, TakenNames};
use crate::overlay::community::Community;
use crate::overlay::strategy::DiscoveryStrategy;
use crate::support::type_name::short_type_name;

/// The strategies of one overlay, in the order in which they take turns.
pub struct Strategies<C> {
    pub(super) offers: Vec<Offer<C>>,
}

/// A strategy that does not belong to an overlay yet.
pub(super) struct Offer<C> {
    pub(super) name: &'static str,
    pub(super) target_peers: i32,
    pub(super) strategy: Box<dyn DiscoveryStrategy<C>>,
}

impl<C: Community> Default for Strategies<C> {
    fn default() -> Self {
        Self { offers: Vec::new() }
    }
}

impl<C: Community> fmt::Debug for Strategies<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

// The bound is on the method, so that the compiler reports once that a type is no community, and
// not once for each strategy that `#[walk_strategy]` adds.
impl<C> Strategies<C> {
    /// Appends a strategy of type `S` with its default options, changed by `configure`.
    ///
    /// It is skipped while the overlay has `target_peers` peers or more; -1 never skips, 0 always
    /// does. A value below -1 is an error when the overlay is created.
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

    /// The part of [`Strategies::add`] that does not depend on the type of the closure, which
    /// differs in each launcher: compiled once for each type of strategy.
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
    /// Returns an empty list, for an overlay that only answers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a strategy; for `target_peers` see [`Strategies::add`].
    pub fn add_strategy<S: DiscoveryStrategy<C>>(
        &mut self,
        target_peers: i32,
        strategy: S,
    ) -> &mut Self {
        self.offers.push(Offer {
            name: short_type_name::<S>(),
            target_peers,
            strategy: Box::new(strategy),
        });
        self
    }

    /// Returns the type (without path) and the target of each strategy.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, i32)> + '_ {
        let offers = self.offers.iter();
        offers.map(|offer| (offer.name, offer.target_peers))
    }

    /// Returns the names that the strategies will have in an overlay without other strategies.
    pub(crate) fn names(&self) -> Vec<StrategyName> {
        let mut taken = TakenNames::default();
        let offers = self.offers.iter();
        offers.map(|offer| taken.take(offer.name)).collect()
    }

    /// Changes the target of the strategy at `index`. Returns `false` if there is no such strategy.
    pub(crate) fn set_target_peers(&mut self, index: usize, target_peers: i32) -> bool {
        let offer = self.offers.get_mut(index);
        offer
            .map(|offer| offer.target_peers = target_peers)
            .is_some()
    }

    /// Removes all strategies.
    pub(crate) fn clear(&mut self) {
        self.offers.clear();
    }
}
