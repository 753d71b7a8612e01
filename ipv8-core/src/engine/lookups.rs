//! Snapshots, and the results of name lookups.

use std::net::SocketAddr;
use std::time::Instant;

use crate::engine::overlay_map::with_serial;
use crate::engine::state_machine::Engine;
use crate::overlay::bootstrap::{Asker, Lookup, LookupError, MAX_LOOKUPS};
use crate::state::network::LoadedSnapshot;
use crate::state::outbox::is_sendable;

/// The highest number of addresses used of one name in a snapshot.
const ADDRESSES_PER_NAME: usize = 8;

impl Engine {
    /// Adds the addresses of a snapshot to the shared peer graph, walkable for every overlay
    /// ([`PeerGraph::load_snapshot`](crate::state::network::PeerGraph::load_snapshot)). Its host
    /// names are looked up, as many as [`MAX_LOOKUPS`] allows, and their addresses are added too.
    pub fn load_snapshot(&mut self, snapshot: &[u8]) -> LoadedSnapshot {
        let loaded = self.shared.network.load_snapshot(snapshot);
        let lookups = &mut self.shared.lookups;
        let room = MAX_LOOKUPS.saturating_sub(lookups.len());
        lookups.extend(loaded.names.iter().take(room).map(|(host, port)| Lookup {
            host: host.clone(),
            port: *port,
            asker: Asker::Snapshot,
        }));
        loaded
    }

    /// Passes the addresses of a name on, without those that this node cannot send to.
    pub(super) fn resolved(
        &mut self,
        lookup: &Lookup,
        found: Result<Vec<SocketAddr>, LookupError>,
        now: Instant,
    ) {
        let found = found.and_then(|mut addresses| {
            let interfaces = self.shared.local.interfaces;
            addresses.retain(|address| interfaces.reach(address) && is_sendable(address));
            if addresses.is_empty() {
                Err(LookupError::Nothing)
            } else {
                Ok(addresses)
            }
        });
        match lookup.asker {
            Asker::Snapshot => self.resolved_for_snapshot(lookup, found),
            Asker::Bootstrapper {
                overlay,
                serial,
                index,
            } => {
                if let Some(overlay) = with_serial(&mut self.overlays, overlay, serial) {
                    let found = found.as_deref();
                    overlay.resolved(index, lookup, found, &mut self.shared, now);
                }
            }
        }
    }

    fn resolved_for_snapshot(
        &mut self,
        lookup: &Lookup,
        found: Result<Vec<SocketAddr>, LookupError>,
    ) {
        match found {
            Ok(addresses) => {
                for address in addresses.into_iter().take(ADDRESSES_PER_NAME) {
                    self.shared.network.record_bare(address);
                }
            }
            Err(error) => {
                tracing::debug!(host = %lookup.host, %error, "a name in a snapshot was not found");
            }
        }
    }
}
