//! Many peers, by subnet.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};
use rand::RngExt;
use rand::rngs::StdRng;

use super::subnet::Subnet;
use crate::crypto::PublicKey;

/// How often a subnet or a member is drawn before they are looked through in order.
const DRAWS: usize = 16;

/// Up to how many members of a subnet a preference looks through; in a larger one it makes do with [`DRAWS`].
const LOOKED_THROUGH: usize = 64;

/// How many members are compared to find the quietest: all of them as long as there are no more.
const COMPARED: usize = 64;

/// Peers by the subnet they are in. What is done with one costs no more in a large crowd than in a small one.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    subnets: IndexMap<Subnet, IndexSet<PublicKey>>,
    /// The subnets by how many members they have.
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

    /// Whether it was new.
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

    /// Whether it was there.
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

    /// Of the most crowded subnet (of all of them, when several are), the member with the smallest `silence`, `except` for one;
    /// of more than [`COMPARED`], the smallest of that many drawn.
    pub(super) fn quietest<T: Ord>(
        &self,
        rng: &mut StdRng,
        except: &PublicKey,
        silence: impl Fn(&PublicKey) -> T,
    ) -> Option<PublicKey> {
        // The one that stays may be alone in the most crowded subnet.
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
            others.min_by_key(|key| silence(key)).cloned()
        })
    }

    /// A member that is `wanted` from a subnet that is wanted; each such subnet has about the same chance, however many
    /// members it has. Only a `thorough` search of a large subnet is sure to find its only wanted one.
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
            let looked_through = thorough || members.len() <= LOOKED_THROUGH;
            let key = pick_member(rng, members, &wanted, looked_through)?;
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

    /// A wanted member of one subnet; see [`Crowd::pick`].
    pub(super) fn pick_in(
        &self,
        subnet: Subnet,
        rng: &mut StdRng,
        wanted: impl Fn(&PublicKey) -> bool,
        thorough: bool,
    ) -> Option<(Subnet, PublicKey)> {
        let members = self.subnets.get(&subnet)?;
        let looked_through = thorough || members.len() <= LOOKED_THROUGH;
        let key = pick_member(rng, members, wanted, looked_through)?;
        Some((subnet, key.clone()))
    }
}

/// A wanted member, each with the same chance as long as there are few, about the same otherwise.
fn pick_member<'a>(
    rng: &mut StdRng,
    members: &'a IndexSet<PublicKey>,
    wanted: impl Fn(&PublicKey) -> bool,
    looked_through: bool,
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
    if !looked_through {
        return None;
    }
    let start = rng.random_range(0..count);
    (start..count)
        .chain(0..start)
        .filter_map(|at| members.get_index(at))
        .find(|key| wanted(key))
}
