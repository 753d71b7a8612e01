//! A ready-made launcher of the discovery community.

use super::community_launcher::CommunityLauncher;
use crate::communities::discovery::{DiscoveryCommunity, PeriodicSimilarity};
use crate::engine::overlays::Strategies;
use crate::launch::plan::LauncherMeta;
use crate::launcher_meta;
use crate::overlay::strategy::{RandomChurn, RandomWalk};

/// Launches [`DiscoveryCommunity`] with the strategies of py-ipv8's default configuration:
/// [`RandomWalk`] up to 20 peers, [`RandomChurn`] and [`PeriodicSimilarity`] without a target.
///
/// It is not among the collected launchers, so that a program joins this overlay only if it adds
/// the launcher:
///
/// ```no_run
/// # use ipv8_core::prelude::*;
/// # async fn launch() -> Result<(), ipv8_core::Error> {
/// use ipv8_core::launch::DiscoveryLauncher;
///
/// let ipv8 = Launchers::collected().with(DiscoveryLauncher).launch().await?;
/// # ipv8.until_stopped().await
/// # }
/// ```
///
/// For other strategies, annotate a struct of your own with
/// `#[overlay(ipv8_core::communities::DiscoveryCommunity)]`.
///
/// Source: protocol 9, the overlay `DiscoveryCommunity` of py-ipv8's default configuration.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiscoveryLauncher;

impl CommunityLauncher for DiscoveryLauncher {
    type Overlay = DiscoveryCommunity;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "DiscoveryLauncher", after = []);

    fn walk_strategies(
        &self,
        _session: &Self::Session,
        strategies: &mut Strategies<DiscoveryCommunity>,
    ) {
        strategies
            .add::<RandomWalk>(20, |_| {})
            .add::<RandomChurn>(-1, |_| {})
            .add::<PeriodicSimilarity>(-1, |_| {});
    }
}
