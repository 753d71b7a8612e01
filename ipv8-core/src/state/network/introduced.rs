//! Questions about the introducers of addresses, and the newest introductions.

use super::fresh::IntroducerId;
use super::graph::PeerGraph;
use super::providers::provider_of;
use super::sampling;
use crate::crypto::PublicKey;
use crate::wire::packet::CommunityId;
use rand::Rng;
use std::net::SocketAddr;

impl PeerGraph {
    /// Returns the known addresses that this key introduced first, in no particular order.
    pub fn introductions_from<'a>(
        &'a self,
        key: &PublicKey,
    ) -> impl Iterator<Item = SocketAddr> + use<'a> {
        let introduced = self.addresses.introduced_by(key);
        introduced.into_iter().flatten().copied()
    }

    /// Returns up to `count` different known addresses that this key introduced first: all of them
    /// if there are at most `count`, else random ones, each with the same probability. Takes as
    /// long as `count` draws.
    pub fn random_introductions_from<R: Rng + ?Sized>(
        &self,
        key: &PublicKey,
        count: usize,
        rng: &mut R,
    ) -> Vec<SocketAddr> {
        match self.addresses.introduced_by(key) {
            None => Vec::new(),
            Some(introduced) if introduced.len() <= count => introduced.iter().copied().collect(),
            Some(introduced) => {
                let chosen = sampling::indexes(introduced.len(), count, rng).into_iter();
                let chosen = chosen.filter_map(|at| introduced.get_index(at).copied());
                chosen.collect()
            }
        }
    }

    /// Returns `true` if the address is known and this key introduced it first.
    pub fn is_introduced_by(&self, address: &SocketAddr, key: &PublicKey) -> bool {
        let record = self.addresses.record(address);
        record.is_some_and(|record| record.introducer.as_ref() == Some(key))
    }

    /// Returns the first introducer of `address`, if it is known and has one.
    pub fn introducer_of(&self, address: &SocketAddr) -> Option<IntroducerId> {
        let introducer = &self.addresses.record(address)?.introducer;
        introducer.as_ref().map(IntroducerId::of)
    }

    /// Removes and returns the newest introduction for the service by a random introducer for which
    /// `introducer_wanted` is true. Each introducer has about the same chance, however many
    /// addresses it introduced. Addresses of a provider without peers of the service come first.
    /// Addresses that are no longer walkable for the service, or not
    /// `wanted`, are skipped and no longer count as new.
    ///
    /// An introduction is returned once. Its address stays walkable until a peer is found there, or
    /// it is [given up](PeerGraph::give_up). An unregistered service has no introductions. Only the
    /// last 4 introductions of the last 32 introducers count as new, which bounds memory and time.
    pub fn take_introduction<R: Rng + ?Sized>(
        &mut self,
        service: CommunityId,
        rng: &mut R,
        introducer_wanted: impl Fn(IntroducerId) -> bool,
        wanted: impl Fn(&SocketAddr) -> bool,
    ) -> Option<(SocketAddr, IntroducerId)> {
        let local = self.local.get_mut(&service)?;
        let (walkable, providers) = (&local.walkable, &local.providers);
        let wanted = |address: &SocketAddr| walkable.contains(address) && wanted(address);
        // Outside the internet there are no providers.
        let is_new_provider = |address: &SocketAddr| {
            provider_of(*address).is_some() && providers.count_at(*address) == 0
        };
        local
            .fresh
            .take(rng, introducer_wanted, wanted, is_new_provider)
    }

    /// Records a new introduction of `address` by `introducer`, so that
    /// [`PeerGraph::take_introduction`] returns it early. Does nothing if the address is not
    /// walkable for `service`, so call [`PeerGraph::discover_address`] first.
    pub fn note_introduction(
        &mut self,
        introducer: &PublicKey,
        address: SocketAddr,
        service: CommunityId,
    ) {
        if let Some(local) = self.local.get_mut(&service)
            && local.walkable.contains(&address)
        {
            local.fresh.push(IntroducerId::of(introducer), address);
        }
    }
}
