//! Many members, by site.

use std::collections::BTreeMap;
use std::hash::Hash;

use indexmap::{IndexMap, IndexSet};
use rand::RngExt;
use rand::rngs::StdRng;

use crate::wire::host_group::HostGroup;

/// The number of random draws of a site or a member before a search in order.
const DRAWS: usize = 16;

/// The number of members of a site up to which a search in order is allowed for a mere
/// preference. In a larger site only [`DRAWS`] are tried.
const SEARCHED: usize = 64;

/// Groups by their number of members.
#[derive(Debug)]
struct Sizes<G>(BTreeMap<usize, IndexSet<G>>);

impl<G> Default for Sizes<G> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<G: Hash + Eq + Copy> Sizes<G> {
    fn resized(&mut self, group: G, before: usize, after: usize) {
        if let Some(groups) = self.0.get_mut(&before) {
            groups.swap_remove(&group);
            if groups.is_empty() {
                self.0.remove(&before);
            }
        }
        if after > 0 {
            self.0.entry(after).or_default().insert(group);
        }
    }

    /// Returns the groups, the largest first. The order of equal ones begins at a random place.
    fn largest<'a>(&'a self, rng: &mut StdRng) -> impl Iterator<Item = &'a G> + use<'a, G> {
        let sizes = self.0.values().rev();
        let start = sizes
            .clone()
            .next()
            .map_or(0, |groups| rng.random_range(0..groups.len().max(1)));
        sizes.flat_map(move |groups| {
            let start = start % groups.len().max(1);
            groups.iter().skip(start).chain(groups.iter().take(start))
        })
    }
}

/// The members of one /16.
#[derive(Debug)]
struct Part<K> {
    sites: IndexMap<HostGroup, IndexSet<K>>,
    sizes: Sizes<HostGroup>,
    members: usize,
}

/// Members by /16 and /24 (IPv6: /32 and /48). The cost of an operation does not depend on the
/// number of members.
#[derive(Debug)]
pub(super) struct Crowd<K> {
    parts: IndexMap<HostGroup, Part<K>>,
    sizes: Sizes<HostGroup>,
    sites: usize,
    members: usize,
}

impl<K> Default for Crowd<K> {
    fn default() -> Self {
        Self {
            parts: IndexMap::new(),
            sizes: Sizes::default(),
            sites: 0,
            members: 0,
        }
    }
}

impl<K: Hash + Eq + Clone> Crowd<K> {
    pub(super) fn len(&self) -> usize {
        self.members
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members == 0
    }

    pub(super) fn site_count(&self) -> usize {
        self.sites
    }

    fn site(&self, site: HostGroup) -> Option<&IndexSet<K>> {
        self.parts.get(&site.provider_of_site())?.sites.get(&site)
    }

    /// Returns the number of members of a site.
    pub(super) fn size_of(&self, site: HostGroup) -> usize {
        self.site(site).map_or(0, IndexSet::len)
    }

    #[cfg(test)]
    pub(super) fn has(&self, site: HostGroup, key: &K) -> bool {
        self.site(site).is_some_and(|keys| keys.contains(key))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        let parts = self.parts.values();
        parts.flat_map(|part| part.sites.values().flatten())
    }

    /// Adds a member. Returns `true` if it is new.
    pub(super) fn insert(&mut self, site: HostGroup, key: K) -> bool {
        let provider = site.provider_of_site();
        let part = self.parts.entry(provider).or_insert_with(|| Part {
            sites: IndexMap::new(),
            sizes: Sizes::default(),
            members: 0,
        });
        let members = part.sites.entry(site).or_default();
        if !members.insert(key) {
            return false;
        }
        let size = members.len();
        part.members += 1;
        part.sizes.resized(site, size - 1, size);
        self.sizes.resized(provider, part.members - 1, part.members);
        self.sites += usize::from(size == 1);
        self.members += 1;
        true
    }

    /// Removes a member. Returns `true` if it was there.
    pub(super) fn remove(&mut self, site: HostGroup, key: &K) -> bool {
        let provider = site.provider_of_site();
        let Some(part) = self.parts.get_mut(&provider) else {
            return false;
        };
        let Some(members) = part.sites.get_mut(&site) else {
            return false;
        };
        if !members.swap_remove(key) {
            return false;
        }
        let size = members.len();
        if size == 0 {
            part.sites.swap_remove(&site);
            self.sites -= 1;
        }
        part.members -= 1;
        part.sizes.resized(site, size + 1, size);
        let left = part.members;
        if left == 0 {
            self.parts.swap_remove(&provider);
        }
        self.sizes.resized(provider, left + 1, left);
        self.members -= 1;
        true
    }

