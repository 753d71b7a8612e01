//! Floods of the inbox, in virtual time.

use std::collections::BTreeMap;

use super::*;

/// What came out of the inbox in a simulated flood, by class and site.
#[derive(Default)]
struct Outcome {
    opened: BTreeMap<(Class, u16), u64>,
    longest_wait: BTreeMap<(Class, u16), Duration>,
    work: Duration,
}

/// Lets `flood` arrive every millisecond for `seconds`, and opens all that may be opened.
fn flooded(inbox: &mut Inbox, seconds: u32, flood: impl Fn(u32) -> Vec<Ticket>) -> Outcome {
    flooded_by(inbox, seconds, flood, |_| false)
}

/// Like [`flooded`], with datagrams that someone else signed.
fn flooded_by(
    inbox: &mut Inbox,
    seconds: u32,
    flood: impl Fn(u32) -> Vec<Ticket>,
    is_wrong: impl Fn(&Ticket) -> bool,
) -> Outcome {
    let start = Instant::now();
    let mut outcome = Outcome::default();
    for millisecond in 0..seconds * 1_000 {
        let now = start + millisecond * MILLISECOND;
        for ticket in flood(millisecond) {
            inbox.push(ticket, &millisecond.to_be_bytes(), now);
        }
        let mut piece = Unopened::default();
        while inbox.take(&mut piece, usize::MAX, now) {}
        for (ticket, bytes) in piece.datagrams() {
            let sent = u32::from_be_bytes(bytes.try_into().unwrap());
            let SocketAddr::V4(source) = ticket.source() else {
                panic!();
            };
            let [_, high, low, _] = source.ip().octets();
            let from = (ticket.class(), u16::from_be_bytes([high, low]));
            *outcome.opened.entry(from).or_default() += 1;
            let wait = outcome.longest_wait.entry(from).or_default();
            *wait = (*wait).max((millisecond - sent) * MILLISECOND);
            outcome.work += ticket.signature().cost();
            if is_wrong(ticket) {
                inbox.note_wrong(ticket.class(), ticket.source(), now);
            }
        }
    }
    outcome
}

#[test]
fn fifty_thousand_signatures_a_second_take_a_quarter_of_a_core_and_starve_themselves_only() {
    let mut inbox = Inbox::default();
    // A thousand groups send 50 a second each; group 5,000 is an honest stranger, and so is a peer.
    let outcome = flooded(&mut inbox, 10, |millisecond| {
        let group = |number: u32| u16::try_from((millisecond * 50 + number) % 1_000).unwrap();
        let mut all: Vec<_> = (0..50)
            .map(|number| ticket(Class::Stranger, host(group(number), 1), SIGNED))
            .collect();
        if millisecond % 500 == 0 {
            all.push(ticket(Class::Stranger, host(5_000, 1), SIGNED));
            all.push(ticket(Class::Peer, host(6_000, 1), SIGNED));
        }
        all
    });
    let limit = Duration::from_millis(10 * 250 + 50);
    assert!(
        outcome.work <= limit + SIGNED.cost() * 20,
        "{:?}",
        outcome.work
    );
    assert!(outcome.work * 100 >= limit * 98, "{:?}", outcome.work);
    let honest = (Class::Stranger, 5_000);
    assert!(outcome.opened[&honest] >= 19, "{}", outcome.opened[&honest]);
    assert!(outcome.longest_wait[&honest] < 400 * MILLISECOND);
    assert_eq!(outcome.opened[&(Class::Peer, 6_000)], 20);
    assert_eq!(outcome.longest_wait[&(Class::Peer, 6_000)], Duration::ZERO);
    let mut counts = EngineStats::default();
    inbox.count_losses(&mut counts);
    let dropped = counts.count_of(Class::Stranger, DropReason::SignatureBudget);
    assert_eq!(dropped, counts.dropped());
    let stats = inbox.stats();
    let passed = stats.classes[Class::Stranger as usize];
    assert_eq!(passed.opened + dropped + stats.waiting as u64, 500_020);
    assert!(stats.waiting <= MOST_UNITS);
}

