//! Snapshots of addresses, whose bytes come from a file, and the records of the node's anchors.
//!
//! The input is a snapshot, a text of records, and a program of saves and rounds.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use ipv8_core::internals::anchor_records;
use ipv8_core::internals::anchors::{Anchors, MOST};
use ipv8_core::internals::network::PeerGraph;
use ipv8_core::state::NetworkLimits;
use ipv8_core::wire::CommunityId;

use super::Meter;
use super::bytes::Bytes;

/// The bounds of the peer graph, small enough to be reached.
const LIMITS: NetworkLimits = NetworkLimits {
    max_addresses: 32,
    max_addresses_per_introducer: 8,
    max_peers: 8,
    max_services_per_peer: 4,
    max_foreign_services: 8,
    max_unverified_keys: 4,
    max_pending_changes: 64,
};

/// The longest entry of a snapshot: a name of 65,535 bytes.
const LONGEST_ENTRY: usize = 65_540;

/// The most bytes that loading may allocate: a name takes 5 bytes of input and 40 of memory, in
/// lists that grow; an anchor and its places in tables take 200.
fn allowance(length: usize) -> u64 {
    32_768 + 256 * length as u64
}

/// Loads a snapshot into a peer graph and into the anchors, and lets rounds pass.
pub(super) fn run(data: &[u8], meter: Meter) {
    let mut bytes = Bytes::new(data);
    let (snapshot, records) = (bytes.piece(), bytes.piece());
    let used = meter(&mut || load(snapshot));
    assert!(
        used <= allowance(snapshot.len()),
        "{used} bytes for {}",
        snapshot.len()
    );
    let records = str::from_utf8(records).ok();
    let records = records.and_then(anchor_records::from_json);
    let mut anchors = Anchors::new(snapshot, records.as_ref());
    check(&anchors);
    while !bytes.is_empty() {
        match bytes.byte() % 4 {
            0 => anchors.note_peers(addresses(&mut bytes)),
            1 => {
                let known = bytes.byte();
                anchors.end_round(|address| address.port() as u8 <= known);
            }
            2 => {
                let most = bytes.below(20);
                let again = anchors.retry(most);
                assert!(entries(&again).0.len() <= most);
            }
            _ => check(&anchors),
        }
    }
    check(&anchors);
}

fn load(snapshot: &[u8]) {
    let mut graph = PeerGraph::new(LIMITS);
    graph.register_service(CommunityId::from_bytes([1; 20]));
    let loaded = graph.load_snapshot(snapshot);
    assert!(graph.address_count() <= LIMITS.max_addresses);
    assert!(loaded.names.len() <= LIMITS.max_addresses);
    assert!(loaded.malformed_at.is_none_or(|at| at < snapshot.len()));
    assert_eq!(graph.verified_count(), 0, "an address is not a peer");
}

fn addresses(bytes: &mut Bytes<'_>) -> Vec<SocketAddr> {
    let count = bytes.below(40);
    let one = |_| {
        let [net, host, port] = [bytes.byte(), bytes.byte(), bytes.byte()];
        let host = [20 + net % 64, net, host % 4, host];
        SocketAddr::from((host, 1 + u16::from(port)))
    };
    (0..count).map(one).collect()
}

/// Returns the addresses and the names of a snapshot.
fn entries(snapshot: &[u8]) -> (Vec<SocketAddr>, Vec<(String, u16)>) {
    let mut graph = PeerGraph::new(NetworkLimits {
        max_addresses: LONGEST_ENTRY,
        max_addresses_per_introducer: LONGEST_ENTRY,
        ..LIMITS
    });
    let service = CommunityId::from_bytes([1; 20]);
    graph.register_service(service);
    let loaded = graph.load_snapshot(snapshot);
    assert_eq!(loaded.malformed_at, None, "our own snapshot is readable");
    (graph.walkable_addresses(service).collect(), loaded.names)
}

/// Checks the bounds, and that what is written is read again.
fn check(anchors: &Anchors) {
    let snapshot = anchors.snapshot();
    let (addresses, names) = entries(&snapshot);
    assert!(addresses.len() <= MOST && names.len() <= 256);
    let json = anchor_records::to_json(anchors);
    let text = str::from_utf8(&json).expect("JSON is text");
    let records = anchor_records::from_json(text).expect("our own records are readable");
    let again = Anchors::new(&snapshot, Some(&records));
    let all = |anchors: &Anchors| anchors.records().collect::<BTreeMap<_, _>>();
    assert!(records.len() <= MOST);
    let (read, kept) = (all(&again), all(anchors));
    assert_eq!(read, kept, "the records come back");
    assert_eq!(entries(&again.snapshot()).0.len(), addresses.len());
}
