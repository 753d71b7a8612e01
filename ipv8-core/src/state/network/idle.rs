//! The order in which addresses are forgotten if there are too many.
use crate::crypto::PublicKey;
use crate::wire::host_group::HostGroup;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;

/// The introducer of an address; `None` is the group of the addresses without one.
pub(super) type Introducer = Option<PublicKey>;

/// The provider of an introducer; `None` for one outside the internet.
pub(super) type Provider = Option<HostGroup>;

/// The known addresses without a verified peer, by the provider of their introducer, introducer and
/// age. Every operation takes logarithmic time.
#[derive(Clone, Debug, Default)]
pub(super) struct IdleAddresses {
    groups: HashMap<Introducer, Group>,
    /// The introducers of each provider by their number of addresses; the last one has the most.
    introducers: HashMap<Provider, BTreeSet<(usize, Introducer)>>,
    /// The providers by the number of addresses of their introducers.
    providers: BTreeSet<(usize, Provider)>,
    /// The number of addresses of each provider.
    totals: HashMap<Provider, usize>,
    total: usize,
}

/// The addresses of one introducer by age.
#[derive(Clone, Debug)]
struct Group {
    /// It stays the same as long as there are addresses.
    provider: Provider,
    addresses: BTreeMap<u64, SocketAddr>,
}

impl IdleAddresses {
    pub(super) fn insert(
        &mut self,
        introducer: &Introducer,
        provider: Provider,
        age: u64,
        address: SocketAddr,
    ) {
        let group = self.groups.entry(introducer.clone()).or_insert(Group {
            provider,
            addresses: BTreeMap::new(),
        });
        let (provider, before) = (group.provider, group.addresses.len());
        group.addresses.insert(age, address);
        let after = group.addresses.len();
        self.rank(introducer, provider, before, after);
    }

    pub(super) fn remove(&mut self, introducer: &Introducer, age: u64) {
        let Some(group) = self.groups.get_mut(introducer) else {
            return;
        };
        let (provider, before) = (group.provider, group.addresses.len());
        group.addresses.remove(&age);
        let after = group.addresses.len();
        if after == 0 {
            self.groups.remove(introducer);
        }
        self.rank(introducer, provider, before, after);
    }

    fn rank(&mut self, introducer: &Introducer, provider: Provider, before: usize, after: usize) {
        if before == after {
            return;
        }
        let introducers = self.introducers.entry(provider).or_default();
        introducers.remove(&(before, introducer.clone()));
        if after > 0 {
            introducers.insert((after, introducer.clone()));
        }
        if introducers.is_empty() {
            self.introducers.remove(&provider);
        }
        let total = self.totals.entry(provider).or_default();
        self.providers.remove(&(*total, provider));
        *total = *total + after - before;
        match *total {
            0 => drop(self.totals.remove(&provider)),
            total => drop(self.providers.insert((total, provider))),
        }
        self.total = self.total + after - before;
    }

    pub(super) fn len(&self) -> usize {
        self.total
    }

    /// Returns the number of addresses of one introducer.
    pub(super) fn count(&self, introducer: &Introducer) -> usize {
        let group = self.groups.get(introducer);
        group.map_or(0, |group| group.addresses.len())
    }

    /// Returns the oldest address of one introducer.
    pub(super) fn oldest(&self, introducer: &Introducer) -> Option<SocketAddr> {
        let group = self.groups.get(introducer)?;
        let (_, address) = group.addresses.first_key_value()?;
        Some(*address)
    }

    /// Returns the introducer with the most addresses of the provider with the most addresses. So
    /// an attacker with a thousand keys in a few networks displaces only its own addresses.
    pub(super) fn largest(&self) -> Option<&Introducer> {
        let (_, provider) = self.providers.last()?;
        let (_, introducer) = self.introducers.get(provider)?.last()?;
        Some(introducer)
    }
}
