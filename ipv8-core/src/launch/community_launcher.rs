//! What a launcher is: the trait that `#[overlay]` implements.

use crate::crypto::PrivateKey;
use crate::engine::overlays::Strategies;
use crate::launch::plan::LauncherMeta;
use crate::node::{Hook, Ipv8, OverlayHandle};
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::community::Community;

/// Why a launcher could not do its part, in whatever type it likes: [`Error::Hook`](crate::Error::Hook) carries it.
pub type LaunchError = Box<dyn std::error::Error + Send + Sync>;

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
///     type Session = ();
///     const META: LauncherMeta = launcher_meta!(name = "MyLauncher", after = []);
///     fn walk_strategies(&self, strategies: &mut Strategies<MyCommunity>) {
///         strategies.add::<RandomWalk>(20, |walk| walk.timeout = 3.0);
///     }
/// }
/// register!(MyLauncher = MyLauncher);
/// # fn main() {}
/// ```
///
/// The methods are called in the order in which they stand here, each once a launch: [`should_launch`](Self::should_launch) of all launchers
/// first, the others one launcher after the other. In an implementation `prepare` and `finalize` are written as `async fn`.
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

    /// What the program gives to its launchers, [`Launchers::launch_with`](super::Launchers::launch_with): a type of its own, with whatever
    /// they share. `()` when none is needed; such a launcher is launched under any session.
    type Session: Send + 'static;

    /// Name, order and place; made by [`launcher_meta!`](crate::launcher_meta!) (py-ipv8: `get_name`, `not_before`).
    const META: LauncherMeta;

    /// Whether the overlay has a peer graph of its own, apart from the one that the node's other overlays share
    /// ([`OverlayConfig::own_network`](crate::engine::OverlayConfig::own_network)); a configuration can say otherwise. Default: no.
    const OWN_NETWORK: bool = false;

    /// Which of the methods below are called; of the others a launch takes the default for granted, and nothing is built for them. The
    /// macros name those that they write: a program may have a thousand launchers. Default: all.
    const HOOKS: &'static [Hook] = &[
        Hook::ShouldLaunch,
        Hook::Prepare,
        Hook::Settings,
        Hook::MyPeer,
        Hook::WalkStrategies,
        Hook::Bootstrappers,
        Hook::Finalize,
    ];

    /// Whether to launch it. Asked once a launch, before anything is started; no launcher waits for one that says no. Default: yes.
    fn should_launch(&self, session: &Self::Session) -> bool {
        let _ = session;
        true
    }

    /// What has to be done before the overlay is made. The node is on hold, with the overlays of the launchers before this one. Default:
    /// nothing.
    ///
    /// # Errors
    /// Whatever makes the launch impossible: all of it is then undone.
    fn prepare(
        &self,
        ipv8: &Ipv8,
        session: &mut Self::Session,
    ) -> impl Future<Output = Result<(), LaunchError>> + Send {
        let _ = (ipv8, session);
        std::future::ready(Ok(()))
    }

    /// The settings the community is made with. Default: the default of their type (py-ipv8: `get_kwargs`).
    fn settings(&self, session: &Self::Session) -> <Self::Overlay as Community>::Settings {
        let _ = session;
        Default::default()
    }

    /// The key of this overlay's own peer; `None`, the default: the node's (py-ipv8: `get_my_peer`, which makes a new one).
    fn my_peer(&self, session: &Self::Session) -> Option<PrivateKey> {
        let _ = session;
        None
    }

    /// Adds the strategies that walk the community, in the order of their turns. Default: none (py-ipv8: `get_walk_strategies`).
    fn walk_strategies(&self, strategies: &mut Strategies<Self::Overlay>) {
        let _ = strategies;
    }

    /// Adds the ways in which the overlay meets its first peers, beside those of the configuration. Default: none (py-ipv8:
    /// `get_bootstrappers`).
    fn bootstrappers(&self, session: &Self::Session, bootstrappers: &mut Bootstrappers) {
        let _ = (session, bootstrappers);
    }

    /// What is to be done with the overlay when it has been made. The node is still on hold: `overlay` can be called, and what it sends waits.
    /// Default: nothing.
    ///
    /// # Errors
    /// Whatever makes the launch impossible: all of it is then undone.
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
