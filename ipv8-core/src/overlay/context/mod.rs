//! What a community or a strategy may use while it is called: everything is lent for that call.
//!
//! The engine owns what the overlays share ([`Shared`]) and each overlay owns its own part
//! ([`OverlayState`]); a [`Context`] lends both. That a call has them exclusively is what makes
//! locks needless (py-ipv8's `walk_lock`).

mod local;
mod request_cache;
mod requests;
mod shared;
mod state;
mod tasks;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use rand::rngs::StdRng;

pub use local::{Interfaces, LocalAddresses};
pub(crate) use request_cache::Passthrough;
pub use requests::RequestError;
pub(crate) use requests::{Waiting, answer_request, fail_request};
pub(crate) use shared::Latency;
pub use shared::Shared;
pub use state::OverlayState;
pub use tasks::{FinishedTask, SpawnedTask, Task, TaskId};
pub(crate) use tasks::{FutureWork, TaskEvent, finish_task, run_task};

use crate::crypto::{Mid, PrivateKey, PublicKey};
use crate::state::network::{IntroducerId, Network};
use crate::state::peer::Peer;
use crate::state::stats::DropReason;
use crate::wire::packet::{CommunityId, Unsealed};
use crate::wire::{Authentication, Message, PackError, Signed};

/// What [`Duration`]s too long for the clock become: nobody waits for an answer that long.
const LONGEST_WAIT: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Why a message could not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// A field does not fit its format.
    #[error("the message cannot be packed: {0}")]
    Pack(#[from] PackError),
    /// The outbox would not take it (counted under the same reason).
    #[error("the message was not queued ({}): send less in one call, or to an address of one peer", .0.name())]
    NotQueued(DropReason),
    /// The datagram would be longer than this node may send: see [`DEFAULT_MAX_DATAGRAM`](crate::state::outbox::DEFAULT_MAX_DATAGRAM).
    #[error(
        "the message is {size} bytes long with its signature, and {limit} may be sent: send less in one message, or raise `max_datagram` in the configuration (to 65507 at most)"
    )]
    TooLong {
        /// Its length in bytes, key and signature included, IP and UDP headers not.
        size: usize,
        /// The most it may be.
        limit: usize,
    },
}

/// The node as one overlay sees it, for the duration of one call.
#[derive(Debug)]
pub struct Context<'a> {
    pub(crate) state: &'a mut OverlayState,
    pub(crate) shared: &'a mut Shared,
    pub(crate) now: Instant,
    pub(crate) global_time: Option<u64>,
    pub(crate) source: Option<SocketAddr>,
    pub(crate) passthrough: Option<Passthrough>,
    pub(crate) target_peers: Option<usize>,
}

impl<'a> Context<'a> {
    /// Lends `state` and `shared` at the time `now`.
    pub fn new(state: &'a mut OverlayState, shared: &'a mut Shared, now: Instant) -> Self {
        Self {
            state,
            shared,
            now,
            global_time: None,
            source: None,
            passthrough: None,
            target_peers: None,
        }
    }

    /// The time of this call. It does not advance during the call.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The node's random numbers: repeatable from its seed.
    pub fn rng(&mut self) -> &mut StdRng {
        &mut self.shared.rng
    }

    /// The id of this overlay.
    #[must_use]
    pub fn community_id(&self) -> CommunityId {
        self.state.community_id
    }

    /// What this overlay is called among those of its node: like its launcher, if it has one.
    #[must_use]
    pub fn overlay_name(&self) -> &str {
        &self.state.name
    }

    /// The public key of this overlay's own peer.
    #[must_use]
    pub fn my_public_key(&self) -> &PublicKey {
        self.state.my_key.public_key()
    }

    /// The mid of this overlay's own peer.
    #[must_use]
    pub fn my_mid(&self) -> Mid {
        self.my_public_key().mid()
    }

