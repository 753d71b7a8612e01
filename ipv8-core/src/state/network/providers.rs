//! The number of peers of each provider.

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::support::hashing::StrangersState;
use crate::wire::host_group::HostGroup;
use crate::wire::scope::Scope;

/// The providers of the peers of one service. A provider is a /16 of the internet (a /32 in IPv6):
/// an owner of many addresses has them in few such networks.
///
/// Addresses outside the internet (loopback, private networks) have no provider.
#[derive(Clone, Debug, Default)]
pub(super) struct Providers(HashMap<HostGroup, u32, StrangersState>);

/// Returns the provider of an address of the internet.
pub(super) fn provider_of(address: SocketAddr) -> Option<HostGroup> {
    let host = address.ip();
    (Scope::of(host) == Scope::Global).then(|| HostGroup::provider(host))
}

impl Providers {
    /// Counts a peer at `address`.
    pub(super) fn add(&mut self, address: SocketAddr) {
        if let Some(provider) = provider_of(address) {
            *self.0.entry(provider).or_default() += 1;
        }
    }

    /// Undoes [`Providers::add`].
    pub(super) fn remove(&mut self, address: SocketAddr) {
        let Some(provider) = provider_of(address) else {
            return;
        };
        if let Some(count) = self.0.get_mut(&provider) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&provider);
            }
        }
    }

    /// Returns the number of peers of the provider of `address`; 0 outside the internet.
    pub(super) fn count_at(&self, address: SocketAddr) -> usize {
        self.count_of(provider_of(address))
    }

    /// Returns the number of peers of a provider; 0 outside the internet (`None`).
    pub(super) fn count_of(&self, provider: Option<HostGroup>) -> usize {
        let count = provider.and_then(|provider| self.0.get(&provider));
        count.map_or(0, |count| *count as usize)
    }

    /// Returns the number of providers.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the provider with the most peers, and their number. Takes one pass over all.
    pub(super) fn largest(&self) -> Option<(HostGroup, usize)> {
        // Of several, the one with the highest number, so that the result does not depend on the
        // order in the map.
        let largest = self
            .0
            .iter()
            .max_by_key(|(group, count)| (**count, **group));
        largest.map(|(group, count)| (*group, *count as usize))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_counted_by_the_first_half_of_the_host() {
        let mut providers = Providers::default();
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        for text in [
            "1.2.3.4:5",
            "1.2.9.9:5",
            "1.3.0.1:5",
            "127.0.0.1:5",
            "10.0.0.1:5",
        ] {
            providers.add(at(text));
        }
        assert_eq!((providers.len(), providers.largest().unwrap().1), (2, 2));
        assert_eq!(providers.count_at(at("1.2.7.7:9")), 2);
        assert_eq!(providers.count_at(at("10.0.0.1:5")), 0);
        providers.remove(at("1.2.3.4:5"));
        providers.remove(at("1.2.9.9:5"));
        providers.remove(at("10.0.0.1:5"));
        assert_eq!(
            (providers.len(), providers.count_at(at("1.2.3.4:5"))),
            (1, 0)
        );
    }
}
