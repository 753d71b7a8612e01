//! What a configuration says of launchers and overlays, by name.

use super::classes::Class;
use super::keys::Keys;
use super::launchers::{Entry, Launchers};
use crate::config::{Config, LauncherConfig, SettingError, SettingProblem, not_here, trackers};
use crate::engine::OverlayConfig;

/// What a configuration says of the launcher of that name.
pub(super) fn definition_of<'c>(
    configuration: &'c Config,
    launcher: &str,
) -> Option<&'c LauncherConfig> {
    let definitions = configuration.launchers.iter();
    let mut same = definitions.filter(|definition| definition.name.names(launcher));
    same.next()
}

impl Launchers {
    /// Whether the launcher is to be launched, as far as the configuration and [`Launchers::only`] go.
    pub(super) fn is_enabled(&self, entry: &Entry) -> bool {
        let definition = definition_of(&self.configuration, entry.launcher.meta().name);
        let enabled = definition.and_then(|definition| definition.enabled.as_ref());
        entry.enabled && enabled.is_none_or(|enabled| enabled.value)
    }

    /// What the configuration had to leave out or would like to be written in another way, with the overlays whose community is
    /// py-ipv8's and not here. Nothing of it keeps a node from being launched; a launch logs it.
    #[must_use]
    pub fn warnings(&self) -> Vec<SettingProblem> {
        let mut warnings = self.configuration.warnings().to_vec();
        for overlay in &self.configuration.overlays {
            let name = &overlay.name;
            let reason = match self.class(&name.value) {
                Some(_) => None,
                None => not_here(&name.value),
            };
            warnings.extend(reason.map(|reason| SettingProblem {
                origin: name.origin.clone(),
                setting: overlay.path.clone(),
                error: SettingError::Ignored {
                    what: name.value.clone(),
                    reason,
                },
            }));
        }
        warnings
    }

    /// The community of that name: of this program, a launcher's, or the library's.
    pub(super) fn class(&self, name: &str) -> Option<Class> {
        self.classes().find(|class| class.name == name)
    }

    fn classes(&self) -> impl Iterator<Item = Class> {
        let launchers = self.entries.iter().map(|entry| entry.launcher.class());
        self.classes.iter().copied().chain(launchers)
    }

    /// The overlays to make of the configuration alone, each with its community.
    pub(super) fn configured(&self) -> Vec<(LauncherConfig, Class)> {
        let overlays = self.configuration.overlays.iter();
        let enabled = overlays.filter(|overlay| {
            let enabled = overlay.enabled.as_ref();
            enabled.is_none_or(|enabled| enabled.value)
        });
        enabled
            .filter_map(|overlay| Some((overlay.clone(), self.class(&overlay.name.value)?)))
            .collect()
    }

    /// Everything that is wrong with what is said of launchers and overlays.
    pub(super) fn definition_problems(&self) -> Vec<SettingProblem> {
        let launchers = self.configuration.launchers.iter();
        let launchers = launchers.flat_map(|definition| self.check_launcher(definition));
        let overlays = self.configuration.overlays.iter();
        let overlays = overlays.flat_map(|definition| self.check_overlay(definition));
        launchers.chain(overlays).collect()
    }

    fn check_launcher(&self, definition: &LauncherConfig) -> Vec<SettingProblem> {
        let name = &definition.name;
        let meant = |entry: &&Entry| name.names(entry.launcher.meta().name);
        match self.entries.iter().find(meant) {
            Some(entry) => entry.launcher.check(definition),
            None => {
                let names = self.entries.iter().map(|entry| entry.launcher.meta().name);
                unknown("launcher", definition, names)
            }
        }
    }

    fn check_overlay(&self, definition: &LauncherConfig) -> Vec<SettingProblem> {
        let name = &definition.name.value;
        match self.class(name) {
            Some(class) => class.check(definition),
            None if not_here(name).is_some() => Vec::new(),
            None => unknown(
                "community",
                definition,
                self.classes().map(|class| class.name),
            ),
        }
    }
}

fn unknown(
    what: &'static str,
    definition: &LauncherConfig,
    known: impl Iterator<Item = &'static str>,
) -> Vec<SettingProblem> {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    known.dedup();
    vec![SettingProblem {
        origin: definition.name.origin.clone(),
        setting: definition.path.clone(),
        error: SettingError::unknown(what, &definition.name.value, known),
    }]
}

/// What every overlay gets from the configuration, before its launcher says more.
pub(super) fn overlay_config(
    configuration: &Config,
    definition: Option<&LauncherConfig>,
    keys: &Keys,
) -> OverlayConfig {
    let key = definition.and_then(|definition| definition.key.as_ref());
    let key = key.map_or(&keys.node, |alias| keys.named(&alias.value));
    let own_limit = definition.and_then(|definition| definition.max_peers.as_ref());
    let own_limit = own_limit.map(|peers| peers.value);
    let bootstrappers = match (&configuration.bootstrap_override, definition) {
        (Some(only), _) => trackers(only),
        (None, Some(definition)) => definition
            .named_bootstrappers()
            .unwrap_or_else(|| configuration.bootstrappers()),
        (None, None) => configuration.bootstrappers(),
    };
    OverlayConfig {
        max_peers: own_limit.or(configuration.max_peers),
        own_network: definition
            .and_then(|definition| definition.own_network.as_ref())
            .is_some_and(|own| own.value),
        bootstrappers,
        ..OverlayConfig::new(key.clone())
    }
}

/// What the configuration decides in place of a launcher.
#[derive(Clone, Copy)]
pub struct Told<'c> {
    definition: Option<&'c LauncherConfig>,
    bootstrappers: bool,
}

impl<'c> Told<'c> {
    pub(super) fn new(configuration: &Config, definition: Option<&'c LauncherConfig>) -> Self {
        let named = definition.is_some_and(|definition| definition.bootstrappers.is_some());
        Self {
            definition,
            bootstrappers: named || configuration.bootstrap_override.is_some(),
        }
    }

    /// What it says of the launcher.
    pub(super) fn definition(&self) -> Option<&'c LauncherConfig> {
        self.definition
    }

    /// Whether it names the overlay's key.
    pub(super) fn key(&self) -> bool {
        self.definition
            .is_some_and(|definition| definition.key.is_some())
    }

    /// Whether it names the overlay's bootstrappers.
    pub(super) fn bootstrappers(&self) -> bool {
        self.bootstrappers
    }
}