    /// This overlay's own peer as this node sees it: its public key, at the own LAN address (py-ipv8's `my_peer`, without the
    /// private key).
    #[must_use]
    pub fn my_peer(&self) -> Peer {
        Peer::new(
            self.my_public_key().clone(),
            self.my_estimated_lan(),
            self.now,
        )
    }

    /// The most peers this overlay accepts requests from; below zero: no limit.
    #[must_use]
    pub fn max_peers(&self) -> i32 {
        self.state.max_peers
    }

    /// The own LAN address as guessed by the runtime; `0.0.0.0:0` while unknown (protocol 4.5).
    #[must_use]
    pub fn my_estimated_lan(&self) -> SocketAddr {
        self.shared.local.lan
    }

    /// The own WAN address: what the last introduction response whose destination is an IPv4 address
    /// outside the LAN ranges saw; `0.0.0.0:0` before the first (protocol 4.5).
    #[must_use]
    pub fn my_estimated_wan(&self) -> SocketAddr {
        self.state.wan
    }

    /// The Lamport time of the message being handled, if that message carries one.
    #[must_use]
    pub fn global_time(&self) -> Option<u64> {
        self.global_time
    }

    /// The address that the message being handled came from; `None` when this call handles none. Nothing proves that
    /// whoever is there has sent it.
    #[must_use]
    pub fn source(&self) -> Option<SocketAddr> {
        self.source
    }

    /// The peer graph: the one that the overlays of the node share, or this overlay's own
    /// ([`OverlayConfig::own_network`](crate::engine::OverlayConfig::own_network)).
    #[must_use]
    pub fn network(&self) -> &Network {
        self.state.network(self.shared)
    }

    /// The peer graph, for strategies that forget peers or addresses.
    pub fn network_mut(&mut self) -> &mut Network {
        self.network_and_rng().0
    }

    /// The peer graph, and the random numbers to choose from it.
    pub(crate) fn network_and_rng(&mut self) -> (&mut Network, &mut StdRng) {
        if self.state.own_network.is_some() {
            self.shared.touch(self.state.community_id);
        }
        let Shared { network, rng, .. } = &mut *self.shared;
        let network = self.state.own_network.as_deref_mut().unwrap_or(network);
        (network, rng)
    }

    /// The verified peers of this overlay, in no particular order.
    pub fn peers(&self) -> impl Iterator<Item = &Peer> {
        self.network().peers_for_service(self.state.community_id)
    }

    /// How many verified peers this overlay has; the cost does not depend on the number.
    #[must_use]
    pub fn peer_count(&self) -> usize {
        self.network().peer_count(self.state.community_id)
    }

    /// One verified peer of this overlay, each with the same chance; `None` when there is none.
    pub fn random_peer(&mut self) -> Option<Peer> {
        let service = self.state.community_id;
        let (network, rng) = self.network_and_rng();
        network.random_peer(service, rng).cloned()
    }

    /// Up to `count` different verified peers of the peer graph, whichever overlays they are in, in random order; each has the same
    /// chance.
    pub fn random_verified_peers(&mut self, count: usize) -> Vec<Peer> {
        let (network, rng) = self.network_and_rng();
        network.random_verified_peers(count, rng).cloned().collect()
    }

    /// How many addresses this overlay could walk to.
    #[must_use]
    pub fn walkable_count(&self) -> usize {
        self.network().walkable_count(self.state.community_id)
    }

    /// One walkable address for which `exclude` is false; `None` when there is none.
    pub fn random_walkable_address(
        &mut self,
        exclude: impl Fn(&SocketAddr) -> bool,
    ) -> Option<SocketAddr> {
        let service = self.state.community_id;
        let (network, rng) = self.network_and_rng();
        network.random_walkable(service, rng, exclude)
    }

