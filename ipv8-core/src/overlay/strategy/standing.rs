//! How often the addresses of one introducer answer, compared with those of other introducers.

use crate::state::network::IntroducerId;

/// The number of introducers remembered. Beyond it the introducer with the oldest outcome is
/// forgotten.
const REMEMBERED: usize = 64;

/// The number of outcomes at which the counts of an introducer are halved, so that recent ones
/// matter more.
const OUTCOMES: u32 = 16;

/// The outcomes of the walks to the addresses of one introducer.
#[derive(Clone, Copy, Debug)]
struct Tally {
    introducer: IntroducerId,
    answered: u32,
    failed: u32,
}

impl Tally {
    fn outcomes(&self) -> f64 {
        f64::from(self.answered + self.failed)
    }
}

/// The results of a walker's walks to the addresses that its introducers named.
///
/// An introducer is compared with the average of all remembered introducers, each of which counts
/// the same. In a network of full nodes, where few addresses answer, no introducer is worse than
/// the rest.
///
/// Only the walker's own walks count, to addresses that the introducer named in messages that it
/// signed. No peer can speak for or against another. An attacker who wants an honest introducer to
/// look bad must be introduced by it again and again and not answer, which only gives that
/// introducer a smaller share of this walker's window. An attacker with many keys has many
/// standings, and each starts with the trust of any stranger.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// The latest outcome is last.
    tallies: Vec<Tally>,
    /// The average share of an introducer's addresses that answer: the mean over the tallies.
    average: f64,
}

impl Standing {
    /// Notes whether an address that `introducer` named answered in time.
    pub(super) fn note(&mut self, introducer: IntroducerId, has_answered: bool) {
        let known = self.index_of(introducer);
        let mut tally = match known.map(|index| self.tallies.remove(index)) {
            Some(tally) => tally,
            None => Tally {
                introducer,
                answered: 0,
                failed: 0,
            },
        };
        match has_answered {
            true => tally.answered += 1,
            false => tally.failed += 1,
        }
        if tally.answered + tally.failed >= OUTCOMES {
            tally.answered /= 2;
            tally.failed /= 2;
        }
        if self.tallies.len() >= REMEMBERED {
            self.tallies.remove(0);
        }
        self.tallies.push(tally);
        self.average = self.mean();
    }

    /// Returns the part of the window that the addresses of this introducer, and of those that are
    /// no better, may take together. It is 1.0 if its addresses answer as often as the average, if
    /// no addresses answer at all, or if the introducer is unknown; each failure makes it smaller.
    pub(super) fn share(&self, introducer: IntroducerId) -> f64 {
        let tally = self
            .index_of(introducer)
            .and_then(|index| self.tallies.get(index));
        let Some(tally) = tally.filter(|_| self.average > 0.0) else {
            return 1.0;
        };
        // The number of outcomes that would give these answers on average; plus one on both sides,
        // because a single failure means little.
        let earned = f64::from(tally.answered) / self.average;
        ((earned + 1.0) / (tally.outcomes() + 1.0)).min(1.0)
    }

    fn index_of(&self, introducer: IntroducerId) -> Option<usize> {
        let mut tallies = self.tallies.iter();
        tallies.position(|tally| tally.introducer == introducer)
    }

    fn mean(&self) -> f64 {
        let rates = self
            .tallies
            .iter()
            .map(|tally| f64::from(tally.answered) / tally.outcomes());
        let (count, sum) = rates.fold((0.0, 0.0), |(count, sum), rate| (count + 1.0, sum + rate));
        sum / f64::max(count, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::crypto::PrivateKey;

    fn introducers<const N: usize>() -> [IntroducerId; N] {
        let mut rng = StdRng::from_seed([9; 32]);
        std::array::from_fn(|_| IntroducerId::of(PrivateKey::generate(&mut rng).public_key()))
    }

    fn note(standing: &mut Standing, introducer: IntroducerId, answered: usize, failed: usize) {
        (0..answered).for_each(|_| standing.note(introducer, true));
        (0..failed).for_each(|_| standing.note(introducer, false));
    }

    #[test]
    fn each_address_that_does_not_answer_makes_the_share_smaller() {
        let [good, bad, stranger] = introducers();
        let mut standing = Standing::default();
        note(&mut standing, good, 1, 0);
        let shares: Vec<f64> = (0..4)
            .map(|_| {
                standing.note(bad, false);
                standing.share(bad)
            })
            .collect();
        assert_eq!(shares, [1.0 / 2.0, 1.0 / 3.0, 1.0 / 4.0, 1.0 / 5.0]);
        let others = [good, stranger].map(|other| standing.share(other));
        assert_eq!(
            others,
            [1.0, 1.0],
            "the failures of one do not count for another"
        );
    }

    #[test]
    fn no_introducer_is_bad_where_few_addresses_answer() {
        let all: [_; 3] = introducers();
        let mut standing = Standing::default();
        for introducer in all {
            note(&mut standing, introducer, 0, 5);
        }
        assert_eq!(all.map(|one| standing.share(one)), [1.0; 3]);
        for introducer in all {
            note(&mut standing, introducer, 1, 0);
        }
        for introducer in all {
            assert!(standing.share(introducer) > 0.99, "{standing:?}");
        }
    }

    #[test]
    fn an_answer_does_not_buy_trust_for_ever_and_trust_comes_back() {
        let [good, other] = introducers();
        let mut standing = Standing::default();
        note(&mut standing, good, 12, 3);
        note(&mut standing, other, 1, 200);
        assert!(standing.share(other) < 0.2, "{standing:?}");
        note(&mut standing, other, 12, 0);
        assert!(standing.share(other) > 0.9, "{standing:?}");
    }

    #[test]
    fn it_is_bounded_and_forgets_the_introducer_with_the_oldest_outcome() {
        let all: [_; 100] = introducers();
        let mut standing = Standing::default();
        let [kept, others @ ..] = all;
        note(&mut standing, kept, 1, 0);
        for introducer in others {
            note(&mut standing, introducer, 0, 1000);
            note(&mut standing, kept, 1, 0);
        }
        assert_eq!(standing.tallies.len(), REMEMBERED);
        let [_, forgotten, .., latest] = all;
        assert!(standing.share(latest) < 0.2, "{standing:?}");
        assert_eq!([forgotten, kept].map(|one| standing.share(one)), [1.0, 1.0]);
    }
}
