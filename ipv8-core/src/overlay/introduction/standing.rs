//! Strangers, contacts and peers: what the sender of a message has proven (`guide::strangers`).
//!
//! The rules are in [`Standings`](crate::state::standing::Standings). Here the messages of an
//! overlay meet them.

use std::net::{SocketAddr, SocketAddrV4};
use std::time::Duration;

use crate::crypto::PublicKey;
use crate::overlay::context::{Context, News};
use crate::overlay::introduction::SignedBy;
use crate::state::peer::Peer;
use crate::state::standing::{Asked, Asker, Contact, Reach};
use crate::state::stats::DropReason;
use crate::wire::payload::{IntroductionRequest, IntroductionResponse};
use crate::wire::scope::Scope;

/// The time since a peer was last heard from in which its address needs no other proof. Several
/// keys of one node share an address.
const LIVE: Duration = Duration::from_secs(30);

/// The length of an introduction request in old style, signed on curve25519, in bytes.
const PROBE: usize = 192;

/// The length of an introduction response in old style, signed on curve25519, in bytes.
const ANSWER: usize = 204;

/// The number of peers at one address among which one of this overlay is looked for. One node has
/// few keys.
const OWNERS: usize = 16;

/// The sender of a message.
impl Context<'_> {
    /// Returns the signer of a message from `source`: the peer with this key, or a new one that is
    /// not in the peer graph (protocol 2.2). A key that the packet does not hold in its canonical
    /// form never matches a known peer, as in py-ipv8 (protocol 2.4).
    ///
    /// A known peer is alive if it signed the message at a proven address and for the first time;
    /// see [`Context::note_alive`].
    /// At any other address it, like every other key, becomes a contact; the peer that is returned
    /// has `source` as its address, unless it has a proven IPv6 address, which is preferred.
    pub(crate) fn sender(&mut self, by: &SignedBy, source: SocketAddr) -> Peer {
        self.signer_at(by, source, None, false)
    }

    pub(super) fn signer_at(
        &mut self,
        by: &SignedBy,
        source: SocketAddr,
        lan: Option<SocketAddrV4>,
        new_style: bool,
    ) -> Peer {
        if !by.canonical {
            let peer = self.stranger(by, source);
            self.note_contact(&by.key, source, lan, new_style);
            return peer;
        }
        let Some(mut peer) = self.graph().peer(&by.key).cloned() else {
            self.note_contact(&by.key, source, lan, new_style);
            return self.stranger(by, source);
        };
        if !peer.has_proven_address(&source) {
            self.note_contact(&by.key, source, lan, new_style);
            peer.add_address(source);
            return peer;
        }
        self.note_alive(&peer, by.mark);
        if let Some(lan) = lan {
            let known = self.graph_mut().peer_mut(&by.key, |peer| {
                peer.set_lan_address(lan);
                peer.clone()
            });
            peer = known.unwrap_or(peer);
        }
        if !self
            .graph()
            .has_service(peer.key(), self.state.community_id)
        {
            // A peer of another overlay has to prove that it runs this one.
            self.note_contact(&by.key, source, lan, new_style);
        }
        peer
    }

    /// Returns the sender of a signed message as a new peer, even if its key is known.
    pub(crate) fn stranger(&mut self, by: &SignedBy, source: SocketAddr) -> Peer {
        if let Some(known) = self.graph().peer(&by.key)
            && known.has_proven_address(&source)
        {
            let known = known.clone();
            self.note_alive(&known, by.mark);
        }
        let mut peer = Peer::new(by.key.clone(), source, self.now);
        peer.responded(self.now);
        peer
    }

    /// Notes that a peer signed a message at a proven address. A message that was seen before is no
    /// sign of life.
    ///
    /// Of a peer that is watched by pings only its answers count, because they cannot be copied.
    fn note_alive(&mut self, peer: &Peer, mark: u32) {
        let now = self.now;
        if self.graph().is_watched(peer.key()) {
            return;
        }
        let peers = self.graph().verified_count();
        if self
            .shared
            .repeats
            .shows_life(peer.last_response(), mark, peers, now)
        {
            self.graph_mut().heard_from(peer.key(), now);
        }
    }

    /// Remembers a contact, unless nothing could make it a peer.
    fn note_contact(
        &mut self,
        key: &PublicKey,
        address: SocketAddr,
        lan: Option<SocketAddrV4>,
        new_style: bool,
    ) {
        let (graph, mid) = (self.graph(), key.mid());
        // An introduction request, and no other message, names a LAN address and gets an answer.
        let answer = if lan.is_some() { ANSWER } else { 0 };
        let is_short = self
            .length
            .is_some_and(|length| !fits_answer_and_probe(length, answer));
        let is_hopeless = is_short
            || graph.is_blacklisted(&address)
            || graph.is_blacklisted_mid(&mid)
            || Scope::of(address.ip()) == Scope::Special
            || self.has_live_peer_at(&address);
        if is_hopeless {
            return;
        }
        let is_peer = graph.is_verified(key) && graph.has_service(key, self.state.community_id);
        let contact = Contact {
            address,
            lan,
            new_style,
            key: mid,
            moved: is_peer,
            since: self.now,
        };
        let rng = &mut self.shared.rng;
        let at = self.state.standings.note(contact, self.now, rng);
        self.state.wake_at(at, &mut self.shared.timers);
    }

    /// Notes that `peer`, which [`Context::sender`] returned, understands the new style.
    pub(super) fn mark_new_style(&mut self, by: &SignedBy, peer: &mut Peer) {
        peer.mark_new_style();
        if by.canonical {
            self.graph_mut().peer_mut(&by.key, Peer::mark_new_style);
        }
    }
}

