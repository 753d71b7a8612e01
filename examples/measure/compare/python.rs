//! The py-ipv8 to compare with: the environment that the tests make and use.

#[path = "../../../tests/src/python/environment.rs"]
mod environment;

use std::path::{Path, PathBuf};
use std::process::Command;

use ipv8_examples::output::complain;

use ipv8_examples::measure::machine;

/// The environment variable that names the Python to use, instead of the ones on the search path.
const PYTHON: &str = "IPV8_PYTHON";

/// A Python that has `pyipv8==3.2.1`.
#[derive(Debug)]
pub(crate) struct Python(PathBuf);

impl Python {
    /// The environment, made when nobody did that before; or, after one line that says why, `None`.
    pub(crate) fn or_say_why() -> Option<Self> {
        environment::ready()
            .map(Self)
            .inspect_err(|reason| say(&format!("skipped: the figures of py-ipv8: {reason}")))
            .ok()
    }

    /// What the interpreter says it is.
    pub(crate) fn version(&self) -> Option<String> {
        machine::output(&self.0.to_string_lossy(), &["--version"])
    }

    /// A command that runs a script of `compare/python`.
    pub(crate) fn command(&self, script: &str) -> Command {
        let mut command = environment::python_command(&self.0);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("measure/compare/python");
        command.arg(folder.join(script));
        command
    }
}

/// Cargo's target directory: there is room for what takes long to make and is of use to a later run.
pub(crate) fn target_directory() -> PathBuf {
    environment::target_directory()
}

/// Whether a failed installation is to be tried again at once: it is left alone for two minutes.
fn required() -> bool {
    false
}

fn say(line: &str) {
    complain(line);
}
