//! Access to one node of a test by its number (py-ipv8's shortcuts of the same names), and to the
//! network between the nodes.

use std::net::{IpAddr, SocketAddr};

use rand::RngExt;

use super::link::Link;
use super::test_base::TestBase;
use crate::crypto::{Mid, PrivateKey, PublicKey};
use crate::engine::Engine;
use crate::overlay::community::Community;
use crate::state::network::Network;
use crate::state::peer::Peer;
use crate::state::stats::EngineStats;

impl<C: Community> TestBase<C> {
    /// Returns the address of node `i`.
    #[must_use]
    #[track_caller]
    pub fn address(&self, i: usize) -> SocketAddr {
        self.internet.address(self.node(i).machine)
    }

    /// Returns node `i` as other nodes see it.
    #[must_use]
    #[track_caller]
    pub fn peer(&self, i: usize) -> Peer {
        Peer::new(
            self.public_key(i).clone(),
            self.address(i),
            self.internet.now(),
        )
    }

    /// Returns the private key of node `i`.
    #[must_use]
    #[track_caller]
    pub fn private_key(&self, i: usize) -> &PrivateKey {
        &self.node(i).key
    }

    /// Returns the public key of node `i`.
    #[must_use]
    #[track_caller]
    pub fn public_key(&self, i: usize) -> &PublicKey {
        self.node(i).key.public_key()
    }

    /// Returns the mid of node `i`, the SHA-1 of its public key.
    #[must_use]
    #[track_caller]
    pub fn mid(&self, i: usize) -> Mid {
        self.node(i).key.mid()
    }

    /// Returns the peer graph of the overlay of node `i`.
    #[must_use]
    #[track_caller]
    pub fn network(&self, i: usize) -> Network<'_> {
        let engine = self.engine(i);
        let graph = engine.network_of(self.node(i).id);
        graph.unwrap_or(engine.network()).view()
    }

    /// Returns the verified peers of the overlay of node `i`, as numbers of nodes, in order.
    #[must_use]
    #[track_caller]
    pub fn peers(&self, i: usize) -> Vec<usize> {
        let (network, id) = (self.network(i), self.node(i).id);
        let has = |other: &usize| network.has_service(self.public_key(*other), id);
        let peers = (0..self.len())
            .filter(|other| *other != i && network.is_verified(self.public_key(*other)));
        peers.filter(has).collect()
    }

    /// Returns the counts of datagrams that node `i` received, sent and dropped.
    #[must_use]
    #[track_caller]
    pub fn stats(&self, i: usize) -> &EngineStats {
        self.engine(i).stats()
    }

    /// Disconnects node `i` from the network: it neither receives nor does anything.
    #[track_caller]
    pub fn unplug(&mut self, i: usize) {
        let machine = self.node(i).machine;
        self.internet.unplug(machine);
    }

    /// Connects node `i` to the network again.
    #[track_caller]
    pub fn plug(&mut self, i: usize) {
        let machine = self.node(i).machine;
        self.internet.plug(machine);
    }

    /// Sets the delay and loss of datagrams that are sent from now on.
    pub fn set_link(&mut self, link: Link) {
        self.internet.set_link(link);
    }

    /// Gives a host name its addresses. Lookups of the name find them at once; any other name is
    /// unknown, and no name server is asked.
    pub fn add_host(&mut self, name: &str, addresses: impl IntoIterator<Item = IpAddr>) {
        self.internet.add_host(name, addresses);
    }

    /// Adds a tracker at `address`, for [bootstrappers](super::TestBaseBuilder::bootstrappers).
    ///
    /// # Panics
    ///
    /// When a node is at that address.
    pub fn add_tracker(&mut self, address: SocketAddr) {
        let (key, seed) = (PrivateKey::generate(&mut self.rng), self.rng.random());
        self.internet.add_tracker(address, key, seed);
    }

    /// Sends a raw datagram, from any address.
    pub fn send_datagram(&mut self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        self.internet.send(from, to, bytes);
    }

    #[track_caller]
    pub(super) fn engine(&self, i: usize) -> &Engine {
        self.internet.engine(self.node(i).machine)
    }

    #[track_caller]
    pub(super) fn engine_mut(&mut self, i: usize) -> &mut Engine {
        let machine = self.node(i).machine;
        self.internet.engine_mut(machine)
    }
}
