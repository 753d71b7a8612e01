//! The trait of a launcher, which `#[overlay]` implements.

use crate::crypto::PrivateKey;
use crate::engine::overlays::Strategies;
use crate::launch::plan::LauncherMeta;
use crate::node::{Hook, Ipv8, OverlayHandle};
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::community::Community;

/// Any error of a launcher's own code; [`Error::Hook`](crate::Error::Hook) carries it.
pub type LaunchError = Box<dyn std::error::Error + Send + Sync>;

/// Everything that starts one overlay: its community, settings, strategies and bootstrappers.
///
/// `#[overlay]` and `#[walk_strategy]` usually implement it. An implementation by hand is as short:
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
///     type Session = ();
///     const META: LauncherMeta = launcher_meta!(name = "MyLauncher", after = []);
///     fn walk_strategies(&self, _session: &(), strategies: &mut Strategies<MyCommunity>) {
///         strategies.add::<RandomWalk>(20, |walk| walk.timeout = 3.0);
///     }
/// }
/// register!(MyLauncher = MyLauncher);
/// # fn main() {}
/// ```
///
/// A launch calls each method once, in the order below: first
/// [`should_launch`](Self::should_launch) of all launchers, then the other methods, one launcher at
/// a time. An implementation writes `prepare` and `finalize` as `async fn`.
///
/// Source: py-ipv8's `CommunityLauncher` (protocol 8.1).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a launcher",
    label = "not a `CommunityLauncher`",
    note = "annotate the struct with `#[overlay(path::to::MyCommunity)]`, or implement `CommunityLauncher` for it"
)]
pub trait CommunityLauncher: Send + Sync + Sized + 'static {
    /// The community of the overlay (py-ipv8: `get_overlay_class`).
    type Overlay: Community;

    /// The type of the session that the program passes to
    /// [`Launchers::launch_with`](crate::Launchers::launch_with): a value that its launchers share.
    /// `()` if the launcher needs none; it then runs under any session.
    type Session: Send + 'static;

    /// The launcher's name, order and location (py-ipv8: `get_name`, `not_before`). Use
    /// [`launcher_meta!`](crate::launcher_meta!) to create it.
    const META: LauncherMeta;

    /// `true` gives the overlay a peer graph of its own instead of the one that the node's overlays
    /// share ([`OverlayConfig::own_network`](crate::engine::OverlayConfig::own_network)). A
    /// configuration can override it. Default: `false`.
    const OWN_NETWORK: bool = false;

    /// The methods below that the launcher implements. A launch uses the default of every other
    /// method, and the compiler generates no code for it. The macros list the methods that they
    /// write, because a program may have a thousand launchers. Default: all.
    ///
    /// Hidden, because a list that lacks a method would silently disable it.
    #[doc(hidden)]
    const HOOKS: &'static [Hook] = &[
        Hook::ShouldLaunch,
        Hook::Prepare,
        Hook::Settings,
        Hook::MyPeer,
        Hook::WalkStrategies,
        Hook::Bootstrappers,
        Hook::Finalize,
    ];

    /// The settings that the macros' `settings` sets, by name; empty if it is written by hand.
    #[doc(hidden)]
    const KWARGS: &'static [&'static str] = &[];

    /// Returns `true` if the launcher will be launched. A launch calls it once, before it starts
    /// anything. No launcher waits for one that returns `false`. Default: `true`.
    fn should_launch(&self, session: &Self::Session) -> bool {
        let _ = session;
        true
    }

    /// Runs before the overlay is created. The node is on hold and has the overlays of the
    /// launchers before this one. Default: does nothing.
    ///
    /// # Errors
    /// Any error makes the launch fail, which undoes all of it.
    fn prepare(
        &self,
        ipv8: &Ipv8,
        session: &mut Self::Session,
    ) -> impl Future<Output = Result<(), LaunchError>> + Send {
        let _ = (ipv8, session);
        std::future::ready(Ok(()))
    }

    /// Returns the settings of the community (py-ipv8: `get_kwargs`). Default:
    /// `Default::default()`.
    fn settings(&self, session: &Self::Session) -> <Self::Overlay as Community>::Settings {
        let _ = session;
        Default::default()
    }

    /// Returns the key of the overlay's peer, or `None` for the node's key (py-ipv8: `get_my_peer`,
    /// which creates a new key). Default: `None`.
    fn my_peer(&self, session: &Self::Session) -> Option<PrivateKey> {
        let _ = session;
        None
    }

    /// Adds the overlay's strategies, in the order of their turns (py-ipv8: `get_walk_strategies`).
    /// Default: none.
    ///
    /// If the configuration changes this launcher, the check before the launch calls it too, so the
    /// session is then as the program made it.
    fn walk_strategies(&self, session: &Self::Session, strategies: &mut Strategies<Self::Overlay>) {
        let _ = (session, strategies);
    }

    /// Adds bootstrappers to those of the configuration (py-ipv8: `get_bootstrappers`). Default:
    /// none.
    fn bootstrappers(&self, session: &Self::Session, bootstrappers: &mut Bootstrappers) {
        let _ = (session, bootstrappers);
    }

    /// Runs after the overlay was created. The node is still on hold: `overlay` can be called, and
    /// the messages it sends wait. Default: does nothing.
    ///
    /// # Errors
    /// Any error makes the launch fail, which undoes all of it.
    fn finalize(
        &self,
        ipv8: &Ipv8,
        session: &mut Self::Session,
        overlay: &OverlayHandle<Self::Overlay>,
    ) -> impl Future<Output = Result<(), LaunchError>> + Send {
        let _ = (ipv8, session, overlay);
        std::future::ready(Ok(()))
    }
}
