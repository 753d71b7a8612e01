//! How the datagrams of steps are spread over their slots.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::packets;
use crate::engine::turns::pacing::{Pacer, PacingConfig, PacingError, PacingStats};
use crate::state::outbox::{OUTBOX_LIMIT, Outbox};
use crate::support::options::Options;

const GAP: Duration = Duration::from_millis(50);
const MILLISECOND: Duration = Duration::from_millis(1);

/// A pacer with its outbox, and the time, destination and message id of everything that has left.
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
        packets::queue(&mut self.outbox, to, id);
    }

    /// Takes a step that sends these messages in order. Returns the number of held datagrams.
    fn step(&mut self, to: impl IntoIterator<Item = (SocketAddr, u8)>) -> usize {
        let before = self.outbox.len();
        for (to, id) in to {
            self.queue(to, id);
        }
        let paced = self.pacer.pace(&mut self.outbox, before, GAP, self.now);
        self.drain();
        paced.delayed
    }

    /// Sends a message outside of a step. Returns the number of dropped datagrams.
    fn send(&mut self, to: SocketAddr, id: u8) -> u64 {
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

    /// Releases everything at its time, each release late by `late`.
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

    /// Returns the number of datagrams that left at each time.
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
    assert_eq!(bench.pacer.stats(), PacingStats::default());
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
    let stats = bench.pacer.stats();
    assert_eq!(
        stats,
        PacingStats {
            held: 0,
            most_held: 200,
            steps: 1,
            delayed: 200,
            longest_delay: 20 * MILLISECOND,
            total_delay: MILLISECOND * 10 * (1..=20).sum::<u32>(),
            ..PacingStats::default()
        }
    );
}

