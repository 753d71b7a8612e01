//! What came of all layers, and where each value was said.

use std::fmt;

use serde_json::{Map, Value, json};

use super::definition::{LauncherConfig, StrategyConfig};
use super::origin::{Located, Origin};
use super::settings::texts;
use super::{Config, MyPeer};
use crate::support::options::Options;

/// All settings with their values and origins: see [`Config::effective`].
///
/// Its text has one line for each, `setting = value  # origin`. No private key is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// The settings, in a fixed order.
    pub settings: Vec<EffectiveSetting>,
}

/// One setting.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveSetting {
    /// Its path: `walk_interval`, `launchers.MyLauncher.max_peers`.
    pub name: String,
    /// Its value; null: nothing is set.
    pub value: Value,
    /// Where the value was said.
    pub origin: Origin,
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for setting in &self.settings {
            let EffectiveSetting {
                name,
                value,
                origin,
            } = setting;
            writeln!(f, "{name} = {value}  # {origin}")?;
        }
        Ok(())
    }
}

impl Effective {
    /// By setting: `{"value": …, "origin": "…"}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let settings = self.settings.iter().map(|setting| {
            let origin = setting.origin.to_string();
            let entry = json!({"value": setting.value, "origin": origin});
            (setting.name.clone(), entry)
        });
        Value::Object(settings.collect::<Map<_, _>>())
    }

    /// The setting of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&EffectiveSetting> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    fn push(&mut self, name: String, value: Value, origin: &Origin) {
        self.settings.push(EffectiveSetting {
            name,
            value,
            origin: origin.clone(),
        });
    }

    fn located(&mut self, name: String, value: &Located<impl Clone + Into<Value>>) {
        self.push(name, value.value.clone().into(), &value.origin);
    }

    fn overlay(&mut self, overlay: &LauncherConfig) {
        let path = &overlay.path;
        self.push(
            path.clone(),
            json!(overlay.name.value),
            &overlay.name.origin,
        );
        if let Some(enabled) = &overlay.enabled {
            self.located(format!("{path}.enabled"), enabled);
        }
        if let Some(key) = &overlay.key {
            self.located(format!("{path}.key"), key);
        }
        if let Some(peers) = &overlay.max_peers {
            self.located(format!("{path}.max_peers"), peers);
        }
        if let Some(own) = &overlay.own_network {
            self.located(format!("{path}.own_network"), own);
        }
        for (index, walker) in overlay
            .walkers
            .iter()
            .flat_map(|list| &list.value)
            .enumerate()
        {
            let path = format!("{path}.walkers[{index}]");
            self.located(format!("{path}.strategy"), &walker.strategy);
            self.walker(&path, walker);
        }
        for change in &overlay.strategies {
            self.walker(
                &format!("{path}.strategies.{}", change.strategy.value),
                change,
            );
        }
        let named = overlay.bootstrappers.iter().flat_map(|list| &list.value);
        for (index, bootstrapper) in named.enumerate() {
            let path = format!("{path}.bootstrappers[{index}]");
            self.located(format!("{path}.class"), &bootstrapper.class);
            for (name, value) in &bootstrapper.init {
                self.located(format!("{path}.init.{name}"), value);
            }
        }
        for (name, value) in &overlay.initialize {
            self.located(format!("{path}.initialize.{name}"), value);
        }
        let actions = overlay.on_start.iter().flat_map(|list| &list.value);
        for (index, action) in actions.enumerate() {
            let mut call = vec![json!(action.name.value)];
            call.extend(action.arguments.iter().cloned());
            self.push(
                format!("{path}.on_start[{index}]"),
                call.into(),
                &action.name.origin,
            );
        }
    }

    fn walker(&mut self, path: &str, walker: &StrategyConfig) {
        if let Some(peers) = &walker.peers {
            self.located(format!("{path}.peers"), peers);
        }
        for (name, value) in &walker.init {
            self.located(format!("{path}.init.{name}"), value);
        }
    }
}

impl Config {
    /// All settings with their values, and where each was said: the default, a place in a file, a variable, or code. Of a private key
    /// only the mid is told.
    ///
    /// ```
    /// use ipv8_core::config::Config;
    ///
    /// let configuration = Config::new()
    ///     .toml("ipv8.toml", "walk_interval = 0.2")
    ///     .variables([("IPV8_MAX_PEERS".into(), "5".into())]);
    /// let text = configuration.effective().to_string();
    /// assert!(text.contains("walk_interval = 0.2  # ipv8.toml:1:17\n"), "{text}");
    /// assert!(text.contains("max_peers = 5  # variable IPV8_MAX_PEERS\n"), "{text}");
    /// assert!(text.contains("bootstrap = []  # default\n"), "{text}");
    /// ```
    #[must_use]
    pub fn effective(&self) -> Effective {
        let mut effective = Effective {
            settings: Vec::new(),
        };
        let defaults = Self::default().plain_settings();
        for ((name, value), (_, default)) in self.plain_settings().into_iter().zip(defaults) {
            let origin = match self.sources.said.get(&name) {
                Some(said) if said.value == value => said.origin.clone(),
                _ if value == default => Origin::Default,
                _ => Origin::Code,
            };
            effective.push(name, value, &origin);
        }
        for (index, key) in self.keys.iter().enumerate() {
            let path = format!("keys[{index}]");
            effective.located(format!("{path}.alias"), &key.alias);
            effective.push(
                format!("{path}.source"),
                source(&key.source),
                &key.alias.origin,
            );
        }
        for overlay in self.launchers.iter().chain(&self.overlays) {
            effective.overlay(overlay);
        }
        effective
    }

    /// The settings that are always there, in a fixed order.
    fn plain_settings(&self) -> Vec<(String, Value)> {
        let mut settings = vec![
            ("interfaces", texts(&self.interfaces)),
            ("my_peer", source(&self.my_peer)),
            ("walk_interval", json!(self.walk_interval)),
            ("walk_scaling_limit", json!(self.walk_scaling_limit)),
            ("bootstrap", texts(&self.bootstrap)),
            (
                "bootstrap_override",
                self.bootstrap_override
                    .as_deref()
                    .map_or(Value::Null, texts),
            ),
            ("max_peers", json!(self.max_peers)),
            ("max_datagram", json!(self.max_datagram)),
            ("cores", json!(self.cores)),
            (
                "seed",
                self.seed.map_or(Value::Null, |seed| hex(&seed).into()),
            ),
            (
                "working_directory",
                json!(self.working_directory.display().to_string()),
            ),
            (
                "snapshot_file",
                self.snapshot_file
                    .as_ref()
                    .map_or(Value::Null, |file| file.display().to_string().into()),
            ),
            ("logger.level", json!(self.log_level.name())),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect::<Vec<_>>();
        let limits = self.network.options().into_iter();
        settings.extend(limits.map(|(name, value)| (format!("network.{name}"), value)));
        let pacing = self.pacing.options().into_iter();
        settings.extend(pacing.map(|(name, value)| (format!("pacing.{name}"), value)));
        settings
    }
}

/// A key's source in words, without the key.
pub(super) fn source(source: &MyPeer) -> Value {
    let text = match source {
        MyPeer::New => "a new key with each launch".to_owned(),
        MyPeer::Key(key) => format!("the key of the mid {}", key.mid()),
        MyPeer::File(file) => format!("the file {}", file.display()),
        MyPeer::Stored { file, key } => {
            format!(
                "the file {}, or the key of the mid {}",
                file.display(),
                key.mid()
            )
        }
        MyPeer::Existing(file) => format!("the file {}, which must be there", file.display()),
    };
    text.into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
