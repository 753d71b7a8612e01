use super::*;

/// Returns address `number`, each in a /16 of its own.
fn at(number: usize) -> SocketAddr {
    let number = u32::try_from(number).expect("small");
    SocketAddr::from(((0x1400_0001 + (number << 16)).to_be_bytes(), 1000))
}

/// Returns address `number`; eight of them share a host, and up to 128 a /16.
fn dense(number: usize) -> SocketAddr {
    let (group, inside) = (number / PER_GROUP, number % PER_GROUP);
    let host = [20, group, inside / PER_HOST, 1].map(|part| u8::try_from(part).expect("small"));
    let port = u16::try_from(1000 + inside % PER_HOST).expect("small");
    SocketAddr::from((host, port))
}

fn snapshot_of(addresses: &[SocketAddr]) -> Vec<u8> {
    let entries: Vec<Address> = addresses.iter().map(|one| Address::from(*one)).collect();
    snapshot_bytes(&entries)
}

fn loaded(addresses: &[SocketAddr]) -> Anchors {
    Anchors::new(&snapshot_of(addresses), None)
}

fn listed(anchors: &Anchors) -> Vec<SocketAddr> {
    let snapshot = anchors.snapshot();
    let entries = SnapshotEntries::new(&snapshot);
    entries.filter_map(|entry| entry.socket_address()).collect()
}

/// A round in which these addresses are peers all the time, and walkers give up all others.
fn round(anchors: &mut Anchors, peers: &[SocketAddr]) {
    for _ in 0..60 {
        anchors.note_peers(peers.to_vec());
    }
    anchors.end_round(|_| false);
}

/// Like [`round`], after every anchor was given to the walkers.
fn tried_round(anchors: &mut Anchors, peers: &[SocketAddr]) {
    anchors.note_peers(peers.to_vec());
    anchors.retry(usize::MAX);
    round(anchors, peers);
}

#[test]
fn two_peers_of_the_moment_join_two_thousand_anchors() {
    let old: Vec<_> = (0..2_000).map(dense).collect();
    let mut anchors = loaded(&old);
    anchors.note_peers(vec![at(100), dense(7)]);
    let kept = listed(&anchors);
    assert_eq!(kept[..2], [dense(7), at(100)], "peers come first");
    assert_eq!(kept.len(), 2_001);
    assert!(old.iter().all(|address| kept.contains(address)));
}

#[test]
fn a_full_list_gives_few_places_to_newcomers_and_none_of_long_proven_ones() {
    let mut anchors = loaded(&(0..MOST).map(dense).collect::<Vec<_>>());
    let long: Vec<_> = (0..40).map(dense).collect();
    round(&mut anchors, &long);
    // A bad hour: a thousand peers that were never seen before, and none of the old ones.
    for hour in 0..10 {
        let liars: Vec<_> = (0..100)
            .map(|number| at(64 + hour * 100 + number))
            .collect();
        for _ in 0..5 {
            anchors.note_peers(liars.clone());
        }
    }
    anchors.end_round(|_| false);
    let kept = listed(&anchors);
    assert_eq!(kept.len(), MOST);
    let old = (0..MOST)
        .filter(|number| kept.contains(&dense(*number)))
        .count();
    assert_eq!(old, MOST - FOR_NEWCOMERS);
    assert!(long.iter().all(|address| kept.contains(address)));
}

#[test]
fn anchors_that_were_peers_for_longer_come_first_and_a_short_visit_proves_nothing() {
    let mut anchors = Anchors::default();
    round(&mut anchors, &[at(1)]);
    round(&mut anchors, &[at(1), at(2)]);
    for _ in 1..SAVES_OF_A_PROOF {
        anchors.note_peers(vec![at(3)]);
    }
    anchors.end_round(|_| true);
    anchors.note_peers(vec![at(2)]);
    assert_eq!(listed(&anchors), [at(2), at(1), at(3)]);
    let records: HashMap<_, _> = anchors.records().collect();
    let proven = |proven| Record { proven, missed: 0 };
    assert_eq!(records.len(), 2);
    assert_eq!((records[&at(1)], records[&at(2)]), (proven(2), proven(1)));
}

#[test]
fn an_anchor_that_does_not_answer_for_a_day_is_forgotten_and_an_answer_clears_it() {
    let mut anchors = loaded(&[at(1), at(2)]);
    for _ in 1..FORGOTTEN_AFTER {
        tried_round(&mut anchors, &[at(3)]);
    }
    assert!(listed(&anchors).contains(&at(1)));
    anchors.note_peers(vec![at(2), at(3)]);
    anchors.note_peers(vec![at(3)]);
    tried_round(&mut anchors, &[at(3)]);
    assert_eq!(listed(&anchors), [at(3), at(2)]);
}

