//! The edge walk: go deep from a few neighbours, one introduction after the other.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use indexmap::IndexMap;
use rand::RngExt;

use crate::community::Community;
use crate::context::Context;
use crate::crypto::PublicKey;
use crate::peer::Peer;
use crate::strategy::DiscoveryStrategy;
use crate::timers::seconds;

/// How many finished edges are kept for whoever wants to look at them.
const COMPLETE_EDGES: usize = 64;

/// Walks along edges: from a neighbour to somebody it introduced, on to somebody that one
/// introduced, until the edge is long enough; then the next one starts at home (protocol 7.2).
///
/// Unlike py-ipv8 a step sends at most `neighborhood_size` requests (plus one for each edge
/// that grows), asks an address again only after `edge_timeout`, and never turns an edge back into
/// a peer that is on it.
///
/// A clone goes on from the same state.
#[derive(Clone, Debug, ipv8_macros::Options)]
pub struct EdgeWalk {
    /// How many peers make an edge complete, its root included. Default 4.
    pub edge_length: usize,
    /// How many neighbours edges start from. Default 6.
    pub neighborhood_size: usize,
    /// Seconds after which an edge that does not grow is given up. Default 3.0.
    #[options(range = 0.0..)]
    pub edge_timeout: f64,
    neighborhood: Vec<Peer>,
    under_construction: IndexMap<PublicKey, Edge>,
    complete: VecDeque<Vec<Peer>>,
    asked: HashMap<SocketAddr, Instant>,
}

#[derive(Clone, Debug)]
struct Edge {
    peers: Vec<Peer>,
    grown: Instant,
}

impl Default for EdgeWalk {
    fn default() -> Self {
        Self {
            edge_length: 4,
            neighborhood_size: 6,
            edge_timeout: 3.0,
            neighborhood: Vec::new(),
            under_construction: IndexMap::new(),
            complete: VecDeque::new(),
            asked: HashMap::new(),
        }
    }
}

impl EdgeWalk {
    /// The edges finished last, at most 64, oldest first, each from its root outwards.
    pub fn complete_edges(&self) -> impl Iterator<Item = &[Peer]> {
        self.complete.iter().map(Vec::as_slice)
    }

    fn find_neighborhood(&mut self, cx: &mut Context<'_>) {
        self.neighborhood = cx.peers().take(self.neighborhood_size).cloned().collect();
        cx.bootstrap();
        // At random, so that addresses where nobody is do not keep it from the others.
        for _ in 0..self.neighborhood_size {
            let asked = &self.asked;
            let Some(address) = cx.random_walkable_address(|address| asked.contains_key(address))
            else {
                return;
            };
            self.ask(address, cx);
        }
    }

    /// Walks to `address`, unless that was tried within the edge timeout.
    fn ask(&mut self, address: SocketAddr, cx: &mut Context<'_>) -> bool {
        if self.asked.contains_key(&address) {
            return false;
        }
        self.asked.insert(address, cx.now());
        cx.walk_to(address);
        true
    }

    /// A neighbour that is not the root of an edge under construction.
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
                if self.ask(unverified.swap_remove(choice), cx) {
                    budget -= 1;
                }
            }
            if let Some((root, edge)) = self.under_construction.get_index_mut(index)
                && edge.step(candidates, self.edge_length, seconds(self.edge_timeout), cx)
            {
                finished.push(root.clone());
            }
        }
        for root in finished {
            if let Some(edge) = self.under_construction.swap_remove(&root) {
                self.keep(edge.peers);
            }
        }
    }

    /// Whom the last peer of an edge introduced: the verified ones, and the other addresses.
    fn introductions(&self, index: usize, cx: &Context<'_>) -> (Vec<Peer>, Vec<SocketAddr>) {
        let mut candidates = Vec::new();
        let mut unverified = Vec::new();
        let Some((_, edge)) = self.under_construction.get_index(index) else {
            return (candidates, unverified);
        };
        let Some(last) = edge.peers.last() else {
            return (candidates, unverified);
        };
        for address in cx.network().introductions_from(last.key()) {
            match cx.network().verified_by_address(&address) {
                Some(peer) if !edge.peers.contains(peer) => candidates.push(peer.clone()),
                Some(_) => {}
                None if !self.asked.contains_key(&address) => unverified.push(address),
                None => {}
            }
        }
        (candidates, unverified)
    }

    fn keep(&mut self, edge: Vec<Peer>) {
        if edge.len() < 2 {
            return;
        }
        if self.complete.len() == COMPLETE_EDGES {
            self.complete.pop_front();
        }
        self.complete.push_back(edge);
    }
}

impl Edge {
    /// Appends one of `candidates`, if there are any; returns whether the edge is finished.
    fn step(
        &mut self,
        candidates: Vec<Peer>,
        edge_length: usize,
        edge_timeout: std::time::Duration,
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
        let (now, pause) = (cx.now(), seconds(self.edge_timeout));
        self.asked
            .retain(|_, asked| now.saturating_duration_since(*asked) <= pause);
        // Those that are gone leave, those that have moved are asked where they are now.
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
