//! The py-ipv8 of the comparison, in the environment that the tests use, too.

#[path = "../../../tests/src/python/environment.rs"]
mod environment;

use std::path::{Path, PathBuf};
use std::process::Command;

use ipv8_examples::output::complain;

use ipv8_examples::measure::machine;

/// The environment variable that names the Python to use instead of one on the search path.
const PYTHON: &str = "IPV8_PYTHON";

/// A Python that has `pyipv8==3.2.1`.
#[derive(Debug)]
pub(crate) struct Python(PathBuf);

impl Python {
    /// Returns the Python of the environment, which is created if it is missing. If that fails,
    /// logs the reason and returns `None`.
    pub(crate) fn find() -> Option<Self> {
        environment::ready()
            .map(Self)
            .inspect_err(|reason| say(&format!("skipping the figures of py-ipv8: {reason}")))
            .ok()
    }

    /// Returns the version of the interpreter.
    pub(crate) fn version(&self) -> Option<String> {
        machine::output(&self.0.to_string_lossy(), &["--version"])
    }

    /// Returns a command that runs a script of `compare/python`.
    pub(crate) fn command(&self, script: &str) -> Command {
        let mut command = environment::python_command(&self.0);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("measure/compare/python");
        command.arg(folder.join(script));
        command
    }
}

/// Returns cargo's target directory. Slow results are kept there for later runs.
pub(crate) fn target_directory() -> PathBuf {
    environment::target_directory()
}

/// Returns `false`: a failed installation is not retried for two minutes.
fn required() -> bool {
    false
}

fn say(line: &str) {
    complain(line);
}