#[test]
fn nothing_counts_against_anchors_while_the_node_has_no_peers_or_does_not_try_them() {
    let mut anchors = loaded(&[at(1), at(2)]);
    for _ in 0..FORGOTTEN_AFTER * 2 {
        // Without a peer, then with one, but without another attempt.
        anchors.retry(usize::MAX);
        anchors.note_peers(Vec::new());
        round(&mut anchors, &[at(3)]);
    }
    assert_eq!(listed(&anchors), [at(3), at(1), at(2)]);
    // Still before a walker.
    anchors.retry(usize::MAX);
    for _ in 0..FORGOTTEN_AFTER * 2 {
        anchors.note_peers(vec![at(3)]);
        anchors.end_round(|_| true);
    }
    assert_eq!(listed(&anchors).len(), 3);
}

#[test]
fn a_doubted_anchor_makes_room_before_a_new_one() {
    let mut anchors = loaded(&(0..MOST).map(dense).collect::<Vec<_>>());
    let peers: Vec<_> = (1..MOST).map(dense).collect();
    for _ in 0..DOUBTED_AFTER {
        tried_round(&mut anchors, &peers);
    }
    anchors.note_peers([peers, vec![at(100)]].concat());
    let kept = listed(&anchors);
    assert_eq!(kept.len(), MOST);
    assert!(!kept.contains(&dense(0)) && kept.contains(&at(100)));
}

#[test]
fn hosts_and_networks_are_bounded_except_private_ones() {
    let port = |host: [u8; 4]| (1000..1100).map(move |port| SocketAddr::from((host, port)));
    let one_host: Vec<_> = port([20, 1, 1, 1]).collect();
    assert_eq!(listed(&loaded(&one_host)), one_host[..PER_HOST]);
    let mut anchors = Anchors::default();
    let group = (0..=255).map(|host| SocketAddr::from(([20, 1, host, 1], 1)));
    anchors.note_peers(group.collect());
    assert_eq!(listed(&anchors).len(), PER_GROUP);
    let six = (0..300).map(|host| SocketAddr::from(([0x2001, 0xdb8, host, 0, 0, 0, 0, 1], 1)));
    assert_eq!(listed(&loaded(&six.collect::<Vec<_>>())).len(), PER_GROUP);
    for host in [[127, 0, 0, 1], [10, 0, 0, 1], [192, 168, 0, 1]] {
        let near: Vec<_> = port(host).collect();
        assert_eq!(listed(&loaded(&near)), near);
    }
}

#[test]
fn records_without_an_address_are_ignored_and_addresses_without_a_record_are_new() {
    let proven = Record {
        proven: 5,
        missed: 2,
    };
    let records = HashMap::from([(at(2), proven), (at(9), proven)]);
    let anchors = Anchors::new(&snapshot_of(&[at(1), at(2), at(2)]), Some(&records));
    assert_eq!(listed(&anchors), [at(2), at(1)]);
    assert_eq!(anchors.records().collect::<Vec<_>>(), [(at(2), proven)]);
}

#[test]
fn host_names_and_the_entries_before_a_broken_one_are_kept() {
    let name = Address::from_host("tracker.example.org", 6421);
    let entries = [name.clone(), at(1).into(), name.clone(), at(2).into()];
    let mut snapshot = snapshot_bytes(&entries);
    snapshot.extend([9, 9, 9]);
    let anchors = Anchors::new(&snapshot, None);
    let expected = [at(1).into(), at(2).into(), name];
    assert_eq!(anchors.snapshot(), snapshot_bytes(&expected));
}

#[test]
fn attempts_go_through_the_whole_list_and_leave_out_peers() {
    let mut anchors = loaded(&(0..5).map(at).collect::<Vec<_>>());
    anchors.note_peers(vec![at(0)]);
    let mut tried = Vec::new();
    for _ in 0..2 {
        let again = anchors.retry(2);
        tried.extend(SnapshotEntries::new(&again).filter_map(|entry| entry.socket_address()));
    }
    tried.sort_unstable();
    assert_eq!(tried, (1..5).map(at).collect::<Vec<_>>());
    assert!(Anchors::default().retry(64).is_empty());
}
