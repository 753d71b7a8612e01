//! The settings of one overlay: of a launcher's overlay, or of an overlay without a launcher.

use serde_json::Value;

use super::origin::{Located, Origin};
use super::problem::{SettingError, SettingProblem};
use crate::engine::overlays::DEFAULT_TARGET_PEERS;

/// Options or settings by name.
pub(super) type Named = Vec<(String, Located<Value>)>;

/// A strategy in a configuration (py-ipv8's `StrategyConfig`).
#[derive(Clone, Debug, PartialEq)]
pub struct StrategyConfig {
    /// The name of its type, without path. In a change, `RandomWalk#2` is the second strategy of
    /// that type.
    pub strategy: Located<String>,
    /// The number of peers at which it pauses; -1 for never. Default for a new strategy: 20.
    pub target_peers: Option<Located<i32>>,
    /// Its options.
    pub options: Vec<(String, Located<Value>)>,
}

impl StrategyConfig {
    /// Returns a strategy with default options.
    #[must_use]
    pub fn new(strategy: impl Into<String>, target_peers: i32) -> Self {
        Self {
            strategy: Located::code(strategy.into()),
            target_peers: Some(Located::code(target_peers)),
            options: Vec::new(),
        }
    }

    /// Sets an option.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        set(&mut self.options, name.into(), Located::code(value.into()));
        self
    }

    /// Returns the target of a new strategy.
    pub(super) fn target(&self) -> i32 {
        self.target_peers
            .as_ref()
            .map_or(DEFAULT_TARGET_PEERS, |peers| peers.value)
    }
}

/// A bootstrapper in a configuration (py-ipv8's `BootstrapperConfig`).
#[derive(Clone, Debug, PartialEq)]
pub struct BootstrapperConfig {
    /// The name of its type, without path: `DispersyBootstrapper` or `UDPBroadcastBootstrapper`.
    pub class: Located<String>,
    /// Its options.
    pub options: Vec<(String, Located<Value>)>,
}

impl BootstrapperConfig {
    /// Returns a bootstrapper with default options.
    #[must_use]
    pub fn new(class: impl Into<String>) -> Self {
        Self {
            class: Located::code(class.into()),
            options: Vec::new(),
        }
    }

    /// Sets an option.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        set(&mut self.options, name.into(), Located::code(value.into()));
        self
    }
}

/// An action to run when the overlay is ready (an entry of py-ipv8's `on_start`).
#[derive(Clone, Debug, PartialEq)]
pub struct ActionConfig {
    /// The action's name: see [`Available::action`](crate::Available::action).
    pub name: Located<String>,
    /// Its arguments.
    pub arguments: Vec<Value>,
}

/// The settings of one overlay. A setting without a value changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct LauncherConfig {
    /// The name of the launcher; for an overlay without a launcher the name of the community's
    /// type, without path.
    pub name: Located<String>,
    /// Whether the overlay is launched. Default: yes.
    pub enabled: Option<Located<bool>>,
    /// The alias of its key in [`Config::keys`](super::Config::keys). Default: the node's key.
    pub key: Option<Located<String>>,
    /// Its strategies, instead of the launcher's. Default: the launcher's; none without a launcher.
    pub strategies: Option<Located<Vec<StrategyConfig>>>,
    /// Changes to single strategies of the launcher.
    pub strategy_changes: Vec<StrategyConfig>,
    /// Its bootstrappers, instead of the node's and the launcher's.
    pub bootstrappers: Option<Located<Vec<BootstrapperConfig>>>,
    /// Settings of the community.
    pub settings: Vec<(String, Located<Value>)>,
    /// The actions to run, in this order, when the overlay is ready. Default: none.
    pub on_start: Option<Located<Vec<ActionConfig>>>,
    /// Its peer limit, instead of the node's and the community's; -1 for none.
    pub max_peers: Option<Located<i32>>,
    /// Whether it has a peer graph of its own, instead of the launcher's choice.
    pub own_network: Option<Located<bool>>,
    /// The path of these settings: `overlays[0]` or `launchers.MyLauncher`.
    pub(crate) path: String,
}

