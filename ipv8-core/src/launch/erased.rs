//! A launcher without its types, so that different ones can stand in one list.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use super::classes::Class;
use super::community_launcher::{CommunityLauncher, LaunchError};
use super::configured::Told;
use super::hooks::{Hooked, Hooks, Launcher, Own};
use super::preview::Describe;
use super::session::{AnySession, fits, typed, typed_mut};
use crate::config::{LauncherConfig, SettingProblem};
use crate::engine::overlays::Strategies;
use crate::engine::{Engine, OverlayConfig, OverlayError};
use crate::launch::plan::LauncherMeta;
use crate::node::{Hook, Ipv8, now};
use crate::overlay::bootstrap::Bootstrappers;
use crate::overlay::community::Community;
use crate::wire::packet::CommunityId;

/// A launcher whose types are forgotten. Every [`CommunityLauncher`] becomes one, and nothing else can.
pub trait ErasedLauncher: steps::Steps + Describe + Send + Sync + 'static {
    /// The launcher's [`CommunityLauncher::META`].
    fn meta(&self) -> LauncherMeta;

    /// The full name of the community's type, for logs.
    fn overlay_name(&self) -> &'static str;

    /// The full name of the session's type; `()` when it needs none.
    fn session_name(&self) -> &'static str;
}

/// Forgets the types of a launcher.
#[inline]
pub(super) fn erase<L: CommunityLauncher>(launcher: L) -> Box<dyn ErasedLauncher> {
    let hooks: Box<dyn Hooks<L::Overlay, L::Session>> = Box::new(launcher);
    Launcher::boxed(&L::META, Own::<L>::HOOKS, L::OWN_NETWORK, hooks)
}

impl<C: Community, S: Send + 'static> ErasedLauncher for Launcher<C, S> {
    fn meta(&self) -> LauncherMeta {
        self.meta
    }

    fn overlay_name(&self) -> &'static str {
        std::any::type_name::<C>()
    }

    fn session_name(&self) -> &'static str {
        std::any::type_name::<S>()
    }
}

pub(super) use steps::Failure;

type Step<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

mod steps {
    use super::*;

    /// Why a launcher did not do what it was asked for.
    #[derive(Debug)]
    pub enum Failure {
        /// Its own code said why.
        Failed(Hook, LaunchError),
        /// Its own code panicked.
        Panicked(Hook),
        /// Its overlay could not be made.
        Overlay(OverlayError),
        /// The configuration says of it what cannot be, which the check has ruled out.
        Config(Vec<SettingProblem>),
        /// The session is of another type, which the plan has ruled out.
        Session,
    }

    /// What a launch asks of a launcher, in this order. No panic gets out.
    pub trait Steps {
        /// Whether the session is of the type that the launcher needs.
        fn fits(&self, session: &AnySession) -> bool;

        fn should_launch(&self, session: &AnySession) -> Result<bool, Failure>;

        /// `None` when it has nothing to prepare.
        fn prepare<'a>(&'a self, ipv8: &'a Ipv8, session: &'a mut AnySession) -> Option<Step<'a>>;

        /// Asks for everything that makes the overlay, and makes it.
        fn assemble(
            &self,
            engine: &mut Engine,
            overlay: OverlayConfig,
            session: &AnySession,
            told: Told<'_>,
        ) -> Result<CommunityId, Failure>;

        /// What is wrong with what a configuration says of it. Nothing, if it panics: a launch tells of that.
        fn check(&self, definition: &LauncherConfig) -> Vec<SettingProblem>;

        /// Its community.
        fn class(&self) -> Class;

        /// `None` when nothing is to be done with the overlay.
        fn finalize<'a>(
            &'a self,
            ipv8: &'a Ipv8,
            session: &'a mut AnySession,
            overlay: CommunityId,
        ) -> Option<Step<'a>>;
    }
}

