//! The settings of one overlay.

use crate::crypto::PrivateKey;
use crate::overlay::bootstrap::Bootstrappers;

/// The settings of an overlay, besides those of its community.
#[derive(Debug)]
pub struct OverlayConfig {
    /// The key of the overlay's own peer.
    pub my_peer: PrivateKey,
    /// The overlay's name within its node. Default: the community's type without path, and a number
    /// if that name is taken: `MyCommunity`, `MyCommunity#2`. (A launcher's overlay has the
    /// launcher's name.)
    pub name: Option<String>,
    /// Overrides [`Community::MAX_PEERS`](crate::Community::MAX_PEERS); -1: no limit.
    pub max_peers: Option<i32>,
    /// Whether the overlay has a peer graph of its own, bounded like the node's: its peers,
    /// addresses and services are then separate from those of the other overlays, and are forgotten
    /// when it is unloaded. A snapshot of the node does not contain them. Default `false`: the
    /// graph that the overlays share.
    pub own_network: bool,
    /// Where the first addresses come from.
    pub bootstrappers: Bootstrappers,
}

impl OverlayConfig {
    /// Returns the default settings for an overlay with this key: named after its type, with the
    /// peer limit of its community, and without bootstrappers.
    #[must_use]
    pub fn new(my_peer: PrivateKey) -> Self {
        Self {
            my_peer,
            name: None,
            max_peers: None,
            own_network: false,
            bootstrappers: Bootstrappers::new(),
        }
    }
}
