//! The tracker: introduces peers of any community to each other (protocol 10.4).
//!
//! It listens to every prefix, answers introduction requests, and is nobody's peer: whoever knows
//! its address blacklists it. Like the engine it does no IO; [`crate::runtime::RunningTracker`]
//! puts it on a socket.
//!
//! Unlike py-ipv8's tracker it signs with a curve25519 key, which costs its clients a
//! fraction of the work, and answers new-style requests too. It does not ping its peers, so
//! one that has gone is introduced until newer ones have taken its place: when there are as many
//! as [`NetworkLimits::max_peers`], one that has not asked for long makes room for each new one.

use std::net::SocketAddr;
use std::time::Instant;

use indexmap::IndexMap;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::bootstrap::Bootstrappers;
use crate::context::{Context, LocalAddresses, OverlayState, Shared};
use crate::counters::{DropReason, Statistics};
use crate::crypto::{PrivateKey, PublicKey};
use crate::engine::reason_of;
use crate::introduction::{IntroductionMessage, OpenedIntroduction, introduction_opener};
use crate::network::{Network, NetworkLimits};
use crate::outbox::Outgoing;
use crate::packet::{CommunityId, Header, OpenError};
use crate::payload::ids;

/// How many communities a tracker serves at a time; a further one takes the place of one that has
/// few peers. Anybody can name a community, so there must be a bound.
pub const MAX_SERVICES: usize = 4_096;

/// Among how many, drawn at random, the one that makes room is chosen: enough to spare the useful
/// ones, and the cost does not depend on how many there are.
const CANDIDATES: usize = 16;

/// No limit: a tracker takes every peer of a service.
const UNLIMITED: i32 = -1;

/// The state of a tracker: who asked for which community.
#[derive(Debug)]
pub struct Tracker {
    my_peer: PrivateKey,
    shared: Shared,
    services: IndexMap<CommunityId, OverlayState>,
}

impl Tracker {
    /// A tracker that knows nobody. All its randomness follows from `seed`.
    #[must_use]
    pub fn new(my_peer: PrivateKey, limits: NetworkLimits, seed: [u8; 32]) -> Self {
        let shared = Shared::new(Network::new(limits), StdRng::from_seed(seed));
        Self {
            my_peer,
            shared,
            services: IndexMap::new(),
        }
    }

    /// The tracker's public key.
    #[must_use]
    pub fn my_peer(&self) -> &PublicKey {
        self.my_peer.public_key()
    }

    /// Tells where the tracker is; its answers carry these addresses.
    pub fn set_local_addresses(&mut self, local: LocalAddresses) {
        self.shared.local = local;
    }

    /// Takes in a datagram from `source`. What it causes waits in [`Tracker::poll_output`]; a
    /// datagram that is no introduction request of good signature is counted and dropped.
    pub fn handle(&mut self, source: SocketAddr, datagram: &[u8], now: Instant) {
        self.shared.statistics.received(datagram.len());
        if let Err(reason) = self.answer(source, datagram, now) {
            tracing::debug!(%source, %reason, "datagram dropped");
            self.shared.statistics.record(reason);
        }
    }

    fn answer(
        &mut self,
        source: SocketAddr,
        datagram: &[u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        let header = Header::split(datagram).ok_or(DropReason::TooShort)?;
        let service = CommunityId::from_prefix(header.prefix).ok_or(DropReason::UnknownPrefix)?;
        let opened = open_request(header.id, datagram)?;
        let IntroductionMessage::Request(by, request) = &opened.message else {
            return Err(DropReason::UnknownMessage);
        };
        if by.key == *self.my_peer() {
            return Err(DropReason::OwnPacket);
        }
        self.shared.network.touch(&source, now);
        self.make_room_for_service(service);
        self.make_room_for_peer(&by.key);
        let Self {
            my_peer,
            shared,
            services,
        } = self;
        let state = services.entry(service).or_insert_with(|| {
            shared.network.register_service(service);
            OverlayState::new(service, my_peer.clone(), UNLIMITED, Bootstrappers::new())
        });
        let mut cx = Context::new(state, shared, now);
        cx.on_introduction_request(by, source, opened.style, request)?;
        // Nobody observes the peers of a tracker.
        self.shared.network.take_changes();
        Ok(())
    }

    fn make_room_for_service(&mut self, service: CommunityId) {
        let count = self.services.len();
        if count < MAX_SERVICES || self.services.contains_key(&service) {
            return;
        }
        let Shared { network, rng, .. } = &mut self.shared;
        let drawn = (0..CANDIDATES).filter_map(|_| {
            let (service, _) = self.services.get_index(rng.random_range(0..count))?;
            Some(*service)
        });
        if let Some(smallest) = drawn.min_by_key(|service| network.peer_count(*service)) {
            self.services.swap_remove(&smallest);
            network.unregister_service(smallest);
        }
    }

    fn make_room_for_peer(&mut self, key: &PublicKey) {
        let Shared { network, rng, .. } = &mut self.shared;
        let full = network.verified_count() >= network.limits().max_peers;
        if !full || network.is_verified(key) {
            return;
        }
        let drawn = (0..CANDIDATES).filter_map(|_| network.random_verified_peer(rng));
        let quietest = drawn.min_by_key(|peer| peer.last_response().unwrap_or(peer.created()));
        if let Some(quietest) = quietest.map(|peer| peer.key().clone()) {
            network.remove_peer(&quietest);
        }
    }

    /// The next datagram to seal and send; `None` when there is none.
    pub fn poll_output(&mut self) -> Option<Outgoing> {
        self.shared.outbox.pop()
    }

    /// What came in, went out and was dropped.
    #[must_use]
    pub fn statistics(&self) -> &Statistics {
        &self.shared.statistics
    }

    /// For the runtime, which alone knows what became of the datagrams.
    pub fn statistics_mut(&mut self) -> &mut Statistics {
        &mut self.shared.statistics
    }

    /// Each community with the number of its peers.
    pub fn services(&self) -> impl Iterator<Item = (CommunityId, usize)> + '_ {
        self.services
            .keys()
            .map(|service| (*service, self.shared.network.peer_count(*service)))
    }
}

/// A tracker looks at introduction requests only, before it spends time on a signature.
fn open_request(id: u8, datagram: &[u8]) -> Result<OpenedIntroduction, DropReason> {
    if !matches!(
        id,
        ids::INTRODUCTION_REQUEST | ids::NEW_INTRODUCTION_REQUEST
    ) {
        return Err(DropReason::UnknownMessage);
    }
    let open = introduction_opener(id).ok_or(DropReason::UnknownMessage)?;
    open(datagram).map_err(|error: OpenError| reason_of(&error))
}
