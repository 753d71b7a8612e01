//! The values that all layers together give, with their origins.

use std::fmt;

use serde_json::{Value, json};

use super::launcher::{LauncherConfig, Named, StrategyConfig};
use super::origin::{Located, Origin};
use super::settings::Config;

/// All settings with their values and origins; see [`Config::effective`].
///
/// Its text has one line for each setting, `setting = value  # origin`. It contains no private key.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// The settings, in a fixed order.
    pub settings: Vec<EffectiveSetting>,
}

/// One setting with its value and origin.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveSetting {
    /// Its path, such as `walk_interval` or `launchers.MyLauncher.max_peers`.
    pub name: String,
    /// Its value; null if it has none.
    pub value: Value,
    /// Where the value comes from.
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
    /// Returns an object with an entry `{"value": …, "origin": "…"}` for each setting.
    #[cfg(any(test, feature = "cli"))]
    pub(crate) fn to_json(&self) -> Value {
        let settings = self.settings.iter().map(|setting| {
            let origin = setting.origin.to_string();
            let entry = json!({"value": setting.value, "origin": origin});
            (setting.name.clone(), entry)
        });
        Value::Object(settings.collect())
    }

    /// Returns the setting with the path `name`.
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

    fn optional(&mut self, name: String, value: Option<&Located<impl Clone + Into<Value>>>) {
        if let Some(value) = value {
            self.located(name, value);
        }
    }

    fn named(&mut self, path: &str, values: &Named) {
        for (name, value) in values {
            self.located(format!("{path}.{name}"), value);
        }
    }

    fn overlay(&mut self, overlay: &LauncherConfig) {
        let path = &overlay.path;
        self.located(path.clone(), &overlay.name);
        self.optional(format!("{path}.enabled"), overlay.enabled.as_ref());
        self.optional(format!("{path}.key"), overlay.key.as_ref());
        self.optional(format!("{path}.max_peers"), overlay.max_peers.as_ref());
        self.optional(format!("{path}.own_network"), overlay.own_network.as_ref());
        let strategies = overlay.strategies.iter().flat_map(|list| &list.value);
        for (index, strategy) in strategies.enumerate() {
            let path = format!("{path}.strategies[{index}]");
            self.located(format!("{path}.strategy"), &strategy.strategy);
            self.strategy(&path, strategy);
        }
        for change in &overlay.strategy_changes {
            let path = format!("{path}.strategies.{}", change.strategy.value);
            self.strategy(&path, change);
        }
        let named = overlay.bootstrappers.iter().flat_map(|list| &list.value);
        for (index, bootstrapper) in named.enumerate() {
            let path = format!("{path}.bootstrappers[{index}]");
            self.located(format!("{path}.class"), &bootstrapper.class);
            self.named(&format!("{path}.options"), &bootstrapper.options);
        }
        self.named(&format!("{path}.settings"), &overlay.settings);
        let actions = overlay.on_start.iter().flat_map(|list| &list.value);
        for (index, action) in actions.enumerate() {
            let mut call = vec![json!(action.name.value)];
            call.extend(action.arguments.iter().cloned());
            let path = format!("{path}.on_start[{index}]");
            self.push(path, call.into(), &action.name.origin);
        }
    }

    fn strategy(&mut self, path: &str, strategy: &StrategyConfig) {
        self.optional(
            format!("{path}.target_peers"),
            strategy.target_peers.as_ref(),
        );
        self.named(&format!("{path}.options"), &strategy.options);
    }
}

impl Config {
    /// Returns all settings with their values and origins: the default, a place in a file, a
    /// variable, or code. Of a private key it contains only the mid.
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
        for (name, value) in self.values() {
            let origin = self.origin(&name);
            effective.push(name, value, &origin);
        }
        for (index, key) in self.keys.iter().enumerate() {
            let path = format!("keys[{index}]");
            effective.located(format!("{path}.alias"), &key.alias);
            effective.push(
                format!("{path}.source"),
                key.source.to_string().into(),
                &key.alias.origin,
            );
        }
        for overlay in self.launchers.iter().chain(&self.overlays) {
            effective.overlay(overlay);
        }
        effective
    }
}
