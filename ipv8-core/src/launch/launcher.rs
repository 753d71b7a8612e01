//! One launcher with its type erased, so that different launchers fit in one list.
//!
//! Calls the launcher's own code and catches its panics.

use std::task::Poll;

use super::blueprint::Blueprint;
use super::community_launcher::CommunityLauncher;
use super::failure::{Culprit, HookError};
use super::launcher_type::{AnyLauncher, HookFuture, LauncherType};
use super::overrides::Overrides;
use super::session::Session;
use crate::config::{LauncherConfig, SettingProblem};
use crate::engine::OverlayConfig;
use crate::engine::overlays::{CommunityType, StrategyList};
use crate::launch::plan::LauncherMeta;
use crate::node::{Hook, Ipv8};
use crate::overlay::bootstrap::Bootstrappers;
use crate::support::guard::guarded;
use crate::wire::packet::CommunityId;

/// A launcher with its type erased. Every [`CommunityLauncher`] becomes one.
pub(super) struct Launcher {
    launcher_type: &'static LauncherType,
    instance: Box<AnyLauncher>,
}

/// The strategies' types with their targets, and the bootstrappers' types, all without path.
pub(super) type Description = (Vec<(&'static str, i32)>, Vec<&'static str>);

impl Launcher {
    #[inline]
    pub(super) fn new<L: CommunityLauncher>(launcher: L) -> Self {
        Self::from_parts(LauncherType::of::<L>(), Box::new(launcher))
    }

    pub(super) fn from_parts(
        launcher_type: &'static LauncherType,
        instance: Box<AnyLauncher>,
    ) -> Self {
        Self {
            launcher_type,
            instance,
        }
    }

    pub(super) fn meta(&self) -> LauncherMeta {
        self.launcher_type.meta
    }

    pub(super) fn name(&self) -> &'static str {
        self.launcher_type.meta.name
    }

    /// Returns the community of the launcher's overlay; `None` if it has no overlay.
    pub(super) fn overlay(&self) -> Option<&'static CommunityType> {
        let launcher_type = self.launcher_type;
        launcher_type.has_overlay.then_some(launcher_type.community)
    }

    /// Returns the full name of the session's type; `()` if the launcher needs none.
    pub(super) fn session_name(&self) -> &'static str {
        (self.launcher_type.session.name)()
    }

    /// Returns the launcher as its errors name it.
    pub(super) fn culprit(&self) -> Culprit {
        Culprit {
            meta: self.meta(),
            session: self.session_name(),
        }
    }

    /// Returns `true` if the launcher can run under this session.
    pub(super) fn fits(&self, session: &Session<'_>) -> bool {
        (self.launcher_type.session.fits)(session)
    }

    /// Returns `true` if the launcher may refuse to be launched.
    pub(super) fn has_condition(&self) -> bool {
        self.launcher_type.should_launch.is_some()
    }

    pub(super) fn should_launch(&self, session: &Session<'_>) -> Result<bool, HookError> {
        match self.launcher_type.should_launch {
            Some(hook) => called(Hook::ShouldLaunch, || hook(&*self.instance, session)),
            None => Ok(true),
        }
    }

    /// Runs `prepare`; `None` if the launcher has none.
    pub(super) fn prepare<'a>(
        &'a self,
        ipv8: &'a Ipv8,
        session: &'a mut Session<'_>,
    ) -> Option<impl Future<Output = Result<(), HookError>>> {
        let hook = self.launcher_type.prepare?;
        Some(awaited(Hook::Prepare, move || {
            hook(&*self.instance, ipv8, session)
        }))
    }

    /// Runs `finalize`; `None` if the launcher has none. `overlay` is the launcher's overlay.
    pub(super) fn finalize<'a>(
        &'a self,
        ipv8: &'a Ipv8,
        session: &'a mut Session<'_>,
        overlay: Option<CommunityId>,
    ) -> Option<impl Future<Output = Result<(), HookError>>> {
        let hook = self.launcher_type.finalize?;
        // Calls on the handle of a launcher without an overlay fail.
        let overlay = overlay.unwrap_or(self.launcher_type.community.usual_id);
        let handle = (hook.handle)(ipv8, overlay);
        Some(async move {
            awaited(Hook::Finalize, || {
                (hook.call)(&*self.instance, ipv8, session, &*handle)
            })
            .await
        })
    }

    /// Returns the community id of the launcher's overlay as far as it is known before the launch.
    pub(super) fn planned_id(
        &self,
        session: &Session<'_>,
        definition: Option<&LauncherConfig>,
    ) -> Option<CommunityId> {
        let mut blueprint = Blueprint::new(self.overlay()?);
        let settled = called(Hook::Settings, || {
            if let Some(hook) = self.launcher_type.settings {
                blueprint.settings = Some(hook(&*self.instance, session)?);
            }
            // Its problems are reported elsewhere.
            let _ = definition.map(|definition| blueprint.change(definition));
            Some(blueprint.community_id())
        });
        settled.ok()
    }

    /// Returns the required settings that neither the launcher nor the configuration sets. A
    /// launcher that is written by hand sets all of them.
    pub(super) fn missing(&self, definition: Option<&LauncherConfig>) -> Vec<&'static str> {
        let launcher_type = self.launcher_type;
        let Some(overlay) = self.overlay() else {
            return Vec::new();
        };
        if launcher_type.settings.is_some() && launcher_type.kwargs.is_empty() {
            return Vec::new();
        }
        let mut blueprint = Blueprint::new(overlay);
        // Its problems are reported elsewhere.
        let _ = definition.map(|definition| blueprint.change(definition));
        let mut missing = blueprint.missing();
        missing.retain(|name| !launcher_type.kwargs.contains(name));
        missing
    }

    /// Returns the settings and strategies of the launcher's overlay, whose community is
    /// `community`. Adds its key and bootstrappers to `overlay`, where the configuration does not
    /// override them.
    pub(super) fn blueprint(
        &self,
        community: &'static CommunityType,
        session: &Session<'_>,
        overrides: Overrides<'_>,
        overlay: &mut OverlayConfig,
    ) -> Result<Blueprint, HookError> {
        let mut blueprint = Blueprint::new(community);
        called(Hook::Settings, || {
            if let Some(hook) = self.launcher_type.settings {
                blueprint.settings = Some(hook(&*self.instance, session)?);
            }
            blueprint.default_settings();
            Some(())
        })?;
        if let Some(hook) = self.launcher_type.my_peer {
            let key = called(Hook::MyPeer, || hook(&*self.instance, session))?;
            if let Some(key) = key.filter(|_| !overrides.names_key()) {
                overlay.my_peer = key;
            }
        }
        if overrides.own_network().is_none() {
            overlay.own_network = self.launcher_type.own_network;
        }
        blueprint.strategies = self.strategies(session)?;
        let bootstrappers = self.bootstrappers(session)?;
        if !overrides.names_bootstrappers() {
            overlay.bootstrappers.append(bootstrappers);
        }
        Ok(blueprint)
    }

    /// Returns the problems of the configuration's changes to this launcher. Returns none if the
    /// launcher panics or needs a session of another type, because the launch reports that.
    pub(super) fn check(
        &self,
        definition: &LauncherConfig,
        session: &Session<'_>,
    ) -> Vec<SettingProblem> {
        let Some(overlay) = self.overlay() else {
            return definition.without_overlay();
        };
        let checked = called(Hook::WalkStrategies, || {
            let mut blueprint = Blueprint::new(overlay);
            blueprint.strategies = self.strategies(session).ok()?;
            Some(blueprint.change(definition))
        });
        checked.unwrap_or_default()
    }

    /// Returns the launcher's strategies and bootstrappers, as the configuration changes them. A
    /// launcher for another type of session has no bootstrappers here.
    pub(super) fn describe(
        &self,
        session: &Session<'_>,
        overrides: Overrides<'_>,
    ) -> Result<Description, HookError> {
        let Some(overlay) = self.overlay() else {
            return Ok(Description::default());
        };
        let mut blueprint = Blueprint::new(overlay);
        blueprint.strategies = self.strategies(session)?;
        if let Some(definition) = overrides.definition() {
            // The problems that this returns are already part of the plan.
            let _ = called(Hook::WalkStrategies, || Some(blueprint.change(definition)))?;
        }
        let bootstrappers = match self.fits(session) && !overrides.names_bootstrappers() {
            true => self.bootstrappers(session)?,
            false => Bootstrappers::new(),
        };
        let strategies = blueprint.strategies.iter().collect();
        Ok((strategies, bootstrappers.iter().collect()))
    }

    fn strategies(&self, session: &Session<'_>) -> Result<StrategyList, HookError> {
        match self.launcher_type.walk_strategies {
            Some(hook) => called(Hook::WalkStrategies, || hook(&*self.instance, session)),
            None => Ok(StrategyList::default()),
        }
    }

    fn bootstrappers(&self, session: &Session<'_>) -> Result<Bootstrappers, HookError> {
        let mut bootstrappers = Bootstrappers::new();
        if let Some(hook) = self.launcher_type.bootstrappers {
            called(Hook::Bootstrappers, || {
                hook(&*self.instance, session, &mut bootstrappers)
            })?;
        }
        Ok(bootstrappers)
    }
}

/// Runs a hook. A panic leaves data half changed, which the launch then drops.
fn called<R>(hook: Hook, call: impl FnOnce() -> Option<R>) -> Result<R, HookError> {
    let result = guarded(call).map_err(|_| HookError::Panicked(hook))?;
    result.ok_or(HookError::Session)
}

/// Awaits the future of a hook, which may panic at each poll.
async fn awaited<'a>(
    hook: Hook,
    start: impl FnOnce() -> Option<HookFuture<'a>>,
) -> Result<(), HookError> {
    let mut future = called(hook, start)?;
    let polled = std::future::poll_fn(|cx| {
        let polled = called(hook, || Some(future.as_mut().poll(cx)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
            Err(panicked) => Poll::Ready(Err(panicked)),
        }
    });
    polled
        .await?
        .map_err(|error| HookError::Failed(hook, error))
}