/// # Requests and responses
impl Context<'_> {
    /// Decides whether the introduction request of `peer`, which signed the message being handled,
    /// is answered. The peer becomes a contact: this overlay asks it, and it becomes a peer when it
    /// answers.
    ///
    /// IPv8 does this itself. Call it in a community that takes introduction requests over, before
    /// [`Context::send_introduction_response`].
    ///
    /// # Errors
    ///
    /// Do not answer then:
    ///
    /// - [`DropReason::WrongRecipient`]: the request was made for another node.
    /// - [`DropReason::PeerLimit`]: this overlay has more than [`Context::max_peers`] peers.
    /// - [`DropReason::RateLimited`]: the source of the message was answered a moment ago, or its
    ///   network uses all that strangers get.
    pub fn admit_request(
        &mut self,
        peer: &Peer,
        request: &IntroductionRequest,
    ) -> Result<(), DropReason> {
        let source = self.source.unwrap_or(peer.address());
        if self.signer.as_ref() == Some(peer.key()) && !self.is_peer_at(peer.key(), source) {
            let lan = lan_of(request.source_lan);
            self.note_contact(peer.key(), source, lan, peer.is_new_style());
        }
        // The contact is asked all the same: our estimate can be wrong.
        if !self.is_for_us(request.destination) {
            return Err(DropReason::WrongRecipient);
        }
        self.admit_answer(peer.key(), source)
    }

    /// Decides whether a request of `key` at `source` is answered.
    pub(super) fn admit_answer(
        &mut self,
        key: &PublicKey,
        source: SocketAddr,
    ) -> Result<(), DropReason> {
        if self.is_over_peer_limit() {
            return Err(DropReason::PeerLimit);
        }
        let is_peer = self.is_peer_at(key, source);
        if self.is_nowhere(&source) {
            return Err(DropReason::OutOfScope);
        }
        let overlay = self.state.community_id;
        let (budgets, now) = (&mut self.shared.budgets, self.now);
        let taken = budgets.takes_answer(source, overlay, is_peer, now);
        taken.map_err(|budget| self.refused(budget))
    }

    /// Makes the signer of the message being handled a peer, if the introduction response in it
    /// answers a request of this overlay. Returns the peer as the peer graph has it then; a new one
    /// if the graph refuses it: it is a tracker, it is blacklisted, or there is no room.
    ///
    /// IPv8 does this itself. Call it in a community that takes introduction responses over.
    ///
    /// # Errors
    ///
    /// [`DropReason::Unsolicited`] if no request of this overlay is open that this response from
    /// this address can answer, [`DropReason::WrongRecipient`] if the response was made for another
    /// node. Learn nothing from it then.
    pub fn admit_response(
        &mut self,
        peer: &Peer,
        response: &IntroductionResponse,
    ) -> Result<Peer, DropReason> {
        let (Some(source), Some(signer)) = (self.source, self.signer.clone()) else {
            return Err(DropReason::Unsolicited);
        };
        if signer != *peer.key() {
            return Err(DropReason::Unsolicited);
        }
        let asked = self.close_request(&signer, source, response)?;
        let mut proven = Peer::new(signer, source, self.now);
        if peer.is_new_style() {
            proven.mark_new_style();
        }
        Ok(self.prove(proven, &asked))
    }

    /// Waits for the answer to a request that was not sent, for tests.
    #[cfg(feature = "internals")]
    pub(crate) fn expect_answer(&mut self, to: SocketAddr, identifier: u16) {
        let now = self.now;
        self.state.standings.expect_answer(to, identifier, now);
    }

    /// Closes the request that a response of `key` from `source` answers.
    pub(super) fn close_request(
        &mut self,
        key: &PublicKey,
        source: SocketAddr,
        response: &IntroductionResponse,
    ) -> Result<Asked, DropReason> {
        let (now, standings) = (self.now, &mut self.state.standings);
        let Some(asked) = standings.answered(response.identifier, source, now) else {
            return Err(DropReason::Unsolicited);
        };
        self.shared
            .budgets
            .note_answered(asked.to.ip(), asked.charge);
        // A node between us and the sender would pass on an answer that was made for it. A peer at
        // its proven address, and a tracker, may see a new address of ours.
        let peer = self.graph().peer(key);
        let is_trusted =
            peer.is_some_and(|peer| peer.has_proven_address(&source)) || self.is_tracker(&source);
        if !is_trusted && !self.is_for_us(response.destination) {
            self.state.wan.note_dissent(source, now);
            return Err(DropReason::WrongRecipient);
        }
        Ok(asked)
    }

    /// Adds the signer of an answer to the peers of this overlay, at the address that it answered
    /// from. Returns it as the graph has it, or unchanged if the graph refuses it.
    pub(super) fn prove(&mut self, mut peer: Peer, asked: &Asked) -> Peer {
        if let Some(lan) = asked.lan {
            peer.set_lan_address(lan);
        }
        peer.responded(self.now);
        let service = self.state.community_id;
        let before = self.graph().peer(peer.key()).map(Peer::address);
        // A tracker answers too, but never becomes a peer.
        let is_tracker =
            before.is_none() && peer.proven_addresses().all(|one| self.is_tracker(&one));
        if !is_tracker && !self.graph().is_banned(&peer, service) {
            self.graph_mut().add_peer_of(&peer, service);
        }
        if peer.is_new_style() {
            self.graph_mut().peer_mut(peer.key(), Peer::mark_new_style);
        }
        let peer = self.graph().peer(peer.key()).cloned().unwrap_or(peer);
        if let Some(from) = before.filter(|before| *before != peer.address()) {
            let moved = News::PeerMoved(service, peer.clone(), from);
            self.shared.news.push(moved);
        }
        peer
    }
}

