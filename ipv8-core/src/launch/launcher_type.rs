//! A type of launcher as a table of functions that do not name it.
//!
//! A program may have a thousand launchers, so the compiler generates as little as possible for
//! each: one table, and one function for each method in `CommunityLauncher::HOOKS`.

use std::any::Any;
use std::pin::Pin;

use super::community_launcher::{CommunityLauncher, LaunchError};
use super::session::{Session, SessionType};
use crate::crypto::PrivateKey;
use crate::engine::overlays::{AnySettings, CommunityType, Strategies, StrategyList};
use crate::launch::plan::LauncherMeta;
use crate::node::{Hook, Ipv8, OverlayHandle};
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::community::Community;
use crate::wire::packet::CommunityId;

/// A launcher with its type erased.
pub(crate) type AnyLauncher = dyn Any + Send + Sync;

/// The future of `prepare` or `finalize`.
pub(super) type HookFuture<'a> = Pin<Box<dyn Future<Output = Result<(), LaunchError>> + Send + 'a>>;

/// A type of launcher, erased.
///
/// A method that the launcher does not implement is `None` here. A function returns `None` if an
/// argument is not of the launcher's types.
pub(crate) struct LauncherType {
    pub(super) meta: LauncherMeta,
    pub(super) own_network: bool,
    /// `false` if `community` is a [`NoOverlay`](crate::NoOverlay).
    pub(super) has_overlay: bool,
    pub(super) community: &'static CommunityType,
    pub(super) session: &'static SessionType,
    /// See `CommunityLauncher::KWARGS`.
    pub(super) kwargs: &'static [&'static str],
    pub(super) should_launch: Option<fn(&AnyLauncher, &Session<'_>) -> Option<bool>>,
    pub(super) prepare: Option<Prepare>,
    pub(super) settings: Option<Settings>,
    pub(super) my_peer: Option<MyPeer>,
    pub(super) walk_strategies: Option<WalkStrategies>,
    pub(super) bootstrappers: Option<AddBootstrappers>,
    pub(super) finalize: Option<Finalize>,
}

