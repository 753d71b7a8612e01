//! How well the addresses that somebody introduced answer, beside those that others introduced.

use crate::state::network::IntroducerId;

/// Of how many introducers it is remembered; beyond it the one whose address was settled longest ago is forgotten.
const REMEMBERED: usize = 64;

/// From how many outcomes on all of an introducer count half, so that the latest ones matter.
const OUTCOMES: u32 = 16;

/// What became of the addresses of one introducer.
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

/// What a walker found at the addresses that its introducers named.
///
/// An introducer is compared with what is usual among those remembered, each of whom counts alike: in a network of full nodes,
/// where hardly anybody answers, nobody is worse than the others.
///
/// Only the walker's own walks count, to addresses that the introducer named in messages that it signed. Nobody can speak for or
/// against another: whoever wants an honest introducer to look bad has to be introduced by it, again and again, and not to answer,
/// which takes up that introducer's peers and costs it no more than a smaller share of this walker's window. Whoever has many keys has as
/// many standings, each beginning with the trust that any stranger has.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// The one that was noted last comes last.
    tallies: Vec<Tally>,
    /// Which part of an introducer's addresses usually answers: the mean over the tallies.
    usual: f64,
}

impl Standing {
    /// Notes that an address that `introducer` named has answered, or that it has not in time.
    pub(super) fn note(&mut self, introducer: IntroducerId, has_answered: bool) {
        let known = self.place(introducer);
        let mut tally = match known.map(|place| self.tallies.remove(place)) {
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
        self.usual = self.mean();
    }

    /// The part of the window that addresses of this introducer, and of those no better, may take together: all of it (1.0) if
    /// its addresses answer as often as is usual, or nobody's do, or nothing is known of it; less with each that does not.
    pub(super) fn share(&self, introducer: IntroducerId) -> f64 {
        let tally = self
            .place(introducer)
            .and_then(|place| self.tallies.get(place));
        let Some(tally) = tally.filter(|_| self.usual > 0.0) else {
            return 1.0;
        };
        // How many outcomes would be usual for so many answers; one more on both sides, for a single failure says little.
        let earned = f64::from(tally.answered) / self.usual;
        ((earned + 1.0) / (tally.outcomes() + 1.0)).min(1.0)
    }

    fn place(&self, introducer: IntroducerId) -> Option<usize> {
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
    fn whose_addresses_never_answer_has_less_with_each() {
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
        assert_eq!(others, [1.0, 1.0], "the failures of one are nobody else's");
    }

    #[test]
    fn nobody_is_bad_where_hardly_anybody_answers() {
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
    fn one_answer_buys_no_trust_for_ever_and_trust_comes_back() {
        let [good, other] = introducers();
        let mut standing = Standing::default();
        note(&mut standing, good, 12, 3);
        note(&mut standing, other, 1, 200);
        assert!(standing.share(other) < 0.2, "{standing:?}");
        note(&mut standing, other, 12, 0);
        assert!(standing.share(other) > 0.9, "{standing:?}");
    }

    #[test]
    fn it_is_bounded_and_forgets_who_was_not_heard_of_for_longest() {
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