#[test]
fn a_single_group_uses_an_eighth_of_the_budget_and_others_do_not_wait_for_it() {
    let mut inbox = Inbox::default();
    let outcome = flooded(&mut inbox, 4, |millisecond| {
        let mut all = vec![ticket(Class::Stranger, host(1, 1), SIGNED); 20];
        if millisecond % 100 == 0 {
            all.push(ticket(Class::Stranger, host(2, 1), SIGNED));
        }
        all
    });
    let cost = SIGNED.cost() * u32::try_from(outcome.opened[&(Class::Stranger, 1)]).unwrap();
    assert!(cost <= Duration::from_millis(4_000 / 32 + 8), "{cost:?}");
    assert!(cost >= Duration::from_millis(4_000 / 32 - 2), "{cost:?}");
    assert_eq!(outcome.opened[&(Class::Stranger, 2)], 40);
    assert!(outcome.longest_wait[&(Class::Stranger, 2)] <= 2 * MILLISECOND);
}

#[test]
fn old_keys_of_peers_are_all_served_and_delay_no_others() {
    let mut inbox = Inbox::default();
    // Thirty peers sign five messages a second on a deprecated curve, and one asks and is answered.
    let outcome = flooded(&mut inbox, 10, |millisecond| {
        let mut all = Vec::new();
        if millisecond % 200 == 0 {
            all.extend((0..30).map(|number| ticket(Class::Peer, host(number, 1), SECT409K1)));
            all.push(ticket(Class::Answer, host(40, 1), SECT409K1));
        }
        all.push(ticket(Class::Peer, host(50, 1), SIGNED));
        all
    });
    for number in 0..30 {
        assert_eq!(outcome.opened[&(Class::Peer, number)], 50);
        assert!(outcome.longest_wait[&(Class::Peer, number)] < 100 * MILLISECOND);
    }
    assert_eq!(outcome.opened[&(Class::Answer, 40)], 50);
    assert_eq!(outcome.opened[&(Class::Peer, 50)], 10_000);
    assert_eq!(outcome.longest_wait[&(Class::Peer, 50)], Duration::ZERO);
    assert_eq!(inbox.stats().dropped, 0);
}

#[test]
fn old_keys_forged_at_the_addresses_of_peers_use_a_fifth_of_a_core_and_leave_others_their_turn() {
    let mut inbox = Inbox::default();
    let outcome = flooded(&mut inbox, 10, |millisecond| {
        let forged = host(u16::try_from(millisecond % 10).unwrap(), 1);
        let mut all = vec![ticket(Class::Peer, forged, SECT571K1)];
        if millisecond % 1_000 == 0 {
            all.extend((20..30).map(|number| ticket(Class::Peer, host(number, 1), SECT409K1)));
        }
        all
    });
    let most = Duration::from_millis(10 * 200 + 200);
    assert!(
        outcome.work <= most + SECT571K1.cost(),
        "{:?}",
        outcome.work
    );
    for number in 20..30 {
        assert_eq!(outcome.opened[&(Class::Peer, number)], 10);
        assert!(outcome.longest_wait[&(Class::Peer, number)] < 300 * MILLISECOND);
    }
    let mut counts = EngineStats::default();
    inbox.count_losses(&mut counts);
    let late = counts.count_of(Class::Peer, DropReason::LegacyBudget);
    assert!(late > 0 && late == counts.dropped());
}

#[test]
fn strangers_with_old_keys_have_their_turns_by_site() {
    let mut inbox = Inbox::default();
    // Eight sites send 1,000 a second; a newcomer of another one needs one signature.
    let outcome = flooded(&mut inbox, 10, |millisecond| {
        let site = u16::try_from(millisecond % 8).unwrap();
        let mut all = vec![ticket(Class::Stranger, host(site, 1), SECT571K1)];
        if millisecond % 1_000 == 500 {
            let newcomer = host(100 + u16::try_from(millisecond / 1_000).unwrap(), 1);
            all.push(ticket(Class::Stranger, newcomer, SECT409K1));
        }
        all
    });
    let most = Duration::from_millis(10 * 20 + 50);
    assert!(
        outcome.work <= most + SECT571K1.cost(),
        "{:?}",
        outcome.work
    );
    for newcomer in 100..109 {
        assert_eq!(outcome.opened[&(Class::Stranger, newcomer)], 1);
        assert!(outcome.longest_wait[&(Class::Stranger, newcomer)] < PATIENCE);
    }
}

