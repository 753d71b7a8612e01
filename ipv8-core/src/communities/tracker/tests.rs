//! Which peers a tracker introduces, and whether its tables agree.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::choice::Requester;
use super::limits::TrackerLimits;
use super::newcomers::{Claim, Traits};
use super::roster::Roster;
use crate::crypto::{PrivateKey, PublicKey};
use crate::state::peer::Peer;
use crate::wire::host_group::HostGroup;
use crate::wire::packet::CommunityId;
use crate::wire::payload::Style;

const SERVICE: CommunityId = CommunityId::from_bytes([7; 20]);
const INTERVAL: Duration = Duration::from_secs(10);

struct Desk {
    roster: Roster,
    rng: StdRng,
    now: Instant,
}

impl Desk {
    fn new(limits: TrackerLimits) -> Self {
        Self {
            roster: Roster::new(limits),
            rng: StdRng::seed_from_u64(5),
            now: Instant::now(),
        }
    }

    fn key(&mut self) -> PublicKey {
        PrivateKey::generate(&mut self.rng).public_key().clone()
    }

    fn hear(&mut self, key: &PublicKey, from: &str, service: CommunityId) {
        let claim = Claim {
            key: key.clone(),
            address: from.parse().unwrap(),
            service,
        };
        let traits = Traits {
            lan: None,
            new_style: false,
            clock: 1,
        };
        let rng = &mut self.rng;
        self.roster.admit(&claim, traits, INTERVAL, self.now, rng);
    }

    /// A new peer asks from this address.
    fn come(&mut self, from: &str) -> PublicKey {
        let key = self.key();
        self.hear(&key, from, SERVICE);
        key
    }

    fn choose(&mut self, key: &PublicKey, from: &str, style: Style) -> Option<Peer> {
        let address = from.parse().unwrap();
        let requester = Requester {
            key,
            address,
            style,
            is_proven: true,
        };
        self.roster
            .choose(SERVICE, requester, self.now, &mut self.rng)
    }

    /// Returns the addresses introduced by `count` requests in a row.
    fn answers(&mut self, key: &PublicKey, from: &str, count: usize) -> Vec<SocketAddr> {
        let answers = (0..count).map(|_| self.choose(key, from, Style::Old).unwrap().address());
        answers.collect()
    }
}

#[test]
fn no_peer_is_introduced_to_itself_or_to_its_own_address() {
    let mut desk = Desk::new(TrackerLimits::default());
    let me = desk.come("1.2.3.4:5");
    assert_eq!(desk.choose(&me, "1.2.3.4:5", Style::Old), None);
    // Another key of the same program.
    desk.come("1.2.3.4:5");
    assert_eq!(desk.choose(&me, "1.2.3.4:5", Style::Old), None);
    // The same key at another address is still the same peer.
    assert_eq!(
        desk.choose(&me, "9.9.9.9:9", Style::New)
            .map(|p| p.key() == &me),
        Some(false)
    );
    // Its neighbour on the same host is the only other peer.
    let neighbour = desk.come("1.2.3.4:6");
    for style in [Style::Old, Style::New] {
        let chosen = desk.choose(&me, "1.2.3.4:5", style).unwrap();
        assert_eq!(chosen.key(), &neighbour);
    }
}

#[test]
fn other_sites_come_before_the_requester_s_and_take_turns() {
    let mut desk = Desk::new(TrackerLimits::default());
    let me = desk.come("1.1.1.1:1");
    desk.come("1.1.1.1:2");
    desk.come("1.1.1.2:1");
    for site in 2..=6 {
        for host in 1..=site {
            desk.come(&format!("1.1.{site}.{host}:1"));
        }
    }
    let answers = desk.answers(&me, "1.1.1.1:1", 200);
    let sites: Vec<_> = answers
        .iter()
        .map(|one| HostGroup::site(one.ip()))
        .collect();
    let own = HostGroup::site("1.1.1.1".parse().unwrap());
    assert!(!sites.contains(&own), "there are enough other sites");
    // Of six sites, never one of the last three.
    assert!(sites.windows(4).all(|w| BTreeSet::from_iter(w).len() == 4));
    assert_eq!(
        answers.iter().collect::<BTreeSet<_>>().len(),
        2 + 3 + 4 + 5 + 6
    );
}

