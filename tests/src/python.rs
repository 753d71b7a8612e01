//! Runs py-ipv8 for the tests: a virtual environment for it, and its processes on loopback.
//!
//! A test starts with
//!
//! ```no_run
//! # use ipv8_tests::python::PythonNeighbour;
//! let Some(python) = PythonNeighbour::or_skip() else { return };
//! let tracker = python.start("tracker.py", &[]);
//! ```
//!
//! The scripts are in `tests/python`; their docstrings describe their output and their commands.

mod discovery;
mod environment;
pub mod hex;
mod judge;
mod peer;
mod process;

use std::io::Write;
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::namespace::TwoHosts;
pub use discovery::{Discovered, mids_of};

pub use judge::Verdict;
pub use peer::{Known, KnownPeer, TrafficStats};
pub use process::{Listening, PythonProcess};

/// The environment variable that turns a skip into a failure when it is `1`.
pub const REQUIRE: &str = "IPV8_REQUIRE_INTEROP";

/// The environment variable that names the Python to use instead of those on the search path.
pub const PYTHON: &str = "IPV8_PYTHON";

/// A Python that has `pyipv8==3.2.1`.
#[derive(Debug)]
pub struct PythonNeighbour {
    python: PathBuf,
}

impl PythonNeighbour {
    /// Returns the Python with py-ipv8. The first call in a process makes the environment below
    /// cargo's target directory if it is not there yet.
    ///
    /// # Errors
    ///
    /// The reason why there is none: no Python 3.10 or newer that can make virtual environments, or
    /// no package index.
    pub fn find() -> Result<&'static Self, &'static str> {
        static FOUND: OnceLock<Result<PythonNeighbour, String>> = OnceLock::new();
        FOUND
            .get_or_init(|| environment::ready().map(|python| Self { python }))
            .as_ref()
            .map_err(String::as_str)
    }

    /// Returns the Python with py-ipv8. If there is none, prints one line `skipped: …` and returns
    /// `None`: the test should return.
    ///
    /// # Panics
    ///
    /// Panics instead of skipping if the environment variable [`REQUIRE`] is `1`.
    #[must_use]
    pub fn or_skip() -> Option<&'static Self> {
        match (Self::find(), required()) {
            (Ok(neighbour), _) => Some(neighbour),
            (Err(reason), true) => panic!("{REQUIRE}=1, but there is no py-ipv8: {reason}"),
            (Err(reason), false) => {
                skip(reason);
                None
            }
        }
    }

    /// Returns the interpreter of the virtual environment.
    #[must_use]
    pub fn interpreter(&self) -> &Path {
        &self.python
    }

    /// Starts a script of `tests/python`.
    ///
    /// # Panics
    ///
    /// Panics if the process cannot be made.
    #[must_use]
    pub fn start(&self, script: &str, arguments: &[&str]) -> PythonProcess {
        let mut command = self.command(script);
        command.args(arguments);
        PythonProcess::start(script, command)
    }

    /// Starts a script of `tests/python` on a host of a namespace network.
    ///
    /// # Panics
    ///
    /// Panics if the process cannot be made.
    #[must_use]
    pub fn start_on(
        &self,
        hosts: &TwoHosts,
        host: usize,
        script: &str,
        arguments: &[&str],
    ) -> PythonProcess {
        let inside = self.command(script);
        let mut command = hosts.on(host, inside.get_program());
        command.args(inside.get_args()).args(arguments);
        for (name, value) in inside.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        PythonProcess::start(script, command)
    }

    /// Returns a command that runs a script of `tests/python`.
    fn command(&self, script: &str) -> Command {
        let mut command = environment::python_command(&self.python);
        command.arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("python")
                .join(script),
        );
        command
    }
}

/// Returns `true` if a socket can be bound to each of these addresses. If not, prints one line
/// `skipped: …`: the test should return.
///
/// Only Linux has all of 127.0.0.0/8, and not every machine has IPv6. So this is never a failure,
/// even with [`REQUIRE`].
#[must_use]
pub fn can_bind_or_skip(addresses: &[SocketAddr]) -> bool {
    let refused = addresses
        .iter()
        .find_map(|address| Some((address, UdpSocket::bind(address).err()?)));
    if let Some((address, error)) = &refused {
        skip(&format!("cannot bind {address}: {error}"));
    }
    refused.is_none()
}

/// Prints that the running test is skipped.
pub fn skip(reason: &str) {
    let thread = std::thread::current();
    say(&format!(
        "skipped: {}: {reason}",
        thread.name().unwrap_or("a test")
    ));
}

fn required() -> bool {
    std::env::var_os(REQUIRE).is_some_and(|value| value == "1")
}

/// Writes one line to the standard error. The test harness does not capture it, so the user sees it
/// at once.
fn say(line: &str) {
    // A closed standard error is no reason to fail.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
