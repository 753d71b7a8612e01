//! What belongs to each node of a test, by its number (py-ipv8's shortcuts of the same names).

use std::net::SocketAddr;

use super::{Internet, TestBase};
use crate::crypto::{Mid, PrivateKey, PublicKey};
use crate::engine::Engine;
use crate::overlay::community::Community;
use crate::state::network::Network;
use crate::state::peer::Peer;

impl<C: Community> TestBase<C> {
    /// The address of node `i`.
    #[must_use]
    #[track_caller]
    pub fn address(&self, i: usize) -> SocketAddr {
        self.internet.address(self.node(i).machine)
    }

    /// Node `i` as other nodes see it.
    #[must_use]
    #[track_caller]
    pub fn peer(&self, i: usize) -> Peer {
        Peer::new(
            self.public_key(i).clone(),
            self.address(i),
            self.internet.now(),
        )
    }

    /// The private key of node `i`.
    #[must_use]
    #[track_caller]
    pub fn private_key(&self, i: usize) -> &PrivateKey {
        &self.node(i).key
    }

    /// The public key of node `i`.
    #[must_use]
    #[track_caller]
    pub fn public_key(&self, i: usize) -> &PublicKey {
        self.node(i).key.public_key()
    }

    /// The SHA-1 of the public key of node `i`.
    #[must_use]
    #[track_caller]
    pub fn mid(&self, i: usize) -> Mid {
        self.node(i).key.mid()
    }

    /// The peer graph of the overlay of node `i`.
    #[must_use]
    #[track_caller]
    pub fn network(&self, i: usize) -> Network<'_> {
        let engine = self.engine(i);
        let network = engine.network_of(self.node(i).id);
        network.unwrap_or(engine.network()).view()
    }

    /// The verified peers of the overlay of node `i`, as numbers of nodes, in order.
    #[must_use]
    #[track_caller]
    pub fn peers(&self, i: usize) -> Vec<usize> {
        let (network, id) = (self.network(i), self.node(i).id);
        let has = |other: &usize| network.has_service(self.public_key(*other), id);
        let peers = (0..self.len())
            .filter(|other| *other != i && network.is_verified(self.public_key(*other)));
        peers.filter(has).collect()
    }

    /// The whole node `i`.
    #[must_use]
    #[track_caller]
    pub fn engine(&self, i: usize) -> &Engine {
        self.internet.engine(self.node(i).machine)
    }

    /// The whole node `i`, to do something to it: for instance to add further overlays.
    #[track_caller]
    pub fn engine_mut(&mut self, i: usize) -> &mut Engine {
        let machine = self.node(i).machine;
        self.internet.engine_mut(machine)
    }

    /// Takes node `i` off the network: it neither gets nor does anything any more.
    #[track_caller]
    pub fn unplug(&mut self, i: usize) {
        let machine = self.node(i).machine;
        self.internet.unplug(machine);
    }

    /// Puts node `i` back on the network.
    #[track_caller]
    pub fn plug(&mut self, i: usize) {
        let machine = self.node(i).machine;
        self.internet.plug(machine);
    }

    /// What the nodes are connected by, to send raw datagrams, to change the link, or to look at events.
    pub fn internet(&mut self) -> &mut Internet {
        &mut self.internet
    }
}