#[test]
fn a_lone_peer_elsewhere_is_not_the_only_answer() {
    let mut desk = Desk::new(TrackerLimits::default());
    let me = desk.come("1.1.1.1:1");
    let far = "2.2.2.2:2";
    desk.come(far);
    for host in 2..=100 {
        desk.come(&format!("1.1.1.{host}:1"));
    }
    let answers = desk.answers(&me, "1.1.1.1:1", 1000);
    let far = answers.iter().filter(|a| a.to_string() == far).count();
    assert!((400..=600).contains(&far), "{far} of 1000");
    assert!(answers.iter().collect::<BTreeSet<_>>().len() > 90);
    assert!(answers.iter().all(|a| a.ip().to_string() != "1.1.1.1"));
}

#[test]
fn on_one_host_every_peer_has_the_same_chance() {
    let mut desk = Desk::new(TrackerLimits::default());
    let me = desk.come("127.0.0.1:1");
    for port in 2..=21 {
        desk.come(&format!("127.0.0.1:{port}"));
    }
    let mut counts: BTreeMap<SocketAddr, usize> = BTreeMap::new();
    for answer in desk.answers(&me, "127.0.0.1:1", 4000) {
        *counts.entry(answer).or_default() += 1;
    }
    assert_eq!(counts.len(), 20);
    assert!(
        counts.values().all(|n| (140..=260).contains(n)),
        "{counts:?}"
    );
}

#[test]
fn peers_are_introduced_by_an_address_that_the_requester_can_reach() {
    let mut desk = Desk::new(TrackerLimits::default());
    let [me, both, six] = [(); 3].map(|()| desk.key());
    let (v4, v6) = ("1.1.1.1:1", "[2001:db8::1]:1");
    desk.hear(&me, v4, SERVICE);
    desk.hear(&six, "[2001:db8:6::6]:6", SERVICE);
    // Only a requester that understands the new style can get an IPv6 address.
    assert_eq!(desk.choose(&me, v4, Style::Old), None);
    assert_eq!(desk.choose(&me, v4, Style::New).unwrap().key(), &six);
    desk.hear(&both, "2.2.2.2:2", SERVICE);
    desk.hear(&both, "[2001:db8:2::2]:2", SERVICE);
    for style in [Style::Old, Style::New] {
        for _ in 0..20 {
            let chosen = desk.choose(&me, v4, style).unwrap();
            assert_eq!(
                chosen.key(),
                &both,
                "a peer of the same address family comes first"
            );
            assert_eq!(chosen.address().to_string(), "2.2.2.2:2");
        }
    }
    let chosen = (0..20).map(|_| desk.choose(&me, v6, Style::New).unwrap().address());
    let chosen: BTreeSet<_> = chosen.map(|address| address.to_string()).collect();
    let six = ["[2001:db8:2::2]:2", "[2001:db8:6::6]:6"];
    assert_eq!(chosen, six.map(str::to_owned).into());
}