    /// Takes the newest introduction of an introducer for which `introducer_wanted` is true, each of them with about the same chance;
    /// `None` when there is none. See [`Network::take_introduction`].
    pub fn take_introduction(
        &mut self,
        introducer_wanted: impl Fn(IntroducerId) -> bool,
        wanted: impl Fn(&SocketAddr) -> bool,
    ) -> Option<(SocketAddr, IntroducerId)> {
        let service = self.state.community_id;
        let (network, rng) = self.network_and_rng();
        network.take_introduction(service, rng, introducer_wanted, wanted)
    }

    /// How many peers this overlay lacks to the target of the strategy that takes this step; `None` if that has no target,
    /// and when no strategy takes a step.
    #[must_use]
    pub fn missing_peers(&self) -> Option<usize> {
        Some(self.target_peers?.saturating_sub(self.peer_count()))
    }

    /// Whether `host` is one of this machine's own LAN addresses.
    pub(crate) fn is_own_lan_host(&self, host: Ipv4Addr) -> bool {
        self.shared.local.lan_hosts.contains(&host)
    }

    /// The host of the own WAN estimate.
    pub(crate) fn wan_host(&self) -> IpAddr {
        self.state.wan.ip()
    }

    /// Moves the Lamport clock of the own key forward to `time`, so that the next message carries a later one; a time that
    /// has passed changes nothing (py-ipv8's `update_global_time`, protocol 4.2). IPv8 itself never does this: received
    /// times are not merged.
    pub fn update_global_time(&mut self, time: u64) {
        let mid = self.my_mid();
        self.shared.update_global_time(mid, time);
    }

    /// Advances and returns the Lamport clock of the own key.
    pub(crate) fn claim_global_time(&mut self) -> u64 {
        let mid = self.my_mid();
        self.shared.claim_global_time(mid)
    }

    /// Sends `message` to the preferred address of `peer`, signed if its type says so.
    ///
    /// # Errors
    ///
    /// See [`Context::send_to`].
    pub fn send<M: Message>(&mut self, peer: &Peer, message: &M) -> Result<(), SendError> {
        self.send_to(peer.address(), message)
    }

    /// Sends `message` to `address`, signed if its type says so. The datagram is queued and leaves
    /// after this call has ended.
    ///
    /// # Errors
    ///
    /// Nothing is sent then, and each is counted under its [`DropReason`]:
    ///
    /// - [`SendError::Pack`] (`Unpackable`): a field does not fit its format, such as a text of more than 65,535 bytes in
    ///   `varlenHutf8`. Mend the value, or give the field a wider format.
    /// - [`SendError::TooLong`] (`TooLong`): the whole datagram is longer than the node may send, by default
    ///   [`DEFAULT_MAX_DATAGRAM`](crate::state::outbox::DEFAULT_MAX_DATAGRAM).
    /// - [`SendError::NotQueued`]: nothing can be sent to that address (`Unsendable`: port 0, an unspecified, multicast or
    ///   broadcast host), or this call has sent more than [`OUTBOX_LIMIT`](crate::state::outbox::OUTBOX_LIMIT) datagrams already
    ///   (`QueueFull`).
    ///
    /// That a datagram was queued does not mean that it arrives: the socket can refuse it (counted as `SendFailed`), the
    /// network can lose it.
    pub fn send_to<M: Message>(
        &mut self,
        address: SocketAddr,
        message: &M,
    ) -> Result<(), SendError> {
        let global_time = M::GLOBAL_TIME.then(|| self.claim_global_time());
        let signer = <M::Authentication as Authentication>::SIGNED.then_some(&self.state.my_key);
        let packet = Unsealed::new(&self.state.prefix, M::ID, signer, global_time, message);
        let packet = packet.map_err(|error| self.unpackable(error))?;
        self.enqueue(address, packet)
    }

