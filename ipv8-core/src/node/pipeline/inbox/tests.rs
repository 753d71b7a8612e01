//! Tests the inbox, in virtual time.

mod floods;

use std::sync::LazyLock;

use proptest::prelude::*;

use super::origin::Origin;
use super::*;
use crate::crypto::Curve;
use crate::node::pipeline::piece::PIECE;
use crate::node::pipeline::tests::unsigned_ticket;

const MILLISECOND: Duration = Duration::from_millis(1);
const SIGNED: Signature = Signature::Curve25519;
const SECT163K1: Signature = Signature::Legacy(Curve::Sect163k1);
const SECT409K1: Signature = Signature::Legacy(Curve::Sect409k1);
const SECT571K1: Signature = Signature::Legacy(Curve::Sect571k1);

/// Returns the address of a host in a site.
fn host(group: u16, host: u8) -> SocketAddr {
    let [high, low] = group.to_be_bytes();
    SocketAddr::from(([10, high, low, host], 1_000))
}

fn ticket(class: Class, source: SocketAddr, signature: Signature) -> Ticket {
    static ANY: LazyLock<Ticket> = LazyLock::new(unsigned_ticket);
    ANY.changed(class, source, 1, signature)
}

fn here(signature: Signature) -> Ticket {
    ticket(Class::Stranger, "127.0.0.1:1".parse().unwrap(), signature)
}

/// Returns the datagrams of the next piece.
fn taken(inbox: &mut Inbox, budget: usize, now: Instant) -> Vec<Vec<u8>> {
    let mut piece = Unopened::default();
    inbox.take(&mut piece, budget, now);
    piece.datagrams().map(|(_, bytes)| bytes.to_vec()).collect()
}

/// Takes datagrams one by one until no more may be opened. Returns their tickets.
fn drained(inbox: &mut Inbox, now: Instant) -> Vec<Ticket> {
    let one = |inbox: &mut Inbox| {
        let mut piece = Unopened::default();
        inbox.take(&mut piece, 1, now);
        piece.datagrams().next().map(|(ticket, _)| *ticket)
    };
    std::iter::from_fn(|| one(inbox)).collect()
}

#[test]
fn the_datagrams_of_a_sender_come_out_in_order_and_complete() {
    let (mut inbox, now) = (Inbox::bounded(256), Instant::now());
    let datagram = |number: u8| vec![number; usize::from(number) * 7 % 600];
    let mut next = 0;
    for number in 0..=255 {
        inbox.push(here(Signature::None), &datagram(number), now);
        let budget = match number % 30 {
            29 => usize::MAX,
            rest if rest % 3 == 2 => 2,
            _ => continue,
        };
        for bytes in taken(&mut inbox, budget, now) {
            assert_eq!(bytes, datagram(next));
            next += 1;
        }
        assert!(budget == 2 || !inbox.is_ready(now) && inbox.cost(now) == 0);
    }
    assert_eq!(inbox.stats().dropped, 0);
}

#[test]
fn a_piece_stays_within_its_budget_but_has_at_least_one_datagram() {
    let (mut inbox, now) = (Inbox::default(), Instant::now());
    for number in 0..4 {
        inbox.push(here(SIGNED), &[number], now);
    }
    inbox.push(here(Signature::None), &[4], now);
    assert_eq!(inbox.cost(now), 4 * Costs::SIGNED + 1);
    assert_eq!(taken(&mut inbox, 1, now), [[0]]);
    assert_eq!(taken(&mut inbox, 2 * Costs::SIGNED, now), [[1], [2]]);
    assert_eq!(taken(&mut inbox, 2 * Costs::SIGNED, now), [[3], [4]]);
    assert_eq!(taken(&mut inbox, 100, now), [[0; 0]; 0]);
}

