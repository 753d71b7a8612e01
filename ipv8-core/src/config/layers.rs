//! The layers of a configuration, each a pure function of a text.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dictionary::Form;
use super::origin::Origin;
use super::problem::{SettingError, SettingProblem};
use super::tree::Node;
use super::{Config, MyPeer, environment, json, toml};

impl Config {
    /// Takes over what a TOML text says. `file` is what its places are called.
    ///
    /// What is wrong with it is among the [`problems`](Self::problems), all of it; what it does not say stays.
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

    /// Takes over what a JSON text says: py-ipv8's configuration dictionary; or our own form, if it has a setting that only ours has
    /// (`walk_interval`, `walk_scaling_limit`, `bootstrap`, `bootstrap_override`, `max_peers`, `max_datagram`, `pacing`, `cores`, `key_file`, `snapshot_file`, `network`,
    /// `launchers`). In py-ipv8's everything has to be said that its `ConfigBuilder.finalize` asks for.
    ///
    /// For errors see [`toml`](Self::toml).
    #[must_use]
    pub fn json(self, file: &str, text: &str) -> Self {
        let file = Arc::from(file);
        let parsed = json::parse(&file, text);
        self.layer(parsed, Form::of)
    }

    /// Takes over what variables say, of those whose names begin with `IPV8_`: `IPV8_WALK_INTERVAL=0.2` is `walk_interval`, and two
    /// underlines go one table deeper: `IPV8_LAUNCHERS__MyLauncher__MAX_PEERS=5`, `IPV8_NETWORK__MAX_PEERS=100`,
    /// `IPV8_OVERLAYS__0__MAX_PEERS=5`. Names have no case. Values are written as in JSON, without the quotes of a text; a list may be
    /// written with commas, `IPV8_BOOTSTRAP=127.0.0.1:6421,127.0.0.1:6422`.
    ///
    /// An unknown variable is an error if it is nearly one that is known, otherwise a warning: it may be somebody else's.
    #[must_use]
    pub fn variables(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let (root, problems) = environment::parse(variables);
        self.sources.problems.extend(problems);
        self.apply(root, Form::Ours);
        self
    }

    /// Notes that a text could not even be read.
    pub(crate) fn unreadable(mut self, origin: Origin, reason: String) -> Self {
        self.sources.problems.push(SettingProblem {
            origin,
            setting: String::new(),
            mistake: SettingError::Unreadable { reason },
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

    /// A path of this configuration as the process has to open it: relative ones begin at the working directory.
    #[must_use]
    pub fn path(&self, path: &Path) -> PathBuf {
        if self.working_directory.as_os_str().is_empty() || self.working_directory == Path::new(".")
        {
            return path.to_owned();
        }
        self.working_directory.join(path)
    }

    /// A key's source, with the path of its file as the process has to open it.
    pub(crate) fn located(&self, source: &MyPeer) -> MyPeer {
        match source {
            MyPeer::File(file) => MyPeer::File(self.path(file)),
            MyPeer::Existing(file) => MyPeer::Existing(self.path(file)),
            MyPeer::Stored { file, key } => MyPeer::Stored {
                file: self.path(file),
                key: key.clone(),
            },
            MyPeer::New | MyPeer::Key(_) => source.clone(),
        }
    }
}