type Settings = fn(&AnyLauncher, &Session<'_>) -> Option<AnySettings>;

/// Returns the launcher's key in the inner option: `None` stands for the node's key.
type MyPeer = fn(&AnyLauncher, &Session<'_>) -> Option<Option<PrivateKey>>;

type WalkStrategies = fn(&AnyLauncher, &Session<'_>) -> Option<StrategyList>;

type AddBootstrappers = fn(&AnyLauncher, &Session<'_>, &mut Bootstrappers) -> Option<()>;

type Prepare = for<'a> fn(&'a AnyLauncher, &'a Ipv8, &'a mut Session<'_>) -> Option<HookFuture<'a>>;

/// An [`OverlayHandle`] with its community's type erased.
pub(super) type AnyHandle = dyn Any + Send + Sync;

/// The functions of `finalize`, which borrows a handle of the launcher's overlay.
#[derive(Clone, Copy)]
pub(super) struct Finalize {
    pub(super) handle: fn(&Ipv8, CommunityId) -> Box<AnyHandle>,
    pub(super) call: for<'a> fn(
        &'a AnyLauncher,
        &'a Ipv8,
        &'a mut Session<'_>,
        &'a AnyHandle,
    ) -> Option<HookFuture<'a>>,
}

impl LauncherType {
    /// Returns the table of `L`, which the compiler fills.
    pub(super) const fn of<L: CommunityLauncher>() -> &'static Self {
        const { &Self::filled::<L>() }
    }

    const fn filled<L: CommunityLauncher>() -> Self {
        let hooks = bits(L::HOOKS);
        Self {
            meta: L::META,
            own_network: L::OWN_NETWORK,
            has_overlay: !L::Overlay::IS_NONE,
            community: CommunityType::of::<L::Overlay>(),
            session: SessionType::of::<L::Session>(),
            kwargs: L::KWARGS,
            should_launch: when(hooks, Hook::ShouldLaunch, should_launch::<L>),
            prepare: when(hooks, Hook::Prepare, prepare::<L>),
            settings: when(hooks, Hook::Settings, settings::<L>),
            my_peer: when(hooks, Hook::MyPeer, my_peer::<L>),
            walk_strategies: when(hooks, Hook::WalkStrategies, walk_strategies::<L>),
            bootstrappers: when(hooks, Hook::Bootstrappers, bootstrappers::<L>),
            finalize: when(
                hooks,
                Hook::Finalize,
                Finalize {
                    handle: handle::<L>,
                    call: finalize::<L>,
                },
            ),
        }
    }
}

/// Returns one bit for each hook.
const fn bits(hooks: &[Hook]) -> u8 {
    let (mut bits, mut index) = (0, 0);
    while index < hooks.len() {
        bits |= 1 << hooks[index] as u8;
        index += 1;
    }
    bits
}

/// Returns the function if the hook's bit is set. The compiler generates no code for the others.
const fn when<F: Copy>(bits: u8, hook: Hook, function: F) -> Option<F> {
    match bits & (1 << hook as u8) {
        0 => None,
        _ => Some(function),
    }
}

fn should_launch<L: CommunityLauncher>(
    launcher: &AnyLauncher,
    session: &Session<'_>,
) -> Option<bool> {
    let launcher: &L = launcher.downcast_ref()?;
    Some(launcher.should_launch(session.get()?))
}

fn prepare<'a, L: CommunityLauncher>(
    launcher: &'a AnyLauncher,
    ipv8: &'a Ipv8,
    session: &'a mut Session<'_>,
) -> Option<HookFuture<'a>> {
    let launcher: &L = launcher.downcast_ref()?;
    Some(Box::pin(launcher.prepare(ipv8, session.get_mut()?)))
}

fn settings<L: CommunityLauncher>(
    launcher: &AnyLauncher,
    session: &Session<'_>,
) -> Option<AnySettings> {
    let launcher: &L = launcher.downcast_ref()?;
    Some(Box::new(launcher.settings(session.get()?)))
}

fn my_peer<L: CommunityLauncher>(
    launcher: &AnyLauncher,
    session: &Session<'_>,
) -> Option<Option<PrivateKey>> {
    let launcher: &L = launcher.downcast_ref()?;
    Some(launcher.my_peer(session.get()?))
}

fn walk_strategies<L: CommunityLauncher>(
    launcher: &AnyLauncher,
    session: &Session<'_>,
) -> Option<StrategyList> {
    let launcher: &L = launcher.downcast_ref()?;
    let mut strategies = Strategies::new();
    launcher.walk_strategies(session.get()?, &mut strategies);
    Some(strategies.into_erased())
}

fn bootstrappers<L: CommunityLauncher>(
    launcher: &AnyLauncher,
    session: &Session<'_>,
    bootstrappers: &mut Bootstrappers,
) -> Option<()> {
    let launcher: &L = launcher.downcast_ref()?;
    launcher.bootstrappers(session.get()?, bootstrappers);
    Some(())
}

fn handle<L: CommunityLauncher>(ipv8: &Ipv8, id: CommunityId) -> Box<AnyHandle> {
    let handle: OverlayHandle<L::Overlay> = ipv8.overlay_by_id(id);
    Box::new(handle)
}

fn finalize<'a, L: CommunityLauncher>(
    launcher: &'a AnyLauncher,
    ipv8: &'a Ipv8,
    session: &'a mut Session<'_>,
    overlay: &'a AnyHandle,
) -> Option<HookFuture<'a>> {
    let launcher: &L = launcher.downcast_ref()?;
    let (session, overlay) = (session.get_mut()?, overlay.downcast_ref()?);
    Some(Box::pin(launcher.finalize(ipv8, session, overlay)))
}
