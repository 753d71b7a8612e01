//! Builds the crates in `fixtures/linking`, and runs what they make.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

/// The launchers in the crate `chat_plugin`, in their fixed order.
pub(crate) const CHAT: [&str; 2] = ["chat_plugin ChatLauncher", "chat_plugin RoomsLauncher"];

/// The lines that a program printed.
#[derive(Debug)]
pub(crate) struct Report {
    lines: Vec<String>,
}

impl Report {
    /// Returns the rests of the lines that begin with this word.
    pub(crate) fn all(&self, word: &str) -> Vec<&str> {
        let lines = self.lines.iter();
        lines
            .filter_map(|line| line.strip_prefix(word)?.strip_prefix(' '))
            .collect()
    }

    /// Returns the linked launchers: the crate and the name of each.
    pub(crate) fn launchers(&self) -> Vec<&str> {
        self.all("launcher")
    }

    /// Returns the only warning.
    pub(crate) fn warning(&self) -> &str {
        match self.all("warning")[..] {
            [warning] => warning,
            _ => panic!("not one warning: {self:?}"),
        }
    }
}

/// Runs a command that must succeed.
pub(crate) fn run(command: &mut Command) -> Report {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}{complaints}");
    Report {
        lines: text.lines().map(str::to_owned).collect(),
    }
}

/// Runs a program of the build without optimisation.
pub(crate) fn program(name: &str) -> Report {
    run(&mut Command::new(debug().join(name)))
}

/// Returns the folder with the programs and libraries of the build without optimisation.
pub(crate) fn debug() -> PathBuf {
    profile("dev", &["--workspace", "--lib", "--bins", "--examples"])
}

/// Builds these targets once for each profile, and returns the folder that they are in.
pub(crate) fn profile(name: &'static str, targets: &[&str]) -> PathBuf {
    static BUILT: Mutex<BTreeMap<&'static str, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = built.entry(name).or_insert_with(|| {
        run(cargo("build").args(targets).args(["--profile", name]));
        let folder = if name == "dev" { "debug" } else { name };
        target().join(folder)
    });
    folder.clone()
}

/// Returns a command for the copied crates.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .env_remove("CARGO_BUILD_TARGET")
        .env("CARGO_INCREMENTAL", "0")
        .args([subcommand, "--quiet", "--offline", "--manifest-path"])
        .arg(sources().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target());
    command
}

/// Returns the folder to build in: the one of this test, because much is built there already.
pub(crate) fn target() -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    let marked = test
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").exists());
    let above = || test.ancestors().nth(3);
    let folder = marked.or_else(above);
    folder.expect("it is in <profile>/deps").to_owned()
}

/// Copies the crates once, outside the repository, and returns their folder. The copy depends on
/// `ipv8-core` by its full path and has the workspace's lock file.
pub(crate) fn sources() -> &'static Path {
    static COPY: OnceLock<PathBuf> = OnceLock::new();
    COPY.get_or_init(|| {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("linking");
        copy_folder(&tests.join("fixtures/linking"), &copy);
        let lock = fs::copy(tests.join("../Cargo.lock"), copy.join("Cargo.lock"));
        lock.expect("the lock file is copied");
        copy
    })
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap_or_else(|error| panic!("{}: {error}", to.display()));
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for entry in entries {
        let from = entry.expect("the folder is read").path();
        let to = to.join(from.file_name().expect("it is inside a folder"));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else if from.file_name().is_some_and(|name| name != "Cargo.lock") {
            copy_file(&from, &to);
        }
    }
}

/// Writes the copy of a file, unless it is up to date: then nothing is built again.
fn copy_file(from: &Path, to: &Path) {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ipv8-core");
    let core = core.canonicalize().expect("ipv8-core is there");
    let text = fs::read_to_string(from).unwrap_or_else(|error| panic!("{from:?}: {error}"));
    let text = text.replace("\"../../../ipv8-core\"", &format!("{core:?}"));
    if fs::read_to_string(to).is_ok_and(|old| old == text) {
        return;
    }
    fs::write(to, text).unwrap_or_else(|error| panic!("{to:?}: {error}"));
}
