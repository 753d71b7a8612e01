//! A mixed network in a namespace in which every address is local, and an attacker in it. The
//! program `siege` runs each part as a process: the nodes, the attacker, and a counter of what
//! crosses the wire.
//!
//! Start with `nodes.rs` for what is reported, and with `attacks.rs` for what is sent.

mod attacker;
mod attacks;
mod nodes;
mod sybils;
mod tap;
mod watch;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::wire::CommunityId;
use ipv8_core::{Community, crypto::PrivateKey};

pub use attacker::run as attack;
pub use nodes::{MAX_PEERS, Report, run as run_nodes};
pub use watch::{Watched, run as watch};

use crate::desk::key;
use crate::mixed::Communities;
use crate::places::{apart, crowded};

/// How many nodes of each kind there are.
pub const EACH: u16 = 10;
/// The number of trackers.
pub const TRACKERS: usize = 2;
/// When the departed peer stops to answer, after the start of its process.
pub const DEATH: Duration = Duration::from_secs(20);

const SHARED: &str = "6d69786564206e6574776f726b20756e64657220";
const SHARED_ID: CommunityId = CommunityId::from_hex(SHARED);
const DISCOVERY: CommunityId = <DiscoveryCommunity as Community>::COMMUNITY_ID;
const OVERLAYS: [CommunityId; 2] = [DISCOVERY, SHARED_ID];

const OURS: Communities = Communities {
    shared: SHARED,
    kind: "6d69786564206e6574776f726b3a206f75727321",
};
const THEIRS: Communities = Communities {
    shared: SHARED,
    kind: "6d69786564206e6574776f726b3a207468656972",
};

/// The Sybils: more than there are honest nodes.
const SYBILS: u16 = 24;
/// The /16 of the Sybils.
const SYBIL_NETS: u16 = 3;

/// The host that Sybils introduce.
const INTRODUCED: Ipv4Addr = Ipv4Addr::new(91, 9, 9, 9);
/// The host that strangers request punctures for.
const PUNCTURED: Ipv4Addr = Ipv4Addr::new(92, 9, 9, 9);
/// The host that punctures are requested for in the name of trackers and honest nodes.
const PUNCTURED_BY_NAME: Ipv4Addr = Ipv4Addr::new(94, 9, 9, 9);
/// The host in whose name requests are sent.
const NAMED: Ipv4Addr = Ipv4Addr::new(93, 9, 9, 9);
/// The host that liars report as the WAN address of each node.
const LIE: Ipv4Addr = Ipv4Addr::new(96, 6, 6, 6);

/// Returns the address of our node with this number, from 0 to 9.
fn ours(number: u16) -> SocketAddr {
    apart(1 + number)
}

/// Returns the address of py-ipv8's node with this number, from 0 to 9.
fn theirs(number: u16) -> SocketAddr {
    apart(1 + EACH + number)
}

/// Returns the addresses of the trackers.
#[must_use]
pub fn trackers() -> [SocketAddr; TRACKERS] {
    [apart(30), apart(31)]
}

/// Returns the address of the peer that answers until [`DEATH`].
fn departed() -> SocketAddr {
    apart(40)
}

fn departed_key() -> PrivateKey {
    key(900)
}

/// Returns the address of the Sybil with this number.
fn sybil(number: u16) -> SocketAddr {
    let [_, net] = (50 + number % SYBIL_NETS).to_be_bytes();
    crowded(net, number)
}

/// Returns an address on the host of another service, with this port.
fn service(port: u16) -> SocketAddr {
    let [high, low] = port.to_be_bytes();
    SocketAddr::from((Ipv4Addr::new(97, high, low, 9), port))
}

/// Returns the number of our node at an address.
fn our_number(at: SocketAddr) -> Option<usize> {
    (0..EACH).position(|number| ours(number) == at)
}

/// Returns the kind of node at an address.
fn kind_at(at: SocketAddr) -> &'static str {
    let is_honest = |number| ours(number) == at || theirs(number) == at;
    if (0..EACH).any(is_honest) {
        "honest"
    } else if trackers().contains(&at) {
        "tracker"
    } else if (0..SYBILS).any(|number| sybil(number) == at) {
        "Sybil"
    } else {
        "none"
    }
}

/// Returns `true` for a host that is not in the internet.
fn is_special(host: IpAddr) -> bool {
    let IpAddr::V4(host) = host else {
        return true;
    };
    let [a, b, c, _] = host.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (18..20).contains(&b);
    let protocols = [a, b, c] == [192, 0, 0];
    host.is_private()
        || host.is_loopback()
        || host.is_link_local()
        || host.is_documentation()
        || shared
        || benchmark
        || protocols
        || a == 0
        || a >= 224
}
