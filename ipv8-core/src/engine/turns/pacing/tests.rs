use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::{Pacer, PacingConfig, PacingError, PacingStats};
use crate::state::outbox::{OUTBOX_LIMIT, Outbox};
use crate::support::options::Options;
use crate::wire::packet::{CommunityId, Unsealed};
use crate::wire::{PackError, Payload, Reader, UnpackError, Writer};

const GAP: Duration = Duration::from_millis(50);
const MILLISECOND: Duration = Duration::from_millis(1);

pub(super) struct Nothing;
impl Payload for Nothing {
    fn pack(&self, _writer: &mut Writer) -> Result<(), PackError> {
        Ok(())
    }
    fn unpack(_reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
        Ok(Self)
    }
}

/// A pacer with its outbox, and everything that has left: when, where to, which message id.
struct Bench {
    pacer: Pacer,
    outbox: Outbox,
    start: Instant,
    now: Instant,
    left: Vec<(Duration, SocketAddr, u8)>,
}

fn peer(number: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], number))
}

impl Bench {
    fn new(pacing: PacingConfig) -> Self {
        let now = Instant::now();
        Self {
            pacer: Pacer::new(pacing),
            outbox: Outbox::default(),
            start: now,
            now,
            left: Vec::new(),
        }
    }

    fn queue(&mut self, to: SocketAddr, id: u8) {
        let prefix = CommunityId::from_bytes([7; 20]).prefix();
        let packet = Unsealed::new(&prefix, id, None, None, &Nothing).unwrap();
        self.outbox.push(to, packet).unwrap();
    }

    /// A step that sends so many to one peer each, in order.
    fn step(&mut self, to: impl IntoIterator<Item = (SocketAddr, u8)>) -> usize {
        let before = self.outbox.len();
        for (to, id) in to {
            self.queue(to, id);
        }
        let held = self.pacer.pace(&mut self.outbox, before, GAP, self.now);
        self.drain();
        held
    }

    /// Somebody else sends.
    fn others(&mut self, to: SocketAddr, id: u8) -> u64 {
        self.queue(to, id);
        let dropped = self.pacer.keep_order(&mut self.outbox, self.now);
        self.drain();
        dropped
    }

    fn drain(&mut self) {
        while let Some(outgoing) = self.pacer.pop().or_else(|| self.outbox.pop()) {
            let id = outgoing.packet.message_id();
            self.left.push((self.now - self.start, outgoing.to, id));
        }
    }

    /// Lets everything go at its time, each release so much late.
    fn run(&mut self, late: Duration) {
        while let Some(next) = self.pacer.next() {
            self.now = self.now.max(next) + late;
            self.pacer.release(self.now);
            self.drain();
        }
    }

    fn times(&self) -> Vec<Duration> {
        self.left.iter().map(|(at, ..)| *at).collect()
    }

    /// How many left at each time.
    fn groups(&self) -> Vec<(Duration, usize)> {
        let times = self.times();
        let groups = times.chunk_by(|one, other| one == other);
        groups.map(|group| (group[0], group.len())).collect()
    }

    fn ids_to(&self, to: SocketAddr) -> Vec<u8> {
        let there = self.left.iter().filter(|(_, other, _)| *other == to);
        there.map(|(.., id)| *id).collect()
    }
}

fn many(count: usize) -> impl Iterator<Item = (SocketAddr, u8)> {
    (1..=u16::try_from(count).unwrap()).map(|number| (peer(number), 1))
}

#[test]
fn a_small_step_leaves_at_once() {
    let mut bench = Bench::new(PacingConfig::default());
    for _ in 0..5 {
        assert_eq!(bench.step(many(16)), 0);
        assert!(!bench.pacer.is_holding());
        bench.now += GAP;
    }
    assert_eq!(bench.left.len(), 5 * 16);
    assert_eq!(bench.pacer.counters(), PacingStats::default());
}

