//! All cases of `snapshot.json`: the bytes that a peer graph writes, and its contents after
//! loading.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use ipv8_core::crypto::PublicKey;
use ipv8_core::internals::address::{Address, is_lan_subnet};
use ipv8_core::internals::network::PeerGraph;
use ipv8_core::internals::values::{add_address, set_lan_address};
use ipv8_core::state::Peer;
use ipv8_core::wire::CommunityId;
use ipv8_tests::vectors::{Hex, hex, load};
use serde::Deserialize;

const SERVICE: CommunityId = CommunityId::from_bytes([7; 20]);

#[derive(Deserialize)]
struct File {
    save: Vec<Save>,
    load: Vec<Load>,
}

#[derive(Deserialize)]
struct Save {
    note: String,
    peers: Vec<SavedPeer>,
    snapshot: Hex,
    entries_unordered: bool,
}

#[derive(Deserialize)]
struct SavedPeer {
    key: String,
    addresses: Vec<JsonAddress>,
}

#[derive(Deserialize)]
struct Load {
    note: String,
    snapshot: Hex,
    addresses: Vec<JsonAddress>,
    walkable_any: Vec<String>,
    walkable_for_a_service: usize,
    verified: usize,
}

#[derive(Deserialize)]
struct JsonAddress {
    #[serde(rename = "type")]
    kind: String,
    host: String,
    port: u16,
}

impl JsonAddress {
    fn ip(&self) -> Option<SocketAddr> {
        let address = Address::from_host(&self.host, self.port);
        let is_domain = matches!(address, Address::Domain { .. });
        assert_eq!(is_domain, self.kind == "domain");
        address.socket_address()
    }
}

/// Returns the public keys of `keys.json` by name.
fn keys() -> BTreeMap<String, PublicKey> {
    #[derive(Deserialize)]
    struct Keys {
        keys: Vec<Key>,
    }
    #[derive(Deserialize)]
    struct Key {
        name: String,
        public_bin: Hex,
    }
    let file: Keys = load("keys.json");
    let parse = |key: Key| (key.name, PublicKey::from_bytes(&key.public_bin).unwrap());
    file.keys.into_iter().map(parse).collect()
}

/// Returns the peer with all its addresses. A second IPv4 address is private and goes to the LAN
/// slot.
fn peer(saved: &SavedPeer, keys: &BTreeMap<String, PublicKey>) -> Peer {
    let mut addresses = saved.addresses.iter().filter_map(JsonAddress::ip);
    let first = addresses.next().unwrap();
    let mut peer = Peer::new(keys[&saved.key].clone(), first, Instant::now());
    for address in addresses {
        match address {
            SocketAddr::V4(lan) if first.is_ipv4() => {
                assert!(is_lan_subnet(*lan.ip()));
                set_lan_address(&mut peer, lan);
            }
            other => add_address(&mut peer, other),
        }
    }
    peer
}

/// Returns the entries of a snapshot without host names, sorted by their bytes.
fn entries(mut snapshot: &[u8]) -> Vec<&[u8]> {
    let mut entries = Vec::new();
    while let Some(kind) = snapshot.first() {
        let length = if *kind == 1 { 7 } else { 19 };
        let (entry, rest) = snapshot.split_at(length);
        entries.push(entry);
        snapshot = rest;
    }
    entries.sort_unstable();
    entries
}

#[test]
fn verified_peers_are_saved_with_their_preferred_address() {
    let keys = keys();
    let file: File = load("snapshot.json");
    assert_eq!(file.save.len(), 6);
    for case in file.save {
        let mut network = PeerGraph::default();
        for saved in &case.peers {
            assert!(
                network.add_verified_peer(&peer(saved, &keys)),
                "{}",
                case.note
            );
        }
        let snapshot = network.snapshot();
        assert!(case.entries_unordered);
        assert_eq!(
            entries(&snapshot),
            entries(&case.snapshot),
            "{}: {}",
            case.note,
            hex(&snapshot)
        );
    }
}

/// In py-ipv8 no loaded address is walkable for a service, so no walk ever uses a snapshot. Here
/// all loaded addresses are walkable, on purpose (protocol 16.6). Host names are returned as names
/// for the caller to resolve, and are not walkable.
#[test]
fn loaded_addresses_are_known_and_walkable_for_every_service() {
    let file: File = load("snapshot.json");
    assert_eq!(file.load.len(), 7);
    for case in file.load {
        let mut network = PeerGraph::default();
        network.register_service(SERVICE);
        let loaded = network.load_snapshot(&case.snapshot);
        let known: BTreeSet<SocketAddr> = network.addresses().collect();
        let wanted: BTreeSet<_> = case.addresses.iter().filter_map(JsonAddress::ip).collect();
        assert_eq!(known, wanted, "{}", case.note);
        assert_eq!(loaded.added, wanted.len(), "{}", case.note);

        let names = case.addresses.iter().filter(|a| a.kind == "domain");
        let names: Vec<_> = names.map(|a| (a.host.clone(), a.port)).collect();
        assert_eq!(loaded.names, names, "{}", case.note);

        let walkable: BTreeSet<_> = network.walkable_addresses(SERVICE).collect();
        assert_eq!(walkable, wanted, "{}", case.note);
        let hosts = case
            .walkable_any
            .iter()
            .filter_map(|host| host.parse().ok());
        let hosts: BTreeSet<IpAddr> = hosts.collect();
        assert_eq!(
            walkable.iter().map(SocketAddr::ip).collect::<BTreeSet<_>>(),
            hosts
        );
        assert_eq!(case.walkable_for_a_service, 0, "the quirk");
        assert_eq!(network.verified_count(), case.verified, "{}", case.note);
    }
}

#[test]
fn loading_reports_where_it_stopped() {
    let file: File = load("snapshot.json");
    let stopped = |note: &str| {
        let case = file.load.iter().find(|case| case.note.starts_with(note));
        PeerGraph::default()
            .load_snapshot(&case.unwrap().snapshot)
            .malformed_at
    };
    assert_eq!(stopped("empty"), None);
    assert_eq!(stopped("three"), None);
    assert_eq!(stopped("last entry cut"), Some(7));
    assert_eq!(stopped("unknown type"), Some(7));
    assert_eq!(stopped("garbage"), Some(0));
    assert_eq!(stopped("duplicate"), None);
}
