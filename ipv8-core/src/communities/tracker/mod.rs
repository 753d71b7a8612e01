//! The tracker: introduces peers of any community to each other (protocol 10.4).
//!
//! It listens to every prefix, answers introduction requests, and is nobody's peer: whoever knows
//! its address blacklists it. Whether its peers are still there it finds out by introduction requests of its own
//! ([`ChurnConfig`]). Like the engine it does no IO; [`crate::node::RunningTracker`]
//! puts it on a socket.
//!
//! `roster` knows who is there and keeps the bounds of `limits`, with `crowd` for many peers by `subnet`; `choice` says
//! who is introduced to whom, `churn` when a peer is asked whether it is there, `pings` what was asked.

mod choice;
mod churn;
mod crowd;
mod limits;
mod pings;
mod roster;
mod subnet;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;

pub use churn::ChurnConfig;
pub use limits::{TrackerLimits, TrackerStats};

use crate::crypto::{PrivateKey, PublicKey};
use crate::engine::reason_of;
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::context::{Context, LocalAddresses, OverlayState, Shared};
use crate::overlay::introduction::{
    IntroductionMessage, OpenedIntroduction, SignedBy, introduction_opener,
};
use crate::state::network::{Network, NetworkLimits};
use crate::state::outbox::Outgoing;
use crate::state::peer::Peer;
use crate::state::stats::{DropReason, EngineStats};
use crate::wire::packet::{CommunityId, Header, OpenError};
use crate::wire::payload::{IntroductionRequest, IntroductionResponse, Style, ids};
use choice::Requester;
use churn::Verdict;
use pings::{Ping, Pings};
use roster::Roster;

/// No limit: a tracker answers every peer of a service.
const UNLIMITED: i32 = -1;

/// What a tracker is made with. All of it has defaults.
#[derive(Clone, Debug, Default)]
pub struct TrackerSettings {
    /// How much it remembers.
    pub limits: TrackerLimits,
    /// How it finds out who has gone.
    pub churn: ChurnConfig,
    /// Where the Lamport clock of its key starts; default 0. For one that goes on under a key that was used before.
    pub global_time: u64,
}

/// The state of a tracker: who asked for which community.
///
/// Whoever drives it keeps the engine's rule: after every input ([`Tracker::handle`], [`Tracker::handle_timeout`]), poll the
/// outputs until there are none, then ask when to come back ([`Tracker::poll_timeout`]). Time is an argument everywhere;
/// randomness follows from the seed.
#[derive(Debug)]
pub struct Tracker {
    shared: Shared,
    /// An overlay whose community id changes with each datagram (py-ipv8's `EndpointServer`).
    state: OverlayState,
    roster: Roster,
    churn: ChurnConfig,
    pings: Pings,
}

impl Tracker {
    /// A tracker that knows nobody. All its randomness follows from `seed`.
    #[must_use]
    pub fn new(my_peer: PrivateKey, options: TrackerSettings, seed: [u8; 32]) -> Self {
        // The network stays empty: the peers are in the roster.
        let network = Network::new(NetworkLimits::default());
        let mut shared = Shared::new(network, StdRng::from_seed(seed));
        shared.start_clock(my_peer.public_key().mid(), options.global_time);
        let nowhere = CommunityId::from_bytes([0; 20]);
        Self {
            shared,
            state: OverlayState::new(nowhere, my_peer, UNLIMITED, Bootstrappers::new()),
            roster: Roster::new(options.limits),
            churn: options.churn,
            pings: Pings::default(),
        }
    }

    /// The tracker's public key.
    #[must_use]
    pub fn my_peer(&self) -> &PublicKey {
        self.state.my_key.public_key()
    }

    /// Tells where the tracker is; its answers carry these addresses. Its LAN address is its WAN address too (as in
    /// py-ipv8), unless [`Tracker::set_estimated_wan`] says otherwise.
    pub fn set_local_addresses(&mut self, local: LocalAddresses) {
        if self.state.wan == self.shared.local.lan {
            self.state.set_estimated_wan(local.lan);
        }
        self.shared.local = local;
    }

    /// Tells how the tracker is reached from outside its LAN. Peers on its own machine are introduced with this host.
    pub fn set_estimated_wan(&mut self, wan: SocketAddr) {
        self.state.set_estimated_wan(wan);
    }

