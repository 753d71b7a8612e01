//! Finds the virtual environment, or makes it once below cargo's target directory.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::{PYTHON, required, say};

/// The installed packages: py-ipv8, and only those dependencies that its core imports. The others
/// are for its REST API, and some of them would have to be compiled.
const PACKAGES: [&str; 3] = [
    "pyipv8==3.2.1",
    "ipv8-rust-tunnels==0.1.53",
    "typing_extensions",
];

/// The interpreters to look for, best first.
const CANDIDATES: [&str; 7] = [
    "python3",
    "python",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
];

/// Fails if the interpreter is too old or cannot make virtual environments.
const SUITABLE: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";

const FIND_LIMIT: Duration = Duration::from_secs(20);
const MAKE_LIMIT: Duration = Duration::from_secs(180);
const INSTALL_LIMIT: Duration = Duration::from_secs(300);
const LOCK_LIMIT: Duration = Duration::from_secs(600);
/// A job that takes longer than this prints its progress, and again whenever the elapsed time has
/// doubled.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an installation that failed is not tried again, unless it is required.
const FAILURE_AGE: Duration = Duration::from_secs(120);
/// The file that names the complete environment.
const STAMP: &str = "complete";
const POLL: Duration = Duration::from_millis(20);

/// Returns the interpreter of an environment that has the packages.
pub(super) fn ready() -> Result<PathBuf, String> {
    let home = target_directory().join("pyipv8-3.2.1");
    if let Some(python) = complete(&home) {
        return Ok(python);
    }
    fs::create_dir_all(&home)
        .map_err(|error| format!("cannot make {}: {error}", home.display()))?;
    let _lock = lock(&home.join("lock"))?;
    match complete(&home) {
        Some(python) => Ok(python),
        None => make(&home),
    }
}

/// Returns the interpreter below `home` if everything is installed there.
///
/// The stamp names the environment and its packages. It is written last, and each attempt uses a
/// new environment, so an environment that was interrupted or that an orphaned process still writes
/// to is never used.
fn complete(home: &Path) -> Option<PathBuf> {
    let stamp = fs::read_to_string(home.join(STAMP)).ok()?;
    let (name, packages) = stamp.split_once('\n')?;
    let python = interpreter(&home.join(name));
    (packages == PACKAGES.join("\n") && python.exists()).then_some(python)
}

fn interpreter(venv: &Path) -> PathBuf {
    venv.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    })
}

/// Makes the environment. A failure is recorded for a while, for the test programs that follow.
fn make(home: &Path) -> Result<PathBuf, String> {
    let base = find_python()?;
    let failure = home.join("failed");
    if let Some(reason) = recent(&failure).filter(|_| !required()) {
        return Err(reason);
    }
    remove_old(home);
    let name = format!("venv-{}", std::process::id());
    install(&base, home, &home.join(&name))
        .and_then(|python| {
            let unfinished = home.join("complete.new");
            fs::write(&unfinished, format!("{name}\n{}", PACKAGES.join("\n")))
                .and_then(|()| fs::rename(&unfinished, home.join(STAMP)))
                .map_err(|error| format!("cannot write {}: {error}", unfinished.display()))?;
            Ok(python)
        })
        .inspect_err(|reason| drop(fs::write(&failure, reason)))
}

/// Makes a virtual environment with the packages.
fn install(base: &Path, home: &Path, venv: &Path) -> Result<PathBuf, String> {
    let log = home.join("log");
    let mut command = python_command(base);
    command.args(["-m", "venv"]).arg(venv);
    run(
        command,
        &log,
        MAKE_LIMIT,
        &format!("making a virtual environment in {}", venv.display()),
    )?;
    let python = interpreter(venv);
    let mut command = python_command(&python);
    command.args([
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
        "--retries",
        "1",
    ]);
    command
        .args(["--timeout", "20", "--no-deps", "--only-binary", ":all:"])
        .args(PACKAGES);
    run(
        command,
        &log,
        INSTALL_LIMIT,
        &format!("installing {}", PACKAGES[0]),
    )?;
    let mut command = python_command(&python);
    command.args(["-c", "import ipv8_service"]);
    run(command, &log, FIND_LIMIT, "importing py-ipv8")?;
    Ok(python)
}