#[test]
fn answers_of_trackers_do_not_wait_for_what_is_forged_at_their_addresses() {
    let mut inbox = Inbox::default();
    let outcome = flooded(&mut inbox, 10, |millisecond| {
        let trackers = host(1, 1);
        let mut all = vec![ticket(Class::Stranger, trackers, SECT571K1)];
        all.extend(vec![ticket(Class::Stranger, trackers, SIGNED); 20]);
        all.extend(vec![ticket(Class::Tracker, trackers, Signature::None); 5]);
        if millisecond % 100 == 0 {
            all.push(ticket(Class::Tracker, trackers, SECT163K1));
            all.push(ticket(Class::Stranger, host(2, 1), SIGNED));
        }
        all
    });
    // The datagrams without a signature are counted too.
    assert_eq!(outcome.opened[&(Class::Tracker, 1)], 50_000 + 100);
    assert!(outcome.longest_wait[&(Class::Tracker, 1)] <= MILLISECOND);
    assert_eq!(outcome.opened[&(Class::Stranger, 2)], 100);
    assert!(outcome.longest_wait[&(Class::Stranger, 2)] <= 2 * MILLISECOND);
}

#[test]
fn wrong_signatures_at_the_addresses_of_peers_take_no_more_than_those_of_strangers() {
    let mut inbox = Inbox::default();
    let peer = |number: u32| host(u16::try_from(number % 30).unwrap(), 1);
    let outcome = flooded_by(
        &mut inbox,
        10,
        |millisecond| {
            let forged = (0..20).map(|number| peer(millisecond * 20 + number));
            let mut all: Vec<_> = forged.map(|at| ticket(Class::Peer, at, SIGNED)).collect();
            if millisecond % 10 == 0 {
                all.push(ticket(Class::Answer, peer(millisecond / 10), SIGNED));
                all.push(ticket(Class::Peer, peer(millisecond / 10), Signature::None));
                all.push(ticket(Class::Peer, host(40, 1), SIGNED));
            }
            all
        },
        |ticket| {
            let is_signed = ticket.signature() != Signature::None;
            is_signed && ticket.class() == Class::Peer && ticket.source() != host(40, 1)
        },
    );
    // Two thousand of the others, and sixteen of each peer before it is noticed.
    let most = Duration::from_millis(10 * 250 + 50) + SIGNED.cost() * (2_000 + 30 * 16 + 20);
    assert!(
        outcome.work <= most + Duration::from_millis(5),
        "{:?}",
        outcome.work
    );
    let of = |class: Class, peers: std::ops::Range<u16>| {
        let opened = outcome.opened.iter();
        let of = opened.filter(|((known, peer), _)| *known == class && peers.contains(peer));
        of.map(|(_, count)| count).sum::<u64>()
    };
    assert_eq!(
        (of(Class::Answer, 0..30), of(Class::Peer, 40..41)),
        (1_000, 1_000)
    );
    assert!((1_000 + 30 * 16..1_500 + 30 * 20).contains(&of(Class::Peer, 0..30)));
    for (from, wait) in &outcome.longest_wait {
        assert!(
            from.0 == Class::Stranger || *wait <= MILLISECOND,
            "{from:?}: {wait:?}"
        );
    }
}

#[test]
fn a_host_that_was_asked_cannot_take_a_core_with_wrong_answers() {
    let mut inbox = Inbox::default();
    let outcome = flooded_by(
        &mut inbox,
        4,
        |_| vec![ticket(Class::Answer, host(1, 1), SIGNED); 20],
        |ticket| ticket.class() == Class::Answer,
    );
    // The first piece, and the share of a site.
    assert!(outcome.opened[&(Class::Answer, 1)] <= 36);
    assert!(outcome.work <= SIGNED.cost() * 37 + Duration::from_millis(4_000 / 32 + 8));
}

#[test]
fn what_waits_when_its_sender_becomes_a_suspect_waits_with_the_strangers() {
    let (mut inbox, now) = (Inbox::default(), Instant::now());
    let forged = ticket(Class::Peer, host(1, 1), SIGNED);
    for number in 0..100 {
        inbox.push(forged, &[number], now);
    }
    inbox.push(
        ticket(Class::Peer, host(1, 1), Signature::None),
        &[200],
        now,
    );
    for _ in 0..16 {
        inbox.note_wrong(Class::Peer, host(1, 1), now);
    }
    inbox.push(ticket(Class::Peer, host(2, 1), SIGNED), &[201], now);
    let opened = drained(&mut inbox, now);
    assert_eq!(opened.len(), 102);
    let classes: Vec<_> = opened.iter().map(Ticket::class).collect();
    let peers = classes.iter().filter(|class| **class == Class::Peer);
    assert_eq!(peers.count(), 2);
    let stats = inbox.stats();
    assert_eq!((stats.waiting, stats.dropped), (0, 0));
    assert_eq!(stats.classes[Class::Stranger as usize].opened, 100);
}
