//! Many peers, by subnet.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};
use rand::RngExt;
use rand::rngs::StdRng;

use super::subnet::Subnet;
use crate::crypto::PublicKey;

/// The number of random draws of a subnet or a member before a search in order.
const DRAWS: usize = 16;

/// The number of members of a subnet up to which a search in order is allowed for a mere
/// preference. In a larger subnet only [`DRAWS`] are tried.
const SEARCHED: usize = 64;

/// The number of members compared to find the quietest; all of them if there are no more.
const COMPARED: usize = 64;

/// Peers by subnet. The cost of an operation does not depend on the number of peers.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    subnets: IndexMap<Subnet, IndexSet<PublicKey>>,
    /// The subnets by number of members.
    sizes: BTreeMap<usize, IndexSet<Subnet>>,
    members: usize,
}

impl Crowd {
    pub(super) fn len(&self) -> usize {
        self.members
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members == 0
    }

    pub(super) fn subnet_count(&self) -> usize {
        self.subnets.len()
    }

    #[cfg(test)]
    pub(super) fn has(&self, subnet: Subnet, key: &PublicKey) -> bool {
        let members = self.subnets.get(&subnet);
        members.is_some_and(|members| members.contains(key))
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        self.subnets.values().flatten()
    }

    /// Adds a member. Returns `true` if it is new.
    pub(super) fn insert(&mut self, subnet: Subnet, key: PublicKey) -> bool {
        let members = self.subnets.entry(subnet).or_default();
        if !members.insert(key) {
            return false;
        }
        let size = members.len();
        self.members += 1;
        self.resized(subnet, size - 1, size);
        true
    }

    /// Removes a member. Returns `true` if it was there.
    pub(super) fn remove(&mut self, subnet: Subnet, key: &PublicKey) -> bool {
        let Some(members) = self.subnets.get_mut(&subnet) else {
            return false;
        };
        if !members.swap_remove(key) {
            return false;
        }
        let size = members.len();
        if size == 0 {
            self.subnets.swap_remove(&subnet);
        }
        self.members -= 1;
        self.resized(subnet, size + 1, size);
        true
    }

    /// Moves a member to another subnet.
    pub(super) fn refile(&mut self, key: &PublicKey, before: Subnet, after: Subnet) {
        if self.remove(before, key) {
            self.insert(after, key.clone());
        }
    }

    fn resized(&mut self, subnet: Subnet, before: usize, after: usize) {
        if let Some(subnets) = self.sizes.get_mut(&before) {
            subnets.swap_remove(&subnet);
            if subnets.is_empty() {
                self.sizes.remove(&before);
            }
        }
        if after > 0 {
            self.sizes.entry(after).or_default().insert(subnet);
        }
    }

    /// Returns the member of the most crowded subnets with the smallest `last_heard`, but never
    /// `except`. Of more than [`COMPARED`] members it compares that many random ones.
    pub(super) fn quietest<T: Ord>(
        &self,
        rng: &mut StdRng,
        except: &PublicKey,
        last_heard: impl Fn(&PublicKey) -> T,
    ) -> Option<PublicKey> {
        // `except` may be alone in the most crowded subnet.
        let mut sizes = self.sizes.iter().rev();
        sizes.find_map(|(size, subnets)| {
            let all = size.saturating_mul(subnets.len()) <= COMPARED;
            let in_order = subnets
                .iter()
                .filter(|_| all)
                .flat_map(|subnet| self.subnets.get(subnet).into_iter().flatten());
            let draws = if all { 0 } else { COMPARED };
            let drawn = (0..draws).filter_map(|_| {
                let subnet = subnets.get_index(rng.random_range(0..subnets.len()))?;
                let members = self.subnets.get(subnet)?;
                members.get_index(rng.random_range(0..members.len()))
            });
            let others = in_order.chain(drawn).filter(|key| *key != except);
            others.min_by_key(|key| last_heard(key)).cloned()
        })
    }

    /// Returns a wanted member of a wanted subnet. Each such subnet has about the same chance,
    /// whatever its number of members. Only a `thorough` search is sure to find the only wanted
    /// member of a large subnet.
    pub(super) fn pick(
        &self,
        rng: &mut StdRng,
        subnet_wanted: impl Fn(&Subnet) -> bool,
        wanted: impl Fn(&PublicKey) -> bool,
        thorough: bool,
    ) -> Option<(Subnet, PublicKey)> {
        let member = |rng: &mut StdRng, at: usize| {
            let (subnet, members) = self.subnets.get_index(at)?;
            if !subnet_wanted(subnet) {
                return None;
            }
            let thorough = thorough || members.len() <= SEARCHED;
            let key = pick_member(rng, members, &wanted, thorough)?;
            Some((*subnet, key.clone()))
        };
        let count = self.subnets.len();
        if count == 0 {
            return None;
        }
        for _ in 0..DRAWS {
            let at = rng.random_range(0..count);
            if let Some(found) = member(rng, at) {
                return Some(found);
            }
        }
        let start = rng.random_range(0..count);
        (start..count)
            .chain(0..start)
            .find_map(|at| member(rng, at))
    }

    /// Returns a wanted member of one subnet; see [`Crowd::pick`].
    pub(super) fn pick_in(
        &self,
        subnet: Subnet,
        rng: &mut StdRng,
        wanted: impl Fn(&PublicKey) -> bool,
        thorough: bool,
    ) -> Option<(Subnet, PublicKey)> {
        let members = self.subnets.get(&subnet)?;
        let thorough = thorough || members.len() <= SEARCHED;
        let key = pick_member(rng, members, wanted, thorough)?;
        Some((subnet, key.clone()))
    }
}

/// Returns a wanted member. Each has the same chance if there are few members, and about the same
/// otherwise.
fn pick_member<'a>(
    rng: &mut StdRng,
    members: &'a IndexSet<PublicKey>,
    wanted: impl Fn(&PublicKey) -> bool,
    thorough: bool,
) -> Option<&'a PublicKey> {
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
    let start = rng.random_range(0..count);
    (start..count)
        .chain(0..start)
        .filter_map(|at| members.get_index(at))
        .find(|key| wanted(key))
}
