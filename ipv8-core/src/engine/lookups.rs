//! Snapshots, and what was found of the names that were looked up.

use std::net::SocketAddr;
use std::time::Instant;

use crate::engine::Engine;
use crate::overlay::bootstrap::{Asker, Lookup, LookupError, MAX_LOOKUPS};
use crate::state::network::LoadedSnapshot;
use crate::state::outbox::is_sendable;

/// How many addresses a name in a snapshot stands for at most.
const ADDRESSES_PER_NAME: usize = 8;

impl Engine {
    /// Makes the addresses of a snapshot known, walkable for every overlay
    /// ([`PeerGraph::load_snapshot`](crate::state::network::PeerGraph::load_snapshot)), and has its host names looked up, as many as
    /// [`MAX_LOOKUPS`] leaves room for: what is found is then known too.
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

    /// Passes on what was found of a name, as far as this node could send to it.
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
            Asker::Snapshot => self.found_for_snapshot(lookup, found),
            Asker::Bootstrapper {
                overlay,
                serial,
                index,
            } => {
                let loaded = self.overlays.get_mut(&overlay);
                // The overlay can have been unloaded meanwhile, and another one can have its id by now.
                if let Some(overlay) = loaded.filter(|overlay| overlay.state().serial == serial) {
                    let found = found.as_deref();
                    overlay.resolved(index, lookup, found, &mut self.shared, now);
                }
            }
        }
    }

    fn found_for_snapshot(&mut self, lookup: &Lookup, found: Result<Vec<SocketAddr>, LookupError>) {
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