#[test]
fn a_large_step_is_spread_over_its_share_of_the_slot() {
    let mut bench = Bench::new(PacingConfig::default());
    assert_eq!(bench.step(many(216)), 200);
    assert_eq!(bench.left.len(), 16);
    bench.run(Duration::ZERO);
    let groups = bench.groups();
    assert_eq!(groups[0], (Duration::ZERO, 16));
    for (index, group) in (1..).zip(&groups[1..]) {
        assert_eq!(*group, (MILLISECOND * index, 10));
    }
    assert_eq!(bench.times().last(), Some(&(GAP * 2 / 5)));
    let numbers: Vec<_> = bench.left.iter().map(|(_, to, _)| to.port()).collect();
    assert!(numbers.is_sorted());
    let counters = bench.pacer.counters();
    assert_eq!(
        counters,
        PacingStats {
            waiting: 0,
            most_waiting: 200,
            steps: 1,
            delayed: 200,
            longest_delay: 20 * MILLISECOND,
            total_delay: MILLISECOND * 10 * (1..=20).sum::<u32>(),
            ..PacingStats::default()
        }
    );
}

#[test]
fn nobody_waits_longer_than_it_needs() {
    let mut bench = Bench::new(PacingConfig::default());
    bench.step(many(19));
    bench.run(Duration::ZERO);
    let groups = bench.groups();
    let expected = [(0, 16), (1, 1), (2, 1), (3, 1)];
    assert_eq!(
        groups,
        expected.map(|(ms, count)| (MILLISECOND * ms, count))
    );
}

#[test]
fn a_step_that_is_too_large_for_its_slot_takes_the_time_that_the_budget_needs() {
    let mut bench = Bench::new(PacingConfig {
        rate: 1_000,
        ..PacingConfig::default()
    });
    assert_eq!(bench.step(many(116)), 100);
    bench.run(Duration::ZERO);
    assert_eq!(bench.times().last(), Some(&(MILLISECOND * 100)));
    assert_eq!(bench.pacer.counters().overruns, 1);
}

#[test]
fn steps_together_keep_to_the_budget() {
    let mut bench = Bench::new(PacingConfig {
        burst: 4,
        rate: 100,
        ..PacingConfig::default()
    });
    for _ in 0..40 {
        bench.step(many(2));
        bench.run(Duration::ZERO);
        bench.now += MILLISECOND;
    }
    let times = bench.times();
    for (index, at) in (0_u32..).zip(&times) {
        let earliest = (10 * MILLISECOND) * index.saturating_sub(3);
        assert!(*at >= earliest, "{index} at {at:?}");
        assert!(*at <= earliest + 12 * MILLISECOND, "{index} at {at:?}");
    }
    // A pause gives back a burst, and no more.
    bench.left.clear();
    bench.now += Duration::from_secs(10);
    let pause = bench.now - bench.start;
    bench.step(many(6));
    bench.run(Duration::ZERO);
    let times = bench.times();
    assert_eq!(times[..4], [pause; 4]);
    assert_eq!(times[4..], [10, 20].map(|ms| pause + MILLISECOND * ms));
}

#[test]
fn a_late_release_does_not_catch_up() {
    let mut bench = Bench::new(PacingConfig::default());
    bench.step(many(216));
    // Half the slot has gone by before the first one.
    bench.now = bench.pacer.next().unwrap() + GAP / 2;
    bench.pacer.release(bench.now);
    bench.drain();
    bench.run(Duration::ZERO);
    let groups = bench.groups();
    let late = MILLISECOND + GAP / 2;
    assert_eq!(groups[1], (late, 40));
    for (index, group) in (1..).zip(&groups[2..]) {
        assert_eq!(*group, (late + MILLISECOND * index, 10));
    }
    assert_eq!(bench.left.len(), 216);
    assert_eq!(bench.pacer.counters().late_releases, 1);
    // The next step begins anew.
    bench.now += GAP;
    let start = bench.now;
    bench.step(many(17));
    assert_eq!(bench.pacer.next(), Some(start + MILLISECOND));
}

