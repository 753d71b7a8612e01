//! The edge walk: explores depth-first from a few neighbours.

use std::collections::{HashSet, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use rand::RngExt;

use super::discovery_strategy::DiscoveryStrategy;
use crate::crypto::PublicKey;
use crate::overlay::community::Community;
use crate::overlay::context::Context;
use crate::state::peer::Peer;
use crate::state::timers::seconds;

/// The number of random introductions of an edge's last peer that a step looks at, in addition to
/// those it asked for that edge. It is more than twice the number of requests of a step, so that
/// enough of them are new.
const LOOKED_AT: usize = 16;

/// The number of addresses asked for one edge that are remembered until it grows. With the default
/// options an edge is given up before it asks that many; otherwise the oldest are forgotten.
const ASKED_OF_EDGE: usize = 64;

/// A strategy that walks along edges: from a neighbour to a peer it introduced, then to a peer that
/// one introduced, until the edge is long enough. The next edge starts at a neighbour again
/// (protocol 7.2).
///
/// Unlike in py-ipv8, a step sends at most `neighborhood_size` requests (plus one for each edge
/// that grows), asks an address again only after `edge_timeout`, and never leads an edge back to
/// one of its own peers. If a peer introduced more than 16 addresses, a step looks at those it
/// asked and at 16 random ones, so that its cost does not depend on their number.
///
/// A clone continues from the same state.
#[derive(Clone, Debug, ipv8_macros::Options)]
pub struct EdgeWalk {
    /// Peers in a complete edge, including its root. Default: 4.
    pub edge_length: usize,
    /// Neighbours that edges start from. Default: 6.
    pub neighborhood_size: usize,
    /// Seconds after which an edge that does not grow is given up. Default: 3.0.
    #[options(range = 0.0..)]
    pub edge_timeout: f64,
    neighborhood: Vec<Peer>,
    under_construction: IndexMap<PublicKey, Edge>,
    asked: Asked,
}

#[derive(Clone, Debug)]
struct Edge {
    peers: Vec<Peer>,
    grown: Instant,
    /// The addresses introduced by its last peer that it asked, oldest first; at most
    /// [`ASKED_OF_EDGE`].
    asked: VecDeque<SocketAddr>,
}

/// The addresses asked within the edge timeout.
#[derive(Clone, Debug, Default)]
struct Asked {
    addresses: HashSet<SocketAddr>,
    /// The same addresses, oldest first.
    order: VecDeque<(Instant, SocketAddr)>,
}

impl Asked {
    fn contains(&self, address: &SocketAddr) -> bool {
        self.addresses.contains(address)
    }

    /// Returns `true` if the address is new.
    fn insert(&mut self, address: SocketAddr, now: Instant) -> bool {
        let is_new = self.addresses.insert(address);
        if is_new {
            self.order.push_back((now, address));
        }
        is_new
    }

    /// Forgets the addresses asked more than `pause` ago.
    fn expire(&mut self, now: Instant, pause: Duration) {
        while let Some((asked, address)) = self.order.front()
            && now.saturating_duration_since(*asked) > pause
        {
            self.addresses.remove(address);
            self.order.pop_front();
        }
    }
}

impl Default for EdgeWalk {
    fn default() -> Self {
        Self {
            edge_length: 4,
            neighborhood_size: 6,
            edge_timeout: 3.0,
            neighborhood: Vec::new(),
            under_construction: IndexMap::new(),
            asked: Asked::default(),
        }
    }
}

impl EdgeWalk {
    fn find_neighborhood(&mut self, cx: &mut Context<'_>) {
        self.neighborhood = cx.peers().take(self.neighborhood_size).cloned().collect();
        cx.bootstrap();
        // Chosen at random, so that dead addresses do not hide the others.
        for _ in 0..self.neighborhood_size {
            let asked = &self.asked;
            if let Some(contact) = cx.choose_contact(|address| !asked.contains(address)) {
                self.asked.insert(contact.address, cx.now());
                cx.ask_contact(&contact);
                continue;
            }
            let Some(address) = cx.random_walkable_address(|address| asked.contains(address))
            else {
                return;
            };
            self.ask(address, cx);
        }
    }

    /// Walks to `address`, unless it was asked within the edge timeout. Returns `true` if it walks.
    fn ask(&mut self, address: SocketAddr, cx: &mut Context<'_>) -> bool {
        let is_new = self.asked.insert(address, cx.now());
        if is_new {
            cx.walk_to(address);
        }
        is_new
    }

    /// Returns a random neighbour that is not the root of an edge under construction.
    fn random_idle_root(&self, cx: &mut Context<'_>) -> Option<Peer> {
        let idle: Vec<_> = self
            .neighborhood
            .iter()
            .filter(|peer| !self.under_construction.contains_key(peer.key()))
            .collect();
        if idle.is_empty() {
            None
        } else {
            idle.get(cx.rng().random_range(0..idle.len()))
                .map(|peer| (*peer).clone())
        }
    }

    fn start_edge(&mut self, root: Peer, cx: &mut Context<'_>) {
        cx.send_introduction_request(&root);
        self.under_construction.insert(
            root.key().clone(),
            Edge {
                peers: vec![root],
                grown: cx.now(),
                asked: VecDeque::new(),
            },
        );
    }

    fn grow_edges(&mut self, cx: &mut Context<'_>) {
        let mut budget = self.neighborhood_size;
        let mut finished = Vec::new();
        for index in 0..self.under_construction.len() {
            let (candidates, mut unverified) = self.introductions(index, cx);
            while budget > 0 && !unverified.is_empty() {
                let choice = cx.rng().random_range(0..unverified.len());
                let address = unverified.swap_remove(choice);
                if self.ask(address, cx) {
                    budget -= 1;
                    self.remember(index, address);
                }
            }
            if let Some((root, edge)) = self.under_construction.get_index_mut(index)
                && edge.step(candidates, self.edge_length, seconds(self.edge_timeout), cx)
            {
                finished.push(root.clone());
            }
        }
        for root in finished {
            self.under_construction.swap_remove(&root);
        }
    }

    /// Notes that `address` was asked for an edge.
    fn remember(&mut self, index: usize, address: SocketAddr) {
        if let Some((_, edge)) = self.under_construction.get_index_mut(index) {
            if edge.asked.len() == ASKED_OF_EDGE {
                edge.asked.pop_front();
            }
            edge.asked.push_back(address);
        }
    }

    /// Returns some of the introductions of an edge's last peer: verified peers, and addresses
    /// without one.
    fn introductions(&self, index: usize, cx: &mut Context<'_>) -> (Vec<Peer>, Vec<SocketAddr>) {
        let mut candidates = Vec::new();
        let mut unverified = Vec::new();
        let Some((_, edge)) = self.under_construction.get_index(index) else {
            return (candidates, unverified);
        };
        let Some(last) = edge.peers.last() else {
            return (candidates, unverified);
        };
        let (network, rng) = cx.graph_and_rng();
        let drawn = network.random_introductions_from(last.key(), LOOKED_AT, rng);
        let asked = edge.asked.iter().copied();
        let asked = asked.filter(|address| network.is_introduced_by(address, last.key()));
        for address in drawn.into_iter().chain(asked) {
            match network.verified_by_address(&address) {
                // An asked address can be among the random ones too.
                Some(peer) if !edge.peers.contains(peer) && !candidates.contains(peer) => {
                    candidates.push(peer.clone());
                }
                Some(_) => {}
                None if !self.asked.contains(&address) => unverified.push(address),
                None => {}
            }
        }
        (candidates, unverified)
    }
}

impl Edge {
    /// Appends one of `candidates`, if there are any. Returns `true` if the edge is finished.
    fn step(
        &mut self,
        candidates: Vec<Peer>,
        edge_length: usize,
        edge_timeout: Duration,
        cx: &mut Context<'_>,
    ) -> bool {
        if candidates.is_empty() {
            return cx.now().saturating_duration_since(self.grown) > edge_timeout;
        }
        let choice = cx.rng().random_range(0..candidates.len());
        let Some(next) = candidates.into_iter().nth(choice) else {
            return false;
        };
        self.grown = cx.now();
        self.asked.clear();
        let complete = self.peers.len() + 1 >= edge_length;
        if !complete {
            cx.send_introduction_request(&next);
        }
        self.peers.push(next);
        complete
    }
}

impl<C: Community> DiscoveryStrategy<C> for EdgeWalk {
    fn take_step(&mut self, _community: &mut C, cx: &mut Context<'_>) {
        self.step(cx);
    }
}

impl EdgeWalk {
    /// Takes one step. It does not depend on the community: compiled once.
    pub(crate) fn step(&mut self, cx: &mut Context<'_>) {
        let (now, pause) = (cx.now(), seconds(self.edge_timeout));
        self.asked.expire(now, pause);
        // Forget neighbours that left, and update the addresses of the rest.
        self.neighborhood
            .retain_mut(|peer| match cx.network().peer(peer.key()) {
                Some(current) => {
                    *peer = current.clone();
                    true
                }
                None => false,
            });
        if self.neighborhood.is_empty() || self.neighborhood.len() < self.neighborhood_size {
            self.find_neighborhood(cx);
        } else if let Some(root) = self.random_idle_root(cx) {
            self.start_edge(root, cx);
        } else {
            self.grow_edges(cx);
        }
    }
}