    /// Takes in a datagram from `source` at the time `now`, which must not go backwards. What it causes waits in
    /// [`Tracker::poll_output`]. A datagram that is neither an introduction request nor the answer to one of the
    /// tracker's own, or that is not well signed, is counted and dropped.
    pub fn handle(&mut self, source: SocketAddr, datagram: &[u8], now: Instant) {
        self.shared.stats.received(datagram.len());
        if let Err(reason) = self.take_in(source, datagram, now) {
            tracing::debug!(%source, %reason, "datagram dropped");
            self.shared.stats.record(reason);
        }
    }

    fn take_in(
        &mut self,
        source: SocketAddr,
        datagram: &[u8],
        now: Instant,
    ) -> Result<(), DropReason> {
        let header = Header::split(datagram).ok_or(DropReason::TooShort)?;
        let service = CommunityId::from_prefix(header.prefix).ok_or(DropReason::UnknownPrefix)?;
        self.is_wanted(header.id, &source)?;
        let opened = open(header.id, datagram)?;
        self.state.serve(service);
        match &opened.message {
            IntroductionMessage::Request(by, request) => {
                self.on_request(by, source, opened.style, request, now)
            }
            IntroductionMessage::Response(by, response) => {
                self.on_response(by, source, response, now)
            }
            _ => Err(DropReason::UnknownMessage),
        }
    }

    /// What can be known before time is spent on a signature.
    fn is_wanted(&self, id: u8, source: &SocketAddr) -> Result<(), DropReason> {
        match id {
            ids::INTRODUCTION_REQUEST | ids::NEW_INTRODUCTION_REQUEST => Ok(()),
            ids::INTRODUCTION_RESPONSE | ids::NEW_INTRODUCTION_RESPONSE => {
                let expected = self.pings.expect(source);
                expected.then_some(()).ok_or(DropReason::Unsolicited)
            }
            _ => Err(DropReason::UnknownMessage),
        }
    }

    /// Remembers who asks, and answers, at the address it asked from and in its style.
    fn on_request(
        &mut self,
        by: &SignedBy,
        source: SocketAddr,
        style: Style,
        request: &IntroductionRequest,
        now: Instant,
    ) -> Result<(), DropReason> {
        if by.key == *self.my_peer() {
            return Err(DropReason::OwnPacket);
        }
        let mut peer = Peer::new(by.key.clone(), source, now);
        peer.responded(now);
        if let SocketAddr::V4(lan) = request.source_lan {
            peer.set_lan_address(lan);
        }
        let mut answered = style;
        if style == Style::New || request.supports_new_style {
            peer.mark_new_style();
            answered = Style::New;
        }
        if source.is_ipv6() {
            // An old answer could not even name the requester's address.
            answered = Style::New;
        }
        let service = self.state.community_id;
        let rng = &mut self.shared.rng;
        let roster = &mut self.roster;
        roster.heard(&peer, service, self.churn.interval, now, rng);
        let requester = Requester {
            key: &by.key,
            address: source,
            style: answered,
        };
        let introduced = roster.choose(service, requester, rng);
        match introduced {
            Some(_) => roster.counters.introduced += 1,
            None => roster.counters.nobody_introduced += 1,
        }
        let mut cx = Context::new(&mut self.state, &mut self.shared, now);
        cx.send_introduction_response(&peer, answered, request, introduced);
        Ok(())
    }

    /// A peer that was asked is there. It may say that it has enough peers (the old style only can say so).
    fn on_response(
        &mut self,
        by: &SignedBy,
        source: SocketAddr,
        response: &IntroductionResponse,
        now: Instant,
    ) -> Result<(), DropReason> {
        let service = self.state.community_id;
        let ping = self
            .pings
            .take(response.identifier, &by.key, source, service)
            .ok_or(DropReason::Unsolicited)?;
        self.roster.counters.pongs += 1;
        if let Some(member) = self.roster.member_mut(&by.key) {
            member.peer.responded(now);
            let round_trip = now.saturating_duration_since(ping.sent);
            member.peer.add_ping(round_trip);
        }
        if response.peer_limit_reached && self.roster.leave(&by.key, service) {
            self.roster.counters.full += 1;
        }
        Ok(())
    }

