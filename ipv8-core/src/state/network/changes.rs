//! The queue of changes to peers, for the parts that observe them.
use crate::state::peer::Peer;
use crate::wire::packet::CommunityId;
use std::collections::VecDeque;

/// A change to the verified peers (py-ipv8's `PeerObserver`, per network and per service).
///
/// Changes are in the order in which they happened. A new peer causes `Added`, then `ServiceAdded`
/// for each registered service that it is known to have; a dropped peer causes `ServiceRemoved` for
/// each, then `Removed`. Each `ServiceRemoved` follows a `ServiceAdded` for the same pair.
#[derive(Clone, Debug)]
pub enum PeerChange {
    /// A peer became verified, whatever its services.
    Added(Peer),
    /// A verified peer was dropped; this is its last state.
    Removed(Peer),
    /// A verified peer is now known to have a registered service: it was verified with it, gained
    /// it, or the service was registered.
    ServiceAdded {
        /// The registered service.
        service: CommunityId,
        /// The state of the peer at that time.
        peer: Peer,
    },
    /// A peer lost a registered service because it was dropped. Unregistering a service causes no
    /// such change.
    ServiceRemoved {
        /// The registered service.
        service: CommunityId,
        /// The state of the peer at that time.
        peer: Peer,
    },
}

impl PeerChange {
    /// Returns the peer that changed.
    pub fn peer(&self) -> &Peer {
        match self {
            Self::Added(peer) | Self::Removed(peer) => peer,
            Self::ServiceAdded { peer, .. } | Self::ServiceRemoved { peer, .. } => peer,
        }
    }

    /// Returns the service of the change; `None` for a change of the whole network.
    pub fn service(&self) -> Option<CommunityId> {
        match self {
            Self::Added(_) | Self::Removed(_) => None,
            Self::ServiceAdded { service, .. } | Self::ServiceRemoved { service, .. } => {
                Some(*service)
            }
        }
    }
}

/// The changes that were not taken yet.
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

    /// Adds a change. Returns the number of changes lost for it: 0 or 1.
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