#[test]
fn each_signature_of_an_old_curve_is_a_piece_of_its_own() {
    let (mut inbox, now) = (Inbox::default(), Instant::now());
    for _ in 0..16 {
        inbox.push(here(SECT571K1), &[1], now);
        inbox.push(here(SIGNED), &[2], now);
    }
    // The clock is read between two pieces, so a turn waits for one of them at most.
    let pieces = std::iter::repeat_with(|| taken(&mut inbox, PIECE, now));
    let pieces = pieces.take_while(|piece| !piece.is_empty());
    let (old, others): (Vec<_>, Vec<_>) = pieces.partition(|piece| piece.concat().contains(&1));
    assert!(
        old.len() == 16 && old.iter().all(|piece| piece.len() == 1),
        "{old:?}"
    );
    assert_eq!(others.concat().len(), 16);
}

#[test]
fn a_piece_of_long_datagrams_is_bounded_in_bytes() {
    let (mut inbox, now) = (Inbox::default(), Instant::now());
    let long = vec![1; PIECE_BYTES / 2];
    for _ in 0..3 {
        inbox.push(here(Signature::None), &long, now);
    }
    assert_eq!(taken(&mut inbox, PIECE, now).len(), 2);
    assert_eq!(taken(&mut inbox, PIECE, now).len(), 1);
}

#[test]
fn the_oldest_datagrams_make_room_and_are_counted() {
    let (mut inbox, now) = (Inbox::bounded(3), Instant::now());
    let dropped = [1, 2, 3, 4].map(|number| {
        inbox.push(here(Signature::None), &[number], now);
        inbox.stats().dropped
    });
    assert_eq!(dropped, [0, 0, 0, 1]);
    // 1,000 bytes count as two datagrams.
    inbox.push(here(Signature::None), &[5; 1_000], now);
    assert_eq!(inbox.stats().dropped, 3);
    // A datagram longer than the bound is accepted alone: any datagram must fit.
    inbox.push(here(Signature::None), &[6; 4 * 512], now);
    let stats = inbox.stats();
    assert_eq!(
        (stats.waiting, stats.most_waiting, stats.dropped),
        (1, 3, 5)
    );
    assert_eq!(stats.waiting_bytes, 2_048);
    assert_eq!(stats.classes[Class::Stranger as usize].dropped, 5);
    let mut counts = EngineStats::default();
    inbox.count_losses(&mut counts);
    inbox.count_losses(&mut counts);
    assert_eq!(counts.count_of(Class::Stranger, DropReason::QueueFull), 5);
    assert_eq!(taken(&mut inbox, 9, now), [[6; 2_048]]);
}

#[test]
fn the_memory_of_a_burst_is_released() {
    let (mut inbox, now) = (Inbox::default(), Instant::now());
    for number in 0..20_000_u16 {
        let source = host(number, 1);
        let ticket = ticket(Class::Stranger, source, Signature::None);
        inbox.push(ticket, &[7; 192], now);
    }
    assert_eq!(inbox.stats().waiting, MOST_UNITS);
    assert_eq!(drained(&mut inbox, now).len(), MOST_UNITS);
    assert!(inbox.slots.shrink() || inbox.slots.count() == 0);
    let shown = format!("{inbox:?}");
    assert!(shown.len() < 10_000, "{}", shown.len());
}

#[test]
fn source_groups_and_overlays_are_served_in_turn_however_much_one_sends() {
    let (mut inbox, now) = (Inbox::default(), Instant::now());
    let stranger = |group, at, overlay| {
        let ticket = ticket(Class::Stranger, host(group, at), Signature::None);
        ticket.changed(Class::Stranger, host(group, at), overlay, Signature::None)
    };
    // Overlay 1 is flooded by group 1, whose hosts share their turns.
    for at in 0..=255 {
        inbox.push(stranger(1, at, 1), &[], now);
    }
    for group in [2, 3] {
        inbox.push(stranger(group, 1, 1), &[], now);
    }
    for group in [4, 5] {
        inbox.push(stranger(group, 1, 2), &[], now);
    }
    let order: Vec<_> = drained(&mut inbox, now)
        .into_iter()
        .map(|ticket| (ticket.overlay().1, ticket.source()))
        .take(6)
        .collect();
    let expected = [
        (1, host(1, 0)),
        (2, host(4, 1)),
        (1, host(2, 1)),
        (2, host(5, 1)),
        (1, host(3, 1)),
        (1, host(1, 1)),
    ];
    assert_eq!(order, expected);
}

