//! Implements the tracker: remembers the peers of each community and introduces them to each other.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::choice::Requester;
use super::churn::{ChurnConfig, Verdict};
use super::limits::{TrackerLimits, TrackerStats};
use super::pings::{Ping, Pings};
use super::roster::Roster;
use super::settings::TrackerSettings;
use crate::crypto::{PrivateKey, PublicKey};
use crate::engine::reason_of;
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::context::{Context, LocalAddresses, OverlayState, Shared};
use crate::overlay::introduction::{
    IntroductionMessage, OpenedIntroduction, SignedBy, introduction_opener,
};
use crate::state::network::{NetworkLimits, PeerGraph};
use crate::state::outbox::Outgoing;
use crate::state::peer::Peer;
use crate::state::stats::{DropReason, EngineStats};
use crate::wire::packet::{CommunityId, Header, OpenError};
use crate::wire::payload::{IntroductionRequest, IntroductionResponse, Style, ids};

/// No limit: a tracker answers every peer of a service.
const UNLIMITED: i32 = -1;

/// The state of a tracker: the peers of each community.
///
/// Its driver follows the engine's rule: after every input ([`Tracker::handle`],
/// [`Tracker::handle_timeout`]) it polls the outputs until there are none, then asks for the time
/// of the next timeout ([`Tracker::poll_timeout`]). The driver passes in the time. The seed
/// determines all random choices.
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
    /// Returns a tracker without peers. `seed` determines all its random choices.
    #[must_use]
    pub fn new(my_peer: PrivateKey, options: TrackerSettings, seed: [u8; 32]) -> Self {
        // The graph stays empty: the peers are in the roster.
        let network = PeerGraph::new(NetworkLimits::default());
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

    /// Returns the tracker's public key.
    #[must_use]
    pub fn my_peer(&self) -> &PublicKey {
        self.state.my_key.public_key()
    }

    /// Sets the addresses that the tracker puts into its answers. As in py-ipv8, its LAN address is
    /// also its WAN address, unless [`Tracker::set_estimated_wan`] sets another one.
    pub fn set_local_addresses(&mut self, local: LocalAddresses) {
        if self.state.wan.estimate() == self.shared.local.lan {
            self.state.set_estimated_wan(local.lan);
        }
        self.shared.local = local;
    }

    /// Sets the address of the tracker outside its LAN. The tracker introduces peers on its own
    /// machine with the host of this address.
    pub fn set_estimated_wan(&mut self, wan: SocketAddr) {
        self.state.set_estimated_wan(wan);
    }

    /// Handles a datagram from `source` at the time `now`, which must not go backwards.
    /// [`Tracker::poll_output`] returns the datagrams that it causes. The tracker accepts
    /// introduction requests and answers to its own requests, with a valid signature. It counts and
    /// drops every other datagram.
    pub fn handle(&mut self, source: SocketAddr, datagram: &[u8], now: Instant) {
        self.shared.stats.received(datagram.len());
        if let Err(reason) = self.process(source, datagram, now) {
            tracing::debug!(%source, %reason, "datagram dropped");
            self.shared.stats.record(reason);
        }
    }

    fn process(
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

    /// Refuses unwanted datagrams before the signature check, which costs time.
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

    /// Remembers the requester and answers it at its source address, in its style.
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
            // An old-style answer cannot carry the requester's address.
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

    /// Notes that a pinged peer answered. An old-style answer may say that the peer has enough
    /// peers.
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

    /// Does the work that is due at the time of [`Tracker::poll_timeout`]: gives up peers that did
    /// not answer, and pings silent ones.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(ping) = self.pings.expired(now) {
            self.roster.counters.timeouts += 1;
            self.roster.leave(&ping.key, ping.service);
        }
        while let Some((due, key)) = self.roster.next_check(self.churn.interval, now) {
            let churn = self.churn;
            let member = self.roster.member_mut(&key);
            match member.map(|member| churn.check(member, due, now)) {
                Some(Verdict::Ping) => self.ping(&key, now),
                Some(Verdict::Drop) => {
                    self.roster.forget(&key);
                    self.roster.counters.silent += 1;
                }
                Some(Verdict::Keep) | None => {}
            }
        }
    }

    /// Asks a peer for an introduction in one of its communities. Each community has the same
    /// chance. The request uses the old style if possible, because only an old-style answer can say
    /// that the peer has enough peers.
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

    /// Returns the next datagram to seal and send; `None` when there is none.
    pub fn poll_output(&mut self) -> Option<Outgoing> {
        self.shared.outbox.pop()
    }

    /// Returns the time at which to call [`Tracker::handle_timeout`]; `None` while there are no
    /// peers.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let answers = self.pings.next_timeout();
        answers.into_iter().chain(self.roster.check_at()).min()
    }

    /// Returns the counts of received, sent and dropped datagrams.
    #[must_use]
    pub fn stats(&self) -> &EngineStats {
        &self.shared.stats
    }

    /// Returns a mutable version of [`Tracker::stats`]. The driver counts the results of sending in
    /// it.
    pub fn statistics_mut(&mut self) -> &mut EngineStats {
        &mut self.shared.stats
    }

    /// Returns the counts of introductions, pings and forgotten peers.
    #[must_use]
    pub fn counters(&self) -> &TrackerStats {
        &self.roster.counters
    }

    /// Returns the limits of this tracker.
    #[must_use]
    pub fn limits(&self) -> &TrackerLimits {
        self.roster.limits()
    }

    /// Returns each community with the number of its peers, in no particular order.
    pub fn services(&self) -> impl Iterator<Item = (CommunityId, usize)> + '_ {
        self.roster.services()
    }

    /// Returns the number of communities that have peers.
    #[must_use]
    pub fn service_count(&self) -> usize {
        self.roster.service_count()
    }

    /// Returns the peers of one community, in no particular order.
    pub fn peers(&self, service: CommunityId) -> impl Iterator<Item = &Peer> {
        self.roster.peers(service)
    }

    /// Returns the number of peers.
    #[must_use]
    pub fn peer_count(&self) -> usize {
        self.roster.len()
    }

    /// Returns the number of unanswered pings.
    #[must_use]
    pub fn pending_pings(&self) -> usize {
        self.pings.len()
    }

    /// Returns the typical round trip: the median over all peers, where each peer counts with the
    /// median of its last five round trips. Returns `None` if no peer has one.
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
