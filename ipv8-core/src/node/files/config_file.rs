//! Reads a [`Config`] from a file and from the environment.

use std::env;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::config::{Config, Origin, VARIABLE_PREFIX};

/// The longest file that is read (4 MiB): far more than thousands of overlays need.
const LONGEST: u64 = 4 << 20;

impl Config {
    /// The defaults, changed by a file: see [`file`](Self::file).
    ///
    /// ```no_run
    /// # async fn start() -> Result<(), ipv8_core::Error> {
    /// use ipv8_core::prelude::*;
    ///
    /// let configuration = Config::from_file("ipv8.toml").environment();
    /// println!("{}", configuration.effective());
    /// let ipv8 = Launchers::collected().config(configuration).launch().await?;
    /// # drop(ipv8); Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn from_file(path: impl AsRef<Path>) -> Self {
        Self::new().file(path)
    }

    /// Applies a file: [TOML](Self::toml) if its name ends in `.toml`, otherwise
    /// [JSON](Self::json). Blocks.
    ///
    /// Errors in it are added to the [`problems`](Self::problems), which every launch checks before
    /// it starts anything. So are a file that cannot be read and one longer than 4 MiB.
    #[must_use]
    pub fn file(self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let name = path.display().to_string();
        match read(path) {
            Ok(text) => {
                let toml = path
                    .extension()
                    .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
                if toml {
                    self.toml(&name, &text)
                } else {
                    self.json(&name, &text)
                }
            }
            Err(error) => {
                let origin = Origin::File {
                    file: name.as_str().into(),
                    line: 0,
                    column: 0,
                };
                self.unreadable(origin, error.to_string())
            }
        }
    }

    /// Applies the variables of this process's environment: see [`variables`](Self::variables).
    #[must_use]
    pub fn environment(mut self) -> Self {
        let mut variables = Vec::new();
        for (name, value) in env::vars_os() {
            let Some(name) = name
                .to_str()
                .filter(|name| name.starts_with(VARIABLE_PREFIX))
            else {
                continue;
            };
            match value.into_string() {
                Ok(value) => variables.push((name.to_owned(), value)),
                Err(_) => {
                    let origin = Origin::Variable(name.into());
                    self = self.unreadable(origin, "not valid UTF-8".to_owned());
                }
            }
        }
        self.variables(variables)
    }
}

fn read(path: &Path) -> io::Result<String> {
    // Checked before opening: opening a pipe would wait for its writer.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut text = String::new();
    File::open(path)?
        .take(LONGEST + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(io::Error::other("longer than 4 MiB"));
    }
    Ok(text)
}
