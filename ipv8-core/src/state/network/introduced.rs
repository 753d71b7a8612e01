//! Questions about the introducers of addresses, and the newest introductions.

use super::fresh::IntroducerId;
use super::graph::PeerGraph;
use super::sampling;
use crate::crypto::PublicKey;
use crate::wire::packet::CommunityId;
use rand::Rng;
use std::net::SocketAddr;

impl PeerGraph {
    /// The known addresses that this key introduced first, in no particular order.
    pub fn introductions_from<'a>(
        &'a self,
        key: &PublicKey,
    ) -> impl Iterator<Item = SocketAddr> + use<'a> {
        let introduced = self.addresses.introduced_by(key);
        introduced.into_iter().flatten().copied()
    }

    /// Up to `count` different ones of the known addresses that this key introduced first: all of them if there are no more, else
    /// chosen at random, each with the same probability. Costs as much as `count` draws.
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

    /// Whether the address is known, and this key introduced it first.
    pub fn is_introduced_by(&self, address: &SocketAddr, key: &PublicKey) -> bool {
        let record = self.addresses.record(address);
        record.is_some_and(|record| record.introducer.as_ref() == Some(key))
    }

    /// Whoever introduced `address` first, if it is known and has an introducer.
    pub fn introducer_of(&self, address: &SocketAddr) -> Option<IntroducerId> {
        let introducer = &self.addresses.record(address)?.introducer;
        introducer.as_ref().map(IntroducerId::of)
    }

    /// Takes the newest introduction for the service of an introducer for which `introducer_wanted` is true, each of them
    /// with about the same chance, however much it has introduced. Passed over, and forgotten as new, are addresses that
    /// are not walkable for the service any more, or not `wanted`.
    ///
    /// An introduction is taken once; its address stays walkable until somebody is found there, or it is
    /// [given up](PeerGraph::give_up). Of a service that is not registered there are none. Only the last 4 introductions of the last 32
    /// introducers count as new, which bounds memory and time.
    pub fn take_introduction<R: Rng + ?Sized>(
        &mut self,
        service: CommunityId,
        rng: &mut R,
        introducer_wanted: impl Fn(IntroducerId) -> bool,
        wanted: impl Fn(&SocketAddr) -> bool,
    ) -> Option<(SocketAddr, IntroducerId)> {
        let local = self.local.get_mut(&service)?;
        let walkable = &local.walkable;
        let wanted = |address: &SocketAddr| walkable.contains(address) && wanted(address);
        local.fresh.take(rng, introducer_wanted, wanted)
    }

    /// Notes that `introducer` told us of `address` just now, so that [`PeerGraph::take_introduction`] gives it before others. Does
    /// nothing if the address is not walkable for `service`, so tell it to [`PeerGraph::discover_address`] first.
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
