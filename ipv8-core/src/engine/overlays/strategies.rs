//! The list of strategies that an overlay will have.

use std::fmt;
use std::marker::PhantomData;

use super::any_strategy::StrategyList;
use crate::overlay::community::Community;
use crate::overlay::strategy::DiscoveryStrategy;

/// The strategies of one overlay, in the order in which they take turns.
pub struct Strategies<C> {
    erased: StrategyList,
    community: PhantomData<fn(&mut C)>,
}

impl<C: Community> Default for Strategies<C> {
    fn default() -> Self {
        Self {
            erased: StrategyList::default(),
            community: PhantomData,
        }
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
        self.erased.push::<C, S>(target_peers, strategy);
        self
    }

    /// Returns the type (without path) and the target of each strategy.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, i32)> + '_ {
        self.erased.iter()
    }

    /// Returns the list without the type of its community.
    #[inline]
    pub(crate) fn into_erased(self) -> StrategyList {
        self.erased
    }

    #[cfg(test)]
    pub(super) fn erased(&mut self) -> &mut StrategyList {
        &mut self.erased
    }
}
