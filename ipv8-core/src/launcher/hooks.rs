//! A launcher of which only the types of its community and its session are known.
//!
//! Whatever a launch does with a launcher is built once for each pair of those types, not once for each launcher: a program may have
//! a thousand. What is built for each launcher is below, and has to stay as thin as it is.

use std::pin::Pin;

use super::community_launcher::{CommunityLauncher, LaunchError};
use crate::bootstrap::Bootstrappers;
use crate::community::Community;
use crate::crypto::PrivateKey;
use crate::overlay::Strategies;
use crate::plan::LauncherMeta;
use crate::runtime::{Ipv8, OverlayHandle};

/// What `prepare` and `finalize` give.
pub(super) type Hooked<'a> = Pin<Box<dyn Future<Output = Result<(), LaunchError>> + Send + 'a>>;

/// The methods of [`CommunityLauncher`], to be called without its type.
pub(super) trait Hooks<C: Community, S>: Send + Sync {
    fn meta(&self) -> &'static LauncherMeta;
    fn own_network(&self) -> bool;
    fn should_launch(&self, session: &S) -> bool;
    fn prepare<'a>(&'a self, ipv8: &'a Ipv8, session: &'a mut S) -> Hooked<'a>;
    fn settings(&self, session: &S) -> C::Settings;
    fn my_peer(&self, session: &S) -> Option<PrivateKey>;
    fn walk_strategies(&self, strategies: &mut Strategies<C>);
    fn bootstrappers(&self, session: &S, bootstrappers: &mut Bootstrappers);
    fn finalize<'a>(
        &'a self,
        ipv8: &'a Ipv8,
        session: &'a mut S,
        overlay: &'a OverlayHandle<C>,
    ) -> Hooked<'a>;
}

impl<L: CommunityLauncher> Hooks<L::Overlay, L::Session> for L {
    fn meta(&self) -> &'static LauncherMeta {
        &L::META
    }

    fn own_network(&self) -> bool {
        L::OWN_NETWORK
    }

    fn should_launch(&self, session: &L::Session) -> bool {
        CommunityLauncher::should_launch(self, session)
    }

    fn prepare<'a>(&'a self, ipv8: &'a Ipv8, session: &'a mut L::Session) -> Hooked<'a> {
        Box::pin(CommunityLauncher::prepare(self, ipv8, session))
    }

    fn settings(&self, session: &L::Session) -> <L::Overlay as Community>::Settings {
        CommunityLauncher::settings(self, session)
    }

    fn my_peer(&self, session: &L::Session) -> Option<PrivateKey> {
        CommunityLauncher::my_peer(self, session)
    }

    fn walk_strategies(&self, strategies: &mut Strategies<L::Overlay>) {
        CommunityLauncher::walk_strategies(self, strategies);
    }

    fn bootstrappers(&self, session: &L::Session, bootstrappers: &mut Bootstrappers) {
        CommunityLauncher::bootstrappers(self, session, bootstrappers);
    }

    fn finalize<'a>(
        &'a self,
        ipv8: &'a Ipv8,
        session: &'a mut L::Session,
        overlay: &'a OverlayHandle<L::Overlay>,
    ) -> Hooked<'a> {
        Box::pin(CommunityLauncher::finalize(self, ipv8, session, overlay))
    }
}

/// A launcher of overlays of type `C` under sessions of type `S`.
pub(super) struct Launcher<C: Community, S> {
    pub(super) meta: LauncherMeta,
    pub(super) hooks: Box<dyn Hooks<C, S>>,
}

impl<C: Community, S: Send + 'static> Launcher<C, S> {
    /// In a box of its own. Not to be inlined, or it would be built for each launcher.
    #[inline(never)]
    pub(super) fn boxed(hooks: Box<dyn Hooks<C, S>>) -> Box<dyn super::erased::ErasedLauncher> {
        let meta = *hooks.meta();
        Box::new(Self { meta, hooks })
    }
}
