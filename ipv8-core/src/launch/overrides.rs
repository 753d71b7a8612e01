//! The part of a configuration that is about one launcher or overlay.

use super::keys::Keys;
use crate::config::{Config, LauncherConfig, trackers};
use crate::engine::OverlayConfig;

/// The settings of the configuration that override those of one launcher.
#[derive(Clone, Copy)]
pub(super) struct Overrides<'c> {
    config: &'c Config,
    definition: Option<&'c LauncherConfig>,
}

impl<'c> Overrides<'c> {
    /// Returns the overrides of the launcher with this name.
    pub(super) fn of_launcher(config: &'c Config, name: &str) -> Self {
        let mut definitions = config.launchers.iter();
        let definition = definitions.find(|definition| definition.name.names(name));
        Self { config, definition }
    }

    /// Returns the overrides of an overlay that only the configuration names.
    pub(super) fn of_overlay(config: &'c Config, definition: &'c LauncherConfig) -> Self {
        Self {
            config,
            definition: Some(definition),
        }
    }

    /// Returns the launcher's part of the configuration.
    pub(super) fn definition(self) -> Option<&'c LauncherConfig> {
        self.definition
    }

    /// Returns `false` if the configuration switches the launcher off.
    pub(super) fn enabled(self) -> bool {
        self.definition.is_none_or(is_enabled)
    }

    /// Returns `true` if the configuration names the overlay's key.
    pub(super) fn names_key(self) -> bool {
        self.definition
            .is_some_and(|definition| definition.key.is_some())
    }

    /// Returns `true` if the configuration names the overlay's bootstrappers.
    pub(super) fn names_bootstrappers(self) -> bool {
        let named = self
            .definition
            .is_some_and(|definition| definition.bootstrappers.is_some());
        named || self.config.bootstrap_override.is_some()
    }

    /// Returns the configured choice of a peer graph of its own.
    pub(super) fn own_network(self) -> Option<bool> {
        let own = self.definition?.own_network.as_ref()?;
        Some(own.value)
    }

    /// Returns the overlay's configuration, before its launcher adds to it.
    pub(super) fn overlay_config(self, keys: &Keys) -> OverlayConfig {
        let definition = self.definition;
        let key = definition.and_then(|definition| definition.key.as_ref());
        let key = key.map_or(&keys.node, |alias| keys.named(&alias.value));
        let max_peers = definition.and_then(|definition| definition.max_peers.as_ref());
        let named = || definition.and_then(LauncherConfig::named_bootstrappers);
        let bootstrappers = match &self.config.bootstrap_override {
            Some(only) => trackers(only),
            None => named().unwrap_or_else(|| self.config.bootstrappers()),
        };
        OverlayConfig {
            max_peers: max_peers.map(|peers| peers.value).or(self.config.max_peers),
            own_network: self.own_network().unwrap_or_default(),
            bootstrappers,
            ..OverlayConfig::new(key.clone())
        }
    }
}

/// Returns `false` if the definition says `enabled = false`.
pub(super) fn is_enabled(definition: &LauncherConfig) -> bool {
    let enabled = definition.enabled.as_ref();
    enabled.is_none_or(|enabled| enabled.value)
}