    /// Moves a member to another site.
    pub(super) fn refile(&mut self, key: &K, before: HostGroup, after: HostGroup) {
        if self.remove(before, key) {
            self.insert(after, key.clone());
        }
    }

    /// Returns a random member of the most crowded /24 in the most crowded /16, but never `except`.
    ///
    /// The oldest or quietest member would be a bad choice: an owner of many keys could expel all
    /// others of its group with fresh ones.
    pub(super) fn crowded(&self, rng: &mut StdRng, except: &K) -> Option<K> {
        // `except` may be alone in the most crowded group.
        let providers: Vec<_> = self.sizes.largest(rng).take(2).collect();
        providers.into_iter().find_map(|provider| {
            let part = self.parts.get(provider)?;
            let sites: Vec<_> = part.sizes.largest(rng).take(2).copied().collect();
            let mut found = sites.into_iter();
            found.find_map(|site| self.crowded_in(site, rng, except))
        })
    }

    /// Returns a random member of a site, but never `except`.
    pub(super) fn crowded_in(&self, site: HostGroup, rng: &mut StdRng, except: &K) -> Option<K> {
        let members = self.site(site)?;
        let drawn = rng.random_range(0..members.len().max(1));
        let (first, second) = (drawn, (drawn + 1) % members.len().max(1));
        let drawn = [first, second].map(|at| members.get_index(at));
        let mut drawn = drawn.into_iter().flatten();
        drawn.find(|key| *key != except).cloned()
    }

    /// Returns a wanted member of a wanted site. Each /16 has about the same chance, and in it
    /// each /24, whatever its number of members. Only a `thorough` search is sure to find the only
    /// wanted member of a large site.
    pub(super) fn pick(
        &self,
        rng: &mut StdRng,
        site_wanted: impl Fn(&HostGroup) -> bool,
        wanted: impl Fn(&K) -> bool,
        thorough: bool,
    ) -> Option<(HostGroup, K)> {
        let member = |rng: &mut StdRng, part: &Part<K>, at: usize| {
            let (site, members) = part.sites.get_index(at)?;
            if !site_wanted(site) {
                return None;
            }
            let thorough = thorough || members.len() <= SEARCHED;
            let key = pick_member(rng, members, &wanted, thorough)?;
            Some((*site, key.clone()))
        };
        let count = self.parts.len();
        if count == 0 {
            return None;
        }
        for _ in 0..DRAWS {
            let (_, part) = self.parts.get_index(rng.random_range(0..count))?;
            let at = rng.random_range(0..part.sites.len().max(1));
            if let Some(found) = member(rng, part, at) {
                return Some(found);
            }
        }
        around(rng, count).find_map(|at| {
            let (_, part) = self.parts.get_index(at)?;
            around(rng, part.sites.len()).find_map(|at| member(rng, part, at))
        })
    }

    /// Returns a wanted member of one site; see [`Crowd::pick`].
    pub(super) fn pick_in(
        &self,
        site: HostGroup,
        rng: &mut StdRng,
        wanted: impl Fn(&K) -> bool,
        thorough: bool,
    ) -> Option<(HostGroup, K)> {
        let members = self.site(site)?;
        let thorough = thorough || members.len() <= SEARCHED;
        let key = pick_member(rng, members, wanted, thorough)?;
        Some((site, key.clone()))
    }
}

/// Returns all numbers below `count`, from a random start.
fn around(rng: &mut StdRng, count: usize) -> impl Iterator<Item = usize> + use<> {
    let start = rng.random_range(0..count.max(1));
    (start..count).chain(0..start.min(count))
}

/// Returns a wanted member. Each has the same chance if there are few members, and about the same
/// otherwise.
fn pick_member<'a, K>(
    rng: &mut StdRng,
    members: &'a IndexSet<K>,
    wanted: impl Fn(&K) -> bool,
    thorough: bool,
) -> Option<&'a K> {
    let count = members.len();
    if count <= DRAWS {
        let wanted: Vec<_> = members.iter().filter(|key| wanted(key)).collect();
        let drawn = rng.random_range(0..wanted.len().max(1));
        return wanted.get(drawn).copied();
    }
    for _ in 0..DRAWS {
        let drawn = members.get_index(rng.random_range(0..count))?;
        if wanted(drawn) {
            return Some(drawn);
        }
    }
    if !thorough {
        return None;
    }
    let mut members = around(rng, count).filter_map(|at| members.get_index(at));
    members.find(|key| wanted(key))
}