#[test]
fn classes_share_the_work_by_weight_and_none_starves() {
    let (mut inbox, now) = (Inbox::default(), Instant::now());
    for _ in 0..1_000 {
        for class in Class::ALL {
            inbox.push(ticket(class, host(1, 1), Signature::None), &[], now);
        }
    }
    let mut counts = [0; 5];
    for ticket in drained(&mut inbox, now).iter().take(21 * 40) {
        counts[ticket.class() as usize] += 1;
    }
    let wanted = [8, 8, 2, 2, 1].map(|weight| weight * 40);
    for (count, wanted) in counts.into_iter().zip(wanted) {
        assert!(i32::abs(count - wanted) <= 8, "{counts:?}");
    }
    // A class that had nothing to do has no claim to the time before.
    assert!(drained(&mut inbox, now).is_empty());
    for _ in 0..1_000 {
        inbox.push(
            ticket(Class::Stranger, host(1, 1), Signature::None),
            &[],
            now,
        );
    }
    for _ in 0..500 {
        assert!(inbox.take(&mut Unopened::default(), 1, now));
    }
    for _ in 0..100 {
        inbox.push(
            ticket(Class::Contact, host(1, 1), Signature::None),
            &[],
            now,
        );
    }
    let first = drained(&mut inbox, now).into_iter().take(30);
    let strangers = first.filter(|ticket| ticket.class() == Class::Stranger);
    assert!((9..=11).contains(&strangers.count()));
}

#[test]
fn a_stranger_waits_at_most_two_seconds_for_the_budget() {
    let (mut inbox, start) = (Inbox::default(), Instant::now());
    for number in 0..6_000_u16 {
        let source = host(number % 1_000, 1);
        inbox.push(ticket(Class::Stranger, source, SIGNED), &[], start);
    }
    let burst = drained(&mut inbox, start).len();
    assert!((1_100..1_150).contains(&burst), "{burst}");
    let resumes = inbox.resumes().unwrap();
    assert!(!inbox.is_ready(start) && inbox.cost(start) == 0 && resumes > start);
    assert!(inbox.is_ready(resumes));
    // They are old at the same time, but are not all dropped at once.
    let mut later = start + PATIENCE + MILLISECOND;
    let mut waiting = inbox.stats().waiting;
    while let Some(resumes) = inbox.resumes() {
        later = later.max(resumes);
        assert!(drained(&mut inbox, later).is_empty());
        let left = inbox.stats().waiting;
        assert!(
            left < waiting && left + SKIPS >= waiting,
            "{left} of {waiting}"
        );
        waiting = left;
    }
    let stats = inbox.stats();
    assert_eq!((stats.waiting, stats.dropped), (0, 6_000 - burst as u64));
    assert_eq!((inbox.cost(later), inbox.resumes()), (0, None));
    // Without a shortage the age does not matter: a step may have taken long.
    inbox.push(ticket(Class::Stranger, host(1, 1), SIGNED), &[], start);
    assert_eq!(drained(&mut inbox, later).len(), 1);
}

#[test]
fn unsigned_datagrams_and_this_machine_need_no_budget() {
    let (mut inbox, now) = (Inbox::default(), Instant::now());
    for number in 0..5_000 {
        inbox.push(here(SIGNED), &[], now);
        inbox.push(here(SECT571K1), &[], now);
        inbox.push(
            ticket(Class::Stranger, host(number, 1), Signature::None),
            &[],
            now,
        );
    }
    assert_eq!(drained(&mut inbox, now).len(), 15_000);
}

#[test]
fn a_forged_peer_address_fills_its_own_queue_only() {
    let (mut inbox, now) = (Inbox::default(), Instant::now());
    let peer = |at| ticket(Class::Peer, host(1, at), SIGNED);
    inbox.push(peer(1), &[1], now);
    for _ in 0..10_000 {
        inbox.push(peer(2), &[2], now);
    }
    inbox.push(peer(3), &[3], now);
    assert_eq!(inbox.stats().waiting, 2_050);
    let first = taken(&mut inbox, 3 * Costs::SIGNED, now);
    assert_eq!(first, [[1], [2], [3]]);
    // A program on this machine can do worse.
    for _ in 0..10_000 {
        let own = "127.0.0.1:9".parse().unwrap();
        inbox.push(ticket(Class::Peer, own, SIGNED), &[4], now);
    }
    assert_eq!(inbox.stats().waiting, 12_047);
}

