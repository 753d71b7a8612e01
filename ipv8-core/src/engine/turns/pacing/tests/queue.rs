//! The queue of held datagrams.

use std::net::SocketAddr;
use std::time::Instant;

use super::packets;
use crate::engine::turns::pacing::held::Queue;
use crate::state::outbox::{Outbox, Outgoing};

/// Returns a datagram to port `number + 1`.
fn outgoing(number: u16) -> Outgoing {
    let mut outbox = Outbox::default();
    let to = SocketAddr::from(([10, 0, 0, 1], number + 1));
    packets::queue(&mut outbox, to, 1);
    outbox.pop().expect("it was queued")
}

fn queue(count: u16, now: Instant) -> Queue {
    let mut queue = Queue::default();
    for number in 0..count {
        assert_eq!(queue.push(now, outgoing(number)), u64::from(number));
    }
    queue
}

#[test]
fn taking_from_the_middle_keeps_the_order_of_the_others() {
    let mut queue = queue(6, Instant::now());
    queue.link(1, 4);
    let next = queue.take(1).map(|held| held.next);
    assert_eq!((next, queue.len()), (Some(Some(4)), 5));
    assert!(queue.take(1).is_none() && queue.take(6).is_none());
    assert!(queue.take(0).is_some(), "the first entry is number 2 now");
    assert_eq!(queue.front().map(|held| held.outgoing.to.port()), Some(3));
    assert!(queue.take(4).is_some());
    let left = std::iter::from_fn(|| queue.pop());
    let left: Vec<_> = left.map(|held| held.outgoing.to.port()).collect();
    assert_eq!(left, [3, 4, 6]);
    assert!(queue.is_empty() && queue.front().is_none());
    assert_eq!(queue.push(Instant::now(), outgoing(9)), 6);
    queue.clear();
    assert_eq!(queue.push(Instant::now(), outgoing(9)), 7);
    assert!(queue.take(6).is_none() && queue.pop().is_some());
}

#[test]
fn taking_a_datagram_costs_the_same_however_many_are_held() {
    for count in [100, 10_000] {
        let mut queue = queue(count, Instant::now());
        for number in (0..u64::from(count)).rev() {
            assert!(queue.take(number).is_some());
        }
        assert_eq!(queue.visits, 2 * usize::from(count));
    }
}