#[test]
fn what_is_brought_forward_leaves_a_late_step_as_late_as_it_is() {
    let mut bench = Bench::new(PacingConfig::default());
    bench.step(many(216));
    bench.now = bench.pacer.next().unwrap() + GAP / 2;
    bench.pacer.release(bench.now);
    bench.drain();
    let next = bench.pacer.next();
    assert!(next > Some(bench.now));
    // The first of those that are still held: sixteen left with the step, forty just now.
    bench.others(peer(57), 2);
    assert_eq!(bench.ids_to(peer(57)), [1, 2]);
    assert_eq!(bench.pacer.next(), next);
}

#[test]
fn releases_that_are_a_little_late_move_nothing() {
    let mut bench = Bench::new(PacingConfig::default());
    bench.step(many(216));
    bench.run(Duration::from_micros(2_500));
    assert_eq!(bench.left.len(), 216);
    assert!(*bench.times().last().unwrap() <= 23 * MILLISECOND);
    assert_eq!(bench.pacer.counters().late_releases, 0);
}

#[test]
fn what_is_held_for_somebody_goes_before_what_is_sent_to_it_afterwards() {
    let mut bench = Bench::new(PacingConfig::default());
    bench.step(many(116));
    bench.now += MILLISECOND / 2;
    bench.others(peer(100), 2);
    assert_eq!(bench.ids_to(peer(100)), [1, 2]);
    assert_eq!(bench.left.len(), 16 + 2, "nobody else's has moved");
    bench.others(peer(1), 3);
    bench.others(peer(999), 3);
    assert_eq!(bench.left.len(), 16 + 4);
    bench.run(Duration::ZERO);
    assert_eq!(bench.left.len(), 116 + 3);
    let counters = bench.pacer.counters();
    assert_eq!((counters.brought_forward, counters.behind), (1, 0));
}

#[test]
fn what_is_sent_to_somebody_much_is_held_for_waits_behind_it() {
    let mut bench = Bench::new(PacingConfig::default());
    let to = peer(1);
    bench.step((0..100).map(|id| (to, id)));
    assert_eq!(bench.others(to, 200), 0);
    assert_eq!(bench.others(to, 201), 0);
    assert_eq!(bench.left.len(), 16);
    assert_eq!(bench.pacer.counters().waiting, 86);
    // When there are few left they are brought forward.
    while bench.left.len() < 90 {
        bench.now = bench.pacer.next().unwrap();
        bench.pacer.release(bench.now);
        bench.drain();
    }
    assert!(bench.pacer.is_holding());
    assert_eq!(bench.others(to, 202), 0);
    assert!(!bench.pacer.is_holding());
    let order: Vec<_> = (0..100).chain([200, 201, 202]).collect();
    assert_eq!(bench.ids_to(to), order);
    let counters = bench.pacer.counters();
    assert_eq!((counters.behind, counters.waiting), (2, 0));
}

#[test]
fn what_waits_behind_is_bounded() {
    let mut bench = Bench::new(PacingConfig::default());
    let to = peer(1);
    bench.step((0..100).map(|id| (to, id)));
    let refused: u64 = (0..OUTBOX_LIMIT + 3).map(|_| bench.others(to, 200)).sum();
    assert_eq!(refused, 3);
    assert_eq!(bench.pacer.counters().dropped, 3);
    bench.run(Duration::ZERO);
    assert_eq!(bench.left.len(), 100 + OUTBOX_LIMIT);
}

#[test]
fn what_was_queued_before_the_step_leaves_before_it() {
    let mut bench = Bench::new(PacingConfig::default());
    bench.queue(peer(1), 0);
    bench.step((0..50).map(|id| (peer(1), id + 1)));
    bench.run(Duration::ZERO);
    assert_eq!(bench.ids_to(peer(1)), (0..=50).collect::<Vec<_>>());
}

