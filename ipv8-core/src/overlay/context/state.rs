//! What one overlay owns beside its community and strategies.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Instant;

use super::requests::Waiting;
use super::shared::Shared;
use super::tasks::Job;
use crate::crypto::PrivateKey;
use crate::overlay::bootstrap::Bootstrappers;
use crate::state::network::Introductions;
use crate::state::network::Network;
use crate::state::request_cache::{Pending, RequestCache};
use crate::state::stats::TrafficStats;
use crate::state::tasks::{TaskName, Tasks};
use crate::state::timers::{TimerId, Timers};
use crate::wire::address::UNSPECIFIED;
use crate::wire::packet::{CommunityId, Prefix};

/// What one overlay owns beside its community and strategies.
#[derive(Debug)]
pub struct OverlayState {
    pub(crate) community_id: CommunityId,
    /// Tells apart overlays that had the same id one after the other.
    pub(crate) serial: u64,
    /// What the overlay is called among those of its engine; empty until an engine has it.
    pub(crate) name: String,
    pub(crate) traffic: TrafficStats,
    /// Its peer graph, if it does not share the node's.
    pub(crate) own_network: Option<Box<Network>>,
    pub(crate) prefix: Prefix,
    pub(crate) my_key: PrivateKey,
    pub(crate) max_peers: i32,
    pub(crate) wan: SocketAddr,
    /// The own address of each class as the last introduction response saw it.
    pub(crate) ipv4: Option<SocketAddr>,
    pub(crate) ipv6: Option<SocketAddr>,
    pub(crate) introductions: Introductions,
    pub(crate) bootstrappers: Bootstrappers,
    pub(crate) requests: RequestCache<Box<dyn Any + Send>>,
    /// Requests whose answers go to a method of the community.
    pub(crate) pending: Pending<Waiting>,
    /// The type of each response that the community takes in, by its message id.
    pub(crate) responses: HashMap<u8, TypeId>,
    pub(crate) tasks: Tasks<Job>,
    /// Tasks that wait for something to be added to `requests` under this prefix and number.
    pub(crate) waiters: Vec<(&'static str, u16, TaskName)>,
    /// The type of the community, and its name; what tasks and callbacks are checked against.
    pub(crate) community_type: Option<(TypeId, &'static str)>,
    wake: Option<TimerId>,
}

impl OverlayState {
    /// The state of an overlay that has met nobody yet.
    ///
    /// `max_peers` below zero means no limit.
    #[must_use]
    pub fn new(
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
            wan: UNSPECIFIED,
            ipv4: None,
            ipv6: None,
            introductions: Introductions::default(),
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

    /// Has the engine come back at `at` for a request, a task or a bootstrapper, or earlier. There is one timer for
    /// each overlay, so that answered requests leave none behind.
    pub(crate) fn wake_at(&mut self, at: Instant, timers: &mut Timers<CommunityId>) {
        if self.wake.is_some_and(|earlier| earlier.at() <= at) {
            return;
        }
        self.stay_asleep(timers);
        self.wake = Some(timers.insert(at, self.community_id));
    }

    /// Has the engine come back for what requests, tasks and bootstrappers wait for now, and nothing else.
    pub(crate) fn wake_when_due(&mut self, timers: &mut Timers<CommunityId>) {
        self.stay_asleep(timers);
        let requests = self.requests.next_timeout();
        let pending = self.pending.next_timeout();
        let tasks = self.tasks.next_timeout();
        let bootstrappers = self.bootstrappers.next_wake();
        let all = requests
            .into_iter()
            .chain(pending)
            .chain(tasks)
            .chain(bootstrappers);
        if let Some(next) = all.min() {
            self.wake_at(next, timers);
        }
    }

    /// The overlay's peer graph: its own, or the shared one.
    pub(crate) fn network<'a>(&'a self, shared: &'a Shared) -> &'a Network {
        self.own_network.as_deref().unwrap_or(&shared.network)
    }

    /// As [`OverlayState::network`], to be changed.
    pub(crate) fn network_mut<'a>(&'a mut self, shared: &'a mut Shared) -> &'a mut Network {
        match self.own_network.as_deref_mut() {
            Some(own) => {
                shared.touch(self.community_id);
                own
            }
            None => &mut shared.network,
        }
    }

    /// Takes the timer back.
    pub(crate) fn stay_asleep(&mut self, timers: &mut Timers<CommunityId>) {
        if let Some(timer) = self.wake.take() {
            timers.cancel(timer);
        }
    }

    /// From now on this is an overlay of another community: for a tracker, which has no community of its own.
    pub(crate) fn serve(&mut self, community_id: CommunityId) {
        self.community_id = community_id;
        self.prefix = community_id.prefix();
    }

    /// Overrides the WAN estimate, which otherwise stays `0.0.0.0:0` until the first introduction
    /// response.
    pub fn set_estimated_wan(&mut self, wan: SocketAddr) {
        self.wan = wan;
    }
}
