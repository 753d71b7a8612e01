//! The virtual environment: found, or made once below cargo's target directory.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::{PYTHON, say};

/// What is installed: py-ipv8, and of what it depends on only what its core imports (the rest is for its REST API,
/// and some of that would have to be compiled).
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

/// Fails where the interpreter is too old or cannot make virtual environments.
const SUITABLE: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";

const FIND_LIMIT: Duration = Duration::from_secs(20);
const MAKE_LIMIT: Duration = Duration::from_secs(180);
const INSTALL_LIMIT: Duration = Duration::from_secs(300);
const LOCK_LIMIT: Duration = Duration::from_secs(600);
/// Whatever takes longer than this says what it is doing, and again each time as much has passed as at the last time.
const PATIENCE: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(20);

/// The interpreter of an environment that has the packages.
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

/// The interpreter below `home`, when everything was installed there.
fn complete(home: &Path) -> Option<PathBuf> {
    let python = interpreter(home);
    let stamp = fs::read_to_string(home.join("complete")).ok()?;
    (stamp == PACKAGES.join("\n") && python.exists()).then_some(python)
}

fn interpreter(home: &Path) -> PathBuf {
    let inside = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    };
    home.join("venv").join(inside)
}

/// Makes the environment; the stamp is written last, so what was interrupted is made anew.
fn make(home: &Path) -> Result<PathBuf, String> {
    let base = find_python()?;
    let (venv, log, stamp) = (home.join("venv"), home.join("log"), home.join("complete"));
    let _ = fs::remove_file(&stamp);
    if venv.exists() {
        fs::remove_dir_all(&venv)
            .map_err(|error| format!("cannot remove {}: {error}", venv.display()))?;
    }
    let mut command = python_command(&base);
    command.args(["-m", "venv"]).arg(&venv);
    run(
        command,
        &log,
        MAKE_LIMIT,
        &format!("making a virtual environment in {}", venv.display()),
    )?;
    let python = interpreter(home);
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
    let unfinished = home.join("complete.new");
    fs::write(&unfinished, PACKAGES.join("\n"))
        .and_then(|()| fs::rename(&unfinished, &stamp))
        .map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
    Ok(python)
}

/// A Python 3.10 or newer that can make virtual environments.
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
                "{PYTHON}={} is no Python 3.10 or newer with venv",
                python.display()
            ),
            None => format!(
                "no Python 3.10 or newer with venv among {} ({PYTHON} can name one)",
                CANDIDATES.join(", ")
            ),
        })
}

/// A command for an interpreter, shielded from settings meant for others.
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

/// Runs a command with its output in a file; an error has the end of that.
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

/// Runs a command to its end, at most for `limit`; then it is killed.
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

/// Waits until no other process has the file locked; the lock ends with the file, or with the process.
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

/// Says what is going on when it takes long.
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

/// Cargo's target directory: the marked one above the running test, else where it is by default.
fn target_directory() -> PathBuf {
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
        let python = interpreter(home.path());
        let write = |path: &Path, text: &str| {
            let made = path
                .parent()
                .map_or(Ok(()), fs::create_dir_all)
                .and_then(|()| fs::write(path, text));
            assert!(made.is_ok(), "{made:?}");
        };
        write(&python, "");
        assert_eq!(complete(home.path()), None);
        write(&home.path().join("complete"), "pyipv8==3.2.0");
        assert_eq!(complete(home.path()), None);
        write(&home.path().join("complete"), &PACKAGES.join("\n"));
        assert_eq!(complete(home.path()), Some(python));
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
    fn a_program_that_is_not_there_is_an_error_that_says_what_for() {
        let missing = python_command(Path::new("there-is-no-such-python"));
        let error = wait(missing, FIND_LIMIT, "trying");
        assert!(
            matches!(&error, Err(text) if text.starts_with("trying: ")),
            "{error:?}"
        );
    }
}
