//! A community that only does what every community does, with an id and strategies from outside.

use ipv8_core::communities::discovery::DiscoveryCommunity;
use ipv8_core::launcher_meta;
use ipv8_core::prelude::*;
use ipv8_core::{CommunityLauncher, LauncherMeta};
use ipv8_examples::walker::Walker;

use crate::beginning::Beginning;

/// The community joined unless another one is named.
pub(crate) const COMMUNITY_ID: CommunityId =
    CommunityId::from_hex("6e6f6465206578616d706c65206f662069707638");

/// The community: introductions, and nothing else.
pub(crate) struct Steered;

/// Which community it is.
pub(crate) struct Id(CommunityId);

impl Default for Id {
    fn default() -> Self {
        Self(COMMUNITY_ID)
    }
}

impl Community for Steered {
    const COMMUNITY_ID: CommunityId = COMMUNITY_ID;
    type Settings = Id;

    fn new(_settings: Id, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
        Ok(Self)
    }

    fn community_id(settings: &Id) -> CommunityId {
        settings.0
    }
}

/// Launches the community as the command line says. By hand, as `#[overlay]` is for what is known when it compiles.
pub(crate) struct SteeredLauncher {
    pub(crate) community: CommunityId,
    pub(crate) walkers: Vec<Walker>,
    pub(crate) beginning: Beginning,
}

impl CommunityLauncher for SteeredLauncher {
    type Overlay = Steered;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "SteeredLauncher", after = []);

    fn settings(&self, (): &()) -> Id {
        Id(self.community)
    }

    fn walk_strategies(&self, strategies: &mut Strategies<Steered>) {
        for walker in &self.walkers {
            walker.add_to(strategies);
        }
    }

    fn bootstrappers(&self, (): &(), bootstrappers: &mut Bootstrappers) {
        self.beginning.add_to(bootstrappers);
    }
}

/// Launches the discovery community: it always walks, and has the churn and similarity of the command line.
pub(crate) struct DiscoveryLauncher {
    pub(crate) walkers: Vec<Walker>,
    pub(crate) beginning: Beginning,
}

impl CommunityLauncher for DiscoveryLauncher {
    type Overlay = DiscoveryCommunity;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "DiscoveryLauncher", after = []);

    fn walk_strategies(&self, strategies: &mut Strategies<DiscoveryCommunity>) {
        for walker in &self.walkers {
            walker.add_to_discovery(strategies);
        }
        strategies.add::<RandomWalk>(20, |_| {});
    }

    fn bootstrappers(&self, (): &(), bootstrappers: &mut Bootstrappers) {
        self.beginning.add_to(bootstrappers);
    }
}
