//! What a launcher is: the trait that `#[overlay]` implements, and its form without types.

use std::time::Instant;

use super::meta::LauncherMeta;
use crate::community::Community;
use crate::engine::Engine;
use crate::engine::{OverlayConfig, OverlayError};
use crate::overlay::Strategies;
use crate::packet::CommunityId;

/// Everything needed to bring one overlay to life: which community, with which settings, walked by which strategies.
///
/// Usually implemented by `#[overlay]` and `#[walk_strategy]`; by hand it is as short:
///
/// ```
/// # use ipv8_core::prelude::*;
/// # use ipv8_core::{LauncherMeta, launcher_meta, register};
/// # struct MyCommunity;
/// # impl Community for MyCommunity {
/// #     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
/// #     type Settings = ();
/// #     fn new(_: (), _: &mut Context<'_>) -> Result<Self, CommunityError> { Ok(Self) }
/// # }
/// struct MyLauncher;
///
/// impl CommunityLauncher for MyLauncher {
///     type Overlay = MyCommunity;
///     const META: LauncherMeta = launcher_meta!(name = "MyLauncher", after = []);
///     fn walk_strategies(&self, strategies: &mut Strategies<MyCommunity>) {
///         strategies.add::<RandomWalk>(20, |walk| walk.timeout = 3.0);
///     }
/// }
/// register!(MyLauncher = MyLauncher);
/// # fn main() {}
/// ```
///
/// Source: py-ipv8's `CommunityLauncher` (protocol 8.1).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no launcher",
    label = "not a `CommunityLauncher`",
    note = "annotate the struct with `#[overlay(path::to::MyCommunity)]`, or implement `CommunityLauncher` for it"
)]
pub trait CommunityLauncher: Send + Sync + Sized + 'static {
    /// The community this launches (py-ipv8: `get_overlay_class`).
    type Overlay: Community;

    /// Name, order and place; made by [`launcher_meta!`](crate::launcher_meta!) (py-ipv8: `get_name`, `not_before`).
    const META: LauncherMeta;

    /// The settings the community is made with. Default: the default of their type (py-ipv8: `get_kwargs`).
    fn settings(&self) -> <Self::Overlay as Community>::Settings {
        Default::default()
    }

    /// Adds the strategies that walk the community, in the order of their turns. Default: none (py-ipv8: `get_walk_strategies`).
    fn walk_strategies(&self, _strategies: &mut Strategies<Self::Overlay>) {}
}

/// A launcher whose types are forgotten, so that different ones can stand in one list. Every [`CommunityLauncher`] is one, and nothing
/// else can be.
pub trait ErasedLauncher: sealed::Sealed + Send + Sync + 'static {
    /// The launcher's [`CommunityLauncher::META`].
    fn meta(&self) -> LauncherMeta;

    /// The full name of the community's type, for logs.
    fn overlay_name(&self) -> &'static str;

    /// Asks the launcher for settings and strategies and adds the overlay to the engine. A panic of the launcher's own code is passed on.
    ///
    /// # Errors
    /// What [`Engine::add_overlay`] says; the engine is then as before.
    fn assemble(
        &self,
        engine: &mut Engine,
        overlay: OverlayConfig,
        now: Instant,
    ) -> Result<CommunityId, OverlayError>;
}

impl<L: CommunityLauncher> ErasedLauncher for L {
    fn meta(&self) -> LauncherMeta {
        L::META
    }

    fn overlay_name(&self) -> &'static str {
        std::any::type_name::<L::Overlay>()
    }

    fn assemble(
        &self,
        engine: &mut Engine,
        overlay: OverlayConfig,
        now: Instant,
    ) -> Result<CommunityId, OverlayError> {
        let mut strategies = Strategies::new();
        self.walk_strategies(&mut strategies);
        engine.add_overlay::<L::Overlay>(overlay, self.settings(), strategies, now)
    }
}

mod sealed {
    /// Keeps [`ErasedLauncher`](super::ErasedLauncher) to launchers.
    pub trait Sealed {}
    impl<L: super::CommunityLauncher> Sealed for L {}
}
