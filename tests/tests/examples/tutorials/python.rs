//! Runs the tutorials of py-ipv8, if its source is available.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use ipv8_core::node::RunningTracker;
use ipv8_tests::python::PythonNeighbour;

/// The environment variable that names the folder with the Python tutorials, `doc/basics` of
/// py-ipv8's source.
const TUTORIALS: &str = "IPV8_TUTORIALS";

/// How many seconds a tutorial that never ends is watched.
const SECONDS: &str = "12";

/// The folder, and a Python with py-ipv8.
pub(crate) struct Tutorials {
    folder: PathBuf,
    python: &'static PythonNeighbour,
}

/// The output of a tutorial.
pub(crate) struct Printed {
    pub(crate) lines: Vec<String>,
    pub(crate) errors: String,
}

impl Tutorials {
    /// Returns everything needed to run them; otherwise prints one line with the reason and returns
    /// `None`.
    pub(crate) fn or_skip() -> Option<Self> {
        let Some(folder) = std::env::var_os(TUTORIALS) else {
            eprintln!(
                "skipped: {TUTORIALS} does not name the folder doc/basics of py-ipv8's source"
            );
            return None;
        };
        let python = PythonNeighbour::or_skip()?;
        let folder = fs::canonicalize(folder).expect("the folder is there");
        Some(Self { folder, python })
    }

    /// Runs the tutorial with this name with a Rust tracker, on loopback, in a new folder.
    pub(crate) fn run(&self, name: &str) -> Printed {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let tracker = runtime.block_on(async {
            let here = "127.0.0.1:0".parse().expect("an address");
            RunningTracker::launch(here).await.expect("a tracker")
        });
        let folder = tempfile::tempdir().expect("a folder");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/tutorial.py");
        let output = Command::new(self.python.interpreter())
            .arg(script)
            .arg(self.folder.join(format!("{name}.py")))
            .args(["--bootstrap", &tracker.address().to_string()])
            .args(["--duration", SECONDS])
            .env("PYTHONUNBUFFERED", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .expect("Python runs");
        runtime.block_on(tracker.stop());
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{name}: {errors}");
        let lines = String::from_utf8_lossy(&output.stdout);
        // A tutorial that never ends is cut off, perhaps within a line.
        let lines = lines.rsplit_once('\n').map_or("", |(whole, _)| whole);
        Printed {
            lines: lines.lines().map(str::to_owned).collect(),
            errors,
        }
    }

    /// Returns the names of all tutorials in the folder, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let files = fs::read_dir(&self.folder).expect("the folder can be read");
        let names = files.filter_map(|file| {
            let name = file.ok()?.file_name().into_string().ok()?;
            Some(name.strip_suffix(".py")?.to_owned())
        });
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}
