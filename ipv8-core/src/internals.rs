//! The parts that the tests and benchmarks of this repository reach into. Nothing here is stable.
//!
//! The feature `internals` turns it on. No program should: everything here can change in any
//! release. Each module mirrors the private module of the same name.

macro_rules! mirror {
    ($($name:ident = $($path:ident)::+;)+) => {
        $(#[allow(missing_docs)] pub mod $name { pub use crate::$($path)::+::*; })+
    };
}

mirror! {
    names = support::names;
    nearest = support::nearest;
    options = support::options;
    address = wire::address;
    packet = wire::packet;
    payload = wire::payload;
    network = state::network;
    outbox = state::outbox;
    peer = state::peer;
    request_cache = state::request_cache;
    stats = state::stats;
    tasks = state::tasks;
    timers = state::timers;
    bootstrap = overlay::bootstrap;
    community = overlay::community;
    context = overlay::context;
    introduction = overlay::introduction;
    strategy = overlay::strategy;
    discovery = communities::discovery;
    tracker = communities::tracker;
    internet = testing::internet;
    overlays = engine::overlays;
    pacing = engine::turns::pacing;
    scheduler = engine::turns::scheduler;
}

#[cfg(feature = "net")]
mirror! {
    anchor_records = node::files::anchor_records;
    anchors = node::files::anchors;
    endpoint = node::endpoint;
    plan = launch::plan;
}

/// Changes to peers and counts.
pub mod values {
    use std::net::{SocketAddr, SocketAddrV4};
    use std::time::Duration;

    use crate::state::{DropReason, EngineStats, Peer};

    /// Puts `address` into the slot of its kind.
    pub fn add_address(peer: &mut Peer, address: SocketAddr) {
        peer.add_address(address);
    }

    /// Puts `address` into the LAN slot.
    pub fn set_lan_address(peer: &mut Peer, address: SocketAddrV4) {
        peer.set_lan_address(address);
    }

    /// Keeps the addresses unchanged, or lets them change again.
    pub fn set_frozen(peer: &mut Peer, frozen: bool) {
        peer.set_frozen(frozen);
    }

    /// Marks the peer as one that understands the new style.
    pub fn mark_new_style(peer: &mut Peer) {
        peer.mark_new_style();
    }

    /// Adds a round-trip time.
    pub fn add_ping(peer: &mut Peer, round_trip: Duration) {
        peer.add_ping(round_trip);
    }

    /// Returns totals with one received datagram of `length` bytes, dropped for `reason`.
    pub fn dropped(length: usize, reason: DropReason) -> EngineStats {
        let mut stats = EngineStats::default();
        stats.received(length);
        stats.record(reason);
        stats
    }
}

/// Open introduction requests.
pub mod standing {
    use std::net::SocketAddr;

    use crate::overlay::context::Context;

    /// Waits for the answer to an introduction request with this identifier, as if it had been sent
    /// to `to`.
    pub fn expect_answer(cx: &mut Context<'_>, to: SocketAddr, identifier: u16) {
        cx.expect_answer(to, identifier);
    }
}

/// Positions of readers and the format names.
pub mod wire {
    use crate::wire::packet::{CommunityId, Prefix};
    use crate::wire::{Reader, formats};

    /// All format names of the protocol.
    pub const FORMAT_NAMES: [&str; 42] = formats::NAMES;

    /// Returns a reader that starts at `position`, which may be past the end of `data`.
    pub fn reader_at(data: &[u8], position: usize) -> Reader<'_> {
        Reader::at(data, position)
    }

    /// Returns the offset of the next byte.
    pub fn position(reader: &Reader<'_>) -> usize {
        reader.position()
    }

    /// Returns the remaining bytes.
    pub fn remaining<'a>(reader: &Reader<'a>) -> &'a [u8] {
        reader.remaining()
    }

    /// Returns the community id in this prefix.
    pub fn community_id(prefix: &Prefix) -> Option<CommunityId> {
        CommunityId::from_prefix(prefix)
    }
}

/// Keys on the deprecated curves, stored points, and the parts of a key.
pub mod crypto {
    pub use crate::crypto::error::Role;
    pub use crate::crypto::legacy::LegacyPrivateKey;
    pub use crate::crypto::points::Points;
    use crate::crypto::{Curve, PublicKey};

    /// Returns the name of a security level in py-ipv8.
    pub fn security_level(curve: Curve) -> &'static str {
        curve.security_level()
    }

    /// Returns the length of a signature by this key, in bytes.
    pub fn signature_length(key: &PublicKey) -> usize {
        key.signature_length()
    }

    /// Returns the X25519 half of the key.
    pub fn x25519_public(key: &PublicKey) -> Option<&[u8; 32]> {
        key.x25519_public()
    }
}

/// The engine of one node, without sockets or clock.
pub mod engine {
    pub use crate::engine::control::{LONGEST_INTERVAL, interval_of};
    pub use crate::engine::futures::FutureSet;
    pub use crate::engine::state_machine::*;
    pub use crate::engine::ticket::{Opened, Signature, Ticket};
    pub use crate::engine::timeouts::TIMEOUTS_AT_ONCE;
    pub use crate::engine::turns::health::{LAG_MEMORY, LEAST_LAG, MOST_SLOWDOWN};
    pub use crate::engine::*;
    pub use crate::overlay::context::{FinishedTask, SpawnedTask, TaskId};
}