/// Questions about other nodes.
impl Context<'_> {
    /// Returns `true` if the peer with this key is a peer of this overlay with the proven address
    /// `address`.
    pub(crate) fn is_peer_at(&self, key: &PublicKey, address: SocketAddr) -> bool {
        let graph = self.graph();
        let peer = graph.peer(key);
        peer.is_some_and(|peer| peer.has_proven_address(&address))
            && graph.has_service(key, self.state.community_id)
    }

    /// Returns `true` if a peer of this overlay with this proven address was heard from a moment
    /// ago.
    fn has_live_peer_at(&self, address: &SocketAddr) -> bool {
        let service = self.state.community_id;
        let peers = self.graph().all_verified_by_address(address);
        peers.take(OWNERS).any(|peer| {
            let heard = peer.last_response();
            heard.is_some_and(|at| self.now.saturating_duration_since(at) < LIVE)
                && self.graph().has_service(peer.key(), service)
        })
    }

    /// Returns `true` if a bootstrapper of the peer graph's overlays named this address as that of
    /// a server.
    pub(crate) fn is_tracker(&self, address: &SocketAddr) -> bool {
        self.graph().is_blacklisted(address)
    }

    /// Returns `false` if a message with this destination was made for another node. Only the host
    /// counts, because some NATs have a port for each peer, and only in the internet. While the WAN
    /// estimate is not settled, every destination can be ours.
    pub(super) fn is_for_us(&self, destination: SocketAddr) -> bool {
        let SocketAddr::V4(host) = destination else {
            return true;
        };
        !self.state.wan.is_settled(self.now)
            || Scope::of(destination.ip()) != Scope::Global
            || destination.ip() == self.wan_host()
            || destination.ip() == self.my_estimated_lan().ip()
            || self.is_own_lan_host(*host.ip())
    }

    /// Returns which addresses the node at the address `introducer` may make us send to.
    pub(super) fn reach_of(&self, introducer: SocketAddr) -> Reach {
        Reach {
            introducer,
            is_tracker: self.is_tracker(&introducer),
            lan: self.my_estimated_lan().ip(),
            wan: self.wan_host(),
            is_proven: true,
            avoids_services: self.shared.budgets.avoids_services,
        }
    }

    /// Returns `true` for a source in a special range, unless a bootstrapper or a proof says that a
    /// node is there all the same.
    pub(crate) fn is_nowhere(&self, source: &SocketAddr) -> bool {
        Scope::of(source.ip()) == Scope::Special
            && !self.is_tracker(source)
            && self.graph().verified_by_address(source).is_none()
    }

    /// Returns the standing of the sender of an unsigned message from `source`.
    pub(crate) fn asker_at(&self, source: &SocketAddr) -> Asker {
        let service = self.state.community_id;
        let peers = self.graph().all_verified_by_address(source);
        let mut peers = peers.take(OWNERS);
        if peers.any(|peer| self.graph().has_service(peer.key(), service)) {
            Asker::Peer
        } else if self.is_tracker(source) {
            Asker::Tracker
        } else {
            Asker::Stranger
        }
    }
}

/// Returns `true` if an answer of `answer` bytes to a request of `request` bytes, together with a
/// request that proves the address, is at most 2.1 times what came in.
pub(super) fn fits_answer_and_probe(request: usize, answer: usize) -> bool {
    // The sender's request and ours have the same fields, but maybe other keys.
    let probe = request.max(PROBE);
    (answer + probe) * 10 <= request * 21
}

pub(super) fn lan_of(address: SocketAddr) -> Option<SocketAddrV4> {
    match address {
        SocketAddr::V4(lan) => Some(lan),
        SocketAddr::V6(_) => None,
    }
}