impl<C: Community, S: Send + 'static> steps::Steps for Launcher<C, S> {
    fn fits(&self, session: &AnySession) -> bool {
        fits::<S>(session)
    }

    fn should_launch(&self, session: &AnySession) -> Result<bool, Failure> {
        let session = typed(session).ok_or(Failure::Session)?;
        guarded(Hook::ShouldLaunch, || self.should_launch(session))
    }

    fn prepare<'a>(&'a self, ipv8: &'a Ipv8, session: &'a mut AnySession) -> Option<Step<'a>> {
        if !self.has(Hook::Prepare) {
            return None;
        }
        Some(Box::pin(async move {
            let session = typed_mut(session).ok_or(Failure::Session)?;
            guarded_future(Hook::Prepare, || self.prepare(ipv8, session)).await
        }))
    }

    fn assemble(
        &self,
        engine: &mut Engine,
        mut overlay: OverlayConfig,
        session: &AnySession,
        told: Told<'_>,
    ) -> Result<CommunityId, Failure> {
        let session = typed(session).ok_or(Failure::Session)?;
        let mut settings = guarded(Hook::Settings, || self.settings(session))?;
        let own = guarded(Hook::MyPeer, || self.my_peer(session))?;
        if let Some(own) = own.filter(|_| !told.key()) {
            overlay.my_peer = own;
        }
        let definition = told.definition();
        if definition.is_none_or(|definition| definition.own_network.is_none()) {
            overlay.own_network = self.own_network;
        }
        let mut strategies = Strategies::new();
        guarded(Hook::WalkStrategies, || {
            self.walk_strategies(&mut strategies);
        })?;
        let mut bootstrappers = Bootstrappers::new();
        guarded(Hook::Bootstrappers, || {
            self.bootstrappers(session, &mut bootstrappers);
        })?;
        if !told.bootstrappers() {
            overlay.bootstrappers.append(bootstrappers);
        }
        if let Some(definition) = told.definition() {
            let problems = definition.change::<C>(&mut strategies, &mut settings);
            if !problems.is_empty() {
                return Err(Failure::Config(problems));
            }
        }
        engine
            .add_overlay::<C>(overlay, settings, strategies, now())
            .map_err(Failure::Overlay)
    }

    fn check(&self, definition: &LauncherConfig) -> Vec<SettingProblem> {
        let checked = guarded(Hook::WalkStrategies, || {
            let mut strategies = Strategies::new();
            self.walk_strategies(&mut strategies);
            definition.change::<C>(&mut strategies, &mut Default::default())
        });
        checked.unwrap_or_default()
    }

    fn class(&self) -> Class {
        Class::of::<C>()
    }

    fn finalize<'a>(
        &'a self,
        ipv8: &'a Ipv8,
        session: &'a mut AnySession,
        overlay: CommunityId,
    ) -> Option<Step<'a>> {
        if !self.has(Hook::Finalize) {
            return None;
        }
        Some(Box::pin(async move {
            let session = typed_mut(session).ok_or(Failure::Session)?;
            let overlay = ipv8.overlay_by_id(overlay);
            guarded_future(Hook::Finalize, || self.finalize(ipv8, session, &overlay)).await
        }))
    }
}

/// Runs code of the launcher. What a panic left half done is dropped with the launch.
pub(super) fn guarded<R>(hook: Hook, call: impl FnOnce() -> R) -> Result<R, Failure> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| Failure::Panicked(hook))
}

/// As [`guarded`], for each poll of a future.
async fn guarded_future<'a>(
    hook: Hook,
    make: impl FnOnce() -> Option<Hooked<'a>>,
) -> Result<(), Failure> {
    let Some(mut future) = guarded(hook, make)? else {
        return Ok(());
    };
    std::future::poll_fn(|cx| match guarded(hook, || future.as_mut().poll(cx)) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(done)) => Poll::Ready(done.map_err(|error| Failure::Failed(hook, error))),
        Err(panicked) => Poll::Ready(Err(panicked)),
    })
    .await
}
