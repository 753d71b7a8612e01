//! The subnets of the last introductions.

use std::collections::VecDeque;

use super::group::Subnet;

/// The number of last answers of a community that the next one tries to differ from; at most half
/// of its subnets count.
const REMEMBERED: usize = 16;

/// The subnets of the peers that the last answers of a community introduced.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<Subnet>);

impl Recent {
    pub(super) fn note(&mut self, subnet: Subnet) {
        self.0.push_back(subnet);
        if self.0.len() > REMEMBERED {
            self.0.pop_front();
        }
    }

    /// Returns `true` if one of the last answers introduced a peer of the subnet. With few
    /// `subnets` only as many answers count as half of them.
    pub(super) fn has(&self, subnet: &Subnet, subnets: usize) -> bool {
        self.0.iter().rev().take(subnets / 2).any(|s| s == subnet)
    }
}