impl LauncherConfig {
    /// Returns settings for `name` that change nothing yet. `name` is the name of a launcher, or
    /// the name of a community's type.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self::located(Located::code(name.into()), String::new())
    }

    pub(super) fn located(name: Located<String>, path: String) -> Self {
        Self {
            name,
            enabled: None,
            key: None,
            strategies: None,
            strategy_changes: Vec::new(),
            bootstrappers: None,
            settings: Vec::new(),
            on_start: None,
            max_peers: None,
            own_network: None,
            path,
        }
    }

    /// Sets whether the overlay is launched.
    #[must_use]
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(Located::code(enabled));
        self
    }

    /// Sets the overlay's key by its alias.
    #[must_use]
    pub fn key(mut self, alias: impl Into<String>) -> Self {
        self.key = Some(Located::code(alias.into()));
        self
    }

    /// Replaces all strategies of the launcher.
    #[must_use]
    pub fn strategies(mut self, strategies: impl IntoIterator<Item = StrategyConfig>) -> Self {
        self.strategies = Some(Located::code(strategies.into_iter().collect()));
        self
    }

    /// Changes one strategy of the launcher.
    #[must_use]
    pub fn change_strategy(mut self, change: StrategyConfig) -> Self {
        self.strategy_changes.push(change);
        self
    }

    /// Replaces the bootstrappers of the node and of the launcher.
    #[must_use]
    pub fn bootstrappers(
        mut self,
        bootstrappers: impl IntoIterator<Item = BootstrapperConfig>,
    ) -> Self {
        self.bootstrappers = Some(Located::code(bootstrappers.into_iter().collect()));
        self
    }

    /// Sets one setting of the community.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        set(&mut self.settings, name.into(), Located::code(value.into()));
        self
    }

    /// Adds an action to run when the overlay is ready.
    #[must_use]
    pub fn on_start(
        mut self,
        name: impl Into<String>,
        arguments: impl IntoIterator<Item = Value>,
    ) -> Self {
        let action = ActionConfig {
            name: Located::code(name.into()),
            arguments: arguments.into_iter().collect(),
        };
        let actions = self
            .on_start
            .get_or_insert_with(|| Located::code(Vec::new()));
        actions.value.push(action);
        self
    }

    /// Sets whether the overlay has a peer graph of its own.
    #[must_use]
    pub fn own_network(mut self, own: bool) -> Self {
        self.own_network = Some(Located::code(own));
        self
    }

    /// Sets the overlay's peer limit; -1 for no limit.
    #[must_use]
    pub fn max_peers(mut self, peers: i32) -> Self {
        self.max_peers = Some(Located::code(peers));
        self
    }
}

impl LauncherConfig {
    /// Returns a problem for each setting that only an overlay has.
    pub(crate) fn without_overlay(&self) -> Vec<SettingProblem> {
        fn origin<T>(setting: Option<&Located<T>>) -> Option<Origin> {
            setting.map(|setting| setting.origin.clone())
        }
        let of_first = |named: &Named| named.first().map(|(_, value)| value.origin.clone());
        let changes = self.strategy_changes.first();
        let settings = [
            ("key", origin(self.key.as_ref())),
            ("strategies", origin(self.strategies.as_ref())),
            (
                "strategies",
                changes.map(|change| change.strategy.origin.clone()),
            ),
            ("bootstrappers", origin(self.bootstrappers.as_ref())),
            ("settings", of_first(&self.settings)),
            ("on_start", origin(self.on_start.as_ref())),
            ("max_peers", origin(self.max_peers.as_ref())),
            ("own_network", origin(self.own_network.as_ref())),
        ];
        let problem = |(name, origin): (&str, Option<Origin>)| {
            Some(SettingProblem {
                origin: origin?,
                setting: format!("{}.{name}", self.path),
                error: SettingError::NoOverlay,
            })
        };
        settings.into_iter().filter_map(problem).collect()
    }
}

/// Sets the option `name`, replacing an earlier value.
pub(super) fn set(options: &mut Named, name: String, value: Located<Value>) {
    match options.iter_mut().find(|(known, _)| *known == name) {
        Some((_, old)) => *old = value,
        None => options.push((name, value)),
    }
}
