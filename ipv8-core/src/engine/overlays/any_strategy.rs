//! Strategies whose types, and the types of their communities, are erased.

use std::any::{Any, type_name};
use std::marker::PhantomData;

use super::names::{StrategyName, TakenNames};
use crate::overlay::community::Community;
use crate::overlay::context::Context;
use crate::overlay::strategy::{DiscoveryStrategy, EdgeWalk, RandomWalk};
use crate::support::type_name::short_name;

/// A strategy whose type is erased.
pub(crate) trait AnyStrategy: Send {
    /// Takes one step; none if the community is of another type. A panic leaves it.
    fn take_step(&mut self, community: &mut dyn Any, cx: &mut Context<'_>);

    /// Returns the strategy with its type.
    fn as_any(&mut self) -> &mut dyn Any;
}

/// A strategy of the community `C`.
struct Typed<C, S>(S, PhantomData<fn(&mut C)>);

impl<C: Community, S: DiscoveryStrategy<C>> AnyStrategy for Typed<C, S> {
    fn take_step(&mut self, community: &mut dyn Any, cx: &mut Context<'_>) {
        if let Some(community) = community.downcast_mut() {
            self.0.take_step(community, cx);
        }
    }

    fn as_any(&mut self) -> &mut dyn Any {
        &mut self.0
    }
}

/// The strategies of every community need no type of community.
macro_rules! of_every_community {
    ($($strategy:ty),*) => {$(
        impl AnyStrategy for $strategy {
            fn take_step(&mut self, _community: &mut dyn Any, cx: &mut Context<'_>) {
                self.step(cx);
            }

            fn as_any(&mut self) -> &mut dyn Any {
                self
            }
        }
    )*};
}

of_every_community!(RandomWalk, EdgeWalk);

/// A strategy that does not belong to an overlay yet.
pub(super) struct Offer {
    /// Its type, without path.
    pub(super) name: &'static str,
    pub(super) target_peers: i32,
    pub(super) strategy: Box<dyn AnyStrategy>,
}

/// The strategies of one overlay, with all types erased.
#[derive(Default)]
pub(crate) struct StrategyList {
    pub(super) offers: Vec<Offer>,
}

impl StrategyList {
    /// Appends a strategy of the community `C`.
    #[inline]
    pub(super) fn push<C: Community, S: DiscoveryStrategy<C>>(
        &mut self,
        target_peers: i32,
        strategy: S,
    ) {
        let strategy = Box::new(Typed::<C, S>(strategy, PhantomData));
        self.push_erased(type_name::<S>(), target_peers, strategy);
    }

    /// Appends a strategy. `name` is the name of its type, with the path.
    pub(super) fn push_erased(
        &mut self,
        name: &'static str,
        target_peers: i32,
        strategy: Box<dyn AnyStrategy>,
    ) {
        self.offers.push(Offer {
            name: short_name(name),
            target_peers,
            strategy,
        });
    }

    /// Returns the type (without path) and the target of each strategy.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, i32)> + '_ {
        let offers = self.offers.iter();
        offers.map(|offer| (offer.name, offer.target_peers))
    }

    /// Returns the names that the strategies will have in an overlay without other strategies.
    pub(crate) fn names(&self) -> Vec<StrategyName> {
        let mut taken = TakenNames::default();
        let offers = self.offers.iter();
        offers.map(|offer| taken.take(offer.name)).collect()
    }

    /// Changes the target of the strategy at `index`. Returns `false` if `index` is out of range.
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