    /// Sends `message` to the preferred address of every verified peer of this overlay, packed once. Returns to how many
    /// it was queued; the others (an address that nothing can be sent to, an outbox that is full) are counted.
    ///
    /// # Errors
    ///
    /// [`SendError::Pack`] and [`SendError::TooLong`] as [`Context::send_to`]; nobody is sent anything then.
    pub fn broadcast<M: Message>(&mut self, message: &M) -> Result<usize, SendError> {
        let peers: Vec<_> = self.peers().map(Peer::address).collect();
        if peers.is_empty() {
            return Ok(0);
        }
        let global_time = M::GLOBAL_TIME.then(|| self.claim_global_time());
        let signer = <M::Authentication as Authentication>::SIGNED.then_some(&self.state.my_key);
        let packet = Unsealed::new(&self.state.prefix, M::ID, signer, global_time, message);
        let packet = packet.map_err(|error| self.unpackable(error))?;
        let mut queued = 0;
        for peer in peers {
            match self.enqueue(peer, packet.clone()) {
                Ok(()) => queued += 1,
                Err(error @ SendError::TooLong { .. }) => return Err(error),
                Err(_) => {}
            }
        }
        Ok(queued)
    }

    fn unpackable(&mut self, error: PackError) -> SendError {
        self.count_drop(DropReason::Unpackable);
        SendError::Pack(error)
    }

    /// Sends `message` to `address`, signed with `signer`, a key of this node, and carrying `global_time`.
    ///
    /// # Errors
    ///
    /// See [`Context::send_to`].
    pub(crate) fn send_signed_by<M: Message<Authentication = Signed>>(
        &mut self,
        address: SocketAddr,
        signer: &PrivateKey,
        global_time: u64,
        message: &M,
    ) -> Result<(), SendError> {
        let time = M::GLOBAL_TIME.then_some(global_time);
        let packet = Unsealed::new(&self.state.prefix, M::ID, Some(signer), time, message)?;
        self.enqueue(address, packet)
    }

    /// Each key that this node's overlays use, with the ids of the overlays that use it. Only overlays that share this one's peer
    /// graph count.
    pub(crate) fn my_services(&self) -> Vec<(PrivateKey, Vec<CommunityId>)> {
        let mut by_key: IndexMap<Mid, (PrivateKey, Vec<CommunityId>)> = IndexMap::new();
        for (service, key) in &self.shared.overlay_keys {
            if self.network().is_registered(*service) {
                let entry = by_key
                    .entry(key.mid())
                    .or_insert_with(|| (key.clone(), Vec::new()));
                entry.1.push(*service);
            }
        }
        by_key.into_values().collect()
    }

    /// Notes that the verified peer with this key answered a ping of this overlay after `round_trip`: the time joins the
    /// last five of the peer ([`Peer::pings`]), the peer was heard from now, and who listens to the node's events is
    /// told. Returns whether there is such a peer (any more).
    ///
    /// For communities that ping ([`crate::PingCommunity`]); whoever calls this has made sure that the answer is one.
    pub fn ping_answered(&mut self, key: &PublicKey, round_trip: Duration) -> bool {
        let now = self.now;
        let noted = self.network_mut().peer_mut(key, |peer| {
            peer.add_ping(round_trip);
            peer.responded(now);
            peer.clone()
        });
        let Some(peer) = noted else { return false };
        self.shared.latencies.push(Latency {
            overlay: self.state.community_id,
            peer,
            round_trip,
        });
        true
    }

    /// Counts something that was not processed.
    pub(crate) fn count_drop(&mut self, reason: DropReason) {
        self.shared.stats.record(reason);
    }

    /// Queues a finished packet, counting it if it is refused.
    pub(crate) fn enqueue(&mut self, to: SocketAddr, packet: Unsealed) -> Result<(), SendError> {
        let id = packet.message_id();
        let (size, limit) = (packet.sealed_length(), self.shared.outbox.max_datagram());
        self.shared.outbox.push(to, packet).map_err(|reason| {
            self.shared.stats.record(reason);
            match reason {
                DropReason::TooLong => SendError::TooLong { size, limit },
                _ => SendError::NotQueued(reason),
            }
        })?;
        self.state.traffic.sent(id, size);
        Ok(())
    }
}
