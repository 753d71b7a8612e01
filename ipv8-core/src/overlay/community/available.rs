//! What a community offers by name to whoever configures it: strategies, settings and actions.

use std::any::Any;
use std::fmt;

use serde_json::Value;

use super::action::{Action, ActionError, BoxedAction, boxed};
use super::{Community, CommunityError};
use crate::overlay::context::Context;
use crate::support::nearest::nearest;
use crate::support::options::Options;

/// What can be named in a configuration of this community: see [`Community::available`].
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
///     /// How many tunnels to build at most. Default 0.
///     pub max_tunnels: u32,
/// }
///
/// #[derive(Default, Options)]
/// struct MyDiscoveryStrategy {
///     /// Steps to rest between two requests. Default 0.
///     pub rest: u32,
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
/// Source: py-ipv8's `get_available_strategies`, and `initialize` and `on_start` of its configuration (protocol 9).
pub struct Available<C: Community> {
    /// By name; what they are only `overlay` knows, which erases their types.
    pub(crate) strategies: Vec<(&'static str, Box<dyn Any>)>,
    settings: Option<fn(&mut C::Settings) -> &mut dyn Options>,
    actions: Vec<(&'static str, BoxedAction<C>)>,
}

impl<C: Community> fmt::Debug for Available<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Available")
            .field("strategies", &self.strategy_names())
            .field("settings", &self.settings.is_some())
            .field("actions", &self.action_names())
            .finish()
    }
}

impl<C: Community> Available<C> {
    /// Nothing at all, not even the strategies that every community has.
    pub(crate) fn nothing() -> Self {
        Self {
            strategies: Vec::new(),
            settings: None,
            actions: Vec::new(),
        }
    }

    /// Offers the public fields of the community's settings (py-ipv8: `initialize`).
    pub fn settings(&mut self) -> &mut Self
    where
        C::Settings: Options,
    {
        self.settings = Some(|settings| settings);
        self
    }

    /// Offers something to be done when the node starts, under a name (py-ipv8: `on_start`). An action of that name that
    /// was there is replaced.
    ///
    /// `action` takes the community, up to four arguments of any type that serde can read, and the context; it returns nothing, or a
    /// `Result` whose error ends the launch.
    pub fn action<A>(
        &mut self,
        name: &'static str,
        action: impl Action<C, A> + 'static,
    ) -> &mut Self
    where
        A: 'static,
    {
        self.actions.retain(|(other, _)| *other != name);
        self.actions.push((name, boxed(action)));
        self
    }

    /// The names of the strategies: the two that every community has, then its own.
    #[must_use]
    pub fn strategy_names(&self) -> Vec<&'static str> {
        self.strategies.iter().map(|(name, _)| *name).collect()
    }

    /// The names of the actions.
    #[must_use]
    pub fn action_names(&self) -> Vec<&'static str> {
        self.actions.iter().map(|(name, _)| *name).collect()
    }

    /// The options of `settings`; `None` when the community does not offer them.
    pub fn settings_options<'a>(
        &self,
        settings: &'a mut C::Settings,
    ) -> Option<&'a mut dyn Options> {
        self.settings.map(|options| options(settings))
    }

    /// Whether `arguments` are what the action takes.
    ///
    /// # Errors
    /// [`ActionError`].
    pub fn check_action(&self, name: &str, arguments: &[Value]) -> Result<(), ActionError> {
        self.find(name)?.check(name, arguments)
    }

    /// Does what the action does.
    ///
    /// # Errors
    /// [`ActionError`] when it could not be called; inside, what the action itself says.
    pub fn run_action(
        &self,
        name: &str,
        arguments: &[Value],
        community: &mut C,
        cx: &mut Context<'_>,
    ) -> Result<Result<(), CommunityError>, ActionError> {
        self.find(name)?.run(name, arguments, community, cx)
    }

    fn find(&self, name: &str) -> Result<&BoxedAction<C>, ActionError> {
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
