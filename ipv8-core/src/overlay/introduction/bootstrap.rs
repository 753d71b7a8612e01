//! Asking the bootstrappers, and carrying out their wishes (protocol 4.7, 10.1).

use std::collections::HashSet;
use std::net::SocketAddr;

use crate::overlay::bootstrap::{
    Asker, BEACON_LIMIT, Beacon, BootstrapContext, Bootstrapper, Crowd, Due, Lookup, LookupError,
    MAX_LOOKUPS, Panic, Room, Wishes, within_limit,
};
use crate::overlay::context::{Context, News};
use crate::state::network::IntroducerId;
use crate::state::stats::DropReason;
use crate::state::watch::Work;

/// The most introductions of trackers that an overlay without an active walker walks to after each
/// round.
const FOLLOW_UPS: usize = 2;

impl Context<'_> {
    /// Asks every bootstrapper for first addresses and walks to them. A bootstrapper may ignore the
    /// call: [`DispersyBootstrapper`](crate::DispersyBootstrapper) pauses between two rounds.
    pub fn bootstrap(&mut self) {
        self.state.bootstrappers.schedule.note_asked(self.now);
        for index in 0..self.state.bootstrappers.len() {
            let addresses = self.call_bootstrapper(index, |one, cx| one.get_addresses(cx));
            for address in within_limit(addresses, self.max_peers()) {
                self.walk_to(address);
            }
        }
    }

    /// Reminds every bootstrapper of this overlay; a tracker answers with another introduction
    /// (py-ipv8's `keep_alive`).
    pub(crate) fn remind_bootstrappers(&mut self) {
        for index in 0..self.state.bootstrappers.len() {
            self.call_bootstrapper(index, |one, cx| one.keep_alive(cx));
        }
    }

    /// Tells the bootstrappers that an introduction response came from `source`.
    pub(super) fn note_answer(&mut self, source: SocketAddr) {
        self.call_initialized(|one, cx| one.answered(source, cx));
    }

    /// Tells the bootstrapper at `index` the result of a lookup that it asked for.
    pub(crate) fn note_resolved(
        &mut self,
        index: usize,
        host: &str,
        port: u16,
        found: Result<&[SocketAddr], &LookupError>,
    ) {
        self.call_bootstrapper(index, |one, cx| one.resolved(host, port, found, cx));
    }

    /// Offers a beacon from `source` to the bootstrappers. Returns `true` if one follows it.
    pub(crate) fn hear_beacon(&mut self, source: SocketAddr) -> bool {
        let mut followed = false;
        for index in 0..self.state.bootstrappers.len() {
            followed |= self.call_bootstrapper(index, |one, cx| one.beacon_heard(source, cx));
        }
        followed
    }

    /// Schedules the first round of asking every bootstrapper, if there are any.
    pub(crate) fn schedule_bootstrappers(&mut self) {
        let bootstrappers = &mut self.state.bootstrappers;
        if bootstrappers.is_empty() {
            return;
        }
        bootstrappers.schedule.start(&mut self.shared.rng, self.now);
        if let Some(at) = bootstrappers.schedule.next() {
            self.state.wake_at(at, &mut self.shared.timers);
        }
    }

    /// Wakes the bootstrappers whose timer is due, and asks all if a round is due. `rests` says
    /// that every walker of the overlay is at its target.
    pub(crate) fn wake_bootstrappers(&mut self, rests: bool) {
        let crowd = Crowd {
            peers: self.peer_count(),
            rests,
        };
        let schedule = &mut self.state.bootstrappers.schedule;
        match schedule.take(crowd, &mut self.shared.rng, self.now) {
            Some(Due::Round) => {
                self.open_seat();
                self.bootstrap();
            }
            Some(Due::FollowUp) => self.follow_trackers(),
            None => {}
        }
        for index in 0..self.state.bootstrappers.len() {
            if self.state.bootstrappers.take_wake(index, self.now) {
                self.call_bootstrapper(index, |one, cx| one.woken(cx));
            }
        }
    }

    /// Lets the next newcomer take the place of a young peer, if the overlay is full, so that the
    /// network mixes: nodes that start together would else fill up with each other and never meet
    /// those that start later.
    fn open_seat(&mut self) {
        let service = self.state.community_id;
        self.graph_mut().open_seat(service);
    }

    /// Walks to introductions of trackers that no walker has taken: every walker is at its target,
    /// or there is none. Introductions of peers are left to the walkers.
    fn follow_trackers(&mut self) {
        if self.graph().is_full(self.state.community_id) {
            return;
        }
        let peers: HashSet<_> = self
            .peers()
            .map(|peer| IntroducerId::of(peer.key()))
            .collect();
        for _ in 0..FOLLOW_UPS {
            let found = self.take_introduction(|introducer| !peers.contains(&introducer), |_| true);
            let Some((address, _)) = found else { return };
            self.walk_to(address);
        }
    }

    /// Tells the bootstrappers that the overlay is being unloaded.
    pub(crate) fn unload_bootstrappers(&mut self) {
        self.call_initialized(|one, cx| one.unload(cx));
    }

    fn call_initialized(
        &mut self,
        call: impl Fn(&mut dyn Bootstrapper, &mut BootstrapContext<'_>),
    ) {
        for index in 0..self.state.bootstrappers.len() {
            if self.state.bootstrappers.is_initialized(index) {
                self.call_bootstrapper(index, &call);
            }
        }
    }

    fn call_bootstrapper<R: Default>(
        &mut self,
        index: usize,
        call: impl FnOnce(&mut dyn Bootstrapper, &mut BootstrapContext<'_>) -> R,
    ) -> R {
        let peers = self.peer_count();
        let name = self.state.bootstrappers.iter().nth(index).unwrap_or("?");
        let work = Work::Bootstrapper(name);
        let begun = self.shared.enter(self.state.community_id, work);
        let mut room = Room {
            now: self.now,
            community_id: self.state.community_id,
            peers,
            max_peers: self.state.max_peers,
            rng: &mut self.shared.rng,
        };
        let called = self.state.bootstrappers.call(index, &mut room, call);
        self.shared.leave(begun);
        let Some((result, wishes, outcome)) = called else {
            return R::default();
        };
        if let Err(Panic(name)) = outcome {
            let panic = News::BootstrapperPanicked(self.state.community_id, name);
            self.shared.news.push(panic);
        }
        self.grant(index, wishes);
        result
    }

    /// Carries out the wishes of the bootstrapper at `index`. Blacklisting comes first, so that no
    /// server can answer before it is blacklisted.
    fn grant(&mut self, index: usize, wishes: Wishes) {
        for address in wishes.blacklist {
            self.graph_mut().blacklist_address(address);
        }
        for address in wishes.walks {
            self.walk_to(address);
        }
        for (host, port) in wishes.lookups {
            self.look_up(index, host, port);
        }
        let prefix = self.state.prefix;
        for address in wishes.beacons {
            if address.port() == 0 {
                self.shared.stats.record(DropReason::Unsendable);
                continue;
            }
            if self.shared.beacons.len() >= BEACON_LIMIT {
                self.shared.stats.record(DropReason::QueueFull);
                continue;
            }
            let beacon = Beacon::new(address, &prefix);
            self.shared.beacons.push_back(beacon);
        }
        if let Some(at) = wishes.wake {
            self.state.wake_at(at, &mut self.shared.timers);
        }
    }

    fn look_up(&mut self, index: usize, host: String, port: u16) {
        if self.shared.lookups.len() >= MAX_LOOKUPS {
            self.shared.stats.record(DropReason::QueueFull);
            return;
        }
        let asker = Asker::Bootstrapper {
            overlay: self.state.community_id,
            serial: self.state.serial,
            index,
        };
        let lookup = Lookup { host, port, asker };
        self.shared.lookups.push_back(lookup);
    }
}