    /// The time of [`Tracker::poll_timeout`] has come: gives up who did not answer, and asks who is silent.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(ping) = self.pings.expired(now) {
            self.roster.counters.timeouts += 1;
            self.roster.leave(&ping.key, ping.service);
        }
        while let Some((turn, key)) = self.roster.next_look(self.churn.interval, now) {
            let churn = self.churn;
            let member = self.roster.member_mut(&key);
            match member.map(|member| churn.look(member, turn, now)) {
                Some(Verdict::Ping) => self.ping(&key, now),
                Some(Verdict::Drop) => {
                    self.roster.forget(&key);
                    self.roster.counters.silent += 1;
                }
                Some(Verdict::Leave) | None => {}
            }
        }
    }

    /// Asks a peer for an introduction in one of its communities, each with the same chance; in the old style where that
    /// is possible, because only its answer can say that the peer has enough peers.
    fn ping(&mut self, key: &PublicKey, now: Instant) {
        let Some(member) = self.roster.member(key) else {
            return;
        };
        let services = member.services();
        let rng = &mut self.shared.rng;
        let drawn = rand::RngExt::random_range(rng, 0..services.len().max(1));
        let Some(service) = services.get_index(drawn).copied() else {
            return;
        };
        let ping = Ping {
            key: key.clone(),
            address: member.peer.address(),
            service,
            sent: now,
        };
        let to = ping.address;
        let Ok(number) = self.pings.add(ping, now + self.churn.ping_timeout, rng) else {
            self.roster.counters.pings_refused += 1;
            return;
        };
        self.roster.counters.pings += 1;
        self.state.serve(service);
        let mut cx = Context::new(&mut self.state, &mut self.shared, now);
        cx.send_numbered_introduction_request(to, false, number);
    }

    /// The next datagram to seal and send; `None` when there is none.
    pub fn poll_output(&mut self) -> Option<Outgoing> {
        self.shared.outbox.pop()
    }

    /// When [`Tracker::handle_timeout`] is wanted next; `None` as long as nobody is there.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let answers = self.pings.next_timeout();
        answers.into_iter().chain(self.roster.look_at()).min()
    }

    /// What came in, went out and was dropped.
    #[must_use]
    pub fn stats(&self) -> &EngineStats {
        &self.shared.stats
    }

    /// For the runtime, which alone knows what became of the datagrams.
    pub fn statistics_mut(&mut self) -> &mut EngineStats {
        &mut self.shared.stats
    }

    /// What it gave up and found out.
    #[must_use]
    pub fn counters(&self) -> &TrackerStats {
        &self.roster.counters
    }

    /// The bounds it keeps.
    #[must_use]
    pub fn limits(&self) -> &TrackerLimits {
        self.roster.limits()
    }

    /// Each community with the number of its peers, in no particular order.
    pub fn services(&self) -> impl Iterator<Item = (CommunityId, usize)> + '_ {
        self.roster.services()
    }

    /// How many communities have peers.
    #[must_use]
    pub fn service_count(&self) -> usize {
        self.roster.service_count()
    }

    /// The peers of one community, in no particular order.
    pub fn peers(&self, service: CommunityId) -> impl Iterator<Item = &Peer> {
        self.roster.peers(service)
    }

    /// How many peers there are in all.
    #[must_use]
    pub fn peer_count(&self) -> usize {
        self.roster.len()
    }

    /// How many pings wait for an answer.
    #[must_use]
    pub fn pending_pings(&self) -> usize {
        self.pings.len()
    }

    /// The median over all peers of the median of their last five round trips; `None` without any.
    #[must_use]
    pub fn median_round_trip(&self) -> Option<Duration> {
        let medians = self.roster.members();
        let mut medians: Vec<_> = medians.filter_map(|m| m.peer.median_ping()).collect();
        medians.sort_unstable();
        medians.get(medians.len() / 2).copied()
    }
}

fn open(id: u8, datagram: &[u8]) -> Result<OpenedIntroduction, DropReason> {
    let open = introduction_opener(id).ok_or(DropReason::UnknownMessage)?;
    open(datagram).map_err(|error: OpenError| reason_of(&error))
}
