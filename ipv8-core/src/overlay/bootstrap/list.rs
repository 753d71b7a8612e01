//! The bootstrappers of one overlay.

use std::fmt;
use std::net::SocketAddr;
use std::time::Instant;

use rand::rngs::StdRng;

use super::bootstrapper::Bootstrapper;
use super::context::{BootstrapContext, Wishes};
use super::schedule::Schedule;
use crate::support::guard::guarded;
use crate::support::type_name::short_type_name;
use crate::wire::packet::CommunityId;

/// The bootstrappers of one overlay, in the order in which the overlay asks them.
///
/// ```
/// use ipv8_core::overlay::{Bootstrappers, DispersyBootstrapper};
///
/// let mut bootstrappers = Bootstrappers::new();
/// bootstrappers.add::<DispersyBootstrapper>(|b| {
///     b.ip_addresses = vec!["192.0.2.7:6421".parse().unwrap()];
///     b.bootstrap_timeout = 60.0;
/// });
/// assert_eq!(bootstrappers.iter().collect::<Vec<_>>(), ["DispersyBootstrapper"]);
/// ```
#[derive(Default)]
pub struct Bootstrappers {
    slots: Vec<Slot>,
    pub(crate) schedule: Schedule,
}

struct Slot {
    name: &'static str,
    bootstrapper: Box<dyn Bootstrapper>,
    initialized: bool,
    wake: Option<Instant>,
}

/// The part of the overlay that it lends for a call.
pub(crate) struct Room<'a> {
    pub(crate) now: Instant,
    pub(crate) community_id: CommunityId,
    pub(crate) peers: usize,
    pub(crate) max_peers: i32,
    pub(crate) rng: &'a mut StdRng,
}

/// The panic of the bootstrapper with this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Panic(pub(crate) &'static str);

impl fmt::Debug for Bootstrappers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// A list with one bootstrapper.
impl<B: Bootstrapper> From<B> for Bootstrappers {
    fn from(bootstrapper: B) -> Self {
        let mut bootstrappers = Self::new();
        bootstrappers.add_bootstrapper(bootstrapper);
        bootstrappers
    }
}

impl Bootstrappers {
    /// Returns an empty list: the overlay waits to be found.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a bootstrapper of type `B` with default options, changed by `configure`.
    pub fn add<B: Bootstrapper + Default>(&mut self, configure: impl FnOnce(&mut B)) -> &mut Self {
        let mut bootstrapper = B::default();
        configure(&mut bootstrapper);
        self.add_bootstrapper(bootstrapper)
    }

    /// Appends a bootstrapper.
    pub fn add_bootstrapper<B: Bootstrapper>(&mut self, bootstrapper: B) -> &mut Self {
        self.slots.push(Slot {
            name: short_type_name::<B>(),
            bootstrapper: Box::new(bootstrapper),
            initialized: false,
            wake: None,
        });
        self
    }

    /// Appends all of `others`.
    pub(crate) fn append(&mut self, mut others: Self) -> &mut Self {
        self.slots.append(&mut others.slots);
        self
    }

    /// Returns the name of each bootstrapper: its type, without path.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.slots.iter().map(|slot| slot.name)
    }

    /// Returns the number of bootstrappers.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Returns `true` if there are no bootstrappers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Returns `true` if any has been asked before.
    pub(crate) fn any_initialized(&self) -> bool {
        self.slots.iter().any(|slot| slot.initialized)
    }

    /// Returns the time of the earliest timer or round.
    pub(crate) fn next_wake(&self) -> Option<Instant> {
        let timers = self.slots.iter().filter_map(|slot| slot.wake);
        timers.chain(self.schedule.next()).min()
    }

    /// Removes the timer of the bootstrapper at `index` if it is due, and returns `true` then.
    pub(crate) fn take_wake(&mut self, index: usize, now: Instant) -> bool {
        let slot = self.slots.get_mut(index);
        slot.is_some_and(|slot| slot.wake.take_if(|at| *at <= now).is_some())
    }

    /// Calls the bootstrapper at `index`, after [`Bootstrapper::initialize`] if it is its first
    /// call. Returns the result of the call and the wishes; `None` when there is no such
    /// bootstrapper.
    pub(crate) fn call<R: Default>(
        &mut self,
        index: usize,
        room: &mut Room<'_>,
        call: impl FnOnce(&mut dyn Bootstrapper, &mut BootstrapContext<'_>) -> R,
    ) -> Option<(R, Wishes, Result<(), Panic>)> {
        let slot = self.slots.get_mut(index)?;
        let mut wishes = Wishes::default();
        let Room {
            now,
            community_id,
            peers,
            max_peers,
            ref mut rng,
        } = *room;
        let mut cx = BootstrapContext {
            now,
            community_id,
            peers,
            max_peers,
            rng,
            wishes: &mut wishes,
        };
        let first = !std::mem::replace(&mut slot.initialized, true);
        let bootstrapper = slot.bootstrapper.as_mut();
        // The borrowed values are plain data and stay usable after a panic.
        let called = guarded(|| {
            if first {
                bootstrapper.initialize(&mut cx);
            }
            let result = call(bootstrapper, &mut cx);
            (result, bootstrapper.blacklist())
        });
        let (result, outcome) = match called {
            Ok((result, servers)) => {
                wishes.blacklist.extend(servers);
                (result, Ok(()))
            }
            Err(_) => {
                wishes = Wishes::default();
                (R::default(), Err(Panic(slot.name)))
            }
        };
        slot.wake = wishes.wake.or(slot.wake);
        Some((result, wishes, outcome))
    }

    /// Returns the blacklists of the bootstrappers, before their first call. A bootstrapper that
    /// panics here is left out; its first call reports the panic.
    pub(crate) fn servers(&self) -> Vec<SocketAddr> {
        let servers = |slot: &Slot| guarded(|| slot.bootstrapper.blacklist());
        let known = self.slots.iter().filter_map(|slot| servers(slot).ok());
        known.flatten().collect()
    }

    /// Returns `true` if the bootstrapper at `index` has been called before.
    pub(crate) fn is_initialized(&self, index: usize) -> bool {
        self.slots.get(index).is_some_and(|slot| slot.initialized)
    }
}

/// Returns the addresses of a round to walk to: the first `max_peers`, or all (protocol 4.7).
pub(crate) fn within_limit(mut addresses: Vec<SocketAddr>, max_peers: i32) -> Vec<SocketAddr> {
    if let Some(limit) = usize::try_from(max_peers).ok().filter(|limit| *limit > 0) {
        addresses.truncate(limit);
    }
    addresses
}