#[test]
fn a_few_datagrams_beyond_the_burst_leave_soon() {
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
fn a_step_that_is_too_large_for_its_slot_takes_as_long_as_the_rate_requires() {
    let mut bench = Bench::new(PacingConfig {
        rate: 1_000,
        ..PacingConfig::default()
    });
    assert_eq!(bench.step(many(116)), 100);
    bench.run(Duration::ZERO);
    assert_eq!(bench.times().last(), Some(&(MILLISECOND * 100)));
    assert_eq!(bench.pacer.stats().overruns, 1);
}

#[test]
fn several_steps_together_keep_to_the_rate() {
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
    // A pause restores one burst and no more.
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
    // The first release is late by half a slot.
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
    assert_eq!(bench.pacer.stats().late_releases, 1);
    // The next step starts without the delay.
    bench.now += GAP;
    let start = bench.now;
    bench.step(many(17));
    assert_eq!(bench.pacer.next(), Some(start + MILLISECOND));
}

#[test]
fn bringing_forward_does_not_change_the_delay_of_a_late_step() {
    let mut bench = Bench::new(PacingConfig::default());
    bench.step(many(216));
    bench.now = bench.pacer.next().unwrap() + GAP / 2;
    bench.pacer.release(bench.now);
    bench.drain();
    let next = bench.pacer.next();
    assert!(next > Some(bench.now));
    // The first held datagram: 16 left with the step, 40 just now.
    bench.send(peer(57), 2);
    assert_eq!(bench.ids_to(peer(57)), [1, 2]);
    assert_eq!(bench.pacer.next(), next);
}

#[test]
fn slightly_late_releases_move_nothing() {
    let mut bench = Bench::new(PacingConfig::default());
    bench.step(many(216));
    bench.run(Duration::from_micros(2_500));
    assert_eq!(bench.left.len(), 216);
    assert!(*bench.times().last().unwrap() <= 23 * MILLISECOND);
    assert_eq!(bench.pacer.stats().late_releases, 0);
}

#[test]
fn held_datagrams_leave_before_later_ones_for_the_same_destination() {
    let mut bench = Bench::new(PacingConfig::default());
    bench.step(many(116));
    bench.now += MILLISECOND / 2;
    bench.send(peer(100), 2);
    assert_eq!(bench.ids_to(peer(100)), [1, 2]);
    assert_eq!(bench.left.len(), 16 + 2, "no other datagram has moved");
    bench.send(peer(1), 3);
    bench.send(peer(999), 3);
    assert_eq!(bench.left.len(), 16 + 4);
    bench.run(Duration::ZERO);
    assert_eq!(bench.left.len(), 116 + 3);
    let stats = bench.pacer.stats();
    assert_eq!((stats.brought_forward, stats.behind), (1, 0));
}

#[test]
fn a_datagram_waits_behind_many_held_ones_for_the_same_destination() {
    let mut bench = Bench::new(PacingConfig::default());
    let to = peer(1);
    bench.step((0..100).map(|id| (to, id)));
    assert_eq!(bench.send(to, 200), 0);
    assert_eq!(bench.send(to, 201), 0);
    assert_eq!(bench.left.len(), 16);
    assert_eq!(bench.pacer.stats().held, 86);
    // The last few are brought forward.
    while bench.left.len() < 90 {
        bench.now = bench.pacer.next().unwrap();
        bench.pacer.release(bench.now);
        bench.drain();
    }
    assert!(bench.pacer.is_holding());
    assert_eq!(bench.send(to, 202), 0);
    assert!(!bench.pacer.is_holding());
    let order: Vec<_> = (0..100).chain([200, 201, 202]).collect();
    assert_eq!(bench.ids_to(to), order);
    let stats = bench.pacer.stats();
    assert_eq!((stats.behind, stats.held), (2, 0));
}

#[test]
fn the_number_of_datagrams_behind_held_ones_is_bounded() {
    let mut bench = Bench::new(PacingConfig::default());
    let to = peer(1);
    bench.step((0..100).map(|id| (to, id)));
    let refused: u64 = (0..OUTBOX_LIMIT + 3).map(|_| bench.send(to, 200)).sum();
    assert_eq!(refused, 3);
    assert_eq!(bench.pacer.stats().dropped, 3);
    bench.run(Duration::ZERO);
    assert_eq!(bench.left.len(), 100 + OUTBOX_LIMIT);
}

#[test]
fn datagrams_queued_before_a_step_leave_before_it() {
    let mut bench = Bench::new(PacingConfig::default());
    bench.queue(peer(1), 0);
    bench.step((0..50).map(|id| (peer(1), id + 1)));
    bench.run(Duration::ZERO);
    assert_eq!(bench.ids_to(peer(1)), (0..=50).collect::<Vec<_>>());
}

#[test]
fn without_pacing_nothing_is_held() {
    let mut bench = Bench::new(PacingConfig::off());
    assert_eq!(bench.step(many(1_000)), 0);
    assert_eq!(bench.left.len(), 1_000);

    bench.pacer.set_config(PacingConfig::default(), bench.now);
    assert_eq!(bench.step(many(1_000)), 984);
    bench.pacer.set_config(PacingConfig::off(), bench.now);
    bench.drain();
    assert_eq!(bench.left.len(), 2_000);
    assert!(!bench.pacer.is_holding());
    assert_eq!(bench.step(many(1_000)), 0);
}

#[test]
fn held_datagrams_are_dropped_and_counted_when_the_node_stops() {
    let mut bench = Bench::new(PacingConfig::default());
    bench.step((0..100).map(|id| (peer(1), id)));
    bench.send(peer(1), 200);
    assert_eq!(bench.pacer.drop_held(), 85);
    assert_eq!(bench.pacer.next(), None);
    assert_eq!(bench.send(peer(1), 201), 0);
    assert_eq!(bench.left.len(), 17);
    let stats = bench.pacer.stats();
    assert_eq!((stats.dropped, stats.held), (85, 0));
}

#[test]
fn values_out_of_range_are_named_and_never_used() {
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
        assert_eq!(Pacer::new(wrong).config().check(), Ok(()));
    }
    let nan = pacing(|one| one.share = f64::NAN);
    assert!(nan.check().is_err());
    assert_eq!(Pacer::new(nan).config().check(), Ok(()));
    let mut pacing = PacingConfig::default();
    assert!(pacing.set_option("share", &0.7.into()).is_err());
    assert!(pacing.set_option("enabled", &false.into()).is_ok());
    assert!(!pacing.enabled);
}

#[test]
fn in_any_slot_everything_leaves_once_and_in_order() {
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
