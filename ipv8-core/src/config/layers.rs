//! The layers of a configuration. Each one is a pure function of a text.

use std::sync::Arc;

use super::dictionary::Form;
use super::origin::Origin;
use super::problem::{SettingError, SettingProblem};
use super::settings::Config;
use super::tree::Node;
use super::{environment, json, toml};

impl Config {
    /// Applies a TOML document. `file` names it in error messages.
    ///
    /// Settings that are not in it keep their values. All its errors are in
    /// [`problems`](Self::problems).
    ///
    /// ```
    /// use ipv8_core::config::Config;
    ///
    /// let configuration = Config::new().toml("ipv8.toml", "walk_intervall = 0.2");
    /// let [problem] = &configuration.problems()[..] else { panic!() };
    /// assert_eq!(
    ///     problem.to_string(),
    ///     "ipv8.toml:1:1: unknown setting \"walk_intervall\": did you mean \"walk_interval\"?"
    /// );
    /// ```
    #[must_use]
    pub fn toml(self, file: &str, text: &str) -> Self {
        let file = Arc::from(file);
        let parsed = toml::parse(&file, text);
        self.layer(parsed, |_| Form::Ours)
    }

    /// Applies a JSON document: py-ipv8's configuration dictionary, or our own form if it has a
    /// setting that py-ipv8 does not have, such as `walk_interval` (py-ipv8's name is
    /// `walker_interval`), `bootstrap`, `max_peers` or `launchers`. py-ipv8's form needs every
    /// setting that its `ConfigBuilder.finalize` requires.
    ///
    /// `file` and errors are as in [`toml`](Self::toml).
    #[must_use]
    pub fn json(self, file: &str, text: &str) -> Self {
        let file = Arc::from(file);
        let parsed = json::parse(&file, text);
        self.layer(parsed, Form::of)
    }

    /// Applies the variables whose names start with `IPV8_`. A variable is named after its setting;
    /// a double underscore goes one table deeper: `IPV8_WALK_INTERVAL=0.2`,
    /// `IPV8_NETWORK__MAX_PEERS=100`, `IPV8_LAUNCHERS__MyLauncher__MAX_PEERS=5`,
    /// `IPV8_OVERLAYS__0__MAX_PEERS=5`. Names have no case. Values are written like in JSON, but a
    /// text needs no quotes and a list may be separated by commas:
    /// `IPV8_BOOTSTRAP=127.0.0.1:6421,127.0.0.1:6422`.
    ///
    /// An unknown variable is an error if its name is close to that of a setting. Otherwise it is a
    /// warning, as it may belong to another program.
    #[must_use]
    pub fn variables(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let (root, problems) = environment::parse(variables);
        self.sources.problems.extend(problems);
        self.apply(root, Form::Ours);
        self
    }

    /// Adds the problem that a text cannot be read.
    pub(crate) fn unreadable(mut self, origin: Origin, reason: String) -> Self {
        self.sources.problems.push(SettingProblem {
            origin,
            setting: String::new(),
            error: SettingError::Unreadable { reason },
        });
        self
    }

    fn layer(
        mut self,
        parsed: Result<Node, Vec<SettingProblem>>,
        form: impl FnOnce(&Node) -> Form,
    ) -> Self {
        match parsed {
            Ok(root) => {
                let form = form(&root);
                self.apply(root, form);
            }
            Err(problems) => self.sources.problems.extend(problems),
        }
        self
    }
}