#[test]
fn the_log_names_the_crowd_that_lost_most_or_else_waits() {
    let (mut inbox, now) = (Inbox::bounded(64), Instant::now());
    assert_eq!(inbox.crowd(), None);
    let push = |inbox: &mut Inbox, group, at, class| {
        inbox.push(ticket(class, host(group, at), Signature::None), &[], now);
    };
    push(&mut inbox, 7, 7, Class::Peer);
    let crowd = inbox.crowd().unwrap();
    assert_eq!(
        (crowd.class, crowd.sender.to_string()),
        (Class::Peer, host(7, 7).to_string())
    );
    for number in 0..200 {
        push(&mut inbox, 1, number, Class::Stranger);
        push(
            &mut inbox,
            2 + u16::from(number % 40),
            number,
            Class::Stranger,
        );
    }
    let crowd = inbox.crowd().unwrap();
    assert_eq!(crowd.class, Class::Stranger);
    assert_eq!(crowd.sender, Origin::site(&host(1, 1)));
    assert_eq!(crowd.overlay, unsigned_ticket().overlay().0);
    inbox.forget_crowd();
    assert_ne!(inbox.crowd().unwrap().sender, Origin::site(&host(7, 7)));
}

/// A datagram to push (lane, group, overlay, bytes), or `None` to take one.
fn operation() -> impl Strategy<Value = Option<(usize, u16, u64, usize)>> {
    let lanes = 0..LaneId::ALL.len();
    prop::option::weighted(0.8, (lanes, 0..20_u16, 0..3_u64, 0..2_000_usize))
}

/// Returns a ticket of this lane.
fn ticket_of(id: LaneId, group: u16, overlay: u64) -> Ticket {
    let signature = match id {
        LaneId::OldKnown | LaneId::OldUnknown => SECT163K1,
        _ => Signature::None,
    };
    let source = host(group, 1);
    ticket(id.class(), source, signature).changed(id.class(), source, overlay, signature)
}

proptest! {
    #[test]
    fn no_lane_over_its_share_displaces_one_within_it(
        operations in prop::collection::vec(operation(), 1..800)
    ) {
        let (mut inbox, now) = (Inbox::bounded(64), Instant::now());
        let (mut pushed, mut opened) = (0_u64, 0_u64);
        for operation in operations {
            let Some((id, group, overlay, length)) = operation else {
                let mut piece = Unopened::default();
                let any = inbox.take(&mut piece, 1, now);
                prop_assert_eq!(any, piece.count() > 0);
                opened += piece.count() as u64;
                continue;
            };
            pushed += 1;
            let (id, length_of) = (LaneId::ALL[id], |inbox: &Inbox, id: LaneId| {
                inbox.lanes[id as usize].line.units()
            });
            let before = LaneId::ALL.map(|id| length_of(&inbox, id));
            let ticket = ticket_of(id, group, overlay);
            prop_assert_eq!(LaneId::of(&ticket), id);
            inbox.push(ticket, &vec![0; length], now);
            for victim in LaneId::ALL {
                let added = if victim == id { units(length) } else { 0 };
                let due = before[victim as usize] + added;
                if length_of(&inbox, victim) < due {
                    prop_assert!(due > 64 * victim.sixteenths() / 16);
                }
            }
            let stats = inbox.stats();
            let all: usize = inbox.lanes.iter().map(|lane| lane.line.units()).sum();
            prop_assert!(all <= 64 && stats.waiting_bytes <= 64 * 512);
            prop_assert_eq!(pushed, opened + stats.dropped + stats.waiting as u64);
            let classes = stats.classes.map(|class| class.waiting);
            prop_assert_eq!(classes.iter().sum::<usize>(), stats.waiting);
            for id in LaneId::ALL {
                let lane = &inbox.lanes[id as usize];
                prop_assert_eq!(lane.cost, lane.line.count() * Costs::of(&ticket_of(id, 1, 1)));
            }
        }
    }
}
