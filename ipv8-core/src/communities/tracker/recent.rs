//! The sites of the last introductions.

use std::collections::VecDeque;

use crate::wire::host_group::HostGroup;

/// The number of last answers of a community that the next one tries to differ from; at most half
/// of its sites count.
const REMEMBERED: usize = 16;

/// The sites of the peers that the last answers of a community introduced.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<HostGroup>);

impl Recent {
    pub(super) fn note(&mut self, site: HostGroup) {
        self.0.push_back(site);
        if self.0.len() > REMEMBERED {
            self.0.pop_front();
        }
    }

    /// Returns `true` if one of the last answers introduced a peer of the site. With few
    /// `sites` only as many answers count as half of them.
    pub(super) fn has(&self, site: &HostGroup, sites: usize) -> bool {
        self.0.iter().rev().take(sites / 2).any(|s| s == site)
    }
}
