//! What a configuration says of one overlay: of a launcher's, or of one that no launcher names.

use serde_json::Value;

use super::origin::Located;
use crate::engine::overlays::DEFAULT_TARGET_PEERS;

/// A strategy, as a configuration names it (py-ipv8's `StrategyConfig`).
#[derive(Clone, Debug, PartialEq)]
pub struct StrategyConfig {
    /// Its type, without path; in changes to a launcher `RandomWalk#2` is the second one of that type.
    pub strategy: Located<String>,
    /// Its target: it rests while the overlay has that many peers; -1: never. Default of a new strategy: 20.
    pub peers: Option<Located<i32>>,
    /// Its options.
    pub init: Vec<(String, Located<Value>)>,
}

impl StrategyConfig {
    /// The strategy `strategy`, with the default of its options.
    #[must_use]
    pub fn new(strategy: impl Into<String>, peers: i32) -> Self {
        Self {
            strategy: Located::code(strategy.into()),
            peers: Some(Located::code(peers)),
            init: Vec::new(),
        }
    }

    /// Sets an option.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        set(&mut self.init, name.into(), Located::code(value.into()));
        self
    }

    /// The target, of a strategy that is new.
    pub(super) fn target(&self) -> i32 {
        self.peers
            .as_ref()
            .map_or(DEFAULT_TARGET_PEERS, |peers| peers.value)
    }
}

/// A bootstrapper, as a configuration names it (py-ipv8's `BootstrapperConfig`).
#[derive(Clone, Debug, PartialEq)]
pub struct BootstrapperConfig {
    /// Its type, without path: `DispersyBootstrapper` or `UDPBroadcastBootstrapper`.
    pub class: Located<String>,
    /// Its options.
    pub init: Vec<(String, Located<Value>)>,
}

impl BootstrapperConfig {
    /// The bootstrapper `class`, with the default of its options.
    #[must_use]
    pub fn new(class: impl Into<String>) -> Self {
        Self {
            class: Located::code(class.into()),
            init: Vec::new(),
        }
    }

    /// Sets an option.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        set(&mut self.init, name.into(), Located::code(value.into()));
        self
    }
}

/// Something to be done when the overlay has been made (an entry of py-ipv8's `on_start`).
#[derive(Clone, Debug, PartialEq)]
pub struct ActionConfig {
    /// The action's name: see [`Available::action`](crate::overlay::community::Available::action).
    pub name: Located<String>,
    /// Its arguments.
    pub arguments: Vec<Value>,
}

/// What a configuration says of one overlay. What it says nothing of stays as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct LauncherConfig {
    /// The name of the launcher; or the community's type, without path.
    pub name: Located<String>,
    /// Whether it is launched. Default: yes.
    pub enabled: Option<Located<bool>>,
    /// The alias of its key among the configuration's keys. Default: the node's.
    pub key: Option<Located<String>>,
    /// Its strategies, in place of all that the launcher names. Default: the launcher's; none where there is no launcher.
    pub walkers: Option<Located<Vec<StrategyConfig>>>,
    /// Changes to strategies that the launcher names: what these do not say stays as the launcher has it.
    pub strategies: Vec<StrategyConfig>,
    /// Its bootstrappers, in place of the node's and the launcher's.
    pub bootstrappers: Option<Located<Vec<BootstrapperConfig>>>,
    /// Settings of the community.
    pub initialize: Vec<(String, Located<Value>)>,
    /// What to do when it has been made, in this order. Default: nothing.
    pub on_start: Option<Located<Vec<ActionConfig>>>,
    /// Its peer limit, in place of the node's and the community's; -1: none.
    pub max_peers: Option<Located<i32>>,
    /// Whether it has a peer graph of its own, in place of what its launcher says.
    pub own_network: Option<Located<bool>>,
    /// The setting's path: `overlays[0]` or `launchers.MyLauncher`.
    pub(crate) path: String,
}

impl LauncherConfig {
    /// Says nothing of `name` yet: a launcher's name, or a community's type.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self::located(Located::code(name.into()), String::new())
    }

    pub(super) fn located(name: Located<String>, path: String) -> Self {
        Self {
            name,
            enabled: None,
            key: None,
            walkers: None,
            strategies: Vec::new(),
            bootstrappers: None,
            initialize: Vec::new(),
            on_start: None,
            max_peers: None,
            own_network: None,
            path,
        }
    }

    /// Launches it, or does not.
    #[must_use]
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(Located::code(enabled));
        self
    }

    /// Gives it the key of this alias.
    #[must_use]
    pub fn key(mut self, alias: impl Into<String>) -> Self {
        self.key = Some(Located::code(alias.into()));
        self
    }

    /// Gives it these strategies and no others.
    #[must_use]
    pub fn walkers(mut self, walkers: impl IntoIterator<Item = StrategyConfig>) -> Self {
        self.walkers = Some(Located::code(walkers.into_iter().collect()));
        self
    }

    /// Changes one strategy that the launcher names.
    #[must_use]
    pub fn strategy(mut self, change: StrategyConfig) -> Self {
        self.strategies.push(change);
        self
    }

    /// Gives it these bootstrappers and no others.
    #[must_use]
    pub fn bootstrappers(
        mut self,
        bootstrappers: impl IntoIterator<Item = BootstrapperConfig>,
    ) -> Self {
        self.bootstrappers = Some(Located::code(bootstrappers.into_iter().collect()));
        self
    }

    /// Sets one of its settings.
    #[must_use]
    pub fn initialize(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        set(
            &mut self.initialize,
            name.into(),
            Located::code(value.into()),
        );
        self
    }

    /// Has an action done when it has been made.
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

    /// Gives it a peer graph of its own, or not.
    #[must_use]
    pub fn own_network(mut self, own: bool) -> Self {
        self.own_network = Some(Located::code(own));
        self
    }

    /// Limits its peers; -1: no limit.
    #[must_use]
    pub fn max_peers(mut self, peers: i32) -> Self {
        self.max_peers = Some(Located::code(peers));
        self
    }
}

/// Sets the option, in place of what it was.
pub(super) fn set(
    options: &mut Vec<(String, Located<Value>)>,
    name: String,
    value: Located<Value>,
) {
    match options.iter_mut().find(|(known, _)| *known == name) {
        Some((_, old)) => *old = value,
        None => options.push((name, value)),
    }
}
