//! When an overlay asks its bootstrappers by itself, whatever its strategies do.
//!
//! A strategy asks them while the overlay has no peers. That is not enough: nodes that find each
//! other before they have asked a tracker would never ask it, and two halves of a network could
//! stay apart forever.

use std::time::{Duration, Instant};

use rand::RngExt;
use rand::rngs::StdRng;

/// The first round is at a random time between these two, after the first turns.
const FIRST: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];

/// The longest time between two rounds, for each peer of the overlay; the shortest is half of it.
/// An overlay with few peers may be on a small island, and asks more often. However large an island
/// is, one of its nodes asks every 15 s on average.
const PER_PEER: Duration = Duration::from_secs(20);

/// The number of peers from which on the time does not grow: 5 to 10 minutes.
const MOST_PEERS: usize = 30;

/// The least number of peers that count for an overlay whose walkers rest: 2.5 to 5 minutes.
const RESTING_PEERS: usize = 15;

/// The time after a round after which introductions that no walker has taken are walked to.
const FOLLOW_UP: Duration = Duration::from_secs(3);

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// To ask every bootstrapper.
    Round,
    /// To walk to what a tracker introduced in the last round.
    FollowUp,
}

/// The size of an overlay, as far as its schedule depends on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crowd {
    pub(crate) peers: usize,
    /// It has strategies with a target, and all of them are at their targets.
    pub(crate) rests: bool,
}

/// The rounds of one overlay. It has none until it is started.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Schedule {
    round: Option<Instant>,
    follow_up: Option<Instant>,
    /// The last time that all bootstrappers were asked, for whatever reason.
    asked: Option<Instant>,
}

impl Schedule {
    /// Schedules the first round.
    pub(crate) fn start(&mut self, rng: &mut StdRng, now: Instant) {
        let [least, most] = FIRST;
        self.round = Some(now + rng.random_range(least..=most));
    }

    /// Notes that all bootstrappers are being asked.
    pub(crate) fn note_asked(&mut self, now: Instant) {
        self.asked = Some(now);
    }

    /// Returns the time at which something is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.round.into_iter().chain(self.follow_up).min()
    }

    /// Returns what is due at `now`, and schedules the next round. A round that a strategy has
    /// just made is not repeated.
    pub(crate) fn take(&mut self, crowd: Crowd, rng: &mut StdRng, now: Instant) -> Option<Due> {
        if self.follow_up.take_if(|at| *at <= now).is_some() {
            return Some(Due::FollowUp);
        }
        self.round.take_if(|at| *at <= now)?;
        let pause = pause(crowd, rng);
        self.round = Some(now + pause);
        let recent = |asked: Instant| now.saturating_duration_since(asked) < PER_PEER / 2;
        if self.asked.is_some_and(recent) {
            return None;
        }
        self.follow_up = Some(now + FOLLOW_UP);
        Some(Due::Round)
    }
}

fn pause(crowd: Crowd, rng: &mut StdRng) -> Duration {
    let least = if crowd.rests { RESTING_PEERS } else { 1 };
    let peers = crowd.peers.clamp(least, MOST_PEERS);
    let longest = PER_PEER.saturating_mul(u32::try_from(peers).unwrap_or(u32::MAX));
    rng.random_range(longest / 2..=longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    const SECOND: Duration = Duration::from_secs(1);

    /// Returns the times of the rounds within `time`, since the start.
    fn rounds(crowd: Crowd, seed: u8, time: Duration) -> Vec<Duration> {
        let (start, mut rng) = (Instant::now(), StdRng::from_seed([seed; 32]));
        let mut schedule = Schedule::default();
        assert_eq!(schedule.next(), None);
        schedule.start(&mut rng, start);
        let mut rounds = Vec::new();
        while let Some(next) = schedule.next().filter(|next| *next < start + time) {
            if schedule.take(crowd, &mut rng, next) == Some(Due::Round) {
                schedule.note_asked(next);
                rounds.push(next - start);
            }
        }
        rounds
    }

    fn pauses(rounds: &[Duration]) -> Vec<Duration> {
        rounds.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    #[test]
    fn the_pause_between_rounds_grows_with_the_peers_up_to_ten_minutes() {
        for (peers, rests, least, most) in [
            (0, false, 10, 20),
            (1, false, 10, 20),
            (6, false, 60, 120),
            (30, false, 300, 600),
            (1_000_000, false, 300, 600),
            (2, true, 150, 300),
            (30, true, 300, 600),
        ] {
            let crowd = Crowd { peers, rests };
            let rounds = rounds(crowd, 1, SECOND * most * 200);
            assert!((SECOND / 4..=SECOND).contains(&rounds[0]));
            let pauses = pauses(&rounds);
            let bounds = SECOND * least..=SECOND * most;
            assert!(
                pauses.iter().all(|pause| bounds.contains(pause)),
                "{crowd:?}"
            );
            let mean = pauses.iter().sum::<Duration>() / u32::try_from(pauses.len()).expect("few");
            let middle = SECOND * (least + most) / 2;
            assert!(
                mean > middle * 9 / 10 && mean < middle * 11 / 10,
                "{mean:?}"
            );
        }
    }

    #[test]
    fn nodes_that_start_together_do_not_ask_together() {
        let crowd = Crowd {
            peers: 30,
            rests: true,
        };
        let mut busiest = vec![0; 3_600];
        for seed in 0..=255 {
            for at in rounds(crowd, seed, SECOND * 3_600) {
                busiest[usize::try_from(at.as_secs()).expect("small")] += 1;
            }
        }
        // 256 nodes, once in 450 s: on average, every other second one asks.
        let most = busiest[1..].iter().max().copied();
        assert!(most.is_some_and(|most| most <= 6), "{most:?}");
    }

    #[test]
    fn a_round_of_a_strategy_is_not_repeated() {
        let (start, mut rng) = (Instant::now(), StdRng::from_seed([1; 32]));
        let mut schedule = Schedule::default();
        schedule.start(&mut rng, start);
        schedule.note_asked(start);
        let crowd = Crowd {
            peers: 0,
            rests: false,
        };
        assert_eq!(schedule.take(crowd, &mut rng, start), None, "too early");
        let first = start + SECOND;
        assert_eq!(schedule.take(crowd, &mut rng, first), None);
        let next = schedule.next().expect("another round");
        assert!(next >= first + PER_PEER / 2);
        assert_eq!(schedule.take(crowd, &mut rng, next), Some(Due::Round));
        assert_eq!(schedule.next(), Some(next + FOLLOW_UP));
        let follow_up = schedule.take(crowd, &mut rng, next + FOLLOW_UP);
        assert_eq!(follow_up, Some(Due::FollowUp));
    }
}