/// Random crowds: an answer is empty only if no peer suits.
#[test]
fn no_answer_is_empty_while_a_peer_suits() {
    let mut desk = Desk::new(TrackerLimits::default());
    let keys: Vec<_> = (0..300).map(|_| desk.key()).collect();
    for round in 0..60 {
        desk.roster = Roster::new(TrackerLimits::default());
        let hosts = 1 + round % 4;
        let count = desk.rng.random_range(1..40 + 4 * round);
        let mut places = Vec::new();
        for key in keys.iter().take(count) {
            let (site, host) = (
                desk.rng.random_range(0..=round % 7),
                desk.rng.random_range(0..hosts),
            );
            let port = desk.rng.random_range(1..6);
            let from = if desk.rng.random_bool(0.2) {
                format!("[2001:db8:{site}::{host}]:{port}")
            } else {
                format!("1.1.{site}.{host}:{port}")
            };
            desk.hear(key, &from, SERVICE);
            places.push((key.clone(), from));
        }
        for (key, from) in &places {
            let v6 = from.starts_with('[');
            let suits = |old: bool| {
                let mut others = places.iter();
                others.any(|(k, f)| k != key && f != from && (!old || !f.starts_with('[')))
            };
            for style in [Style::Old, Style::New] {
                if v6 && style == Style::Old {
                    continue;
                }
                let chosen = desk.choose(key, from, style);
                assert_eq!(chosen.is_some(), suits(style == Style::Old), "{from}");
                if let Some(chosen) = chosen {
                    assert_ne!((chosen.key(), &chosen.address().to_string()), (key, from));
                }
            }
        }
    }
}

/// Peers join, move, leave and are expelled at random; the tables always agree.
#[test]
fn the_tables_agree() {
    let limits = TrackerLimits {
        max_peers: 20,
        max_peers_per_service: 8,
        max_peers_per_site: 7,
        max_services: 6,
        max_services_per_peer: 3,
    };
    let mut desk = Desk::new(limits.clone());
    let keys: Vec<_> = (0..40).map(|_| desk.key()).collect();
    for _ in 0..5_000 {
        desk.now += Duration::from_millis(desk.rng.random_range(0..2_000));
        let key = keys[desk.rng.random_range(0..keys.len())].clone();
        let service = CommunityId::from_bytes([desk.rng.random_range(0..9); 20]);
        match desk.rng.random_range(0..10) {
            0 => drop(desk.roster.forget(&key)),
            1 | 2 => drop(desk.roster.leave(&key, service)),
            3 => while desk.roster.next_check(INTERVAL, desk.now).is_some() {},
            _ => {
                let site = desk.rng.random_range(0..4);
                let from = format!("1.1.{site}.1:{}", desk.rng.random_range(1..4));
                desk.hear(&key, &from, service);
                assert!(desk.roster.peers(service).any(|p| p.key() == &key));
            }
        }
        agree(&desk.roster, &limits);
    }
}

fn agree(roster: &Roster, limits: &TrackerLimits) {
    let mut pairs = BTreeSet::new();
    for member in roster.members() {
        assert!(!member.services().is_empty());
        assert!(member.services().len() <= limits.max_services_per_peer);
        let services = member.services().iter();
        pairs.extend(services.map(|id| (*id, member.peer.key().clone())));
    }
    let listed: BTreeSet<_> = roster
        .services()
        .flat_map(|(id, _)| roster.peers(id).map(move |p| (id, p.key().clone())))
        .collect();
    assert_eq!(pairs, listed);
    assert!(roster.len() <= limits.max_peers);
    let mut sites = BTreeMap::<HostGroup, usize>::new();
    for member in roster.members() {
        *sites
            .entry(HostGroup::site(member.peer.address().ip()))
            .or_default() += 1;
    }
    assert!(sites.values().all(|n| *n <= limits.max_peers_per_site));
    assert!(roster.service_count() <= limits.max_services);
    for (id, count) in roster.services() {
        assert!((1..=limits.max_peers_per_service).contains(&count));
        assert_eq!(roster.peers(id).count(), count);
        let (crowd, _) = roster.crowd(id).unwrap();
        for key in crowd.keys() {
            let site = HostGroup::site(roster.member(key).unwrap().peer.address().ip());
            assert!(crowd.has(site, key), "listed under its site");
        }
    }
    assert_eq!(roster.check_at().is_some(), roster.len() > 0);
    assert_eq!(roster.checks(), roster.len(), "each peer has one check");
}
