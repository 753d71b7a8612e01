//! The strategies, settings and actions that a community offers to configurations by name.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;

use serde_json::Value;

use super::action::{Action, ActionError, AnyAction};
use super::error::CommunityError;
use crate::overlay::context::Context;
use crate::support::nearest::nearest;
use crate::support::options::Options;

/// The strategies, settings and actions that a configuration can name for a community. Filled by
/// [`Community::available`](crate::Community::available).
///
/// ```
/// use ipv8_core::prelude::*;
///
/// struct MyCommunity {
///     tunnels: u32,
/// }
///
/// #[derive(Default, Options)]
/// struct MySettings {
///     /// Maximum number of tunnels. Default: 0.
///     pub max_tunnels: u32,
/// }
///
/// #[derive(Default, Options)]
/// struct MyDiscoveryStrategy {
///     /// Steps to skip between two requests. Default: 0.
///     pub skipped_steps: u32,
/// }
///
/// impl DiscoveryStrategy<MyCommunity> for MyDiscoveryStrategy {
///     fn take_step(&mut self, _community: &mut MyCommunity, _cx: &mut Context<'_>) {}
/// }
///
/// impl Community for MyCommunity {
///     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([1; 20]);
///     type Settings = MySettings;
///
///     fn new(settings: MySettings, _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
///         Ok(Self { tunnels: settings.max_tunnels })
///     }
///
///     fn available(available: &mut Available<Self>) {
///         available.strategy::<MyDiscoveryStrategy>();
///         available.settings();
///         available.action("build_tunnels", Self::build_tunnels);
///     }
/// }
///
/// impl MyCommunity {
///     fn build_tunnels(&mut self, hops: u32, _cx: &mut Context<'_>) {
///         self.tunnels = self.tunnels.max(hops);
///     }
/// }
///
/// let available = Available::<MyCommunity>::new();
/// assert_eq!(available.strategy_names(), ["RandomWalk", "EdgeWalk", "MyDiscoveryStrategy"]);
/// assert_eq!(available.action_names(), ["build_tunnels"]);
/// ```
///
/// Source: py-ipv8's `get_available_strategies`, and `initialize` and `on_start` of its
/// configuration (protocol 9).
pub struct Available<C> {
    pub(crate) erased: AnyAvailable,
    community: PhantomData<fn(&mut C)>,
}

/// An [`Available`] with the type of its community erased.
#[derive(Default)]
pub(crate) struct AnyAvailable {
    /// By name. The engine knows the erased types.
    pub(crate) strategies: Vec<(&'static str, Box<dyn Any>)>,
    /// Finds the options of the settings; `None`: the community does not offer them.
    pub(super) settings: Option<SettingsOptions>,
    actions: Vec<(&'static str, AnyAction)>,
}

/// Returns the options of a community's settings, if they have the expected type.
pub(super) type SettingsOptions = fn(&mut dyn Any) -> Option<&mut dyn Options>;

impl<C> fmt::Debug for Available<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Available")
            .field("strategies", &self.strategy_names())
            .field("settings", &self.erased.settings.is_some())
            .field("actions", &self.action_names())
            .finish()
    }
}

impl<C> Available<C> {
    /// Adds to what `erased` offers.
    pub(crate) fn of(erased: AnyAvailable) -> Self {
        Self {
            erased,
            community: PhantomData,
        }
    }

    /// Offers an action that a configuration can run when the node starts (py-ipv8: `on_start`). It
    /// replaces an action with the same name.
    ///
    /// `action` takes the community, up to four arguments of types that serde can read, and the
    /// context. It returns nothing, or a `Result` whose error ends the launch.
    pub fn action<A>(
        &mut self,
        name: &'static str,
        action: impl Action<C, A> + 'static,
    ) -> &mut Self
    where
        A: 'static,
        C: 'static,
    {
        self.erased.add_action(name, AnyAction::new(action));
        self
    }

    /// Returns the names of the strategies: the two that every community has, then its own.
    #[must_use]
    pub fn strategy_names(&self) -> Vec<&'static str> {
        self.erased.strategy_names()
    }

    /// Returns the names of the actions.
    #[must_use]
    pub fn action_names(&self) -> Vec<&'static str> {
        self.erased.action_names()
    }
}

impl AnyAvailable {
    fn add_action(&mut self, name: &'static str, action: AnyAction) {
        self.actions.retain(|(other, _)| *other != name);
        self.actions.push((name, action));
    }

    /// Returns the names of the strategies: the two that every community has, then its own.
    pub(crate) fn strategy_names(&self) -> Vec<&'static str> {
        self.strategies.iter().map(|(name, _)| *name).collect()
    }

    fn action_names(&self) -> Vec<&'static str> {
        self.actions.iter().map(|(name, _)| *name).collect()
    }

    /// Returns the options of `settings`; `None` when the community does not offer them.
    pub(crate) fn settings_options<'a>(
        &self,
        settings: &'a mut dyn Any,
    ) -> Option<&'a mut dyn Options> {
        self.settings.and_then(|options| options(settings))
    }

    /// Checks that the action exists and takes these arguments.
    ///
    /// # Errors
    ///
    /// [`ActionError`].
    pub(crate) fn check_action(&self, name: &str, arguments: &[Value]) -> Result<(), ActionError> {
        self.find(name)?.check(name, arguments)
    }

    /// Runs an action.
    ///
    /// # Errors
    ///
    /// [`ActionError`] when it could not be called; the inner result is the action's own.
    pub(crate) fn run_action(
        &self,
        name: &str,
        arguments: &[Value],
        community: &mut dyn Any,
        cx: &mut Context<'_>,
    ) -> Result<Result<(), CommunityError>, ActionError> {
        self.find(name)?.run(name, arguments, community, cx)
    }

    fn find(&self, name: &str) -> Result<&AnyAction, ActionError> {
        let found = self.actions.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, action)| action)
            .ok_or_else(|| ActionError::Unknown {
                name: name.to_owned(),
                nearest: nearest(name, self.action_names()),
                known: self.action_names(),
            })
    }
}
