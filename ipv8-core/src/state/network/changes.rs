//! What happened to the peers, for those who have to be told.
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use std::collections::VecDeque;

/// One change of who is verified, in the order in which they happened (py-ipv8's `PeerObserver`, per network and per service).
///
/// A new peer makes `Added` first, then `ServiceAdded` for each registered service it is known to have; a dropped one
/// `ServiceRemoved` for each, then `Removed`. Each `ServiceRemoved` follows a `ServiceAdded` of the same pair.
#[derive(Clone, Debug)]
pub enum PeerChange {
    /// A peer became verified, whatever its services.
    Added(Peer),
    /// A verified peer was dropped; this is how it was.
    Removed(Peer),
    /// A verified peer turned out to have a registered service, a new peer had it from the start, or a service was registered
    /// that a verified peer has.
    ServiceAdded {
        /// The registered service.
        service: CommunityId,
        /// The peer, as it was then.
        peer: Peer,
    },
    /// A peer of a registered service was dropped. Unregistering a service makes no such change.
    ServiceRemoved {
        /// The registered service.
        service: CommunityId,
        /// The peer, as it was then.
        peer: Peer,
    },
}

impl PeerChange {
    /// The peer it is about.
    pub fn peer(&self) -> &Peer {
        match self {
            Self::Added(peer) | Self::Removed(peer) => peer,
            Self::ServiceAdded { peer, .. } | Self::ServiceRemoved { peer, .. } => peer,
        }
    }

    /// The service it is about; `None` for a change of the whole network.
    pub fn service(&self) -> Option<CommunityId> {
        match self {
            Self::Added(_) | Self::Removed(_) => None,
            Self::ServiceAdded { service, .. } | Self::ServiceRemoved { service, .. } => {
                Some(*service)
            }
        }
    }
}

/// Changes nobody took yet.
#[derive(Clone, Debug)]
pub(super) struct Changes {
    queue: VecDeque<PeerChange>,
    capacity: usize,
}

impl Changes {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            queue: VecDeque::new(),
            capacity,
        }
    }

    /// Gives how many changes were lost for it: 0 or 1.
    pub(super) fn push(&mut self, change: PeerChange) -> u64 {
        self.queue.push_back(change);
        if self.queue.len() <= self.capacity {
            return 0;
        }
        self.queue.pop_front();
        1
    }

    pub(super) fn take(&mut self) -> Vec<PeerChange> {
        std::mem::take(&mut self.queue).into()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}