#[test]
fn switched_off_nothing_is_held() {
    let mut bench = Bench::new(PacingConfig::off());
    assert_eq!(bench.step(many(1_000)), 0);
    assert_eq!(bench.left.len(), 1_000);

    bench.pacer.set_pacing(PacingConfig::default(), bench.now);
    assert_eq!(bench.step(many(1_000)), 984);
    bench.pacer.set_pacing(PacingConfig::off(), bench.now);
    bench.drain();
    assert_eq!(bench.left.len(), 2_000);
    assert!(!bench.pacer.is_holding());
    assert_eq!(bench.step(many(1_000)), 0);
}

#[test]
fn what_is_held_when_the_node_stops_is_dropped_and_counted() {
    let mut bench = Bench::new(PacingConfig::default());
    bench.step((0..100).map(|id| (peer(1), id)));
    bench.others(peer(1), 200);
    assert_eq!(bench.pacer.drop_held(), 85);
    assert_eq!(bench.pacer.next(), None);
    assert_eq!(bench.others(peer(1), 201), 0);
    assert_eq!(bench.left.len(), 17);
    let counters = bench.pacer.counters();
    assert_eq!((counters.dropped, counters.waiting), (85, 0));
}

#[test]
fn values_out_of_range_are_refused_by_name_and_never_held_to() {
    assert_eq!(PacingConfig::default().check(), Ok(()));
    assert_eq!(PacingConfig::off().check(), Ok(()));
    let pacing = |change: fn(&mut PacingConfig)| {
        let mut pacing = PacingConfig::default();
        change(&mut pacing);
        pacing
    };
    for (wrong, error) in [
        (pacing(|one| one.burst = 0), PacingError::Burst(0)),
        (pacing(|one| one.burst = 16_385), PacingError::Burst(16_385)),
        (pacing(|one| one.share = 0.6), PacingError::Share(0.6)),
        (pacing(|one| one.share = -0.1), PacingError::Share(-0.1)),
        (pacing(|one| one.rate = 0), PacingError::Rate),
    ] {
        assert_eq!(wrong.check(), Err(error));
        assert!(error.to_string().starts_with("pacing."), "{error}");
        assert_eq!(Pacer::new(wrong).pacing().check(), Ok(()));
    }
    let nan = pacing(|one| one.share = f64::NAN);
    assert!(nan.check().is_err());
    assert_eq!(Pacer::new(nan).pacing().check(), Ok(()));
    let mut pacing = PacingConfig::default();
    assert!(pacing.set_option("share", &0.7.into()).is_err());
    assert!(pacing.set_option("enabled", &false.into()).is_ok());
    assert!(!pacing.enabled);
}

#[test]
fn whatever_the_slot_everything_leaves_once_and_in_order() {
    for gap in [1, 10, 100, 1_000, 5_000, 500_000, 3_600_000_000].map(Duration::from_micros) {
        for sent in [1, 16, 17, 50, 1_000, OUTBOX_LIMIT] {
            for share in [0.0, 0.01, 0.4] {
                let mut bench = Bench::new(PacingConfig {
                    share,
                    ..PacingConfig::default()
                });
                for index in 0..sent {
                    bench.queue(peer(u16::try_from(index + 1).unwrap()), 1);
                }
                bench.pacer.pace(&mut bench.outbox, 0, gap, bench.now);
                bench.drain();
                bench.run(Duration::ZERO);
                assert_eq!(bench.left.len(), sent);
                assert!(bench.left.is_sorted_by_key(|(_, to, _)| to.port()));
                let longest = (gap.mul_f64(share)).max(Duration::from_micros(50) * 16_384);
                assert!(*bench.times().last().unwrap() <= longest + MILLISECOND);
            }
        }
    }
}