/// Removes the environments of earlier attempts; errors are ignored.
fn remove_old(home: &Path) {
    let _ = fs::remove_file(home.join(STAMP));
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("venv-") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Returns the text of a file if it was written recently.
fn recent(path: &Path) -> Option<String> {
    let age = fs::metadata(path).ok()?.modified().ok()?.elapsed().ok()?;
    let text = fs::read_to_string(path).ok()?;
    (age < FAILURE_AGE)
        .then(|| format!("{text}; that was {} s ago, not tried again", age.as_secs()))
}

/// Finds a Python 3.10 or newer that can make virtual environments.
fn find_python() -> Result<PathBuf, String> {
    let named = std::env::var_os(PYTHON).map(PathBuf::from);
    let candidates = match &named {
        Some(python) => vec![python.clone()],
        None => CANDIDATES.iter().map(PathBuf::from).collect(),
    };
    let suitable = |python: &PathBuf| {
        let mut command = python_command(python);
        command
            .args(["-c", SUITABLE])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        wait(command, FIND_LIMIT, "looking for Python").is_ok_and(|status| status.success())
    };
    candidates
        .iter()
        .find(|python| suitable(python))
        .cloned()
        .ok_or_else(|| match named {
            Some(python) => format!(
                "{PYTHON}={} is not Python 3.10 or newer with venv",
                python.display()
            ),
            None => format!(
                "no Python 3.10 or newer with venv among {} ({PYTHON} can name one)",
                CANDIDATES.join(", ")
            ),
        })
}

/// Returns a command for an interpreter, without environment variables meant for other programs.
pub(super) fn python_command(python: &Path) -> Command {
    let mut command = Command::new(python);
    command
        .stdin(Stdio::null())
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME");
    command
        .env("PYTHONUNBUFFERED", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "utf-8");
    command
}

/// Runs a command with its output in a file; an error includes the end of that file.
fn run(mut command: Command, log: &Path, limit: Duration, what: &str) -> Result<(), String> {
    let output = File::create(log).and_then(|file| Ok((file.try_clone()?, file)));
    let (stdout, stderr) =
        output.map_err(|error| format!("cannot write {}: {error}", log.display()))?;
    command.stdout(stdout).stderr(stderr);
    let status = wait(command, limit, what)?;
    if status.success() {
        return Ok(());
    }
    let text = fs::read_to_string(log).unwrap_or_default();
    let last = text
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or("no output");
    Err(format!(
        "{what} failed ({status}): {last} (all of it is in {})",
        log.display()
    ))
}

/// Runs a command to its end; kills it after `limit`.
fn wait(mut command: Command, limit: Duration, what: &str) -> Result<ExitStatus, String> {
    let mut child = command
        .spawn()
        .map_err(|error| format!("{what}: {error}"))?;
    let mut progress = Progress::new(what);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if progress.elapsed() < limit => progress.pause(),
            other => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(match other {
                    Err(error) => format!("{what}: {error}"),
                    Ok(_) => format!("{what} took longer than {} s", limit.as_secs()),
                });
            }
        }
    }
}

/// Waits until no other process holds the lock. The lock ends when the file is dropped or the
/// process ends.
fn lock(path: &Path) -> Result<File, String> {
    let broken = |error: std::io::Error| format!("cannot lock {}: {error}", path.display());
    let file = File::options()
        .create(true)
        .append(true)
        .open(path)
        .map_err(broken)?;
    let mut progress = Progress::new("waiting for another test to install py-ipv8");
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if progress.elapsed() < LOCK_LIMIT => progress.pause(),
            Err(TryLockError::WouldBlock) => {
                return Err(format!("{} stayed locked", path.display()));
            }
            Err(TryLockError::Error(error)) => return Err(broken(error)),
        }
    }
}

/// Prints what is going on if it takes long.
struct Progress<'a> {
    what: &'a str,
    start: Instant,
    next: Duration,
}

impl<'a> Progress<'a> {
    fn new(what: &'a str) -> Self {
        Self {
            what,
            start: Instant::now(),
            next: PATIENCE,
        }
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn pause(&mut self) {
        std::thread::sleep(POLL);
        if self.elapsed() >= self.next {
            say(&format!(
                "py-ipv8 for the tests: {} ({} s)",
                self.what,
                self.elapsed().as_secs()
            ));
            self.next *= 2;
        }
    }
}

/// Returns cargo's target directory: the marked one above the running test, or the default one.
pub(super) fn target_directory() -> PathBuf {
    let marked = |directory: &&Path| directory.join("CACHEDIR.TAG").exists();
    std::env::current_exe()
        .ok()
        .and_then(|running| running.ancestors().find(marked).map(Path::to_path_buf))
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_without_its_stamp_is_not_complete() {
        let Ok(home) = tempfile::tempdir() else {
            panic!("no temporary directory")
        };
        let python = interpreter(&home.path().join("venv-1"));
        let write = |path: &Path, text: &str| {
            let made = path
                .parent()
                .map_or(Ok(()), fs::create_dir_all)
                .and_then(|()| fs::write(path, text));
            assert!(made.is_ok(), "{made:?}");
        };
        write(&python, "");
        assert_eq!(complete(home.path()), None);
        for (stamp, expected) in [
            ("venv-1\npyipv8==3.2.0".to_owned(), None),
            (format!("venv-2\n{}", PACKAGES.join("\n")), None),
            (format!("venv-1\n{}", PACKAGES.join("\n")), Some(python)),
        ] {
            write(&home.path().join(STAMP), &stamp);
            assert_eq!(complete(home.path()), expected, "{stamp}");
        }
    }

    #[test]
    fn a_second_lock_waits_for_the_first() {
        let Ok(home) = tempfile::tempdir() else {
            panic!("no temporary directory")
        };
        let path = home.path().join("lock");
        let first = lock(&path);
        assert!(first.is_ok(), "{first:?}");
        let second = File::options()
            .append(true)
            .open(&path)
            .map(|file| file.try_lock().is_err());
        assert!(matches!(second, Ok(true)), "{second:?}");
        drop(first);
        assert!(lock(&path).is_ok());
    }

    #[test]
    fn a_missing_program_is_an_error_that_names_its_purpose() {
        let missing = python_command(Path::new("there-is-no-such-python"));
        let error = wait(missing, FIND_LIMIT, "trying");
        assert!(
            matches!(&error, Err(text) if text.starts_with("trying: ")),
            "{error:?}"
        );
    }
}
