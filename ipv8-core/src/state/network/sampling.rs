//! Draws random members of a set without copying it to a list.
use super::table::{Keyed, Table};
use indexmap::IndexSet;
use rand::{Rng, RngExt};
use std::collections::HashMap;
use std::hash::Hash;

/// The number of draws before a pass over all members. With 10 wanted of 100, the draws succeed in
/// 99.8 % of cases.
const TRIES: usize = 64;

/// A set whose members have the numbers from 0 on without gaps.
pub(super) trait Numbered {
    type Member;

    fn count(&self) -> usize;

    fn at(&self, number: usize) -> Option<&Self::Member>;
}

impl<T: Hash + Eq> Numbered for IndexSet<T> {
    type Member = T;

    fn count(&self) -> usize {
        self.len()
    }

    fn at(&self, number: usize) -> Option<&T> {
        self.get_index(number)
    }
}

impl<T: Keyed> Numbered for Table<T> {
    type Member = T;

    fn count(&self) -> usize {
        self.len()
    }

    fn at(&self, number: usize) -> Option<&T> {
        self.get_index(number)
    }
}

/// Returns one wanted member, each with the same probability; `None` if there is none.
///
/// Takes a few draws if a fair part is wanted, otherwise one pass over all.
pub(super) fn pick<'a, S: Numbered, R: Rng + ?Sized>(
    set: &'a S,
    rng: &mut R,
    wanted: impl Fn(&S::Member) -> bool,
) -> Option<&'a S::Member> {
    let count = set.count();
    if count == 0 {
        return None;
    }
    for _ in 0..TRIES {
        let drawn = set.at(rng.random_range(0..count))?;
        if wanted(drawn) {
            return Some(drawn);
        }
    }
    let all = (0..count).filter_map(|number| set.at(number));
    pick_from(all.filter(|member| wanted(member)), rng)
}

/// Returns one of `items`, each with the same probability, in one pass.
pub(super) fn pick_from<T, R: Rng + ?Sized>(
    items: impl Iterator<Item = T>,
    rng: &mut R,
) -> Option<T> {
    let mut chosen = None;
    for (index, item) in items.enumerate() {
        if rng.random_range(0..=index) == 0 {
            chosen = Some(item);
        }
    }
    chosen
}

/// Returns up to `count` different numbers below `length`, in random order: the first part of a
/// shuffle that stores only the exchanged positions.
pub(super) fn indexes<R: Rng + ?Sized>(length: usize, count: usize, rng: &mut R) -> Vec<usize> {
    let mut moved: HashMap<usize, usize> = HashMap::new();
    let draw = |place| {
        let drawn = rng.random_range(place..length);
        let chosen = moved.get(&drawn).copied().unwrap_or(drawn);
        let displaced = moved.get(&place).copied().unwrap_or(place);
        moved.insert(drawn, displaced);
        chosen
    };
    (0..count.min(length)).map(draw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn the_only_wanted_member_of_many_is_found() {
        let set: IndexSet<u32> = (0..10_000).collect();
        let mut rng = StdRng::seed_from_u64(1);
        assert_eq!(pick(&set, &mut rng, |n| *n == 77), Some(&77));
        assert_eq!(pick(&set, &mut rng, |_| false), None);
        assert_eq!(pick(&IndexSet::<u32>::new(), &mut rng, |_| true), None);
    }

    #[test]
    fn one_pass_is_fair() {
        let mut rng = StdRng::seed_from_u64(2);
        let mut hits = [0u32; 4];
        for _ in 0..40_000 {
            if let Some(hit) = pick_from(0..4, &mut rng).and_then(|n: usize| hits.get_mut(n)) {
                *hit += 1;
            }
        }
        assert!(hits.iter().all(|n| (9_500..10_500).contains(n)), "{hits:?}");
    }

    #[test]
    fn a_sample_has_distinct_members_with_equal_chances() {
        let mut rng = StdRng::seed_from_u64(3);
        assert!(indexes(0, 8, &mut rng).is_empty());
        let mut everything = indexes(5, 8, &mut rng);
        everything.sort_unstable();
        assert_eq!(everything, [0, 1, 2, 3, 4]);
        let mut hits = [0u32; 10];
        for _ in 0..10_000 {
            let mut sample = indexes(10, 3, &mut rng);
            sample
                .iter()
                .for_each(|at| hits[*at] = hits.get(*at).map_or(0, |n| n + 1));
            sample.sort_unstable();
            sample.dedup();
            assert_eq!(sample.len(), 3);
        }
        assert!(hits.iter().all(|n| (2_800..3_200).contains(n)), "{hits:?}");
    }
}
