//! The state of one overlay, apart from its community and strategies.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Instant;

use super::callbacks::{Job, Waiting};
use super::futures::TaskId;
use super::shared::Shared;
use crate::crypto::PrivateKey;
use crate::overlay::bootstrap::Bootstrappers;
use crate::state::network::{Introductions, PeerGraph};
use crate::state::request_cache::{Pending, RequestCache};
use crate::state::standing::{Search, Standings, WanVotes};
use crate::state::stats::TrafficStats;
use crate::state::tasks::{Due, TaskKind, TaskName, Tasks};
use crate::state::timers::{TimerId, Timers};
use crate::wire::packet::{CommunityId, Prefix};

/// The state of one overlay, apart from its community and strategies.
#[derive(Debug)]
pub(crate) struct OverlayState {
    pub(crate) community_id: CommunityId,
    /// Distinguishes overlays that had the same id at different times.
    pub(crate) serial: u64,
    /// The name of the overlay in its engine; empty until the engine has added it.
    pub(crate) name: String,
    pub(crate) traffic: TrafficStats,
    /// The overlay's own peer graph; `None`: it uses the shared one.
    pub(crate) own_network: Option<Box<PeerGraph>>,
    pub(crate) prefix: Prefix,
    pub(crate) my_key: PrivateKey,
    pub(crate) max_peers: i32,
    /// Our WAN address.
    pub(crate) wan: WanVotes,
    /// What strangers have proven to this overlay.
    pub(crate) standings: Standings,
    /// The search for peers of other providers.
    pub(crate) search: Search,
    /// Our IPv6 address in the internet.
    pub(crate) wan6: WanVotes,
    /// Our IPv4 address as the last introduction response saw it. It may be in a private network,
    /// and then has no vote.
    pub(crate) ipv4: Option<SocketAddr>,
    pub(crate) introductions: Introductions,
    /// `true` for an overlay that keeps the whole peer graph free of dead peers, not only its own
    /// peers.
    pub(crate) tends_network: bool,
    pub(crate) bootstrappers: Bootstrappers,
    pub(crate) requests: RequestCache<Box<dyn Any + Send>>,
    /// Requests whose answers go to a method of the community.
    pub(crate) pending: Pending<Waiting>,
    /// The type of each response that the community accepts, by message id.
    pub(crate) responses: HashMap<u8, TypeId>,
    pub(crate) tasks: Tasks<Job>,
    /// Tasks that wait until something is added to `requests` under this prefix and number.
    pub(crate) waiters: Vec<(&'static str, u16, TaskName)>,
    /// The type of the community and its name. Tasks and callbacks are checked against it.
    pub(crate) community_type: Option<(TypeId, &'static str)>,
    wake: Option<TimerId>,
}

impl OverlayState {
    /// Returns the state of an overlay without peers.
    ///
    /// `max_peers` below zero means no limit.
    pub(crate) fn new(
        community_id: CommunityId,
        my_key: PrivateKey,
        max_peers: i32,
        bootstrappers: Bootstrappers,
    ) -> Self {
        Self {
            community_id,
            serial: 0,
            name: String::new(),
            traffic: TrafficStats::default(),
            own_network: None,
            prefix: community_id.prefix(),
            my_key,
            max_peers,
            wan: WanVotes::default(),
            standings: Standings::default(),
            search: Search::default(),
            ipv4: None,
            wan6: WanVotes::default(),
            introductions: Introductions::default(),
            tends_network: false,
            bootstrappers,
            requests: RequestCache::default(),
            pending: Pending::default(),
            responses: HashMap::new(),
            tasks: Tasks::default(),
            waiters: Vec::new(),
            community_type: None,
            wake: None,
        }
    }

    /// Asks the engine to come back at `at` or earlier, for a request, a task, a bootstrapper or
    /// a contact.
    ///
    /// Each overlay has one timer, so answered requests leave none behind.
    pub(crate) fn wake_at(&mut self, at: Instant, timers: &mut Timers<CommunityId>) {
        if self.wake.is_some_and(|earlier| earlier.at() <= at) {
            return;
        }
        self.stay_asleep(timers);
        self.wake = Some(timers.insert(at, self.community_id));
    }

    /// Sets the timer to the earliest deadline of the requests, tasks, bootstrappers and contacts.
    pub(crate) fn wake_when_due(&mut self, timers: &mut Timers<CommunityId>) {
        self.stay_asleep(timers);
        let requests = self.requests.next_timeout();
        let pending = self.pending.next_timeout();
        let tasks = self.tasks.next_timeout();
        let bootstrappers = self.bootstrappers.next_wake();
        let probe = self.standings.next_probe();
        let search = self.search.next();
        let all = [requests, pending, tasks, bootstrappers, probe, search];
        if let Some(next) = all.into_iter().flatten().min() {
            self.wake_at(next, timers);
        }
    }

    /// Removes the timer.
    pub(crate) fn stay_asleep(&mut self, timers: &mut Timers<CommunityId>) {
        if let Some(timer) = self.wake.take() {
            timers.cancel(timer);
        }
    }

    /// Returns the overlay's peer graph: its own, or the shared one.
    pub(crate) fn network<'a>(&'a self, shared: &'a Shared) -> &'a PeerGraph {
        self.own_network.as_deref().unwrap_or(&shared.network)
    }

    /// Mutable version of [`OverlayState::network`].
    pub(crate) fn network_mut<'a>(&'a mut self, shared: &'a mut Shared) -> &'a mut PeerGraph {
        match self.own_network.as_deref_mut() {
            Some(own) => {
                shared.touch(self.community_id);
                own
            }
            None => &mut shared.network,
        }
    }

    /// Turns this into an overlay of another community. The tracker uses it: it serves every
    /// community and has none of its own.
    pub(crate) fn serve(&mut self, community_id: CommunityId) {
        self.community_id = community_id;
        self.prefix = community_id.prefix();
    }

    /// Overrides the WAN estimate of the address's family. The one for IPv4 is otherwise
    /// `0.0.0.0:0` until the first introduction response.
    pub(crate) fn set_estimated_wan(&mut self, wan: SocketAddr) {
        match wan {
            SocketAddr::V4(_) => self.wan.set(wan),
            SocketAddr::V6(_) => self.wan6.set(wan),
        }
    }
}

/// Tasks.
impl OverlayState {
    pub(super) fn task_id(&self, number: u64) -> TaskId {
        TaskId {
            overlay: self.community_id,
            serial: self.serial,
            number,
        }
    }

    /// Cancels every task. With `for_good` new tasks are refused from now on.
    pub(crate) fn end_tasks(&mut self, for_good: bool, shared: &mut Shared) {
        let names = self.tasks.list().into_iter().map(|task| task.name);
        for name in names.collect::<Vec<_>>() {
            self.cancel_task(name.as_str(), shared);
        }
        if for_good {
            self.tasks.shut_down();
        }
    }

    pub(super) fn cancel_task(&mut self, name: &str, shared: &mut Shared) -> bool {
        let Some((number, kind)) = self.tasks.cancel(name) else {
            return false;
        };
        if !self.waiters.is_empty() {
            self.waiters.retain(|(_, _, waiter)| *waiter != name);
        }
        if kind == TaskKind::Future {
            shared.futures.cancel(self.task_id(number));
        }
        true
    }

    /// Returns up to `most` due tasks, for [`run_task`](super::run_task).
    pub(crate) fn due_tasks(&mut self, most: usize, now: Instant) -> Vec<Due> {
        self.tasks.due(most, now)
    }
}
