//! A community without messages; its id and strategies come from the command line.

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::launcher_meta;
use ipv8_core::prelude::*;
use ipv8_core::{CommunityLauncher, LauncherMeta};
use ipv8_examples::strategy::NamedStrategy;

use crate::beginning::Beginning;

/// The default community.
pub(crate) const COMMUNITY_ID: CommunityId =
    CommunityId::from_hex("6e6f6465206578616d706c65206f662069707638");

/// The community: introductions only.
pub(crate) struct Steered;

/// The id of the community.
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

/// Launches the community with the strategies of the command line. Written by hand, because
/// `#[overlay]` is for strategies that are known at compile time.
pub(crate) struct SteeredLauncher {
    pub(crate) community: CommunityId,
    pub(crate) strategies: Vec<NamedStrategy>,
    pub(crate) beginning: Beginning,
}

impl CommunityLauncher for SteeredLauncher {
    type Overlay = Steered;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "SteeredLauncher", after = []);

    fn settings(&self, (): &()) -> Id {
        Id(self.community)
    }

    fn walk_strategies(&self, _session: &Self::Session, strategies: &mut Strategies<Steered>) {
        for strategy in &self.strategies {
            strategy.add_to(strategies);
        }
    }

    fn bootstrappers(&self, (): &(), bootstrappers: &mut Bootstrappers) {
        self.beginning.add_to(bootstrappers);
    }
}

/// Launches the discovery community: it always walks, with the churn and similarity of the command
/// line.
pub(crate) struct DiscoveryLauncher {
    pub(crate) strategies: Vec<NamedStrategy>,
    pub(crate) beginning: Beginning,
}

impl CommunityLauncher for DiscoveryLauncher {
    type Overlay = DiscoveryCommunity;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "DiscoveryLauncher", after = []);

    fn walk_strategies(
        &self,
        _session: &Self::Session,
        strategies: &mut Strategies<DiscoveryCommunity>,
    ) {
        for strategy in &self.strategies {
            strategy.add_to_discovery(strategies);
        }
        strategies.add::<RandomWalk>(20, |_| {});
    }

    fn bootstrappers(&self, (): &(), bootstrappers: &mut Bootstrappers) {
        self.beginning.add_to(bootstrappers);
    }
}
