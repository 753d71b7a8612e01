//! Implements the tracker: remembers the peers of each community and introduces them to each other.

use std::net::{SocketAddr, SocketAddrV4};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::choice::Requester;
use super::churn::ChurnConfig;
use super::inbox::{Class, Inbox};
use super::letter::{Glance, Kind, Letter};
use super::newcomers::{Claim, Held, Moves, Newcomers, Traits};
use super::outlay::{Exhausted, Outlay};
use super::pings::{Ping, Pings, Purpose};
use super::roster::Roster;
use super::settings::TrackerSettings;
use crate::crypto::{Curve, Points, PrivateKey, PublicKey};
use crate::engine::reason_of;
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::context::{Context, LocalAddresses, OverlayState, Shared};
use crate::overlay::introduction::{IntroductionMessage, OpenedIntroduction, introduction_reader};
use crate::state::network::{NetworkLimits, PeerGraph};
use crate::state::outbox::Outgoing;
use crate::state::peer::Peer;
use crate::state::stats::DropReason;
use crate::wire::packet::{CommunityId, HEADER_LENGTH, Header, OpenError};
use crate::wire::payload::{IntroductionRequest, IntroductionResponse, Style};

/// The cost of a datagram whose signature is not checked, and of our own signature.
const CHEAP: Duration = Duration::from_micros(1);
const SIGNING: Duration = Duration::from_micros(20);

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
    pub(super) shared: Shared,
    /// An overlay whose community id changes with each datagram (py-ipv8's `EndpointServer`).
    pub(super) state: OverlayState,
    pub(super) roster: Roster,
    pub(super) newcomers: Newcomers,
    pub(super) moves: Moves,
    /// Whether the WAN address was set, so that it is certain.
    pub(super) knows_wan: bool,
    pub(super) churn: ChurnConfig,
    pub(super) pings: Pings,
    pub(super) inbox: Inbox,
    pub(super) outlay: Outlay,
    points: Points,
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
            newcomers: Newcomers::new(),
            moves: Moves::default(),
            knows_wan: false,
            pings: Pings::default(),
            inbox: Inbox::new(),
            outlay: Outlay::new(),
            points: Points::new(),
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
    /// machine with the host of this address, and drops answers that were made for another host of
    /// the internet: a node that passes on its requests gets such answers.
    pub fn set_estimated_wan(&mut self, wan: SocketAddr) {
        self.knows_wan = true;
        self.state.set_estimated_wan(wan);
    }

    /// Handles a datagram from `source` at the time `now`, which must not go backwards.
    /// [`Tracker::poll_output`] returns the datagrams that it causes. The tracker accepts
    /// introduction requests and answers to its own requests, with a valid signature. It counts and
    /// drops every other datagram.
    ///
    /// A datagram may have to wait for its budget: [`Tracker::poll_timeout`] returns the time.
    pub fn handle(&mut self, source: SocketAddr, datagram: &[u8], now: Instant) {
        self.receive(source, datagram, now);
        while self.work(now).is_some() {}
    }

    /// Does the work that is due at the time of [`Tracker::poll_timeout`].
    pub fn handle_timeout(&mut self, now: Instant) {
        self.tick(now);
        while self.work(now).is_some() {}
    }

    /// Queues a datagram for [`Tracker::work`], or drops it. Cheap: it checks no signature.
    pub fn receive(&mut self, source: SocketAddr, datagram: &[u8], now: Instant) {
        self.shared.stats.received(datagram.len());
        match self.sort(source, datagram) {
            Ok((class, glance)) => {
                let letter = Letter {
                    source,
                    service: glance.service,
                    kind: glance.kind,
                    curve: glance.curve,
                    came: now,
                    bytes: datagram.to_vec(),
                };
                let dropped = self.inbox.push(class, letter, &mut self.shared.rng);
                if dropped.is_some() {
                    self.roster.counters.crowded(class);
                    self.shared.stats.record(DropReason::QueueFull);
                }
            }
            Err(reason) => self.drop(&source, reason),
        }
    }

    fn drop(&mut self, source: &SocketAddr, reason: DropReason) {
        tracing::debug!(%source, %reason, "datagram dropped");
        self.shared.stats.record(reason);
    }

    /// Returns the class of a datagram. Refuses unwanted ones before the signature check, which
    /// costs time.
    fn sort<'a>(
        &mut self,
        source: SocketAddr,
        datagram: &'a [u8],
    ) -> Result<(Class, Glance<'a>), DropReason> {
        if self.shared.local.is_own(&source) {
            return Err(DropReason::OwnPacket);
        }
        let glance = Glance::at(datagram, self.my_peer())?;
        if let Kind::Answer(number) = glance.kind
            && !self
                .pings
                .expects(number, glance.key, &source, glance.service)
        {
            return Err(DropReason::Unsolicited);
        }
        let class = if glance.curve != Curve::Curve25519 {
            // Even reading such a key costs time.
            Class::Legacy
        } else if glance.kind != Kind::Request || self.is_known(glance.key, &source) {
            Class::Known
        } else {
            Class::Stranger
        };
        Ok((class, glance))
    }

    /// Returns `true` if the key in these bytes proved this address.
    fn is_known(&self, key: &[u8], source: &SocketAddr) -> bool {
        let key = self.points.parse_key(key);
        key.is_ok_and(|key| self.roster.is_proven(&key, source))
    }

    /// Handles the next datagram that waits, if its class may work now. Returns about the time that
    /// it takes on a core, with the signature of the answer; `None` if there is nothing to do.
    pub fn work(&mut self, now: Instant) -> Option<Duration> {
        let (class, letter, is_late) = self.inbox.pop(self.outlay.room_at(), now)?;
        if is_late {
            self.roster.counters.late(class);
            self.drop(&letter.source, DropReason::RateLimited);
            return Some(CHEAP);
        }
        if let Err(reason) = self.is_still_wanted(class, &letter, now) {
            self.drop(&letter.source, reason);
            return Some(CHEAP);
        }
        let done = open(&letter.bytes, &mut self.points)
            .and_then(|opened| self.process(&letter, &opened, now));
        let mut cost = letter.curve.verification_time();
        match done {
            Ok(()) => cost += SIGNING,
            Err(reason) => self.drop(&letter.source, reason),
        }
        self.inbox.worked(class, cost, now);
        self.roster.counters.newcomers = self.newcomers.len() as u64;
        Some(cost)
    }

    /// Checks again what may have changed while a datagram waited.
    fn is_still_wanted(
        &mut self,
        class: Class,
        letter: &Letter,
        now: Instant,
    ) -> Result<(), DropReason> {
        let glance = Glance::at(&letter.bytes, self.my_peer())?;
        match letter.kind {
            Kind::Answer(number) => {
                let (source, service) = (&letter.source, letter.service);
                let expected = self.pings.expects(number, glance.key, source, service);
                expected.then_some(()).ok_or(DropReason::Unsolicited)
            }
            // A stranger's budget is checked before its signature. It may have proven itself while
            // this waited.
            Kind::Request if class == Class::Stranger => {
                if self.is_known(glance.key, &letter.source) {
                    return Ok(());
                }
                self.check_outlay(&letter.source, now)
            }
            Kind::Request => Ok(()),
        }
    }

    fn check_outlay(&mut self, to: &SocketAddr, now: Instant) -> Result<(), DropReason> {
        let counters = &mut self.roster.counters;
        self.outlay.check(to, now).map_err(|exhausted| {
            match exhausted {
                Exhausted::Host => counters.refused_host += 1,
                Exhausted::Group => counters.refused_site += 1,
                Exhausted::Total => counters.refused_total += 1,
            }
            DropReason::RateLimited
        })
    }

    fn process(
        &mut self,
        letter: &Letter,
        opened: &OpenedIntroduction,
        now: Instant,
    ) -> Result<(), DropReason> {
        match (&opened.message, letter.kind) {
            (IntroductionMessage::Request(by, request), _) => {
                let claim = Claim {
                    key: by.key.clone(),
                    address: letter.source,
                    service: letter.service,
                };
                let new_style = opened.style == Style::New || request.supports_new_style;
                let traits = Traits {
                    lan: as_v4(request.source_lan),
                    new_style,
                    clock: opened.global_time,
                };
                self.on_request(&claim, traits, request, now)
            }
            (IntroductionMessage::Response(by, response), Kind::Answer(number)) => {
                let key = by.key.as_bytes();
                let ping = self
                    .pings
                    .take(number, key, &letter.source, letter.service)
                    .ok_or(DropReason::Unsolicited)?;
                if !self.is_own_host(response.destination) {
                    return Err(DropReason::WrongRecipient);
                }
                match ping.purpose {
                    Purpose::Proof => {
                        let new_style = opened.style == Style::New || response.supports_new_style;
                        self.on_proof(&ping.to, new_style, opened.global_time, now)
                    }
                    Purpose::Stay => {
                        self.on_stay(&ping.to.key, now);
                        Ok(())
                    }
                    Purpose::Check => {
                        self.on_pong(&ping, response, now);
                        Ok(())
                    }
                }
            }
            _ => Err(DropReason::UnknownMessage),
        }
    }

    /// Answers a requester at its source address, in its style. Notes one that is not a member of
    /// the community yet as a newcomer.
    fn on_request(
        &mut self,
        claim: &Claim,
        traits: Traits,
        request: &IntroductionRequest,
        now: Instant,
    ) -> Result<(), DropReason> {
        let is_proven = self.roster.is_proven(&claim.key, &claim.address);
        if is_proven {
            let member = self.roster.member_mut(&claim.key);
            if !member.is_some_and(|member| member.may_answer(now)) {
                self.roster.counters.refused_peer += 1;
                return Err(DropReason::RateLimited);
            }
        } else {
            // Paid at once, even if the answer waits: many of them must not come due together.
            self.check_outlay(&claim.address, now)?;
            let bytes = self.length(style_for(claim, traits.new_style), 5);
            self.outlay.answered(&claim.address, bytes, now);
        }
        let is_member = self.roster.is_member(claim);
        if is_member {
            self.roster.heard(claim, traits, now);
        } else {
            let (newcomers, rng) = (&mut self.newcomers, &mut self.shared.rng);
            let evicted = newcomers.note(claim, traits, is_proven, now, rng);
            self.roster.counters.newcomers_evicted += evicted;
        }
        let held = Held {
            new_style: traits.new_style,
            request: IntroductionRequest {
                extra: Vec::new(),
                ..request.clone()
            },
        };
        self.answer(claim, held, !is_member, now);
        Ok(())
    }

    /// Answers a request. If no member can be introduced and it `can_wait`, the answer waits for
    /// the requester's proof.
    pub(super) fn answer(&mut self, claim: &Claim, asked: Held, can_wait: bool, now: Instant) {
        let is_proven = self.roster.is_proven(&claim.key, &claim.address);
        let style = style_for(claim, asked.new_style);
        let requester = Requester {
            key: &claim.key,
            address: claim.address,
            style,
            is_proven,
        };
        let rng = &mut self.shared.rng;
        let introduced = self.roster.choose(claim.service, requester, now, rng);
        if introduced.is_none() && can_wait && self.newcomers.hold(claim, &asked, now) {
            self.roster.counters.held += 1;
            return;
        }
        match introduced {
            Some(_) => self.roster.counters.introduced += 1,
            None => self.roster.counters.nobody_introduced += 1,
        }
        self.state.serve(claim.service);
        let peer = Peer::new(claim.key.clone(), claim.address, now);
        let mut cx = Context::new(&mut self.state, &mut self.shared, now);
        cx.send_introduction_response(&peer, style, &asked.request, introduced);
    }

    /// Returns the most bytes of a message of ours with this number of addresses.
    pub(super) fn length(&self, style: Style, addresses: usize) -> usize {
        let address = match style {
            Style::Old => 6,
            Style::New => 19,
        };
        let key = self.my_peer();
        // Key length, global time, flags and number.
        let fields = 2 + 8 + 3 + addresses * address;
        HEADER_LENGTH + fields + key.as_bytes().len() + key.signature_length()
    }

    /// Notes that a pinged peer answered. An old-style answer may say that the peer has enough
    /// peers.
    fn on_pong(&mut self, ping: &Ping, response: &IntroductionResponse, now: Instant) {
        let Claim { key, service, .. } = &ping.to;
        self.roster.counters.pongs += 1;
        if let Some(member) = self.roster.member_mut(key) {
            member.peer.responded(now);
            let round_trip = now.saturating_duration_since(ping.sent);
            member.peer.add_ping(round_trip);
        }
        if response.peer_limit_reached && self.roster.leave(key, *service) {
            self.roster.counters.full += 1;
        }
    }

    /// Returns the next datagram to seal and send; `None` when there is none.
    pub fn poll_output(&mut self) -> Option<Outgoing> {
        self.shared.outbox.pop()
    }

    /// Returns the time at which to call [`Tracker::handle_timeout`]; `None` while there are no
    /// peers.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let times = [
            self.pings.next_timeout(),
            self.roster.check_at(),
            self.newcomers.next_timeout(),
            self.inbox.due(self.outlay.room_at()),
        ];
        times.into_iter().flatten().min()
    }
}

fn open(datagram: &[u8], points: &mut Points) -> Result<OpenedIntroduction, DropReason> {
    let header = Header::split(datagram).ok_or(DropReason::TooShort)?;
    let open = introduction_reader(header.id).ok_or(DropReason::UnknownMessage)?;
    open(datagram, points).map_err(|error: OpenError| reason_of(&error))
}

/// Returns the style of an answer. An old-style one cannot carry an IPv6 address.
fn style_for(claim: &Claim, new_style: bool) -> Style {
    if new_style || claim.address.is_ipv6() {
        Style::New
    } else {
        Style::Old
    }
}

fn as_v4(address: SocketAddr) -> Option<SocketAddrV4> {
    match address {
        SocketAddr::V4(v4) => Some(v4),
        SocketAddr::V6(_) => None,
    }
}
